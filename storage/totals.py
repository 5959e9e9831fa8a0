"""How much of everything there is: what a report counts.

Promises: counted from the rows themselves, as of any moment, at the same cost however long the history is, but for
`flips`, of which there may be many.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from .database import Reads
from .errors import ConfigurationError
from .milestones import Sums, advanced, milestone, sums
from .moment import When
from .when import as_of_seq, last_before, last_turn

_LAST_MOMENT = text("SELECT run_id, turn FROM event WHERE seq <= :as_of ORDER BY seq DESC LIMIT 1")
_NEWEST = text("SELECT coalesce(max(seq), 0) AS seq FROM event WHERE seq <= :as_of")
_LAST_WRITE = text("SELECT at FROM event WHERE at < :before ORDER BY seq DESC LIMIT 1")
_FLIPS = text(
    "SELECT seq, turn, cause, agent_id, tool_id, payload FROM event WHERE kind = 'flip' AND seq <= :as_of ORDER BY seq"
)

_STRETCHES = 20
MOST_STRETCHES = 10_000


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


@dataclass(frozen=True, slots=True)
class Stretch:
    """What the turns `first_turn` to `last_turn` came to."""

    first_turn: int
    last_turn: int
    sums: Sums


class Totals:
    """The totals of a store."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    def last_turn(self, *, as_of: When = None) -> int:
        """Return the number of the last turn taken, 0 before the first."""
        return last_turn(self._reads, as_of_seq(self._reads, as_of))

    def last_moment(self, *, as_of: When = None) -> tuple[int | None, int]:
        """Return the run and the turn of the last event, None and 0 where there is none."""
        found = self._reads.rows(_LAST_MOMENT, {"as_of": as_of_seq(self._reads, as_of)})
        return (found[0].run_id, int(found[0].turn)) if found else (None, 0)

    def last_write(self, *, before: float = math.inf) -> float:
        """Return the wall time of the last event before a moment, seconds since 1970; 0.0 where there is none."""
        found = self._reads.rows(_LAST_WRITE, {"before": before})
        return float(found[0].at) if found else 0.0

    def flips(self, *, as_of: When = None) -> tuple[FlipRecord, ...]:
        """Return where a shadow charter would have decided otherwise, oldest first."""
        return tuple(_flip(row._mapping) for row in self._reads.rows(_FLIPS, {"as_of": as_of_seq(self._reads, as_of)}))

    def counts(self, *, as_of: When = None) -> Counts:
        """Return the totals that a report tells."""
        found = self.sums(as_of=as_of)
        return Counts(found.turns, found.candidates, found.proposals, found.vetoes, found.births, found.deaths)

    def sums(self, *, as_of: When = None) -> Sums:
        """Return everything that is summed up."""
        return sums(self._reads, self._newest(as_of))

    def course(self, *, every: int | None = None, as_of: When = None) -> Sequence[Stretch]:
        """Return what each stretch of turns came to, oldest first; what lies outside turns counts with those before it.

        Args: every: turns in a stretch (the last may have fewer); a twentieth of all where it is None.
        Raises: ConfigurationError: it is less than 1, or so few that more than 10,000 stretches come out.
        """
        newest = self._newest(as_of)
        last = last_turn(self._reads, newest)
        step = max(1, math.ceil(last / _STRETCHES)) if every is None else every
        if step < 1 or last > step * MOST_STRETCHES:
            least = max(1, math.ceil(last / MOST_STRETCHES))
            raise ConfigurationError(f"every is {step}; with {last} turns it must be at least {least}")
        found: list[Stretch] = []
        before = Sums()
        for first in range(1, last + 1, step):
            end = min(first + step - 1, last)
            seq = newest if end == last else last_before(self._reads, "turn", end, newest=newest)
            mark = milestone(self._reads, seq)
            total = advanced(self._reads, max(mark, before, key=lambda each: each.seq), seq)
            found.append(Stretch(first, end, total.since(before)))
            before = total
        return found

    def _newest(self, as_of: When) -> int:
        """Return the seq of the newest event by a moment, so that one moment answers although a run goes on."""
        return int(self._reads.rows(_NEWEST, {"as_of": as_of_seq(self._reads, as_of)})[0].seq)


def _flip(row: Mapping[Any, Any]) -> FlipRecord:
    said = json.loads(row["payload"])
    plain = {name: row[name] for name in ("seq", "turn", "cause", "agent_id", "tool_id")}
    kept = {name: said[name] for name in ("stage", "old", "new")}
    return FlipRecord(**plain, **kept, proposal_id=said["proposal"], rules=tuple(said["rules"]))
