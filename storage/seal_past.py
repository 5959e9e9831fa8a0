"""Seals for rows that were written by a release that made none.

Promises: every row is under a seal afterwards, events with the rows they wrote. Does not promise: that the rows were as
they had been written; whoever calls this verifies the chain first, and wall-clock columns are taken as they stand.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from .history import Raw, events
from .row import SHAPES, Columns
from .seal import Written, make_seal, row_digest
from .tables import OPERATIONAL
from .transaction import insert_seal, read_head

_CHUNK = 500


def seal_past(connection: Connection, reads: Raw, *, at: float) -> None:
    """Write seals over all rows; `at` is the wall time they carry, in seconds."""
    head = read_head(connection)
    last, ids = dict(head.ids), {**dict.fromkeys(head.ids, 0), "seal": 0}
    previous = head.seal
    for written in _portions(reads, last):
        for name, digests in written.items():
            ids[name] += len(digests)
        seal = make_seal(written, ids=ids, previous=previous, at=at)
        insert_seal(connection, seal)
        ids["seal"], previous = seal["id"], seal["digest"]


def _portions(reads: Raw, last: dict[str, int]) -> Iterator[Written]:
    for name in ("blob", *OPERATIONAL):
        for first in range(1, last[name] + 1, _CHUNK):
            yield {name: [_digest(name, row) for row in _rows(reads, name, first)]}
    written: Written = {}
    for event, rows in events(reads, after=0, until=last["event"]):
        for name, values in (("event", event), *rows):
            written.setdefault(name, []).append(_digest(name, values))
        if len(written["event"]) == _CHUNK:
            yield written
            written = {}
    if written:
        yield written


def _rows(reads: Raw, name: str, first: int) -> list[Columns]:
    columns = [column for column, _, _ in SHAPES[name].columns]
    sql = f'SELECT {", ".join(columns)} FROM "{name}" WHERE rowid >= ? AND rowid < ? ORDER BY rowid'
    return [dict(zip(columns, row, strict=True)) for row in reads.raw(sql, (first, first + _CHUNK))]


def _digest(name: str, values: Columns) -> bytes:
    return row_digest(name, values, SHAPES[name].text(values))
