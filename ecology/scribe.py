"""Write to the store and fold what was written into the world, in the same step.

Promises: the world only ever learns from entries that are in the transaction; a change that fails leaves the run
unusable and the database as it was. Does not promise: durability on return; `settle` waits for it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from agents import Genome
from governance import Scorecard
from storage import Moment, Pending, Score, Store, Transaction

from .control.desk import Desk
from .world import World

_MEMORY = 20_000


class Scribe:
    """Writes one run's history."""

    def __init__(self, store: Store, world: World, *, run_id: int, desk: Desk | None = None) -> None:
        """Args: desk: where requests from outside are taken; without one, none are."""
        self.store = store
        self.world = world
        self.desk = desk
        self._run_id = run_id
        self._folded = 0
        self._sources: dict[str, str] = {}
        self._last: Pending[None] | None = None

    def submit(self, change: Callable[[Transaction], None], *, turn: int | None = None) -> Pending[None]:
        """Have the writer run a change, and wait until it ran; before it, in a replay, the requests that came there.

        Args: turn: where it is given, no requests of a later turn.
        Raises: StorageError: the disk failed; Stopped: the kill switch was thrown, and nothing is written.
        """
        self._folded = 0
        pending = self.store.submit(partial(self._led, change, turn))
        pending.applied()
        self._last = pending
        return pending

    def catch_up(self, turn: int) -> None:
        """In a replay, land the requests that came after a turn and before the next."""
        if self.desk and self.desk.past_due(self.world.seq, turn=turn):
            self.submit(lambda tx: None, turn=turn)

    def check(self) -> None:
        """Raise: Stopped: the kill switch is thrown."""
        if self.desk:
            self.desk.switch.check()

    def _led(self, change: Callable[[Transaction], None], turn: int | None, tx: Transaction) -> None:
        while self.desk and self.desk.relive(tx, self.world.in_force, turn=turn):
            self.fold(tx)
        change(tx)

    def settle(self) -> None:
        """Wait until everything written is durable. Raises: StorageError: the disk failed."""
        if self._last:
            self._last.durable()

    def fold(self, tx: Transaction) -> None:
        """Fold in what the change has recorded since the last time."""
        for entry in tx.entries[self._folded :]:
            self.world.fold(entry)
        self._folded = len(tx.entries)

    def moment(self, *, turn: int, cause: int | None = None) -> Moment:
        """Return what an event of this run carries."""
        return Moment(run_id=self._run_id, turn=turn, cause=cause)

    def remember(self, code_hash: str, source: str) -> None:
        """Keep a text at hand that the store may not have committed yet."""
        if len(self._sources) >= _MEMORY:
            # The oldest half was written thousands of changes ago and is committed by now.
            self._sources = dict(list(self._sources.items())[_MEMORY // 2 :])
        self._sources[code_hash] = source

    def source_of(self, code_hash: str) -> str:
        """Return the text of a code hash."""
        if code_hash not in self._sources:
            self._sources[code_hash] = self.store.blobs.text(code_hash)
        return self._sources[code_hash]

    def spawn(self, tx: Transaction, genome: Genome, *, parent_id: int | None, moment: Moment) -> int:
        """Write a birth and return the child's id; the name is its family or species and that number."""
        number = tx.next_id("agent")
        name = f"{genome.family or genome.species}-{number}"
        values = genome.model_dump(mode="json")
        self.store.agents.spawn(tx, name=name, species=genome.species, genome=values, parent_id=parent_id, **moment)
        self.fold(tx)
        return number

    def signal(
        self,
        tx: Transaction,
        kind: str,
        subject: str,
        *,
        strength: tuple[float, float],
        agent_id: int | None,
        moment: Moment,
        own: bool = False,
    ) -> None:
        """Write a signal of a strength and a half-life in turns; `own` where an agent asked for it."""
        level, half_life = strength
        self.store.board.signal(
            tx, kind=kind, subject=subject, strength=level, half_life=half_life, agent_id=agent_id, own=own, **moment
        )
        self.fold(tx)


def score_of(card: Scorecard) -> Score:
    """Return the counts of a scorecard as the store keeps them."""
    return Score(card.visible_passed, len(card.visible), card.gate_passed, len(card.gate), card.fuel)
