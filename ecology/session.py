"""A process at work on a run, and whether the rule layer's files stayed what they were while it worked.

Promises: both listings stand in the session's rows, so that an audit can compare them; where they differ a warning is
given, and an event of kind `guard` says so where the run is over.
Does not promise: an event where the run goes on later, for its turns follow one another; the session's rows say it.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Sequence
from pathlib import Path

from governance import guard_listing
from storage import RunRecord, Store, Transaction, changed_files

from .report import Ending


class GuardWarning(UserWarning):
    """Files of the rule layer changed while a run was under way."""


class Session:
    """Made before a run's workers start; `begin` and `end` write its rows."""

    def __init__(self, store: Store, run: RunRecord, rules: Sequence[Path]) -> None:
        """List the rule layer's files as they are now; `rules` are those of the user."""
        self._store = store
        self._run = run
        self._rules = rules
        self._before = guard_listing(rules)
        self._id = 0

    def begin(self, *, workers: int, tier: str, proof: str, replay: str) -> None:
        """Note that work begins. Raises: StorageError."""
        sessions, run_id, guard = self._store.sessions, self._run.id, self._before
        self._id = self._store.write(
            lambda tx: sessions.begin(
                tx, run_id=run_id, workers=workers, tier=tier, guard=guard, proof=proof, replay=replay
            )
        )

    def end(self, ending: Ending) -> None:
        """Note that work ended, list the files again, and say which of them changed. Raises: StorageError."""
        after = guard_listing(self._rules)
        changed = changed_files(json.loads(self._before), json.loads(after))

        def note(tx: Transaction) -> None:
            self._store.sessions.end(tx, self._id, outcome=ending, guard=after)
            if changed and ending != "stopped":
                tx.record("guard", run_id=self._run.id, cause=self._run.seq, payload={"changed": changed.split(", ")})

        self._store.write(note)
        if changed:
            warnings.warn(f"rule files changed while the run was under way: {changed}", GuardWarning, stacklevel=4)
