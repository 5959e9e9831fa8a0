"""How much of everything there is: what a report counts.

Promises: counted from the rows themselves. Does not promise: speed on a very long history; each call reads it once.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from .database import Reads
from .moment import as_of_seq

_LAST_TURN = text("SELECT turn FROM event WHERE turn > 0 AND seq <= :as_of ORDER BY seq DESC LIMIT 1")
_LAST_MOMENT = text("SELECT run_id, turn FROM event ORDER BY seq DESC LIMIT 1")
_LAST_WRITE = text("SELECT at FROM event WHERE at < :before ORDER BY seq DESC LIMIT 1")
_TURNS = text(
    "SELECT count(*) AS turns, coalesce(sum(json_extract(payload, '$.tried')), 0) AS candidates"
    " FROM event WHERE kind = 'turn'"
)
_REST = text(
    "SELECT (SELECT count(*) FROM proposal) AS proposals,"
    " (SELECT count(DISTINCT coalesce(proposal_id, -seq)) FROM verdict WHERE outcome = 'veto') AS vetoes,"
    " (SELECT count(*) FROM agent) AS agents_spawned,"
    " (SELECT count(*) FROM event WHERE kind = 'retire') AS agents_retired"
)
_FLIPS = text(
    "SELECT seq, turn, cause, agent_id, tool_id, payload FROM event WHERE kind = 'flip' AND seq <= :as_of ORDER BY seq"
)


@dataclass(frozen=True, slots=True)
class FlipRecord:
    """Where a shadow charter would have decided otherwise: `old` and `new` are `pass`, `veto` or `wait`.

    `stage` is `examine`, `admit`, `birth` or the act that was asked for; `rules` are those that object.
    """

    seq: int
    turn: int
    cause: int | None
    agent_id: int | None
    tool_id: int | None
    proposal_id: int | None
    stage: str
    old: str
    new: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """Totals of a history: `candidates` are programs run by minds, `vetoes` the proposals and births refused."""

    turns: int
    candidates: int
    proposals: int
    vetoes: int
    agents_spawned: int
    agents_retired: int


class Totals:
    """The totals of a store."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    def last_turn(self, *, as_of: int | None = None) -> int:
        """Return the number of the last turn taken, 0 before the first."""
        found = self._reads.rows(_LAST_TURN, {"as_of": as_of_seq(as_of)})
        return int(found[0].turn) if found else 0

    def last_moment(self) -> tuple[int | None, int]:
        """Return the run and the turn of the last event, None and 0 where there is none."""
        found = self._reads.rows(_LAST_MOMENT)
        return (found[0].run_id, int(found[0].turn)) if found else (None, 0)

    def last_write(self, *, before: float = math.inf) -> float:
        """Return the wall time of the last event before a moment, seconds since 1970; 0.0 where there is none."""
        found = self._reads.rows(_LAST_WRITE, {"before": before})
        return float(found[0].at) if found else 0.0

    def flips(self, *, as_of: int | None = None) -> tuple[FlipRecord, ...]:
        """Return where a shadow charter would have decided otherwise, oldest first."""
        return tuple(_flip(row._mapping) for row in self._reads.rows(_FLIPS, {"as_of": as_of_seq(as_of)}))

    def counts(self) -> Counts:
        """Return the totals as of now."""
        turns, rest = self._reads.rows(_TURNS)[0], self._reads.rows(_REST)[0]
        return Counts(turns.turns, turns.candidates, *rest)


def _flip(row: Mapping[Any, Any]) -> FlipRecord:
    said = json.loads(row["payload"])
    plain = {name: row[name] for name in ("seq", "turn", "cause", "agent_id", "tool_id")}
    kept = {name: said[name] for name in ("stage", "old", "new")}
    return FlipRecord(**plain, **kept, proposal_id=said["proposal"], rules=tuple(said["rules"]))
