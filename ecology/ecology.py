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
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from agents import OFFLINE_SPECIES, bound, niche_parts, require_model, spelled, usual_population
from agents.operators import operator_tasks
from governance import GUARD, Charter, Council, charter_files, load_charter, open_sandbox
from storage import (
    ConfigurationError,
    RunRecord,
    Stopped,
    Store,
    Task,
    TaskRecord,
    Transaction,
    When,
)

from .budget import Budget
from .control.desk import Desk
from .control.door import open_door
from .engine import Standing
from .executors import Pool
from .front import Front
from .heirs import inheriting
from .past import Lived, Past, charter_of
from .report import Report, report_on
from .run import Run, Watch
from .session import Session
from .settings import MODEL_WINDOW, Resources, SandboxChoice, Settings
from .shadow import shadow_of
from .speaking import Speaking, models_of, require_ready
from .turn import AskTier, Kit, gate_kept

if TYPE_CHECKING:
    from agents.species import ThinkingMind

BudgetLike = Budget | Mapping[str, Any]
_MOST_TURNS = 10**9
_REPLAY = "replay:"
_UNPRICED = (
    "the price of {} is unknown, so a limit in dollars may not hold; give its price, or limit its calls or tokens too"
)
_GUARD_ONLY = (
    "tool code runs under resource limits alone, an accident guard and not a sandbox: nothing stronger was asked for or"
    " works here"
)


class SandboxWarning(UserWarning):
    """Tool code runs under resource limits alone."""


class BudgetWarning(UserWarning):
    """A limit in dollars was set, and what a model costs is unknown."""


@dataclass(frozen=True, slots=True)
class _Crew:
    """What a run is lived with: the workers, the tier of their sandboxes, the tasks and the rules."""

    settings: Settings
    council: Council
    tasks: Sequence[TaskRecord]
    pool: Pool
    tier: str
    proof: str


def _unwatched(standing: Standing) -> None:
    """Watch nothing."""


