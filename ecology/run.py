"""Live one run through its stages: founders, how the tools came, turns, sealed cases, the end.

Promises: each stage picks up where the record stops, so a run killed anywhere is lived on to the same history.
Does not promise: to come back early. The first Ctrl-C drains the turns in flight, the second aborts.
"""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING

from agents import founders, inherited, visible_only
from governance import Council, Surroundings
from storage import RunRecord, Store, Task, TaskRecord, Transaction

from .control.desk import Desk
from .engine import Engine, Hands, Standing
from .executors import Pool
from .landing import Landing
from .record import Record
from .report import Ending
from .rewrites import IMPROVE
from .scribe import Scribe, score_of
from .settings import Settings
from .shelf import Shelf
from .speaking import Speaking
from .states import NOTHING, ToolState
from .thinking import Thinker
from .turn import Seal, Weigh, Weighed
from .views import Window
from .world import World

if TYPE_CHECKING:
    from agents.species import ThinkingMind

Watch = Callable[[Standing], None]

_FAILING = 1.0
_OPERATOR = (0.25, 400.0)


@dataclass(frozen=True, slots=True)
class Run:
    """One run and what it is lived with; `tier` is the sandbox tier that its workers got.

    `minds` are a user's own by species; `cut` is the turn after which the run that is replayed ended early, and how.
    """

    store: Store
    record: RunRecord
    settings: Settings
    council: Council
    pool: Pool
    tier: str
    tasks: Sequence[TaskRecord]
    speaking: Speaking
    minds: Mapping[str, ThinkingMind]
    desk: Desk
    cut: tuple[int, Ending] | None = None

    def live(self, watch: Watch) -> tuple[Ending, str]:
        """Live the run from wherever its record stops; return how it ended and, where it is a budget, which and why.

        Raises: StorageError: the disk failed; WorkerLost: a job killed its worker several times.
        """
        world = World(self.council.charter.breaker)
        scribe = Scribe(self.store, world, run_id=self.record.id, desk=self.desk)
        past = Record(self.store)
        for entry in past.before():
            world.fold(entry)
        self._found(world, scribe)
        self._reset_breaker(world, scribe)
        self._weigh(world, scribe)
        ending, refusal = self._take_turns(world, scribe, past, watch)
        for entry in past.after():
            world.fold(entry)
        scribe.settle()
        if ending not in ("stopped", "waiting"):
            if ending != "forked":
                self._seal(world, scribe)
            scribe.submit(partial(self._end, scribe=scribe, ending=ending))
            scribe.settle()
        return ending, refusal

    def _take_turns(self, world: World, scribe: Scribe, past: Record, watch: Watch) -> tuple[Ending, str]:
        self.speaking.purses.remember({agent.id: agent.founder_id for agent in self.store.agents.all()})
        landing = Landing(scribe, world, council=self.council, settings=self.settings)
        tasks = {each.id: visible_only(each.task) for each in self.tasks}
        left_s = self.speaking.purses.run.left_s
        target = self.cut[0] if self.cut else self.record.turns_target
        with Thinker(self.pool, self.settings, connect=self.speaking.connect, minds=self.minds) as thinker:
            hands = Hands(self.pool, thinker, Window(world, scribe.source_of, tasks, self.settings.conditions))
            engine = Engine(
                world, landing, hands, scribe=scribe, settings=self.settings,
                deadline=math.inf if left_s is None else time.monotonic() + left_s,
            )  # fmt: skip
            with _drained_by_interrupt(engine):
                ending = engine.run(first=world.turn + 1, target=target, record=past.turns(), watch=watch)
        return (self.cut[1] if self.cut and ending == "turns" else ending), engine.refusal

    def _found(self, world: World, scribe: Scribe) -> None:
        """Let the founders be born, once; in a later run those of niches that nobody has filled before."""
        born = inherited(founders(self.settings.population), self.settings.heirs)
        genomes = [genome for genome in born if genome.niche not in world.niches]
        if not genomes:
            return

        def births(tx: Transaction) -> None:
            moment = scribe.moment(turn=0, cause=self.record.seq)
            for genome in genomes:
                number = scribe.spawn(tx, genome, parent_id=None, moment=moment)
                amount = self.settings.start_energy
                self.store.ledger.enter(tx, number, kind="energy", amount=amount, reason="birth", **moment)
            scribe.fold(tx)

        scribe.submit(births)

    def _reset_breaker(self, world: World, scribe: Scribe) -> None:
        """Let a run begin with a breaker that is tried again, where the run before left it open."""
        if due := world.breaker.resumption(self.record.seq):
            moment = scribe.moment(turn=0, cause=due.cause)

            def reset(tx: Transaction) -> None:
                tx.record("breaker", payload=due.payload(), **moment)
                scribe.fold(tx)

            scribe.submit(reset)

    def _weigh(self, world: World, scribe: Scribe) -> None:
        """Score every tool as it came, once, and let the failing ones call."""
        new = [each for each in self.tasks if not world.tools[each.tool_id].versions[0].bitmap]
        futures = [self.pool.submit(Weigh(each.id, each.task.code)) for each in new]
        for each, future in zip(new, futures, strict=True):
            tool, found = world.tools[each.tool_id], future.result()
            scribe.submit(partial(self._weighed, scribe=scribe, tool=tool, found=found, cause=each.seq))

    def _weighed(self, tx: Transaction, *, scribe: Scribe, tool: ToolState, found: Weighed, cause: int) -> None:
        moment = scribe.moment(turn=0, cause=cause)
        self.store.tools.evaluate(
            tx, version_id=tool.versions[0].id, tool_id=tool.id, ring_set="baseline", passed=found.card.bitmap,
            score=score_of(found.card), outcome=found.outcome, tier=found.tier, signature=found.signature, **moment,
        )  # fmt: skip
        scribe.fold(tx)
        if tool.is_bait:
            return
        if tool.is_operator:
            calling, strength = "operator", _OPERATOR
        elif not tool.solved:
            calling, strength = "failing", (_FAILING, self.settings.open_half_life)
        elif scribe.world.improvable():
            calling, strength = "improve", IMPROVE
        else:
            return
        scribe.signal(tx, calling, f"{calling}:{tool.id}", strength=strength, agent_id=None, moment=moment)

    def _seal(self, world: World, scribe: Scribe) -> None:
        """Run the sealed cases of every solved tool's head, once."""
        tasks = {each.tool_id: _sealed(each.task) for each in self.tasks}
        solved = [tool for tool in world.tools.values() if tool.solved and not tool.is_operator]
        heads = [tool for tool in solved if tool.head.id not in world.sealed]
        shelf = Shelf(world, scribe.source_of, {each.id: each.task for each in self.tasks})
        sources = {tool.id: scribe.source_of(tool.head.code_hash) for tool in heads}
        jobs = [
            Seal(tasks[tool_id], source, Surroundings(shelf.parts([source]))) for tool_id, source in sources.items()
        ]
        for tool, future in zip(heads, [self.pool.submit(job) for job in jobs], strict=True):
            passed: tuple[bool, ...] = future.result()
            scribe.submit(partial(self._sealed, scribe=scribe, tool=tool, passed=passed))

    def _sealed(self, tx: Transaction, *, scribe: Scribe, tool: ToolState, passed: Sequence[bool]) -> None:
        marks = "".join("01"[each] for each in passed)
        moment = scribe.moment(turn=0, cause=tool.head.seq)
        self.store.tools.evaluate(
            tx, version_id=tool.head.id, tool_id=tool.id, ring_set="sealed", passed=marks,
            score=NOTHING, sealed=(sum(passed), len(passed)), outcome="ok", tier=self.tier, **moment,
        )  # fmt: skip
        scribe.fold(tx)

    def _end(self, tx: Transaction, *, scribe: Scribe, ending: Ending) -> None:
        self.store.runs.end(tx, ending=ending, **scribe.moment(turn=0, cause=self.record.seq))
        scribe.fold(tx)


def _sealed(task: Task) -> Task:
    return replace(task, cases=task.ring("sealed"))


@contextmanager
def _drained_by_interrupt(engine: Engine) -> Iterator[None]:
    """Let the first Ctrl-C drain the engine and the second abort; outside the main thread leave signals alone."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def drain(number: int, frame: FrameType | None) -> None:
        signal.signal(number, signal.default_int_handler)
        engine.drain()

    before = signal.signal(signal.SIGINT, drain)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
