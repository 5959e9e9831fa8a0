"""What a change may do while the writer runs it: record events with their rows, keep texts, and read.

Promises: ids and sequence numbers count up without gaps in commit order; every event's digest covers the one before it,
so the chain depends on the changes alone and not on how they were grouped into commits.
Does not promise: durability; that is `Pending.durable`.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from sqlalchemy import Connection, Executable, insert
from sqlalchemy.dialects.sqlite import dialect
from sqlalchemy.dialects.sqlite import insert as insert_or_keep

from .milestones import EVERY, advanced, milestone, row_of
from .row import SHAPES, Columns, Row, Values, canonical, shape_of
from .seal import Written, row_digest
from .tables import ALL, HISTORY, OPERATIONAL, SEALED, table
from .tree import tree_hash

T = TypeVar("T")

START = bytes(32)
_KNOWN_BLOBS = 20_000
_KNOWN_LATEST = 200_000
_MILESTONE = ("milestone",)


@dataclass(frozen=True, slots=True)
class Entry:
    """One event and the rows it wrote, as (table, column values); equal whether seen live or read back."""

    seq: int
    run_id: int | None
    turn: int
    kind: str
    cause: int | None
    agent_id: int | None
    task_id: int | None
    tool_id: int | None
    payload: dict[str, Any]
    rows: tuple[tuple[str, Columns], ...]


@dataclass(slots=True)
class Head:
    """Where the database ends: the last id of each table, the last seq, and the last digest of chain and seals.

    `blobs` are hashes of texts that are kept, `latest` what facades last wrote, by keys of their own.
    """

    ids: dict[str, int]
    seq: int = 0
    digest: bytes = START
    seal: bytes = START
    blobs: set[str] = field(default_factory=set)
    latest: dict[Hashable, Any] = field(default_factory=dict)

    def copy(self) -> Head:
        """Return a head that can run ahead of this one; what is only remembered is shared."""
        return replace(self, ids=dict(self.ids))


def read_head(connection: Connection) -> Head:
    """Return where the history in a database ends; a few look-ups, no scan."""
    ids = {name: connection.exec_driver_sql(f"SELECT max(rowid) FROM {name}").scalar_one() or 0 for name in ALL}
    head = Head(ids=ids, seq=ids["event"])
    for last in connection.exec_driver_sql("SELECT digest FROM event ORDER BY seq DESC LIMIT 1"):
        head.digest = last.digest
    for last in connection.exec_driver_sql("SELECT digest FROM seal ORDER BY id DESC LIMIT 1"):
        head.seal = last.digest
    return head


def link(previous: bytes, texts: Iterable[bytes]) -> bytes:
    """Return the digest of an event: sha256 over the digest before it, its own text, and those of the rows it wrote."""
    chain = hashlib.sha256(previous)
    for text in texts:
        chain.update(text)
    return chain.digest()


class Transaction:
    """A change under way, in the writer's thread only. Rows wait in memory until something reads or the change ends."""

    def __init__(self, connection: Connection, head: Head, *, at: float) -> None:
        self._connection = connection
        self._head = head
        self._waiting: dict[str, list[tuple[Any, ...]]] = {}
        self.written: Written = {}
        self._new_blobs: set[str] = set()
        self._newest: dict[Hashable, Any] = {}
        self.at = at
        self.entries: list[Entry] = []

    @property
    def seq(self) -> int:
        """The seq of the last event recorded, in this change or before it."""
        return self._head.seq

    def next_id(self, name: str) -> int:
        """Return the id that the next row of that table will get."""
        return self._head.ids[name] + 1

    def record(
        self,
        kind: str,
        *rows: Row,
        run_id: int | None = None,
        turn: int = 0,
        cause: int | None = None,
        agent_id: int | None = None,
        task_id: int | None = None,
        tool_id: int | None = None,
        payload: Mapping[str, object] | None = None,
    ) -> Entry:
        """Record one event and the rows that belong to it; return it as it will be read back.

        Args: cause: the seq of the event that led to this one; payload: JSON values.
        Raises: TypeError, ValueError: a row or the payload does not fit its table or is no JSON.
        """
        self._head.seq += 1
        text = canonical(payload or {})
        about = {"agent_id": agent_id, "task_id": task_id, "tool_id": tool_id, "payload": text}
        keys = {"seq": self._head.seq, "run_id": run_id, "turn": turn, "kind": kind, "cause": cause}
        event = SHAPES["event"].fill(about, keys={**keys, "digest": START, "at": self.at})
        placed = [self._place(row) for row in sorted(rows, key=_rank)]
        texts = [SHAPES["event"].text(event), *(SHAPES[name].text(values) for name, values in placed)]
        event["digest"] = self._head.digest = link(self._head.digest, texts)
        self._head.ids["event"] = self._head.seq
        for (name, values), line in zip([("event", event), *placed], texts, strict=True):
            self._wait(name, values, line)
        entry = entry_of(event, payload=json.loads(text), rows=tuple(placed))
        self.entries.append(entry)
        return entry

    def note(self, row: Row) -> int:
        """Write a row of an operational table (outside the history) and return its id."""
        if row.table not in OPERATIONAL:
            raise TypeError(f"{row.table} is part of the history: use record()")
        self._head.ids[row.table] += 1
        values = SHAPES[row.table].fill(row.values, keys={"id": self._head.ids[row.table]})
        self._wait(row.table, values, SHAPES[row.table].text(values))
        return self._head.ids[row.table]

    def blob(self, text: str) -> str:
        """Keep a text, once, and return its sha256 in hexadecimal.

        Raises: UnicodeEncodeError: the text holds half of a surrogate pair.
        """
        data = text.encode()
        name = hashlib.sha256(data).hexdigest()
        if name not in self._head.blobs and name not in self._new_blobs:
            self._new_blobs.add(name)
            self._waiting.setdefault("blob", []).append((name, len(data), zlib.compress(data)))
        return name

    def code(self, source: str) -> str:
        """Keep a source as `blob` does, and the hash of its syntax tree where it has one."""
        known = len(self._new_blobs)
        name = self.blob(source)
        if len(self._new_blobs) > known and (tree := tree_hash(source)):
            self.note(Row("syntax", {"code_hash": name, "tree_hash": tree}))
        return name

    def latest(self, key: Hashable, read: Callable[[], T]) -> T:
        """Return what was last noted under a key, and only where nothing was, what `read` finds in the database.

        It spares a look-up, before which every waiting row would have to be written.
        """
        for known in (self._newest, self._head.latest):
            if key in known:
                found: T = known[key]
                return found
        self._newest[key] = found = read()
        return found

    def note_latest(self, key: Hashable, value: object) -> None:
        """Say what `latest` is to return from now on; forgotten with the change where that fails."""
        self._newest[key] = value

    def rows(self, statement: Executable, parameters: Mapping[str, Any] | None = None) -> Sequence[Any]:
        """Return all rows of a query, this change's own among them."""
        self.flush()
        return self._connection.execute(statement, parameters or {}).all()

    def flush(self) -> None:
        """Hand the waiting rows to SQLite, so that its constraints are asked."""
        for name in SEALED:
            if waiting := self._waiting.pop(name, None):
                found = self._connection.exec_driver_sql(_insert(name), waiting)
                if name == "blob":
                    self._count_blobs(waiting, new=found.rowcount)

    def settle(self) -> None:
        """Finish the change: write what waits, and remember which texts are known to be there."""
        self._pass_milestones()
        self.flush()
        if len(self._head.blobs) > _KNOWN_BLOBS:
            self._head.blobs.clear()
        self._head.blobs |= self._new_blobs
        if len(self._head.latest) > _KNOWN_LATEST:
            self._head.latest.clear()
        self._head.latest.update(self._newest)

    def _pass_milestones(self) -> None:
        """Note the totals at every milestone that the history has come to."""
        last = self.latest(_MILESTONE, lambda: milestone(self, self.seq))
        while self.seq - last.seq >= EVERY:
            last = advanced(self, last, last.seq + EVERY)
            self.note(row_of(last))
            self.note_latest(_MILESTONE, last)

    def _place(self, row: Row) -> tuple[str, Columns]:
        ids = self._head.ids
        if row.table not in HISTORY:
            raise TypeError(f"{row.table} is no table of the history: use note() or blob()")
        ids[row.table] += 1
        return row.table, SHAPES[row.table].fill(row.values, keys={"id": ids[row.table], "seq": self._head.seq})

    def _count_blobs(self, waiting: list[tuple[Any, ...]], *, new: int) -> None:
        """Note which of these texts were written; the others were there before this process knew of them."""
        before = self._head.ids["blob"]
        self._head.ids["blob"] += new
        names = {each[0] for each in waiting}
        if new < len(names):
            found = self._connection.exec_driver_sql("SELECT hash FROM blob WHERE rowid > ?", (before,))
            names = {each.hash for each in found}
        columns = (dict(zip(SHAPES["blob"].empty, each, strict=True)) for each in waiting if each[0] in names)
        marks = [row_digest("blob", values, SHAPES["blob"].text(values)) for values in columns]
        self.written.setdefault("blob", []).extend(marks)

    def _wait(self, name: str, values: Values, text: bytes) -> None:
        self.written.setdefault(name, []).append(row_digest(name, values, text))
        # Rows are written in table order; one that points to a waiting row of a later table sends that one ahead.
        if not SHAPES[name].later.isdisjoint(self._waiting):
            self.flush()
        self._waiting.setdefault(name, []).append(tuple(values.values()))


def entry_of(event: Values, *, payload: dict[str, Any], rows: tuple[tuple[str, Columns], ...]) -> Entry:
    """Return the entry of an event's column values, its payload parsed, and the rows it wrote."""
    kept = {name: event[name] for name in _EVENT_FIELDS}
    return Entry(**kept, payload=payload, rows=rows)


def insert_seal(connection: Connection, seal: Columns) -> None:
    """Write a seal."""
    connection.exec_driver_sql(_insert("seal"), tuple(seal.values()))


_EVENT_FIELDS = ("seq", "run_id", "turn", "kind", "cause", "agent_id", "task_id", "tool_id")
_INSERTS: dict[str, str] = {}


def _rank(row: Row) -> int:
    return shape_of(row).rank


def _insert(name: str) -> str:
    if name not in _INSERTS:
        statement = insert_or_keep(table(name)).on_conflict_do_nothing() if name == "blob" else insert(table(name))
        _INSERTS[name] = str(statement.compile(dialect=dialect()))
    return _INSERTS[name]
