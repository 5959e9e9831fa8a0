"""The store: one database with its writer, its readers and a facade for each thing remembered.

Promises: one process writes at a time; anyone may read at any time; `close` keeps everything submitted before it.
Does not promise: that a store opened for reading sees what is committed in the middle of two of its queries as one
moment; give `as_of` for that.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from . import history
from .agent import Agents
from .blackboard import Blackboard
from .blobs import Blobs
from .control import Control
from .database import OLDEST, create_file, is_old, open_reader
from .errors import ReadOnly
from .journal import Journal
from .ledger import Ledger
from .lineage import Lineage
from .lock import Lock
from .moment import NOW, When
from .questions import Asking
from .runs import Runs
from .sessions import Sessions
from .signing import Sign, signer
from .tasks import Tasks
from .tools import Tools
from .totals import Totals
from .transaction import Entry, Transaction
from .when import seq_of
from .writer import Pending, Writer

T = TypeVar("T")
Clock = Callable[[], float]


class Store:
    """An open database. Make one by `Store.create` or `Store.open`, best in a `with` statement."""

    def __init__(self, path: Path, *, lock: Lock | None, clock: Clock, sign: Sign | None = None) -> None:
        """Open the file for reading, and for writing where the lock of it is given."""
        self.path = path
        self._lock = lock
        self._reader = reader = open_reader(path)
        try:
            self._writer = Writer(path, clock=clock, sign=sign) if lock else None
        except BaseException:
            reader.close()
            raise
        self.runs = Runs(reader)
        self.agents = Agents(reader)
        self.tasks = Tasks(reader)
        self.tools = Tools(reader)
        self.lineage = Lineage(reader, self.tools)
        self.board = Blackboard(reader)
        self.ledger = Ledger(reader)
        self.blobs = Blobs(reader)
        self.journal = Journal(reader, self)
        self.sessions = Sessions(reader)
        self.totals = Totals(reader)
        self.ask = Asking(reader, self.tools, self.agents)
        self.control = Control(reader)

    @classmethod
    def create(cls, path: str | Path, *, clock: Clock = time.time, signing_key: Path | None = None) -> Store:
        """Make a new database and open it for writing; `signing_key` is a file, to sign the head file with.

        Raises: StorageError: a file of that name is there; Busy, ReadOnly, DiskFull: it cannot be written.
        """
        place = Path(path)
        return cls._opened(place, clock=clock, make=True, signing_key=signing_key)

    @classmethod
    def open(
        cls, path: str | Path, *, write: bool = False, clock: Clock = time.time, signing_key: Path | None = None
    ) -> Store:
        """Open a database for reading, or also for writing.

        Raises: NotFound: there is no such file; NotOurs, TooNew, TooOld, Damaged: it cannot be used; Busy: another
            process writes it; ReadOnly: it cannot be written; ConfigurationError: the signing key is none.
        """
        place = Path(path)
        if not write:
            return cls(place, lock=None, clock=clock)
        open_reader(place, oldest=OLDEST).close()
        return cls._opened(place, clock=clock, make=False, signing_key=signing_key)

    @classmethod
    def _opened(cls, path: Path, *, clock: Clock, make: bool, signing_key: Path | None) -> Store:
        sign = signer(signing_key) if signing_key else None
        lock = Lock(path)
        try:
            if make:
                create_file(path)
            old = not make and is_old(path)
            if old:
                # Imported here alone, for alembic costs more than all else that opening takes.
                import_module("storage.migrations").migrate(path, at=clock())
            opened = cls(path, lock=lock, clock=clock, sign=sign)
            if old:
                # Even an empty change notes the milestones of the past.
                opened.write(lambda tx: None)
            return opened
        except BaseException:
            lock.release()
            raise

    def submit(self, change: Callable[[Transaction], T]) -> Pending[T]:
        """Queue a change for the writer; wait for it by `Pending.applied` or `Pending.durable`.

        Raises: ReadOnly: the store was opened for reading; StorageError: it is closed, or the disk failed.
        """
        if self._writer is None:
            raise ReadOnly(f"{self.path} was opened for reading; use Store.open(path, write=True) to change it")
        return self._writer.submit(change)

    def write(self, change: Callable[[Transaction], T]) -> T:
        """Run a change and wait until it is safe on the disk.

        Raises: whatever the change raises, which leaves no trace then; ReadOnly, DiskFull, StorageError.
        """
        return self.submit(change).durable()

    def history(self, after: int = 0, until: int | None = None) -> Iterator[Entry]:
        """Yield the committed events with after < seq <= until, in order, each with the rows it wrote."""
        return history.entries(self._reader, after=after, until=until)

    def history_hash(self, *, as_of: When = None) -> str:
        """Return the last digest of the hash chain in hexadecimal, 64 zeros for an empty history."""
        return history.history_hash(self._reader, until=self.as_of(as_of))

    def last_seq(self, *, as_of: When = None) -> int:
        """Return the seq of the newest committed event, 0 for an empty history."""
        return self.as_of(as_of) or history.last_seq(self._reader)

    def as_of(self, when: When) -> int | None:
        """Return the seq of a moment as a person names it (`120`, `turn:40`, a time); None stands for now.

        Raises: NotFound: there is no such moment yet; ConfigurationError: a text is no moment.
        """
        seq = seq_of(self._reader, when)
        return None if seq == NOW else seq

    def verify(self, *, head: str | None = None) -> None:
        """Prove that the history is what was written; `head` is a `history_hash` known to be good.

        Raises: Damaged: names the first event, row or text that does not fit.
        """
        history.verify(self._reader, head=head)

    def close(self) -> None:
        """Commit what was submitted, close every connection and let go of the lock; a second call does nothing."""
        # The writer goes last: only a connection that may write can fold the WAL into the file.
        self._reader.close()
        try:
            if self._writer:
                self._writer.close()
        finally:
            if self._lock:
                self._lock.release()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
