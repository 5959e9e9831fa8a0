"""The front of it all: one object that settles tasks, runs turns, goes on after a death, and answers questions.

Promises: everything acknowledged is in the database; a run killed at any moment is gone on with to the same history.
Does not promise: to share a database with another process that writes it; the second is told so.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from agents import require_model
from governance import Charter, Council, load_charter, open_sandbox, read_charter
from storage import (
    Agents,
    Blackboard,
    ConfigurationError,
    Ledger,
    Lineage,
    RunRecord,
    Store,
    Task,
    TaskRecord,
    Tools,
)

from .engine import Standing
from .executors import Pool
from .report import Report, report_on
from .run import Run, Watch
from .settings import Resources, SandboxChoice, Settings
from .turn import AskTier, Kit, gate_kept

_MOST_TURNS = 10**9
_GUARD_ONLY = (
    "tool code runs under resource limits alone, an accident guard and not a sandbox: nothing stronger was asked for or"
    " works here"
)


class SandboxWarning(UserWarning):
    """Tool code runs under resource limits alone."""


@dataclass(frozen=True, slots=True)
class _Crew:
    """What a run is lived with: the workers, the tier of their sandboxes, the tasks and the rules."""

    settings: Settings
    council: Council
    tasks: Sequence[TaskRecord]
    pool: Pool
    tier: str


def _unwatched(standing: Standing) -> None:
    """Watch nothing."""


class Ecology:
    """A population of agents on one database. A context manager; `close` lets go of the database.

    Args: database: the file, made where there is none; model: what agents think with (`offline` calls nothing);
        workers: processes, which change the speed and never the history; sandbox: a tier by name, or `auto`; charter:
        a TOML file that changes the rules; settings: `seed`, `window` and the others of `Settings`, by name.
    Raises: ConfigurationError: a value is out of range or unknown; CharterError; StorageError and its kinds.
    """

    def __init__(
        self,
        database: str | Path,
        *,
        model: str = "offline",
        workers: int = 2,
        sandbox: SandboxChoice = "auto",
        charter: str | Path | None = None,
        **settings: Any,
    ) -> None:
        self._charter = load_charter(charter)
        self._settings = Settings.checked(model=require_model(model), charter=self._charter.text, **settings)
        self._resources = Resources(workers=workers, sandbox=sandbox)
        path = Path(database)
        self._store = Store.open(path, write=True) if path.exists() else Store.create(path)
        self._elapsed_s = 0.0

    @property
    def lineage(self) -> Lineage:
        """Where versions and agents came from and what became of them."""
        return self._store.lineage

    @property
    def tools(self) -> Tools:
        """The tools, their versions and proposals, and what was said of those."""
        return self._store.tools

    @property
    def agents(self) -> Agents:
        """Everyone who ever lived here."""
        return self._store.agents

    @property
    def board(self) -> Blackboard:
        """The blackboard: posts, signals and claims."""
        return self._store.board

    @property
    def ledger(self) -> Ledger:
        """What agents gained and spent."""
        return self._store.ledger

    def settle(self, tasks: Iterable[Task]) -> int:
        """Put tasks and their tools into the database; equal ones there already are left alone. Return how many came.

        Raises: TaskError: another task of the same name is there; ConfigurationError: a run here is unfinished.
        """
        self._require_no_open_run()
        before = len(self._store.tools.names())
        listed = list(tasks)
        self._store.write(lambda tx: [self._store.tasks.settle(tx, task) for task in listed])
        return len(self._store.tools.names()) - before

    def run(self, turns: int, *, watch: Watch = _unwatched) -> Report:
        """Take that many more turns, fewer where nothing is left to do, and report.

        Raises: ConfigurationError: no tasks, fewer than one turn, or an unfinished run; SandboxUnavailable: nothing was
            written; StorageError.
        """
        if not 1 <= turns <= _MOST_TURNS:
            raise ConfigurationError(f"turns is {turns}; it must be 1 to {_MOST_TURNS}")
        if not self._store.tools.names():
            raise ConfigurationError(f"{self._store.path} holds no tasks; settle some before running")
        self._require_no_open_run()
        # Nothing is written before a sandbox is known to work here; then the run, before the slow start of workers.
        open_sandbox(self._resources.sandbox, allow_rlimit=_harmless(self._settings)).close()
        self._begin(turns)
        return self.resume(watch=watch)

    def resume(self, *, watch: Watch = _unwatched) -> Report:
        """Go on with the latest run, with the settings it was begun with; a finished one is only reported.

        Raises: ConfigurationError: no run here, or its charter has changed; SandboxUnavailable; StorageError.
        """
        run = self._store.runs.latest()
        if run is None:
            raise ConfigurationError(
                f"{self._store.path} holds no run to resume; `ecology run TASKS --db {self._store.path}` begins one"
            )
        if run.ending is None:
            settings = Settings.checked(**run.settings)
            with self._crew(settings, _charter_of(run, settings)) as crew:
                self._live(run, crew, watch)
        return self.report()

    def report(self) -> Report:
        """Return what the latest run has come to so far.

        Raises: ConfigurationError: there was no run here.
        """
        return report_on(self._store, elapsed_s=round(self._elapsed_s, 3))

    def close(self) -> None:
        """Keep what was written and let go of the database."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _require_no_open_run(self) -> None:
        latest = self._store.runs.latest()
        if latest and latest.ending is None:
            raise ConfigurationError(f"{self._store.path} holds an unfinished run; `ecology resume` finishes it first")

    def _begin(self, turns: int) -> RunRecord:
        """Write that a run begins."""
        target = self._store.totals.last_turn() + turns
        return self._store.write(
            lambda tx: self._store.runs.start(
                tx,
                seed=self._settings.seed,
                window=self._settings.window,
                model=self._settings.model,
                turns_target=target,
                charter_hash=self._charter.digest,
                settings=self._settings.model_dump(mode="json"),
            )
        )

    @contextmanager
    def _crew(self, settings: Settings, charter: Charter) -> Iterator[_Crew]:
        """Start the workers, let them prove their sandbox, and time what is done with them."""
        began = time.monotonic()
        tasks = self._store.tasks.all()
        kit = Kit(
            tasks={each.id: gate_kept(each.task) for each in tasks},
            charter=charter,
            sandbox=self._resources.sandbox,
            allow_rlimit=_harmless(settings),
        )
        with Pool(kit, workers=self._resources.workers) as pool:
            tier: str = pool.submit(AskTier()).result()
            if tier == "rlimit":
                warnings.warn(_GUARD_ONLY, SandboxWarning, stacklevel=4)
            yield _Crew(settings, Council(charter), tasks, pool, tier)
        self._elapsed_s = time.monotonic() - began

    def _live(self, run: RunRecord, crew: _Crew, watch: Watch) -> None:
        sessions, workers = self._store.sessions, self._resources.workers
        session = self._store.write(lambda tx: sessions.begin(tx, run_id=run.id, workers=workers, tier=crew.tier))
        ending = Run(self._store, run, crew.settings, crew.council, crew.pool, crew.tier, crew.tasks).live(watch)
        self._store.write(lambda tx: sessions.end(tx, session, outcome=ending))


def _harmless(settings: Settings) -> bool:
    """Whether the population runs only its own edits of the user's tools."""
    return settings.model == "offline"


def _charter_of(run: RunRecord, settings: Settings) -> Charter:
    charter = read_charter(settings.charter, where=f"of run {run.id}")
    if charter.digest != run.charter_hash:
        raise ConfigurationError(
            f"run {run.id} began under a charter of digest {run.charter_hash[:12]}, and with this release the same"
            f" text means {charter.digest[:12]}; resume it with the release it was begun with"
        )
    return charter
