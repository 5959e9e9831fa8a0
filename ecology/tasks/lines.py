"""A file of JSON objects, one a line, read with limits.

Promises: every line becomes an object or a problem with its number; blank lines are passed over; a byte order mark
and Windows line ends do no harm.
Does not promise: anything about the fields of the objects.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from storage import TaskError

from .reading import Problem, shown

MAX_FILE_BYTES = 1 << 28
MAX_LINE_BYTES = 1 << 24

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Record:
    """One line's JSON object."""

    line: int
    fields: dict[str, object]


def read_records(path: Path) -> Iterator[Record | Problem]:
    """Yield the JSON object of each line, or what is wrong with that line.

    Raises: TaskError: the file cannot be opened, or is too large, compressed or empty.
    """
    try:
        _require_sound(path)
        with path.open("rb") as file:
            yield from _records(file.readline, str(path))
    except OSError as error:
        raise TaskError(f"{path}: cannot be read ({error.strerror}); check its permissions") from error


def _require_sound(path: Path) -> None:
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        limit = MAX_FILE_BYTES >> 20
        raise TaskError(f"{path}: has {size:,} bytes, more than the {limit} MiB a task file may have; split it")
    with path.open("rb") as file:
        head = file.read(4096)
        while head and not head.strip():
            head = file.read(4096)
    if head.startswith(_GZIP):
        raise TaskError(f"{path}: is compressed; unpack it first (`gunzip -k {path.name}`)")
    if not head.removeprefix(_BYTE_ORDER_MARK).strip():
        raise TaskError(f"{path}: is empty; write one JSON object a line")


def _records(readline: Callable[[int], bytes], path: str) -> Iterator[Record | Problem]:
    number = 0
    while raw := readline(MAX_LINE_BYTES + 1):
        number += 1
        if len(raw) > MAX_LINE_BYTES:
            _drop_rest(readline, raw)
            limit = MAX_LINE_BYTES >> 20
            yield Problem(path, number, "", f"is longer than {limit} MiB; give the task fewer or smaller cases")
        elif text := (raw.removeprefix(_BYTE_ORDER_MARK) if number == 1 else raw).strip():
            yield _record(text, number, path)


def _drop_rest(readline: Callable[[int], bytes], raw: bytes) -> None:
    while raw and not raw.endswith(b"\n"):
        raw = readline(MAX_LINE_BYTES)


def _record(raw: bytes, number: int, path: str) -> Record | Problem:
    try:
        value = json.loads(_decoded(raw), object_pairs_hook=_without_repeats)
    except json.JSONDecodeError as error:
        reason = f"is no JSON ({error.msg} at column {error.colno}, {shown(error.doc[error.pos : error.pos + 20])})"
        return Problem(path, number, "", f"{reason}; write one JSON object a line")
    except (ValueError, RecursionError) as error:
        reason = "is nested too deeply" if isinstance(error, RecursionError) else str(error)
        return Problem(path, number, "", reason)
    if not isinstance(value, dict):
        kind = type(value).__name__
        return Problem(path, number, "", f"is a JSON {kind}, {shown(value)}; write one JSON object a line")
    return Record(number, value)


def _decoded(raw: bytes) -> str:
    if (nul := raw.find(b"\0")) >= 0:
        raise ValueError(f"holds a NUL byte at byte {nul + 1}; is this a text file? Save it as UTF-8")
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        byte = f"0x{raw[error.start]:02x}"
        raise ValueError(f"is no UTF-8 (byte {byte} at byte {error.start + 1}); save the file as UTF-8") from error


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"gives the field `{repeated}` twice; keep one")
    return fields