class Ecology(Front):
    """A population of agents on one database. A context manager; `close` lets go of the database.

    Args: database: the file, made where there is none; model: what agents think with (`offline` calls nothing; several
        share the turns, evenly in a list, by weight in a mapping; `replay:DB` lives the latest run of DB again from its
        journal, with its settings); population: how many agents of each niche (`{"specialist": 1, "mender@gpt-5": 2}`;
        the usual one where it is not given); minds: a user's own minds by species, compiled LangGraph graphs; budget:
        what models may be paid (a `Budget`, or its fields in a mapping); workers: processes, which change the speed and
        never the history; sandbox: a tier by name, or `auto`; charter: a TOML file that changes the rules;
        shadow_charter: another, judged beside it, which decides nothing; resources: further fields of `Resources`;
        seed_from: another database, whose survivors with what they learnt found the population; settings: `seed`,
        `window` and the others of `Settings`, by name.
    Raises: ConfigurationError: a value is out of range or unknown; CharterError; StorageError and its kinds.
    """

    def __init__(
        self,
        database: str | Path,
        *,
        model: str | Sequence[str] | Mapping[str, float] = "offline",
        population: Mapping[str, int] | None = None,
        minds: Mapping[str, ThinkingMind] | None = None,
        budget: BudgetLike | None = None,
        workers: int = 2,
        sandbox: SandboxChoice = "auto",
        charter: str | Path | None = None,
        shadow_charter: str | Path | None = None,
        seed_from: str | Path | None = None,
        resources: Mapping[str, Any] | None = None,
        **settings: Any,
    ) -> None:
        self._minds = _checked(minds or {})
        self._budget = Budget.checked(budget or {})
        self._resources = Resources.checked(workers=workers, sandbox=sandbox, **(resources or {}))
        self._past: Past | None = None
        named = spelled(model)
        if named.startswith(_REPLAY):
            self._past = Past.of(Path(named.removeprefix(_REPLAY)))
            if shadow_charter is not None:
                raise ConfigurationError("a replay has the shadow charter of its run; leave it out")
            if seed_from is not None:
                raise ConfigurationError("a replay has the founders of its run; leave seed_from out")
            self._past.require(settings, population=population, charter=charter, budget=self._budget)
            self._settings, self._charter = self._past.runs[0].settings, self._past.runs[0].charter
        else:
            self._charter = load_charter(charter)
            if shadow_charter is not None:
                settings["shadow"] = load_charter(shadow_charter).text
            self._settings = settings_of(named, population, self._minds, charter=self._charter.text, **settings)
            if seed_from is not None:
                self._settings = inheriting(self._settings, Path(seed_from))
        path, key = Path(database), self._resources.signing_key
        self._rules = charter_files(charter, self._charter.text)
        make = Store.create if not path.exists() else partial(Store.open, write=True)
        self._store = make(path, signing_key=key)
        self._elapsed_s = 0.0
        self._refusal = ""
        self._desk = Desk(self._store)
        self._door = open_door(path, self._desk)

    @property
    def models(self) -> tuple[str, ...]:
        """The models that the population thinks with, of the latest run or else of the one to come."""
        run = self._store.runs.latest()
        return models_of(Settings.checked(**run.settings) if run else self._settings)

    def settle(self, tasks: Iterable[Task]) -> int:
        """Put tasks and their tools into the database; equal ones there already are left alone. Return how many came.

        Raises: TaskError: another task of the same name is there; ConfigurationError: a run here is unfinished.
        """
        self._require_no_open_run()
        before = len(self._store.tools.names())
        self._settle(tasks)
        return len(self._store.tools.names()) - before

    def run(self, turns: int | None = None, *, watch: Watch = _unwatched) -> Report:
        """Take that many more turns, fewer where nothing is left to do or a budget is used up, and report.

        A replay lives all runs of its database again, up to as many turns; only there may `turns` be left out.
        Raises: ConfigurationError: no tasks, fewer than one turn, an unfinished run, or a model that cannot be asked
            (its key is missing, its file is gone); SandboxUnavailable. Nothing was written then. StorageError.
        """
        self._require_no_open_run()
        self._require_going()
        target = self._target(turns)
        if self._past:
            if self._store.runs.latest():
                raise ConfigurationError(f"{self._store.path} holds a run already; replay into a new database")
            return self._relive(self._past, watch, most=target)
        if any(each.task.judged == "cases" for each in self._store.tasks.all()):
            if any(niche.startswith(("operator", "specialist/operator")) for niche in self._settings.population):
                self._settle(operator_tasks())
        else:
            raise ConfigurationError(f"{self._store.path} holds no tasks; settle some before running")
        # Nothing is written before a sandbox is known to work here; then the run, before the slow start of workers.
        self._require_ready(self._settings, self._budget)
        self._require_sandbox(self._settings, self._charter)
        run = self._begin(target, self._settings, self._charter, self._budget)
        return self._live(run, self._settings, self._charter, watch=watch)

    def resume(
        self, *, budget: BudgetLike | None = None, reset_breaker: bool = False, watch: Watch = _unwatched
    ) -> Report:
        """Go on with the latest run, with the settings it was begun with; a finished one is only reported.

        A run that its budget ended goes on, as a new run, where a new `budget` is given. What that names takes the
        place of the limits before, and what was spent before counts. One that the breaker ended goes on, as a new run
        whose breaker is half-open, where `reset_breaker` asks for it. A replay goes on as one.
        Raises: ConfigurationError: no run here, its charter has changed, or a model cannot be asked;
            SandboxUnavailable; StorageError.
        """
        run = self._store.runs.latest()
        if run is None:
            raise ConfigurationError(
                f"{self._store.path} holds no run to resume; `ecology run TASKS --db {self._store.path}` begins one"
            )
        if replayed := next((each.replay for each in self._store.sessions.all() if each.run_id == run.id), ""):
            self._desk.switch.check()
            return self._relive(self._past or Past.of(Path(replayed)), watch, most=run.turns_target)
        settings = Settings.checked(**run.settings)
        charter = charter_of(run, settings)
        limits = Budget.checked({} if budget is None else budget).over(Budget.checked(run.budget))
        asked = {"budget": budget is not None, "breaker": reset_breaker}.get(run.ending or "", False)
        goes_on = asked and run.turns_target > self._store.totals.last_turn()
        if run.ending is not None and not goes_on:
            return self.report()
        self._require_going()
        self._require_ready(settings, limits)
        if goes_on:
            self._require_sandbox(settings, charter)
            run = self._begin(run.turns_target, settings, charter, limits)
        return self._live(replace(run, budget=_document(limits)), settings, charter, watch=watch)

    def report(self, *, as_of: When = None) -> Report:
        """Return what the latest run has come to so far, or had come to at a moment.

        Raises: ConfigurationError: there was no run here; NotFound: there is no such moment.
        """
        if as_of is not None:
            return report_on(self._store, elapsed_s=0.0, as_of=as_of)
        replayed = self._past.came_out(self._store) if self._past else None
        return report_on(self._store, elapsed_s=round(self._elapsed_s, 3), refusal=self._refusal, replayed=replayed)

    def close(self) -> None:
        """Keep what was written, take no more requests and let go of the database."""
        if self._door:
            self._door.close()
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

    def _require_going(self) -> None:
        """Raise: Stopped: the kill switch is thrown."""
        self._desk.switch.check()
        if (stopped := self.in_force.stopped) and not self._past:
            why = f" ({stopped.reason})" if stopped.reason else ""
            raise Stopped(
                f"{self._store.path} was stopped by {stopped.by}{why}; `ecology stop {self._store.path} --clear` lets"
                " it go on"
            )

    def _target(self, turns: int | None) -> int:
        """Return the number of the last turn to take."""
        if turns is None and self._past:
            return max(each.record.turns_target for each in self._past.runs)
        if not isinstance(turns, int) or not 1 <= turns <= _MOST_TURNS:
            raise ConfigurationError(f"turns is {turns!r:.40}; it must be 1 to {_MOST_TURNS}")
        return self._store.totals.last_turn() + turns

    def _require_ready(self, settings: Settings, budget: Budget) -> None:
        tasks = [each.task for each in self._store.tasks.all()]
        unpriced = require_ready(settings, self._resources, tasks)
        if unpriced and budget.limits_usd:
            warnings.warn(_UNPRICED.format(" and ".join(unpriced)), BudgetWarning, stacklevel=4)

    def _require_sandbox(self, settings: Settings, charter: Charter) -> None:
        guarded = self._may_do_with_a_guard(settings)
        open_sandbox(self._resources.sandbox, allow_rlimit=guarded, demanded=charter.tier).close()

    def _settle(self, tasks: Iterable[Task]) -> None:
        listed = list(tasks)

        def settled(tx: Transaction) -> None:
            for task in listed:
                self._desk.catch_up(tx)
                self._store.tasks.settle(tx, task)

        self._store.write(settled)

    def _begin(self, target: int, settings: Settings, charter: Charter, budget: Budget) -> RunRecord:
        """Write that a run begins."""

        def begun(tx: Transaction) -> RunRecord:
            self._desk.catch_up(tx)
            return self._store.runs.start(
                tx, seed=settings.seed, window=settings.window, model=settings.model, turns_target=target,
                charter_hash=charter.digest, settings=settings.model_dump(mode="json"), budget=_document(budget),
            )  # fmt: skip

        return self._store.write(begun)

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
            shadow=shadow_of(settings.shadow),
        )
        with Pool(kit, workers=self._resources.workers) as pool:
            tier, proof = pool.submit(AskTier()).result()
            if tier == GUARD:
                warnings.warn(_GUARD_ONLY, SandboxWarning, stacklevel=4)
            yield _Crew(settings, Council(charter), tasks, pool, tier, proof)
        self._elapsed_s += time.monotonic() - began

    def _live(
        self, run: RunRecord, settings: Settings, charter: Charter, *, watch: Watch, lived: Lived | None = None
    ) -> Report:
        """Live a run from where its record stops; from `lived`, and no further, where it is a replay."""
        session = Session(self._store, run, self._rules)
        cut = lived.cut(run.turns_target) if lived else None
        replayed = str(self._resources.replay or "")
        with self._crew(settings, charter) as crew:
            speaking = Speaking.of(self._store, run, settings, self._resources)
            session.begin(workers=self._resources.workers, tier=crew.tier, proof=crew.proof, replay=replayed)
            with self._desk.running():
                ending, self._refusal = Run(
                    self._store, run, settings, crew.council, crew.pool, crew.tier, crew.tasks, speaking, self._minds,
                    self._desk, cut,
                ).live(watch)  # fmt: skip
            session.end(ending)
        return self.report()

    def _relive(self, past: Past, watch: Watch, *, most: int) -> Report:
        """Live the runs of a database again, one after the other, up to a turn; those lived already are passed over."""
        self._past, self._resources = past, replace(self._resources, replay=past.path)

        def unpaid(standing: Standing) -> None:
            watch(replace(standing, usd=0.0, unpriced=0))

        self._desk.live_again(past.requests)
        past.require_tasks([each.task for each in self._store.tasks.all()])
        while True:
            runs, last = self._store.runs.all(), self._store.totals.last_turn()
            lived = past.next(runs, last)
            if lived is None:
                self._store.write(self._desk.catch_up)
                return self.report()
            if runs and runs[-1].ending is None:
                run = runs[-1]
            else:
                self._require_sandbox(lived.settings, lived.charter)
                self._settle(lived.tasks)
                run = self._begin(min(most, lived.record.turns_target), lived.settings, lived.charter, Budget())
            report = self._live(run, lived.settings, lived.charter, watch=unpaid, lived=lived)
            if report.ending in ("stopped", "waiting", "unfinished"):
                return report

    def _may_do_with_a_guard(self, settings: Settings) -> bool:
        """Whether rlimit may be fallen back on: the population runs only its own edits of the user's tools."""
        return not self._minds and not any(niche_parts(niche)[2] for niche in settings.population)


