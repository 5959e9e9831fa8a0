"""Hold every row against the seals: what was altered, removed, inserted or moved since it was written.

Promises: everything is found, not only the first; a row is named by its table and key; memory grows with what is found,
not with the history.
Does not promise: names of rows whose seal itself was altered or removed; then the seal is named.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from math import inf

from .finding import Finding, FindingKind
from .history import texts
from .moved import Loose, Slot, moves
from .row import SHAPES, Columns, Values
from .row_stream import RowStream
from .seal import MARK, Spans, own_digest, row_digest, seal_digest, spans_of
from .tables import HISTORY, SEALED
from .transaction import START, link

_LISTED = 1000


@dataclass(slots=True)
class _Read:
    """A row under the seal in hand: its place, its values (None: it is missing), and the digest of these."""

    table: str
    key: int
    values: Columns | None
    digest: bytes


class SealWalk:
    """One walk over all seals and the rows they cover.

    Afterwards: `findings`; `rows` read; the last seal, its digest and the last event's; and the digests, in
    hexadecimal, of the seals and events that were asked for and are there.
    """

    def __init__(self, connection: sqlite3.Connection, *, seals: Collection[int], events: Collection[int]) -> None:
        self.findings: list[Finding] = []
        self.rows = self.last_seal = self.last_seq = 0
        self.seal_digest = self.event_digest = START
        self.seal_digests: dict[int, str] = {0: START.hex()}
        self.event_digests: dict[int, str] = {0: START.hex()}
        self._asked = (frozenset(seals), frozenset(events))
        self._connection = connection
        self._streams = {name: RowStream(connection, name) for name in SEALED}
        # What the digest of the next seal may rest on: the last one's as it stands, and as it ought to be.
        self._seals_before = {START}
        self._events_before = {START}
        # Whether rows come that no seal covers because the seal that did is not to be trusted.
        self._gap = False
        self._slots: list[Slot] = []
        self._loose: list[Loose] = []

    def run(self) -> None:
        """Read everything."""
        try:
            self._walk(RowStream(self._connection, "seal"))
        finally:
            self.findings += moves(self._slots, self._loose)

    def _walk(self, stream: RowStream) -> None:
        for key, seal in stream.before(inf):
            if key < stream.due:
                self._found("inserted", "seal", key, None, "was never written by an engine")
                continue
            for missing in range(stream.due, min(key, stream.due + _LISTED)):
                self._found("removed", "seal", missing, None, "is missing")
                self._lost(set())
            stream.due = key + 1
            self._seal(key, seal)
        for name, rows in self._streams.items():
            self._strays(name, rows, before=inf)

    def _seal(self, key: int, seal: Columns) -> None:
        self.rows += 1
        self.last_seal, self.seal_digest = key, _bytes(seal["digest"])
        if key in self._asked[0]:
            self.seal_digests[key] = self.seal_digest.hex()
        spans = spans_of(seal)
        if spans is None or not self._follows(spans):
            self._found("seal", "seal", key, None, "is not what was written")
            return self._lost({self.seal_digest})
        rows = list(self._covered(spans))
        self._gap = False
        self._compare(key, seal, rows)

    def _lost(self, before: set[bytes]) -> None:
        """Go on after a seal that cannot be used; the digest that the next one rests on is among `before`, if known."""
        self._seals_before, self._events_before, self._gap = before, set(), True

    def _follows(self, spans: Spans) -> bool:
        """Whether a seal covers what comes after the seals before it; after a gap it need only come later."""
        dues = {name: self._streams[name].due for name in spans}
        return all(first == dues[name] or (self._gap and first > dues[name]) for name, (first, _) in spans.items())

    def _covered(self, spans: Spans) -> Iterator[_Read]:
        for name, (first, last) in spans.items():
            stream = self._streams[name]
            self._strays(name, stream, before=first)
            for key in range(first, last + 1):
                values = stream.take(key)
                yield _Read(name, key, values, _digest(name, values))

    def _strays(self, name: str, stream: RowStream, *, before: float) -> None:
        """Note the rows that no seal covers; in a gap, those that a lost seal covered are left alone."""
        for key, values in stream.before(before):
            if not self._gap or key < stream.due:
                self._loose.append(Loose(name, key, values))

    def _compare(self, key: int, seal: Columns, rows: list[_Read]) -> None:
        self.rows += sum(row.values is not None for row in rows)
        own, digests = _own(seal), [row.digest for row in rows]
        computed = {seal_digest(before, own=own, digests=digests) for before in self._seals_before}
        fits = self.seal_digest in computed
        marks = [seal["marks"][at : at + MARK] for at in range(0, len(seal["marks"]), MARK)]
        wrong = [(row, mark) for row, mark in zip(rows, marks[1:], strict=True) if row.digest[:MARK] != mark]
        altered = own[:MARK] != marks[0] or (fits and bool(wrong)) or not (fits or wrong or not computed)
        if altered:
            self._found("seal", "seal", key, None, "is not what was written")
        if not fits:
            for row, mark in wrong:
                self._slots.append(Slot(row.table, row.key, _whole(seal["seq"]), mark, row.values))
        self._seals_before = computed | {self.seal_digest}
        self._chain(rows, sound=not wrong)

    def _chain(self, rows: list[_Read], *, sound: bool) -> None:
        """Follow the chain of events; where rows under this seal do not fit, that was said already."""
        written: dict[object, list[tuple[str, Columns]]] = {}
        for row in rows:
            if row.values is not None and row.table in HISTORY:
                written.setdefault(row.values["seq"], []).append((row.table, row.values))
        for row in rows:
            if row.table == "event" and row.values is not None:
                self._link(row.key, row.values, written.get(row.key, []), sound=sound)
            elif row.table == "event":
                self._events_before = set()

    def _link(self, seq: int, event: Columns, rows: list[tuple[str, Columns]], *, sound: bool) -> None:
        self.last_seq, self.event_digest = seq, _bytes(event["digest"])
        if seq in self._asked[1]:
            self.event_digests[seq] = self.event_digest.hex()
        try:
            lines = list(texts(event, rows))
        except (TypeError, ValueError):
            lines, sound = [], False
        computed = {link(each, lines) for each in self._events_before}
        if sound and computed and self.event_digest not in computed:
            self._found("chain", "event", seq, seq, "does not follow from the event before and what it wrote")
        self._events_before = computed | {self.event_digest}

    def _found(self, kind: FindingKind, table: str, key: int | str | None, seq: int | None, detail: str) -> None:
        self.findings.append(Finding(kind, table, key, seq, f"{table} {key} {detail}"))


def _digest(name: str, values: Columns | None) -> bytes:
    """Return the digest of a row, one that fits nothing where it is missing or holds what no engine writes."""
    if values is None:
        return b""
    try:
        return row_digest(name, values, SHAPES[name].text(values))
    except (TypeError, ValueError):
        return b""


def _own(seal: Values) -> bytes:
    try:
        return own_digest(seal)
    except (TypeError, ValueError):
        return b""


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None
