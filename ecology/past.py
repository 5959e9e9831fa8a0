"""The runs of a database, to be lived again from its journal without a model.

Promises: the same settings, tasks and charters, so that the same history comes out, or a sentence on what differs.
Does not promise: that every reply was kept; a run that was killed is replayed as far as it got.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, cast

from governance import Charter, load_charter, read_charter
from storage import ConfigurationError, RequestRecord, RunRecord, Store, Task, TaskRecord

from .budget import Budget
from .report import Ending
from .settings import Settings

_WHOLE = ("settled", "extinct", "turns", "breaker")


@dataclass(frozen=True, slots=True)
class Lived:
    """One run as it was: `last` is its last turn, `tasks` are those that were settled when it began."""

    record: RunRecord
    settings: Settings
    charter: Charter
    last: int
    tasks: tuple[Task, ...]

    def cut(self, target: int) -> tuple[int, Ending] | None:
        """Return the turn before `target` after which it was cut short, and how; None where it was not."""
        if self.record.ending in _WHOLE or self.last > target:
            return None
        return self.last, cast(Ending, self.record.ending or "stopped")


@dataclass(frozen=True, slots=True)
class Past:
    """The runs of a database, oldest first, the hash of their history, and what was asked from outside meanwhile."""

    path: Path
    runs: tuple[Lived, ...]
    history_hash: str
    requests: tuple[RequestRecord, ...] = ()

    @classmethod
    def of(cls, path: Path) -> Self:
        """Read the runs of a database.

        Raises: ConfigurationError: it holds none, or has no replies of its own; StorageError, NotFound.
        """
        with Store.open(path) as store:
            runs, tasks = store.runs.all(), store.tasks.all()
            ends = [store.totals.last_turn(as_of=each.seq) for each in runs[1:]] + [store.totals.last_turn()]
            replayed = next((each.replay for each in store.sessions.all() if each.replay), "")
            digest, requests = store.history_hash(), tuple(store.control.requests())
        if not runs:
            raise ConfigurationError(f"{path} holds no run to replay")
        if replayed:
            raise ConfigurationError(f"{path} was itself replayed and holds no replies; replay {replayed}")
        lived = (_lived(run, last, tasks) for run, last in zip(runs, ends, strict=True))
        return cls(path, tuple(lived), digest, requests)

    def require(
        self,
        given: Mapping[str, Any],
        *,
        population: Mapping[str, int] | None,
        charter: str | Path | None,
        budget: Budget,
    ) -> None:
        """Raise: ConfigurationError: something is given that the runs had otherwise, or that a replay cannot heed."""
        if population is not None:
            raise ConfigurationError(f"a replay has the population of the run in {self.path}; leave it out")
        if budget.seconds is not None:
            raise ConfigurationError("a replay goes as far as its run went; leave the budget of seconds out")
        for each in self.runs:
            for name, value in given.items():
                if Settings.checked(**{**each.record.settings, name: value}) != each.settings:
                    was = each.record.settings.get(name)
                    raise ConfigurationError(
                        f"the run in {self.path} had {name} {was!r}, not {value!r}; a replay leaves it out"
                    )
            if charter is not None and load_charter(charter).digest != each.charter.digest:
                raise ConfigurationError(
                    f"the run in {self.path} had another charter than {charter}; a replay leaves it out"
                )

    def require_tasks(self, settled: Sequence[Task]) -> None:
        """Raise: ConfigurationError: these tasks are not those that the first run began with, in their order."""
        known = [each.digest for each in self.runs[0].tasks]
        for place, task in enumerate(settled):
            if known[place : place + 1] != [task.digest]:
                raise ConfigurationError(
                    f"{self.path} was not about the task {task.name}; replay it with its own tasks"
                )

    def next(self, ours: Sequence[RunRecord], last: int) -> Lived | None:
        """Return the run to live or go on with after ours, whose last turn is `last`; None where there is none."""
        if ours and ours[-1].ending is None:
            return self.runs[len(ours) - 1]
        stopped_short = bool(ours) and last < self.runs[len(ours) - 1].last
        return None if stopped_short or len(ours) == len(self.runs) else self.runs[len(ours)]

    def came_out(self, store: Store) -> bool | None:
        """Whether a store that lived these runs again has their history; None while there is something left to live."""
        ours, last = store.runs.all(), store.totals.last_turn()
        if not ours:
            return None
        now, then = ours[-1], self.runs[len(ours) - 1]
        if now.ending is None:
            left = then.record.ending is not None or last < then.last
        else:
            left = now.turns_target < then.record.turns_target or self.next(ours, last) is not None
        return None if left else store.history_hash() == self.history_hash


def charter_of(run: RunRecord, settings: Settings) -> Charter:
    """Return the charter that a run began under.

    Raises: ConfigurationError: with this release its text means something else.
    """
    charter = read_charter(settings.charter, where=f"of run {run.id}")
    if charter.digest != run.charter_hash:
        raise ConfigurationError(
            f"run {run.id} began under a charter of digest {run.charter_hash[:12]}, and with this release the same"
            f" text means {charter.digest[:12]}; go on with the release it was begun with"
        )
    return charter


def _lived(run: RunRecord, last: int, tasks: Sequence[TaskRecord]) -> Lived:
    settings = Settings.checked(**run.settings)
    return Lived(
        run, settings, charter_of(run, settings), last, tuple(each.task for each in tasks if each.seq < run.seq)
    )
