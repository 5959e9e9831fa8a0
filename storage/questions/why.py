"""Why something happened: the events that led to one, up to a root, and those that came of it.

Promises: causes are all there, nearest to the root first; of the consequences the earliest, as many as are asked for.
Does not promise: that an event was the only reason; each names the one that led to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from sqlalchemy import bindparam, text

from ..database import Reads
from ..errors import NotFound
from ..moment import NOW
from .rows import Rows

CHUNK = 5_000
_UP = text(
    "WITH RECURSIVE up(seq, cause) AS (SELECT e.seq, e.cause FROM event e WHERE e.seq = :seq AND e.seq <= :as_of"
    " UNION ALL SELECT e.seq, e.cause FROM up JOIN event e ON e.seq = up.cause) SELECT seq, cause FROM up ORDER BY seq"
)
_AFTER = text("SELECT seq, cause FROM event WHERE seq > :after AND seq <= :as_of ORDER BY seq LIMIT :limit")
_TOLD = text("SELECT * FROM v_event WHERE seq IN :seqs ORDER BY seq").bindparams(bindparam("seqs", expanding=True))


@dataclass(frozen=True, slots=True)
class Event:
    """An event in a causal tree."""

    level: Annotated[int, "steps below the event asked about; less than 0 for what led to it"]
    seq: Annotated[int, "the event"]
    cause: Annotated[int | None, "event that led to it, none for a root"]
    turn: Annotated[int, "its turn, 0 outside turns"]
    kind: Annotated[str, "what happened"]
    agent: Annotated[str | None, "agent it is about"]
    tool: Annotated[str | None, "tool it is about"]
    payload: Annotated[str, "what else there is to say, as JSON"]


def why(reads: Reads, seq: int, *, limit: int, as_of: int = NOW) -> Rows[Event]:
    """Return what led to an event, the event, and at most `limit` events that came of it, a cause before its effects.

    Raises: NotFound: there is (or was then) no such event.
    """
    line = reads.rows(_UP, {"seq": seq, "as_of": as_of})
    if not line:
        raise NotFound(f"no event {seq} in this database; `ecology ask moment` and the views name events by their seq")
    levels = {row.seq: place - len(line) + 1 for place, row in enumerate(line)}
    below: dict[int, list[int]] = {seq: []}
    for number, cause in _consequences(reads, seq, as_of):
        if len(below) > limit:
            break
        if cause in below:
            below[cause].append(number)
            below[number] = []
            levels[number] = levels[cause] + 1
    told = {row.seq: row for row in _told(reads, list(levels))}
    order = [row.seq for row in line[:-1]] + list(_walk(below, seq))
    return Rows(Event, [_event(told[each], levels[each]) for each in order])


def _consequences(reads: Reads, seq: int, as_of: int) -> Iterator[tuple[int, int | None]]:
    """Yield every later event with its cause; a cause comes before what it leads to, so one pass is enough."""
    after = seq
    while found := reads.rows(_AFTER, {"after": after, "as_of": as_of, "limit": CHUNK}):
        yield from ((row.seq, row.cause) for row in found)
        after = found[-1].seq


def _told(reads: Reads, seqs: list[int]) -> Iterator[Any]:
    for start in range(0, len(seqs), CHUNK):
        yield from reads.rows(_TOLD, {"seqs": seqs[start : start + CHUNK]})


def _walk(below: dict[int, list[int]], root: int) -> Iterator[int]:
    waiting = [root]
    while waiting:
        here = waiting.pop()
        yield here
        waiting += reversed(below[here])


def _event(row: Any, level: int) -> Event:
    return Event(level, row.seq, row.cause, row.turn, row.kind, row.agent, row.tool, row.payload)
