"""The loop that makes turns: launch them ahead, land them strictly in order, end where nothing is left to do.

Promises: turn i sees the world as of the commit of turn i - window, so history does not depend on workers or timing; a
run taken up again replays its own record and goes on as if it had never stopped.
Does not promise: progress. That is the population's business.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from random import Random

from agents import FAMILIES
from storage import Entry

from .attention import Pick, choose
from .executors import Pool
from .landing import Landing
from .report import Ending
from .scribe import Scribe
from .settings import Settings
from .turn import Deed, Take
from .views import view_of
from .world import World


@dataclass(frozen=True, slots=True)
class Standing:
    """How a run stands, for whoever watches: turns are of the ecology, `taken` are those of this process.

    `draining` is true once a Ctrl-C was heard: the turns in flight are finished, and no more begun.
    """

    turn: int
    target: int
    taken: int
    solved: int
    tasks: int
    vetoes: int
    usd: float
    draining: bool = False


@dataclass(frozen=True, slots=True)
class Flight:
    """A turn under way: who does what, and either the future of its deed or the entries it left when it was done."""

    turn: int
    pick: Pick | None
    deed: Future[Deed] | None = None
    record: tuple[Entry, ...] = ()


class Engine:
    """Makes the turns of one run."""

    def __init__(self, world: World, landing: Landing, *, scribe: Scribe, pool: Pool, settings: Settings) -> None:
        self._world = world
        self._landing = landing
        self._scribe = scribe
        self._pool = pool
        self._settings = settings
        self._flights: deque[Flight] = deque()
        self._taken = 0
        self._idle = 0
        self._draining = False

    def drain(self) -> None:
        """Launch no more turns; those in flight are landed."""
        self._draining = True

    def run(
        self, *, first: int, target: int, record: Iterator[tuple[Entry, ...]], watch: Callable[[Standing], None]
    ) -> Ending:
        """Take the turns from `first` to `target`; those in `record` were taken before and are only folded in.

        Raises: WorkerLost: a turn killed its worker several times; StorageError: the disk failed.
        """
        turn = first
        while True:
            while turn <= target and self._may_launch():
                self._flights.append(self._launch(turn, next(record, ())))
                turn += 1
            if not self._flights:
                break
            self._land(self._flights.popleft())
            watch(self._standing(target))
        if self._quiet:
            return "extinct" if self._abandoned() else "settled"
        return "turns" if turn > target else "stopped"

    @property
    def _quiet(self) -> bool:
        """Whether a whole window of turns found nothing to do, so that nothing can change any more."""
        return self._idle >= self._settings.window

    def _abandoned(self) -> bool:
        """Whether a tool still fails that some family of edits has not been tried on to the end."""
        return any(
            not tool.solved and any(not tool.head.reached(family).exhausted for family in FAMILIES)
            for tool in self._world.tools.values()
        )

    def _may_launch(self) -> bool:
        return len(self._flights) < self._settings.window and not self._draining and not self._quiet

    def _launch(self, turn: int, record: tuple[Entry, ...]) -> Flight:
        """Choose whose turn it is as the world stands now, and send it to a worker, unless it was taken before."""
        flight = Flight(turn, Pick.stored(record), record=record) if record else self._fresh(turn)
        self._idle = 0 if flight.pick else self._idle + 1
        return flight

    def _fresh(self, turn: int) -> Flight:
        seed = f"{self._settings.seed}:{turn}"
        in_flight = [flight.pick for flight in self._flights if flight.pick]
        pick = choose(self._world, turn=turn, rng=Random(f"{seed}:attention"), in_flight=in_flight)
        if pick is None:
            return Flight(turn, None)
        view = view_of(self._world, pick, turn=turn, source_of=self._scribe.source_of)
        task_id = self._world.tools[pick.tool_id].task_id if pick.tool_id else None
        return Flight(
            turn, pick, deed=self._pool.submit(Take(view, pick.tool_id, task_id, seed=f"{self._settings.seed}:{turn}"))
        )

    def _land(self, flight: Flight) -> None:
        """Commit the oldest turn in flight, or fold in what it committed before."""
        if flight.record:
            for entry in flight.record:
                self._world.fold(entry)
            return
        self._taken += 1
        self._landing.land(flight.turn, flight.pick, flight.deed.result() if flight.deed else Deed(()))

    def _standing(self, target: int) -> Standing:
        world = self._world
        return Standing(
            turn=world.turn,
            target=target,
            taken=self._taken,
            solved=sum(tool.solved for tool in world.tools.values()),
            tasks=len(world.tools),
            vetoes=world.counts.vetoes,
            usd=0.0,
            draining=self._draining,
        )
