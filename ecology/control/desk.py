"""Where requests are taken, from any thread, and handed to whoever writes.

Promises: while turns are landed a request goes into a turn's own transaction, in the order of arrival; at rest it is
written at once; either way the answer is given when it is safe on the disk, and not before. So many wait at most.
Does not promise: an answer while a turn takes long; it comes with the next one that is landed.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field

from storage import Busy, Control, EcologyError, Moment, RequestRecord, Runs, Store, Totals, Transaction

from .clerk import land
from .in_force import InForce
from .request import AnyRequest, Clear, Receipt, Refused, Stop, relived
from .switch import Switch

MOST = 256


@dataclass(slots=True)
class Asked:
    """A request that waits to be landed, and whoever waits for the answer."""

    request: AnyRequest
    answer: Future[Receipt] = field(default_factory=Future)
    receipt: Receipt | None = None

    def settle(self, error: BaseException | None) -> None:
        """Tell whoever waits: the answer where it is on the disk, else what went wrong."""
        if self.answer.done():
            return
        if error is not None or self.receipt is None:
            self.answer.set_exception(error or Refused("the request was not landed; ask again with the same key"))
        else:
            self.answer.set_result(self.receipt)


class Desk:
    """Takes the requests of one store that is open for writing.

    In a database that lives another's history again, the requests of that one are landed where they were, and no others
    are taken.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        replays = any(each.replay for each in store.sessions.all())
        self._past: deque[RequestRecord] | None = deque() if replays else None
        self._gate = threading.Lock()
        self._waiting: deque[Asked] = deque()
        self._engine: int | None = None
        self.switch = Switch(store.path)

    def live_again(self, past: Sequence[RequestRecord]) -> None:
        """Land these requests where they were landed, and take no others."""
        self._past = deque(past)

    def ask(self, request: AnyRequest) -> Future[Receipt]:
        """Take a request; the future holds the answer once it is durable.

        Raises: Refused: a replay takes none, or it cannot be now; Busy: too many wait; StorageError: the disk failed.
        """
        if self._past is not None and not isinstance(request, Stop | Clear):
            raise Refused(f"{self._store.path} is a replay and goes as its run went; ask the database it replays")
        if isinstance(request, Stop):
            self.switch.throw(request)
        with self._gate:
            if self._engine is None:
                return self._at_rest(request)
            if isinstance(request, Clear):
                raise Refused("a run goes on; there is nothing to clear before it has stopped")
            if len(self._waiting) >= MOST:
                raise Busy(f"{MOST} requests wait already; ask again in a while with the same key")
            asked = Asked(request)
            self._waiting.append(asked)
        if threading.get_ident() == self._engine:
            # The one who lands cannot wait for itself.
            told: Future[Receipt] = Future()
            told.set_result(Receipt(key=request.key, outcome="queued", said="it is landed with the next turn"))
            return told
        return asked.answer

    @contextmanager
    def running(self) -> Iterator[None]:
        """Leave the landing to the engine, in this thread, as long as a run is lived; then land what still waits."""
        with self._gate:
            self._engine = threading.get_ident()
        try:
            yield
        except BaseException as error:
            with self._gate:
                self._engine = None
                left, self._waiting = list(self._waiting), deque()
            for each in left:
                each.settle(error)
            raise
        with self._gate:
            # Whatever comes in behind these waits at the gate.
            self._engine = None
            self._land_rest()

    def take(self) -> list[Asked]:
        """Return what waits, oldest first, to be landed now."""
        with self._gate:
            taken, self._waiting = list(self._waiting), deque()
        return taken

    def give_back(self, taken: Sequence[Asked]) -> None:
        """Put back what could not be landed, in its old place."""
        with self._gate:
            self._waiting.extendleft(reversed(taken))

    def past_due(self, seq: int, *, turn: int | None = None) -> bool:
        """Whether the past has a request right after that seq, of that turn or before where one is given."""
        while self._past and self._past[0].seq <= seq:
            self._past.popleft()
        if not self._past or self._past[0].seq != seq + 1:
            return False
        return turn is None or self._past[0].turn <= turn

    def relive(self, tx: Transaction, in_force: InForce | None = None, *, turn: int | None = None) -> bool:
        """Land the request that the past has here, where there is one, and say whether there was.

        Args: turn: where it is given, nothing of a later turn.
        """
        if not self.past_due(tx.seq, turn=turn) or not self._past:
            return False
        found = self._past.popleft()
        moment = Moment(run_id=found.run_id, turn=found.turn)
        land(tx, relived(dict(found.payload)), moment, in_force=in_force or InForce.of(Control(tx)))
        return True

    def catch_up(self, tx: Transaction) -> None:
        """Land all requests that the past has here, between its runs."""
        while self.relive(tx):
            pass

    def _land_rest(self) -> None:
        """Land what waits behind a run, the stop by a file among it."""
        if self.switch.thrown and self._past is None:
            self._waiting.append(Asked(self.switch.request()))
        left, self._waiting = list(self._waiting), deque()
        for each in left:
            try:
                self._at_rest(each.request, each)
            except EcologyError as error:
                each.settle(error)

    def _at_rest(self, request: AnyRequest, asked: Asked | None = None) -> Future[Receipt]:
        """Write a request between runs, and wait for the disk."""
        asked = asked or Asked(request)
        if self._past is None:
            asked.receipt = self._store.write(
                lambda tx: land(tx, request, resting(tx), in_force=InForce.of(Control(tx)))
            )
        else:
            # Written down, it would make another history.
            asked.receipt = Receipt(key=request.key, outcome="done", said="the replay is told, its history is not")
        if isinstance(request, Clear):
            self.switch.reset()
        asked.settle(None)
        return asked.answer


def resting(tx: Transaction) -> Moment:
    """Return the moment of what is written between turns: of an unfinished run's latest turn, else of none."""
    run = Runs(tx).latest()
    if run is None or run.ending is not None:
        return Moment(run_id=None, turn=0)
    # Behind its turns, where the sealed cases are run, a killed run is at turn 0 again.
    return Moment(run_id=run.id, turn=Totals(tx).last_moment()[1])
