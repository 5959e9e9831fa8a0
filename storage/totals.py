"""How much of everything there is: what a report counts.

Promises: counted from the rows themselves. Does not promise: speed on a very long history; each call reads it once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from sqlalchemy import text

from .database import Reads
from .moment import as_of_seq

_LAST_TURN = text("SELECT turn FROM event WHERE turn > 0 AND seq <= :as_of ORDER BY seq DESC LIMIT 1")
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

    def last_write(self, *, before: float = math.inf) -> float:
        """Return the wall time of the last event before a moment, seconds since 1970; 0.0 where there is none."""
        found = self._reads.rows(_LAST_WRITE, {"before": before})
        return float(found[0].at) if found else 0.0

    def counts(self) -> Counts:
        """Return the totals as of now."""
        turns, rest = self._reads.rows(_TURNS)[0], self._reads.rows(_REST)[0]
        return Counts(turns.turns, turns.candidates, *rest)
