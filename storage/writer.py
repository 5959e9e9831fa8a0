"""The one thread that writes: it takes changes from a queue and commits them in groups.

Promises: changes run one at a time, in the order they were submitted; one that raises leaves no trace and harms no
other; what `Pending.durable` returned for survives a crash; after a fault of the disk nothing more is accepted.
Does not promise: that a change whose `Pending.applied` returned is kept; only `durable` says so.
"""

from __future__ import annotations

import asyncio
import os
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from .database import connect_writer, is_fault, telling, told
from .errors import StorageError
from .head_file import HeadFile, Mark, require_same_end
from .keeper import WAL_LEAST, Keeper
from .seal import Written, make_seal
from .signing import Sign
from .transaction import START, Head, Transaction, insert_seal, read_head
from .views import renew_views

T = TypeVar("T")
Change = Callable[[Transaction], T]

QUEUE = 256
GROUP = 128
# How often to look whether the WAL has grown too large, in commits.
_LOOK_COMMITS = 64


def _kept() -> Future[Any]:
    """Return a future that cannot be cancelled: the writer would stumble over one that a coroutine gave up."""
    future: Future[Any] = Future()
    future.set_running_or_notify_cancel()
    return future


@dataclass(frozen=True, slots=True)
class Pending(Generic[T]):
    """A change on its way to the disk, in two stages; either may be waited for from any thread.

    Whoever stops waiting changes nothing: what was submitted is written.
    """

    _applied: Future[T] = field(default_factory=_kept)
    _durable: Future[T] = field(default_factory=_kept)

    def applied(self, timeout_s: float | None = None) -> T:
        """Wait until the change ran and return its result: its ids are known, but it is not yet safe on the disk.

        Raises: whatever the change raised; StorageError: the disk failed; TimeoutError: it took longer.
        """
        return self._applied.result(timeout_s)

    def durable(self, timeout_s: float | None = None) -> T:
        """Wait until the change is safe on the disk and return its result.

        Raises: whatever the change raised; StorageError: the disk failed; TimeoutError: it took longer.
        """
        return self._durable.result(timeout_s)

    def when_durable(self, then: Callable[[BaseException | None], None]) -> None:
        """Have a function called, soon and in any thread, when the change is safe on the disk or known to be lost."""
        self._durable.add_done_callback(lambda future: then(future.exception()))

    async def saved(self) -> T:
        """Wait, in an event loop and without holding it up, until the change is safe on the disk; return its result.

        Raises: whatever the change raised; StorageError: the disk failed.
        """
        return await asyncio.wrap_future(self._durable)


class Submits(Protocol):
    """Whoever takes changes: the `Writer` itself, or a `Store` that has one."""

    def submit(self, change: Change[T]) -> Pending[T]:
        """Queue a change."""


@dataclass(frozen=True, slots=True)
class _Job:
    change: Change[Any]
    pending: Pending[Any]

    def refuse(self, error: BaseException) -> None:
        """Tell whoever still waits that the change is not kept."""
        for future in (self.pending._applied, self.pending._durable):
            if not future.done():
                future.set_exception(error)


