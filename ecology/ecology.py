"""The front of it all: one object that settles tasks, runs turns, goes on after a death, and answers questions.

Promises: everything acknowledged is in the database; a run killed at any moment is gone on with to the same history.
Does not promise: to share a database with another process that writes it; the second is told so.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from agents import bound, niche_parts, require_model, spelled, usual_population
from agents.operators import operator_tasks
from governance import Charter, Council, load_charter, open_sandbox, read_charter
from storage import (
    Agents,
    Blackboard,
    ConfigurationError,
    Journal,
    Ledger,
    Lineage,
    RunRecord,
    Store,
    Task,
    TaskRecord,
    Tools,
)

from .budget import Budget
from .engine import Standing
from .executors import Pool
from .past import Past
from .report import Report, report_on
from .run import Run, Watch
from .settings import MODEL_WINDOW, Resources, SandboxChoice, Settings
from .speaking import Speaking
from .turn import AskTier, Kit, gate_kept

if TYPE_CHECKING:
    from agents.species import ThinkingMind

_MOST_TURNS = 10**9
_REPLAY = "replay:"
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

    Args: database: the file, made where there is none; model: what agents think with (`offline` calls nothing; several
        share the turns, evenly in a list, by weight in a mapping; `replay:DB` lives the latest run of DB again from its
        journal, with its settings); population: how many agents of each niche (`{"specialist": 1, "mender@gpt-5": 2}`;
        the usual one where it is not given); minds: a user's own minds by species, compiled LangGraph graphs; budget:
        what models may be paid (a `Budget`, or its fields in a mapping); workers: processes, which change the speed and
        never the history; sandbox: a tier by name, or `auto`; charter: a TOML file that changes the rules; resources:
        further fields of `Resources`; settings: `seed`, `window` and the others of `Settings`, by name.
    Raises: ConfigurationError: a value is out of range or unknown; CharterError; StorageError and its kinds.
    """

    def __init__(
        self,
        database: str | Path,
        *,
        model: str | Sequence[str] | Mapping[str, float] = "offline",
        population: Mapping[str, int] | None = None,
        minds: Mapping[str, ThinkingMind] | None = None,
        budget: Budget | Mapping[str, Any] | None = None,
        workers: int = 2,
        sandbox: SandboxChoice = "auto",
        charter: str | Path | None = None,
        resources: Mapping[str, Any] | None = None,
        **settings: Any,
    ) -> None:
        self._minds = dict(minds or {})
        self._budget = budget if isinstance(budget, Budget) else Budget.checked(budget or {})
        self._resources = Resources.checked(workers=workers, sandbox=sandbox, **(resources or {}))
        self._past: Past | None = None
        if isinstance(model, str) and model.startswith(_REPLAY):
            self._past = Past.of(Path(model.removeprefix(_REPLAY)), charter=charter, given=settings)
            self._settings, self._charter = self._past.settings, self._past.charter
            self._resources = replace(self._resources, replay=self._past.path)
        else:
            self._charter = load_charter(charter)
            self._settings = _settled(spelled(model), population, self._minds, charter=self._charter.text, **settings)
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

    @property
    def journal(self) -> Journal:
        """What was said to models, and what they replied."""
        return self._store.journal

    def settle(self, tasks: Iterable[Task]) -> int:
        """Put tasks and their tools into the database; equal ones there already are left alone. Return how many came.

        Raises: TaskError: another task of the same name is there; ConfigurationError: a run here is unfinished.
        """
        self._require_no_open_run()
        before = len(self._store.tools.names())
        listed = list(tasks)
        self._store.write(lambda tx: [self._store.tasks.settle(tx, task) for task in listed])
        return len(self._store.tools.names()) - before

    def run(self, turns: int | None = None, *, watch: Watch = _unwatched) -> Report:
        """Take that many more turns, fewer where nothing is left to do or a budget is used up, and report.

        A run that is replayed takes the turns of the one before; only such a run may leave `turns` out.
        Raises: ConfigurationError: no tasks, fewer than one turn, or an unfinished run; SandboxUnavailable: nothing was
            written; StorageError.
        """
        self._require_no_open_run()
        target = self._target(turns)
        if any(each.task.judged == "cases" for each in self._store.tasks.all()):
            if any(niche.startswith(("operator", "specialist/operator")) for niche in self._settings.population):
                self._settle(operator_tasks())
        else:
            raise ConfigurationError(f"{self._store.path} holds no tasks; settle some before running")
        # Nothing is written before a sandbox is known to work here; then the run, before the slow start of workers.
        open_sandbox(self._resources.sandbox, allow_rlimit=self._may_do_with_a_guard(self._settings)).close()
        self._begin(target, self._settings, self._charter)
        return self.resume(watch=watch)

    def resume(self, *, budget: Budget | None = None, watch: Watch = _unwatched) -> Report:
        """Go on with the latest run, with the settings it was begun with; a finished one is only reported.

        A run that its budget ended goes on, as a new run, where a new `budget` is given.
        Raises: ConfigurationError: no run here, or its charter has changed; SandboxUnavailable; StorageError.
        """
        run = self._store.runs.latest()
        if run is None:
            raise ConfigurationError(
                f"{self._store.path} holds no run to resume; `ecology run TASKS --db {self._store.path}` begins one"
            )
        settings = Settings.checked(**run.settings)
        charter = _charter_of(run, settings)
        if budget is not None:
            self._budget = budget
            if run.ending == "budget" and (target := run.turns_target) > self._store.totals.last_turn():
                run = self._begin(target, settings, charter)
        if run.ending is None:
            with self._crew(settings, charter) as crew:
                self._live(run if budget is None else replace(run, budget=_document(budget)), crew, watch)
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

    def _target(self, turns: int | None) -> int:
        """Return the number of the last turn to take."""
        last = self._store.totals.last_turn()
        if turns is None and self._past:
            return self._past.run.turns_target
        if turns is None or not 1 <= turns <= _MOST_TURNS:
            raise ConfigurationError(f"turns is {turns}; it must be 1 to {_MOST_TURNS}")
        return last + turns

    def _settle(self, tasks: Iterable[Task]) -> None:
        listed = list(tasks)
        self._store.write(lambda tx: [self._store.tasks.settle(tx, task) for task in listed])

    def _begin(self, target: int, settings: Settings, charter: Charter) -> RunRecord:
        """Write that a run begins."""
        return self._store.write(
            lambda tx: self._store.runs.start(
                tx,
                seed=settings.seed,
                window=settings.window,
                model=settings.model,
                turns_target=target,
                charter_hash=charter.digest,
                settings=settings.model_dump(mode="json"),
                budget=_document(self._budget),
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
            allow_rlimit=self._may_do_with_a_guard(settings),
        )
        with Pool(kit, workers=self._resources.workers) as pool:
            tier: str = pool.submit(AskTier()).result()
            if tier == "rlimit":
                warnings.warn(_GUARD_ONLY, SandboxWarning, stacklevel=4)
            yield _Crew(settings, Council(charter), tasks, pool, tier)
        self._elapsed_s = time.monotonic() - began

    def _live(self, run: RunRecord, crew: _Crew, watch: Watch) -> None:
        sessions, workers = self._store.sessions, self._resources.workers
        speaking = Speaking.of(self._store, run, crew.settings, self._resources)
        replayed = str(self._resources.replay or "")
        session = self._store.write(
            lambda tx: sessions.begin(tx, run_id=run.id, workers=workers, tier=crew.tier, replay=replayed)
        )
        ending = Run(
            self._store, run, crew.settings, crew.council, crew.pool, crew.tier, crew.tasks, speaking, self._minds,
            self._past.cut if self._past else None,
        ).live(watch)  # fmt: skip
        self._store.write(lambda tx: sessions.end(tx, session, outcome=ending))

    def _may_do_with_a_guard(self, settings: Settings) -> bool:
        """Whether rlimit may be fallen back on: the population runs only its own edits of the user's tools."""
        return not self._minds and not any(niche_parts(niche)[2] for niche in settings.population)


def _settled(
    model: str, population: Mapping[str, int] | None, minds: Mapping[str, object], **settings: Any
) -> Settings:
    """Return the settings with every niche of the population bound to what it thinks with."""
    require_model(model)
    wanted = usual_population(model) if population is None else population
    niches = bound(wanted, model=model, registered=tuple(minds))
    thinking = [niche_parts(niche)[2] for niche in niches]
    for each in thinking:
        require_model(each or "offline")
    if any(thinking):
        settings = {"window": MODEL_WINDOW, **settings}
    return Settings.checked(model=model, population=niches, **settings)


def _document(budget: Budget) -> dict[str, Any]:
    return budget.model_dump(mode="json", exclude_defaults=True)


def _charter_of(run: RunRecord, settings: Settings) -> Charter:
    charter = read_charter(settings.charter, where=f"of run {run.id}")
    if charter.digest != run.charter_hash:
        raise ConfigurationError(
            f"run {run.id} began under a charter of digest {run.charter_hash[:12]}, and with this release the same"
            f" text means {charter.digest[:12]}; resume it with the release it was begun with"
        )
    return charter
