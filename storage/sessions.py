"""The processes that worked on a run: when each began and how it ended.

Promises: a session without an end died, or still works.
Does not promise: a place in the history; the hash chain leaves these rows out.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select, text

from .database import Reads
from .moment import NOW, When
from .row import Row
from .tables import table
from .transaction import Transaction
from .when import as_of_seq

_SESSION = table("session")
_ENDED = _SESSION.alias("ended")
# A clock that was put back must not leave a hole in the numbers.
_CUT = text(
    "SELECT coalesce(min(id), :now) AS id FROM session WHERE at > (SELECT at FROM event WHERE seq <= :as_of"
    " ORDER BY seq DESC LIMIT 1)"
)
_ALL = (
    select(_SESSION, _ENDED.c.outcome.label("how"), _ENDED.c.at.label("ended_at"), _ENDED.c.guard.label("after"))
    .outerjoin(_ENDED, (_ENDED.c.began_id == _SESSION.c.id) & (_ENDED.c.id < bindparam("cut")))
    .where(_SESSION.c.began_id.is_(None), _SESSION.c.id < bindparam("cut"))
    .order_by(_SESSION.c.id)
)
_SAME = ("run_id", "pid", "workers", "tier", "proof", "python", "replay")
_ONE = select(_SESSION).where(_SESSION.c.id == bindparam("id"))


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """A process at work on a run; `ended_at` (wall time, seconds) and `outcome` are None while it has not ended.

    `proof` is what the self-test of its sandbox tier found, `replay` the database whose replies it used in place of
    models, empty where it asked them itself; `guard` and `guard_after` are the hashes of the texts that list the rule
    layer's files with their digests, before and after.
    """

    id: int
    run_id: int
    pid: int
    workers: int
    tier: str
    python: str
    began_at: float
    ended_at: float | None
    outcome: str | None
    replay: str = ""
    proof: str = ""
    guard: str | None = None
    guard_after: str | None = None


class Sessions:
    """The sessions of a store."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    def begin(
        self,
        tx: Transaction,
        *,
        run_id: int,
        workers: int,
        tier: str,
        guard: str,
        proof: str = "",
        replay: str = "",
    ) -> int:
        """Note that this process begins to work on a run, and return the session's id.

        Args: tier: the sandbox's; guard: what lists the rule layer's files with their digests; proof: what the tier's
            self-test found; replay: the database whose replies are used again.
        """
        ours = {
            "run_id": run_id,
            "pid": os.getpid(),
            "workers": workers,
            "tier": tier,
            "proof": proof,
            "replay": replay,
            "guard": tx.blob(guard),
        }
        return tx.note(Row("session", {**ours, "python": platform.python_version(), "outcome": "", "at": tx.at}))

    def end(self, tx: Transaction, session_id: int, *, outcome: str, guard: str) -> None:
        """Note that a session ended, and how; `guard` as the rule layer's files are now."""
        began = tx.rows(_ONE, {"id": session_id})[0]
        same = {name: began._mapping[name] for name in _SAME}
        ended = {"began_id": session_id, "outcome": outcome, "guard": tx.blob(guard), "at": tx.at}
        tx.note(Row("session", {**same, **ended}))

    def all(self, *, as_of: When = None) -> Sequence[SessionRecord]:
        """Return all sessions, oldest first; as of a moment, those noted by the wall time of its last event."""
        cut = NOW
        if as_of is not None:
            cut = self._reads.rows(_CUT, {"as_of": as_of_seq(self._reads, as_of), "now": NOW})[0].id
        return [_record(row) for row in self._reads.rows(_ALL, {"cut": cut})]


def _record(row: Any) -> SessionRecord:
    same = {name: row._mapping[name] for name in _SAME}
    when = {"began_at": row.at, "ended_at": row.ended_at, "outcome": row.how}
    return SessionRecord(**same, **when, id=row.id, guard=row.guard, guard_after=row.after)
