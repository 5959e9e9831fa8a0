"""The head file `<database>.head`: where the database ended, told outside it, a JSON line at every checkpoint.

Promises: lines are only appended and are on the disk before `write` returns; each names the sha256 of the line before,
and is signed where a key is given; what a crash tore off is cut away when the file is next opened for writing. A line
says in which state it was written: `opened` and `at` while a process writes, `closed` by one that ended in order. So a
database that goes on beyond a last line `closed` was tampered with, and one beyond another lost its writer.
Does not promise: proof where both files can be replaced by older ones; keep a copy of the lines elsewhere.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal, cast

from .database import sync_folder
from .errors import Damaged
from .row import canonical
from .signing import Sign, Verify

State = Literal["opened", "at", "closed"]
START = bytes(32).hex()


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a database ends: its last seal and last event (0: none) with their digests in hexadecimal."""

    seal: int
    seal_digest: str
    seq: int
    digest: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a head file, and its number there, from 1; `signature` is empty where it was not signed."""

    number: int
    state: State
    mark: Mark
    time: float
    release: str
    previous: str
    signature: str
    text: str

    @property
    def digest(self) -> str:
        """The sha256 of the line as it stands."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def is_signed(self, verify: Verify) -> bool:
        """Whether its signature is that of a key."""
        fields: dict[str, Any] = json.loads(self.text)
        fields.pop("signature", None)
        return bool(self.signature) and verify(canonical(fields).encode(), bytes.fromhex(self.signature))


class HeadFile:
    """The head file of a database, appended to by the one process that writes it."""

    def __init__(self, database: Path, *, sign: Sign | None) -> None:
        """Make the file where there is none, and cut off a torn last line. Raises: OSError: it cannot be written."""
        self._path = head_path(database)
        self._sign = sign
        is_new = not self._path.exists()
        with self._path.open("ab+") as file:
            file.seek(0)
            data = file.read()
            whole = data.rfind(b"\n") + 1
            file.truncate(whole)
        if is_new:
            sync_folder(self._path.parent)
        last = data[:whole].splitlines()[-1:]
        self._previous = hashlib.sha256(last[0]).hexdigest() if last else START

    def write(self, state: State, mark: Mark, *, at: float) -> None:
        """Append a line and wait until it is on the disk. Raises: OSError: it could not be written."""
        fields: dict[str, Any] = {
            "state": state, "seal": mark.seal, "seal_digest": mark.seal_digest, "seq": mark.seq, "digest": mark.digest,
            "time": at, "release": release(), "previous": self._previous,
        }  # fmt: skip
        if self._sign:
            fields["signature"] = self._sign(canonical(fields).encode()).hex()
        line = canonical(fields).encode()
        with self._path.open("ab", buffering=0) as file:
            before = os.fstat(file.fileno()).st_size
            # One write, so that a crash leaves a whole line or one without its end; so does a full disk.
            if file.write(line + b"\n") <= len(line):
                file.truncate(before)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(file.fileno())
        self._previous = hashlib.sha256(line).hexdigest()


def head_path(database: Path) -> Path:
    """Return the path of a database's head file."""
    return database.with_name(f"{database.name}.head")


def release() -> str:
    """Return the version of this release, `source` where it is not installed."""
    try:
        return version("ecology")
    except PackageNotFoundError:
        return "source"


def read_lines(path: Path) -> list[Line | int]:
    """Return the lines of a head file, a number in place of each that cannot be read; a torn last one is left out.

    Raises: FileNotFoundError, OSError: there is no such file or it cannot be read.
    """
    data = path.read_bytes()
    whole = data[: data.rfind(b"\n") + 1]
    return list(_parsed(whole.decode(errors="replace")))


def _parsed(text: str) -> Iterator[Line | int]:
    for number, line in enumerate(text.splitlines(), 1):
        try:
            yield _line(number, line)
        except (ValueError, KeyError, TypeError):
            yield number


def _line(number: int, text: str) -> Line:
    fields = json.loads(text)
    mark = Mark(int(fields["seal"]), str(fields["seal_digest"]), int(fields["seq"]), str(fields["digest"]))
    state, signature = fields["state"], str(fields.get("signature", ""))
    if state not in ("opened", "at", "closed") or canonical(fields) != text:
        raise ValueError(text)
    bytes.fromhex(signature)
    rest = (float(fields["time"]), str(fields["release"]), str(fields["previous"]))
    return Line(number, cast(State, state), mark, *rest, signature, text)


def require_same_end(database: Path, mark: Mark, *, known: Callable[[int], str | None]) -> None:
    """Refuse to go on with a database that does not end as its head file says.

    Args: mark: where the database ends; known: returns the digest of a seal in it, None where there is no such seal.
    Raises: Damaged: rows were removed from its end, or added after it was closed.
    """
    last = last_line(database)
    if last is None:
        return
    cure = (
        f"`ecology audit {database}` says what; put the file back that belongs to it, or remove {head_path(database)}"
    )
    if known(last.mark.seal) != last.mark.seal_digest:
        raise Damaged(f"{database} does not hold the commit {last.mark.seal} that its head file names; {cure}")
    if last.state == "closed" and mark.seal != last.mark.seal:
        raise Damaged(f"{database} was changed after it was closed at commit {last.mark.seal}; {cure}")


def last_line(database: Path) -> Line | None:
    """Return the last whole line of a database's head file, None where there is none."""
    try:
        lines = read_lines(head_path(database))
    except FileNotFoundError:
        return None
    return next((line for line in reversed(lines) if isinstance(line, Line)), None)
