"""One sample of an experiment: an arm with a seed, lived in a database of its own.

Promises: a finished sample is recognised by its tasks, settings and turns and not lived again; an unfinished one is
gone on with to the same history; a database of anything else is refused and left as it is.
Does not promise: to know the release that a finished sample was lived with; the notebook does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from governance import load_charter
from storage import ConfigurationError, RunRecord, Store, Task

from ..ecology import Ecology, settings_of
from ..run import Watch
from ..settings import SandboxChoice, Settings
from .arms import Arm
from .notebook import Meter, Notebook

State = Literal["new", "unfinished", "finished"]
_OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class Sample:
    """An arm with a seed, on tasks, in a folder."""

    arm: Arm
    seed: int
    tasks: Sequence[Task]
    folder: Path

    @property
    def name(self) -> str:
        """Its database, as seen from the folder."""
        return f"{self.arm.name}/seed-{self.seed}.db"

    @property
    def path(self) -> Path:
        """Its database."""
        return self.folder / self.name

    @property
    def settings(self) -> Settings:
        """What it is lived with."""
        charter = load_charter(None).text
        return settings_of(_OFFLINE, self.arm.population, {}, charter=charter, seed=self.seed, **self.arm.settings)

    def state(self) -> State:
        """Return how far it has got.

        Raises: ConfigurationError: something else is in its place; StorageError: it cannot be read.
        """
        if not self.path.exists():
            return "new"
        with Store.open(self.path) as store:
            runs = store.runs.all()
            settled = [each.task.digest for each in store.tasks.all()]
        if (runs or settled) and settled != [task.digest for task in self.tasks]:
            raise self._refused("other tasks than these")
        if not runs:
            return "new"
        if len(runs) > 1:
            raise self._refused(f"{len(runs)} runs")
        self._require_same(runs[0])
        return "unfinished" if runs[0].ending is None else "finished"

    def _require_same(self, run: RunRecord) -> None:
        was, wanted = Settings.checked(**run.settings), self.settings
        for name in Settings.model_fields:
            if getattr(was, name) != getattr(wanted, name):
                mine, theirs = (f"{getattr(each, name)!r:.60}" for each in (wanted, was))
                raise self._refused(f"a run with {name} {theirs}, not {mine}")
        if run.turns_target != self.arm.turns or run.charter_hash != load_charter(None).digest:
            raise self._refused("a run of another charter or of other turns")

    def _refused(self, what: str) -> ConfigurationError:
        return ConfigurationError(f"{self.path} holds {what}; give another --out, or move that file away")

    def live(self, notebook: Notebook, *, workers: int, sandbox: SandboxChoice, watch: Watch) -> bool:
        """Live it to its end, from wherever it stands; return whether it got there.

        Raises: ConfigurationError: something else is in its place; StorageError, SandboxUnavailable, Stopped.
        """
        state = self.state()
        if state == "finished":
            return True
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with (
            Meter() as meter,
            Ecology(
                self.path, population=self.arm.population, workers=workers, sandbox=sandbox, seed=self.seed,
                **self.arm.settings,
            ) as ecology,
        ):  # fmt: skip
            if state == "unfinished":
                report = ecology.resume(watch=watch)
            else:
                ecology.settle(self.tasks)
                report = ecology.run(self.arm.turns, watch=watch)
        notebook.spent(self.name, cpu_s=meter.cpu_s, wall_s=meter.wall_s)
        return report.ending not in ("stopped", "waiting", "unfinished")