def _checked(minds: Mapping[str, ThinkingMind]) -> dict[str, ThinkingMind]:
    for species, mind in minds.items():
        if not species.isidentifier() or species in (*OFFLINE_SPECIES, "operator"):
            raise ConfigurationError(
                f"a mind cannot be of the species {species!r}; give it a name of its own, one word"
            )
        if not hasattr(mind, "ainvoke"):
            raise ConfigurationError(
                f"the mind of {species!r} is no compiled LangGraph graph; compile it and give that"
            )
    return dict(minds)


def settings_of(
    model: str, population: Mapping[str, int] | None, minds: Mapping[str, object], **settings: Any
) -> Settings:
    """Return the settings with every niche of the population bound to what it thinks with."""
    model = require_model(model)
    wanted = usual_population(model) if population is None else population
    if not isinstance(wanted, Mapping):
        raise ConfigurationError(f"population is {wanted!r:.60}; give how many agents of each niche, by niche")
    niches = bound(wanted, model=model, registered=tuple(minds))
    thinking = [niche_parts(niche)[2] for niche in niches]
    for each in filter(None, thinking):
        require_model(each)
    if any(thinking):
        settings = {"window": MODEL_WINDOW, **settings}
    return Settings.checked(model=model, population=niches, **settings)


def _document(budget: Budget) -> dict[str, Any]:
    return budget.model_dump(mode="json", exclude_defaults=True)
