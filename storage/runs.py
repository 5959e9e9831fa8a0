"""The runs asked for, and with what settings.

Promises: a run's seed, window and settings never change; going on with a run adds a session, not a run.
Does not promise: a place in the hash for its budget, which says how far the run gets and not what happens in it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Unpack

from sqlalchemy import bindparam, literal_column, select

from .database import Reads
from .moment import Moment, When
from .row import Row, canonical
from .tables import table
from .transaction import Entry, Transaction
from .when import as_of_seq

_RUN, _EVENT = table("run"), table("event")
# The kind is written out, not bound: only so does SQLite see that its partial index fits.
_ENDED = (
    select(_EVENT.c.payload)
    .where(_EVENT.c.kind == literal_column("'end'"), _EVENT.c.run_id == _RUN.c.id)
    .where(_EVENT.c.seq <= bindparam("as_of"))
    .order_by(_EVENT.c.seq.desc())
    .limit(1)
    .scalar_subquery()
    .label("ended")
)
_ALL = select(_RUN, _ENDED).where(_RUN.c.seq <= bindparam("as_of")).order_by(_RUN.c.id)
_LATEST = select(_RUN, _ENDED).where(_RUN.c.seq <= bindparam("as_of")).order_by(_RUN.c.id.desc()).limit(1)


_NO_LIMITS: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run: `window` is W of law 5, `turns_target` its last turn at most, `settings` and `budget` JSON values.

    `ending` is the word it ended with, None while it goes on (or was killed).
    """

    id: int
    seq: int
    seed: int
    window: int
    model: str
    turns_target: int
    charter_hash: str
    settings: Mapping[str, Any]
    budget: Mapping[str, Any] = field(default_factory=dict)
    ending: str | None = None


class Runs:
    """The runs of a store."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    def start(
        self,
        tx: Transaction,
        *,
        seed: int,
        window: int,
        model: str,
        turns_target: int,
        charter_hash: str,
        settings: Mapping[str, object],
        budget: Mapping[str, object] = _NO_LIMITS,
    ) -> RunRecord:
        """Record that a run begins, with what shapes it (`settings`) and what it may spend (`budget`)."""
        values = {"seed": seed, "window": window, "model": model, "turns_target": turns_target}
        texts = {"settings": canonical(settings), "budget": canonical(dict(budget))}
        row = Row("run", {**values, "charter_hash": charter_hash, **texts})
        entry = tx.record("run", row, run_id=tx.next_id("run"))
        return _record(entry.rows[0][1])

    def end(self, tx: Transaction, *, ending: str, **moment: Unpack[Moment]) -> Entry:
        """Record that the run of the moment is over, and how it ended."""
        return tx.record("end", payload={"ending": ending}, **moment)

    def latest(self, *, as_of: When = None) -> RunRecord | None:
        """Return the newest run, None where there is none yet."""
        found = self._reads.rows(_LATEST, {"as_of": as_of_seq(self._reads, as_of)})
        return _record(found[0]._mapping) if found else None

    def all(self, *, as_of: When = None) -> Sequence[RunRecord]:
        """Return all runs, oldest first."""
        return [_record(row._mapping) for row in self._reads.rows(_ALL, {"as_of": as_of_seq(self._reads, as_of)})]


def _record(values: Mapping[Any, Any]) -> RunRecord:
    kept = {column.name: values[column.name] for column in _RUN.c}
    ended = values.get("ended")
    ending = json.loads(ended)["ending"] if ended else None
    parsed = {name: json.loads(kept[name]) for name in ("settings", "budget")}
    return RunRecord(**{**kept, **parsed}, ending=ending)
