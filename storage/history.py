"""Reading the history back, event by event, and proving that it is what was written.

Promises: `entries` gives the very `Entry` values that were recorded, in order and in chunks, and holds no transaction;
`verify` finds any row that was altered, added, moved or removed since, the end of the history only given `head`.
Does not promise: that wall-clock columns (`at`, `tier`) or operational tables are untouched; `audit` looks at all.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

from .errors import Damaged
from .row import SHAPES, Columns
from .tables import HISTORY
from .transaction import START, Entry, entry_of, link

CHUNK = 500
END = 2**62

_Placed = tuple[str, Columns]


class Raw(Protocol):
    """Whoever answers queries in plain SQL: a `Reader`, or a migration inside its transaction."""

    def raw(self, sql: str, parameters: tuple[Any, ...] = ()) -> Sequence[Any]:
        """Return all rows of a query."""


def entries(reader: Raw, *, after: int = 0, until: int | None = None) -> Iterator[Entry]:
    """Yield the events with after < seq <= until, each with the rows it wrote."""
    for event, rows in events(reader, after=after, until=END if until is None else until):
        yield entry_of(event, payload=json.loads(event["payload"]), rows=tuple(rows))


def history_hash(reader: Raw, *, until: int | None = None) -> str:
    """Return the chain's last digest (up to a seq) in hexadecimal, 64 zeros for an empty history."""
    given = (END if until is None else until,)
    last = reader.raw("SELECT digest FROM event WHERE seq <= ? ORDER BY seq DESC LIMIT 1", given)
    return (last[0].digest if last else START).hex()


def last_seq(reader: Raw) -> int:
    """Return the seq of the newest committed event, 0 for an empty history."""
    return int(reader.raw("SELECT coalesce(max(seq), 0) FROM event")[0][0])


def verify(reader: Raw, *, head: str | None = None) -> None:
    """Compute the hash chain anew from the rows, and read every text.

    Args: head: what `history_hash` was when it was last known to be good; it also shows a removed end.
    Raises: Damaged: names the first event, row or text that does not fit.
    """
    _verify_links(reader)
    digest, seq = START, 0
    for event, rows in events(reader, after=0, until=last_seq(reader)):
        seq = event["seq"]
        digest = link(digest, texts(event, rows))
        if digest != event["digest"]:
            wrote = ", ".join(f"{name} {values['id']}" for name, values in rows) or "no rows"
            raise Damaged(f"event {seq} ({event['kind']}) or what it wrote ({wrote}) is not what was recorded")
    _verify_blobs(reader)
    if head is not None and head != digest.hex():
        raise Damaged(
            f"the history ends with {digest.hex()[:12]} at event {seq}, not with {head[:12]}: its end was removed"
        )


def texts(event: Columns, rows: Iterable[_Placed]) -> Iterator[bytes]:
    """Yield the texts under the chain's digest of an event: its own and those of its rows, in their order."""
    yield SHAPES["event"].text(event)
    for name, values in rows:
        yield SHAPES[name].text(values)


def events(reader: Raw, *, after: int, until: int) -> Iterator[tuple[Columns, list[_Placed]]]:
    """Yield the column values of events with after < seq <= until, each with the rows it wrote, in chunks."""
    chunk = "seq > ? AND seq <= ? ORDER BY seq LIMIT ?"
    while found := _read(reader, "event", where=chunk, given=(after, until, CHUNK)):
        last = found[-1]["seq"]
        rows = _rows(reader, after=after, until=last)
        for event in found:
            yield event, rows.pop(event["seq"], [])
        after = last


def _rows(reader: Raw, *, after: int, until: int) -> dict[int, list[_Placed]]:
    found: dict[int, list[_Placed]] = {}
    for name in HISTORY:
        for values in _read(reader, name, where="seq > ? AND seq <= ? ORDER BY seq, id", given=(after, until)):
            found.setdefault(values["seq"], []).append((name, values))
    return found


def _read(reader: Raw, name: str, *, where: str, given: tuple[Any, ...]) -> list[Columns]:
    columns = [column for column, _, _ in SHAPES[name].columns]
    found = reader.raw(f'SELECT {", ".join(columns)} FROM "{name}" WHERE {where}', given)
    return [dict(zip(columns, values, strict=True)) for values in found]


def _verify_links(reader: Raw) -> None:
    """Find rows that are missing, added or moved, by their numbers and by what they point to."""
    for name, key in (("event", "seq"), *((name, "id") for name in HISTORY)):
        _verify_numbers(reader, name, key=key)
    for name in HISTORY:
        stray = reader.raw(f"SELECT id, seq FROM {name} WHERE seq < 1 OR seq > (SELECT max(seq) FROM event) LIMIT 1")
        if stray:
            raise Damaged(f"{name} {stray[0].id} belongs to event {stray[0].seq}, which was never recorded")
    if broken := reader.raw("PRAGMA foreign_key_check"):
        name, row_id, parent, _ = broken[0]
        raise Damaged(f"{name} {row_id} points to a row of {parent} that is missing")


def _verify_numbers(reader: Raw, name: str, *, key: str) -> None:
    if reader.raw(f"SELECT coalesce(max({key}), 0) = count(*) FROM {name}")[0][0]:
        return
    apart = f"NOT EXISTS (SELECT 1 FROM {name} AS one WHERE one.{key} = {name}.{key} - 1)"
    for (found,) in reader.raw(f"SELECT {key} FROM {name} WHERE {key} <> 1 AND {apart} ORDER BY {key} LIMIT 1"):
        before = reader.raw(f"SELECT coalesce(max({key}), 0) FROM {name} WHERE {key} < ?", (found,))[0][0]
        raise Damaged(f"{name} {before} is followed by {name} {found}: rows between are missing, or this one was added")


def _verify_blobs(reader: Raw) -> None:
    last = ""
    while blobs := reader.raw("SELECT hash, data FROM blob WHERE hash > ? ORDER BY hash LIMIT ?", (last, CHUNK)):
        for name, data in blobs:
            if _hash_of(data) != name:
                raise Damaged(f"the text {name[:12]} in the table blob is not what was recorded")
        last = blobs[-1].hash


def _hash_of(data: bytes) -> str:
    try:
        return hashlib.sha256(zlib.decompress(data)).hexdigest()
    except zlib.error:
        return "unreadable"