class Writer:
    """Owns the connection that writes, and the thread that uses it."""

    def __init__(self, path: Path, *, clock: Callable[[], float], sign: Sign | None = None) -> None:
        """Start the thread.

        Args: clock: gives wall time in seconds, for the columns outside the history; sign: signs the head file.
        Raises: Damaged: the database does not end as its head file says; ReadOnly, DiskFull, StorageError.
        """
        self._path = path
        self._clock = clock
        self._connection: Connection = connect_writer(path)
        try:
            self._head: Head = read_head(self._connection)
            renew_views(self._connection)
            require_same_end(path, self._mark(), known=self._known)
            # Checkpoints are the keeper's business.
            self._connection.exec_driver_sql("PRAGMA wal_autocheckpoint = 0")
            self._connection.exec_driver_sql(f"PRAGMA journal_size_limit = {WAL_LEAST}")
            self._head_file = HeadFile(path, sign=sign)
            self._keeper = Keeper(path, self._head_file, self._mark(), clock=clock)
        except BaseException as error:
            self._connection.close()
            raise error if isinstance(error, StorageError) else told(error, path=path) from error
        self._queue: queue.Queue[_Job | None] = queue.Queue(QUEUE)
        self._gate = threading.Lock()
        self._closed = False
        self._process = os.getpid()
        self._fault: StorageError | None = None
        self._written: Written = {}
        self._thread = threading.Thread(target=self._serve, name="ecology-writer", daemon=True)
        self._thread.start()

    def submit(self, change: Change[T]) -> Pending[T]:
        """Queue a change, waiting where the queue is full.

        Raises: StorageError: the store is closed, or the disk failed earlier.
        """
        if threading.current_thread() is self._thread:
            raise RuntimeError("a change may not submit another change and wait for it: do both in one")
        if os.getpid() != self._process:
            raise RuntimeError("a forked process has no writer thread: send what is to be written to the parent")
        pending: Pending[T] = Pending()
        with self._gate:
            if self._closed:
                raise StorageError(f"{self._path} is closed; open it again to write")
            if self._fault:
                raise type(self._fault)(str(self._fault))
            self._queue.put(_Job(change, pending))
        return pending

    def close(self) -> None:
        """Commit what is queued, end the thread and close the connection; a second call does nothing."""
        with self._gate:
            if self._closed:
                return
            self._closed = True
            self._queue.put(None)
        self._thread.join()
        self._keeper.stop()
        self._connection.close()
        # Without this line the next to look knows that the writer failed.
        if not (self._fault or self._keeper.fault):
            with telling(self._path):
                self._head_file.write("closed", self._mark(), at=self._clock())

    def _serve(self) -> None:
        stop = False
        while not stop:
            jobs, stop = self._take()
            self._commit(jobs)

    def _take(self) -> tuple[list[_Job], bool]:
        """Wait for a job, take with it what else is queued, and say whether the writer is to stop afterwards."""
        jobs: list[_Job] = []
        while (job := self._queue.get()) is not None:
            jobs.append(job)
            if len(jobs) == GROUP or self._queue.empty():
                return jobs, False
        return jobs, True

    def _commit(self, jobs: list[_Job]) -> None:
        """Run the jobs in one transaction, each in a savepoint of its own."""
        self._fault = self._fault or self._keeper.fault
        if self._fault or not jobs:
            return self._fail(self._fault, jobs)
        done: list[tuple[_Job, Any]] = []
        try:
            self._execute("BEGIN IMMEDIATE")
            for job in jobs:
                self._run(job, done)
            self._seal()
            self._execute("COMMIT")
        except BaseException as error:
            return self._fail(told(error, path=self._path), jobs)
        for job, result in done:
            job.pending._durable.set_result(result)
        self._keeper.committed(self._mark())
        if self._head.ids["seal"] % _LOOK_COMMITS == 0 and self._keeper.is_behind:
            self._execute("PRAGMA wal_checkpoint(PASSIVE)")

    def _run(self, job: _Job, done: list[tuple[_Job, Any]]) -> None:
        ahead = self._head.copy()
        transaction = Transaction(self._connection, ahead, at=self._clock())
        self._execute("SAVEPOINT change")
        try:
            result = job.change(transaction)
            transaction.settle()
        except BaseException as error:
            if is_fault(error):
                raise
            self._execute("ROLLBACK TO change")
            self._execute("RELEASE change")
            return job.refuse(told(error, path=self._path) if isinstance(error, DBAPIError) else error)
        self._execute("RELEASE change")
        self._head = ahead
        for name, digests in transaction.written.items():
            self._written.setdefault(name, []).extend(digests)
        done.append((job, result))
        job.pending._applied.set_result(result)

    def _seal(self) -> None:
        """Seal what the jobs of this commit wrote."""
        written, self._written = self._written, {}
        if any(written.values()):
            head = self._head
            seal = make_seal(written, ids=head.ids, previous=head.seal, at=self._clock())
            insert_seal(self._connection, seal)
            head.ids["seal"], head.seal = seal["id"], seal["digest"]

    def _mark(self) -> Mark:
        head = self._head
        return Mark(head.ids["seal"], head.seal.hex(), head.seq, head.digest.hex())

    def _known(self, seal: int) -> str | None:
        """Return the digest of a seal in hexadecimal, that of nothing for 0, None where there is no such seal."""
        found = self._connection.exec_driver_sql("SELECT digest FROM seal WHERE id = ?", (seal,)).scalar_one_or_none()
        return START.hex() if seal == 0 else found and bytes(found).hex()

    def _fail(self, fault: StorageError | None, jobs: list[_Job]) -> None:
        """Keep nothing of these jobs and accept no more: the state in memory may be ahead of the disk."""
        if fault is None:
            return
        self._fault = fault
        with suppress(DBAPIError):
            self._execute("ROLLBACK")
        for job in jobs:
            job.refuse(fault)

    def _execute(self, sql: str) -> None:
        self._connection.exec_driver_sql(sql)
