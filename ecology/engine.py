"""The loop that makes turns: launch them ahead, land them strictly in order, end where nothing is left to do.

Promises: turn i sees the world as of the commit of turn i - window, so history does not depend on workers or timing; a
run taken up again replays its own record and goes on as if it had never stopped.
Does not promise: progress. That is the population's business.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from random import Random

from agents import FAMILIES
from storage import BudgetReached, Entry, ModelFault, Stopped

from .attention import choose
from .canaries import Trials
from .executors import Pool
from .landing import Landing
from .pick import InFlight, Pick
from .report import Ending
from .scribe import Scribe
from .settings import Settings
from .speaking import learned, model_for
from .thinking import Think, Thinker
from .turn import Deed, Take
from .views import Window
from .world import World


@dataclass(frozen=True, slots=True)
class Standing:
    """How a run stands, for whoever watches: turns are of the ecology, `taken` are those of this process.

    `usd` is what models were paid as far as it is known, `unpriced` the calls whose price is not; `troubles` are the
    words with which calls failed last, by model and kind of failure. `draining` is true once a Ctrl-C was heard: the
    turns in flight are finished, and no more begun.
    """

    turn: int
    target: int
    taken: int
    solved: int
    tasks: int
    vetoes: int
    usd: float
    unpriced: int = 0
    troubles: Mapping[tuple[str, ModelFault], str] = field(default_factory=dict)
    draining: bool = False


# How often the kill switch is looked at while a turn is waited for.
_LOOK_S = 0.2
_OUT_OF_TIME = "the budget of wall time is used up; raise it to go on"


@dataclass(frozen=True, slots=True)
class Flight:
    """A turn under way: who does what, and either the future of its deed or the entries it left when it was done."""

    turn: int
    pick: Pick | None
    deed: Future[Deed] | None = None
    record: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Hands:
    """Who does a turn: workers for offline minds, the thinker for those with a model; `views` are what they see."""

    pool: Pool
    thinker: Thinker
    views: Window


class Engine:
    """Makes the turns of one run; `deadline` is when, by `time.monotonic`, its budget of wall time is used up."""

    def __init__(
        self,
        world: World,
        landing: Landing,
        hands: Hands,
        *,
        scribe: Scribe,
        settings: Settings,
        deadline: float = math.inf,
    ) -> None:
        self._world = world
        self._landing = landing
        self._hands = hands
        self._scribe = scribe
        self._settings = settings
        self._conditions = settings.conditions
        self._deadline = deadline
        self._trials = Trials(world, scribe, hands.pool, hands.views.shelf)
        self._flights: deque[Flight] = deque()
        self._in_flight = InFlight()
        self._taken = 0
        self._idle = 0
        self._draining = False
        self._given_up = False
        self.refusal = ""

    def drain(self) -> None:
        """Launch no more turns; those in flight are landed."""
        self._draining = True

    def run(
        self, *, first: int, target: int, record: Iterator[tuple[Entry, ...]], watch: Callable[[Standing], None]
    ) -> Ending:
        """Take the turns from `first` to `target`; those in `record` were taken before and are only folded in.

        Raises: WorkerLost: a turn killed its worker several times; StorageError: the disk failed.
        """
        try:
            return self._turns(first, target=target, record=record, watch=watch)
        except BudgetReached as error:
            # What is in flight behind it is not landed, so the history ends where the money did.
            return self._refused(str(error))
        except Stopped:
            return "stopped"

    def _turns(
        self, turn: int, *, target: int, record: Iterator[tuple[Entry, ...]], watch: Callable[[Standing], None]
    ) -> Ending:
        watch(self._standing(target))
        while True:
            while turn <= target and self._has_room:
                taken = next(record, ())
                if not taken and not self._may_begin(turn):
                    break
                self._flights.append(self._launch(turn, taken))
                turn += 1
            if not self._flights:
                break
            self._land(self._flights.popleft())
            watch(self._standing(target))
        if self._given_up:
            return "breaker"
        if self.refusal:
            return "budget"
        if self._quiet:
            if self._world.in_force.waiting:
                return "waiting"
            return "extinct" if self._abandoned() else "settled"
        return "turns" if turn > target else "stopped"

    @property
    def _quiet(self) -> bool:
        """Whether nothing can change any more: a whole window of turns found nothing to do, and no canary serves."""
        # A breaker that is not closed has yet to let through what it held back.
        closed = self._world.breaker.state == "closed"
        return self._idle >= self._settings.window and not self._world.canaries and closed

    def _abandoned(self) -> bool:
        """Whether a tool still fails that some family might be tried on further, as far as the budget goes."""
        in_all, left = self._world.searches.tried, self._conditions.left
        return any(
            not (tool.solved or tool.protected or tool.is_bait or left(here=tool.tried, in_all=in_all) < 1)
            and any(not tool.head.is_done(family, f"specialist/{family}") for family in FAMILIES)
            for tool in self._world.tools.values()
        )

    @property
    def _has_room(self) -> bool:
        return len(self._flights) < self._settings.window and not (self._draining or self._quiet or self.refusal)

    def _may_begin(self, turn: int) -> bool:
        """Whether a turn not taken before may be: there is time, and the breaker has not given up.

        Raises: Stopped: the kill switch is thrown.
        """
        self._scribe.check()
        breaker = self._world.breaker
        if breaker.given_up(turn):
            self._given_up = True
            self.refusal = (
                f"the breaker has not closed since turn {breaker.unclosed_since} ({breaker.why}); `ecology incidents`"
                " tells why, and `ecology resume --reset-breaker` goes on"
            )
            return False
        if time.monotonic() >= self._deadline:
            self._refused(_OUT_OF_TIME)
        return not self.refusal

    def _refused(self, why: str) -> Ending:
        self.refusal = why
        return "budget"

    def _launch(self, turn: int, record: tuple[Entry, ...]) -> Flight:
        """Choose whose turn it is as the world stands now, and have it taken, unless it was taken before."""
        flight = Flight(turn, Pick.stored(record), record=record) if record else self._fresh(turn)
        self._idle = 0 if flight.pick else self._idle + 1
        if flight.pick:
            self._in_flight.add(flight.pick)
        return flight

    def _fresh(self, turn: int) -> Flight:
        seed = f"{self._settings.seed}:{turn}"
        rng = Random(f"{seed}:attention")
        pick = choose(self._world, turn=turn, rng=rng, in_flight=self._in_flight, conditions=self._conditions)
        if pick is None:
            return Flight(turn, None)
        view = self._hands.views.view(pick, turn=turn)
        task_id = self._world.tools[pick.tool_id].task_id if pick.tool_id else None
        genome = view.me.genome
        if genome.is_offline or pick.activity == "repropose":
            return Flight(turn, pick, self._hands.pool.submit(Take(view, task_id, seed), about=pick.base_id))
        model = model_for(self._world, self._settings, genome.model, turn=turn)
        think = Think(view, task_id, seed, model, learned(self._world, model))
        return Flight(turn, pick, self._hands.thinker.submit(think))

    def _land(self, flight: Flight) -> None:
        """Commit the oldest turn in flight, or fold in what it committed before."""
        if flight.pick:
            self._in_flight.remove(flight.pick)
        before = self._world.in_force.seq
        self._settle(flight)
        if self._world.in_force.seq != before:
            # What people ask for may give the idle something to do again.
            self._idle = 0

    def _settle(self, flight: Flight) -> None:
        if flight.record:
            for entry in flight.record:
                self._world.fold(entry)
            return
        deed = self._awaited(flight.deed) if flight.deed else Deed(())
        self._scribe.check()
        self._taken += 1
        self._landing.land(flight.turn, flight.pick, deed, self._trials.run())

    def _awaited(self, deed: Future[Deed]) -> Deed:
        """Wait for what comes of a turn, as long as there is time.

        Raises: BudgetReached: there is none left; Stopped: the kill switch is thrown.
        """
        while True:
            left = self._deadline - time.monotonic()
            try:
                return deed.result(max(0.0, min(_LOOK_S, left)))
            except TimeoutError:
                if deed.done():
                    raise
                self._scribe.check()
                if left <= 0:
                    raise BudgetReached(_OUT_OF_TIME) from None

    def _standing(self, target: int) -> Standing:
        world = self._world
        tasks = [tool for tool in world.tools.values() if not tool.is_operator]
        return Standing(
            turn=world.turn,
            target=target,
            taken=self._taken,
            solved=sum(tool.solved for tool in tasks),
            tasks=len(tasks),
            vetoes=world.counts.vetoes,
            usd=sum(model.usd for model in world.models.values()),
            unpriced=sum(model.unknown for model in world.models.values()),
            troubles=self._hands.thinker.troubles,
            draining=self._draining,
        )
