"""Copy a history up to a moment into a new database, from which another future can begin.

Promises: the copy is written by the one writer and ends with the very digest that the history had at that moment, or it
is not there at all; no turn is cut in half. Does not promise: what happened afterwards; nothing of it is copied.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from typing import Any

from .errors import Damaged, NotFound
from .history import events as recorded_events
from .row import SHAPES, Row, Values
from .store import Store
from .tables import HISTORY, OPERATIONAL, table
from .transaction import Transaction

# What may stand beside a database of that name.
BESIDE = ("", "-wal", "-shm", ".lock", ".head")
_CUT = """SELECT one.seq, one.at FROM event AS one LEFT JOIN event AS next ON next.seq = one.seq + 1
WHERE one.seq <= ? AND (next.seq IS NULL OR next.kind = 'run' OR next.turn <> one.turn AND one.turn + next.turn > 0)
ORDER BY one.seq DESC LIMIT 1"""
_TEXTS = {
    name: tuple(key.parent.name for key in table(name).foreign_keys if key.column.table.name == "blob")
    for name in (*HISTORY, *OPERATIONAL)
}


def fork(past: Store, path: str | Path, *, at: int | None = None) -> int:
    """Copy the history of `past` up to the seq `at` (None: its end) to a new database; return the last seq copied.

    Where `at` falls within a turn, or within the beginning of a run, the copy ends before that.
    Raises: NotFound: there is nothing to copy up to there; StorageError: something of that name is there already, or
        it cannot be written; Damaged: the history copied is not the one that was recorded.
    """
    newest = past.last_seq()
    wanted = newest if at is None else at
    found = past._reader.raw(_CUT, (wanted,)) if 0 < wanted <= newest else ()
    if not found:
        raise NotFound(f"{past.path} has nothing to fork at seq {wanted}; give a seq from 1 to {newest}, its newest")
    until, moment = found[0]
    # What a run wrote behind its turns is of none.
    turn = past.totals.last_turn(as_of=until)
    place = Path(path)
    with Store.create(place) as copy:
        try:
            _copy(past, copy, until=until, turn=turn, moment=moment)
        except BaseException:
            copy.close()
            remove(place)
            raise
    return int(until)


def remove(path: Path) -> None:
    """Take a database and what stands beside it away."""
    for rest in BESIDE:
        with suppress(OSError):
            path.with_name(path.name + rest).unlink(missing_ok=True)


def _copy(past: Store, copy: Store, *, until: int, turn: int, moment: float) -> None:
    recorded = recorded_events(past._reader, after=0, until=until)
    for at, events in groupby(recorded, key=lambda each: float(each[0]["at"])):
        change = list(events)
        copy.submit(lambda tx, at=at, change=change: _record(tx, past, at, change)).applied()  # type: ignore[misc]
    copy.write(lambda tx: _note_all(tx, past, turn, moment))
    expected = past._reader.raw("SELECT digest FROM event WHERE seq = ?", (until,))[0][0].hex()
    if copy.history_hash() != expected:
        raise Damaged(f"{past.path} is not what was recorded up to seq {until}; `ecology audit` says where it differs")


def _record(tx: Transaction, past: Store, at: float, events: list[tuple[Any, Any]]) -> None:
    tx.at = at
    for event, rows in events:
        for name, values in rows:
            _keep_texts(tx, past, name, values)
        about = {key: event[key] for key in ("run_id", "turn", "cause", "agent_id", "task_id", "tool_id")}
        written = [Row(name, values) for name, values in rows]
        tx.record(event["kind"], *written, payload=json.loads(event["payload"]), **about)


def _operational(past: Store, turn: int, moment: float) -> Iterator[tuple[str, Values]]:
    """Yield who worked on the history up to a moment, and the calls of models up to a turn."""
    for name, condition, given in (("session", "at <= ?", moment), ("model_call", "turn <= ?", turn)):
        columns = [column for column, _, _ in SHAPES[name].columns]
        # A clock that was put back must not leave a hole in the numbers.
        chosen = f"id < (SELECT coalesce(min(id), {2**62}) FROM {name} WHERE NOT {condition})"
        found = past._reader.raw(f"SELECT {', '.join(columns)} FROM {name} WHERE {chosen} ORDER BY id", (given,))
        yield from ((name, dict(zip(columns, row, strict=True))) for row in found)


def _note_all(tx: Transaction, past: Store, turn: int, moment: float) -> None:
    for name, values in _operational(past, turn, moment):
        _keep_texts(tx, past, name, values)
        tx.note(Row(name, values))


def _keep_texts(tx: Transaction, past: Store, name: str, values: Values) -> None:
    for column in _TEXTS[name]:
        if values[column] is not None:
            keep = tx.code if column == "code_hash" else tx.blob
            keep(past.blobs.text(values[column]))
