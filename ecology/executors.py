"""A pool of worker processes that think and examine; each has its own sandbox.

Promises: a job is a pure function of its message, so one that a dead or a stuck worker took along is simply done again;
results come back on futures, in any order. Does not promise: order, which is the engine's business.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from concurrent.futures import Future
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Self

from storage import EcologyError

from .backlog import Backlog
from .pulse import Pulse
from .turn import Job, Kit

_ATTEMPTS = 3
# So many jobs wait at most; whoever has more waits with them.
MOST = 1024
# How long a worker at a job may use no processor time before it is replaced, and how often that is looked at.
_PATIENCE_S = 60.0
_LOOK_S = 1.0


class WorkerLost(EcologyError):
    """A worker process died several times over the same job."""


class Pool:
    """As many worker processes as asked for, fed from one queue; a context manager.

    `patience_s` is how long a worker at a job may use no processor time before another takes its place.
    """

    def __init__(self, kit: Kit, *, workers: int, patience_s: float = _PATIENCE_S) -> None:
        self._kit = kit
        self._jobs = Backlog(workers, most=MOST)
        self._workers = [_Worker(kit, number, patience_s=patience_s) for number in range(workers)]
        self._threads = [
            threading.Thread(target=self._serve, args=(worker, number), name=f"worker-{number}", daemon=True)
            for number, worker in enumerate(self._workers)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, job: Job, *, about: int | None = None) -> Future[Any]:
        """Queue a job, waiting where the queue is full; the future gives what it returns, or raises what it raised.

        Args: about: jobs about the same thing go to the same worker where that is free: it remembers what it made.
        Raises (from the future): WorkerLost: the job killed its worker several times.
        """
        future: Future[Any] = Future()
        self._jobs.put((job, future), about=about)
        return future

    def close(self) -> None:
        """Stop the workers at once; jobs not begun are cancelled."""
        for worker in self._workers:
            worker.stop()
        self._jobs.close()
        for thread in self._threads:
            thread.join(timeout=10)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _serve(self, worker: _Worker, number: int) -> None:
        while (item := self._jobs.get(number)) is not None:
            job, future = item
            if worker.stopped:
                future.cancel()
            elif future.set_running_or_notify_cancel():
                _settle(worker, job, future)
        worker.stop()


def _settle(worker: _Worker, job: Job, future: Future[Any]) -> None:
    """Do one job on a worker, on a fresh one where it dies, and give the future its end."""
    for _ in range(_ATTEMPTS):
        try:
            done, result = worker.do(job)
        except (EOFError, OSError):
            if worker.stopped:
                future.set_exception(WorkerLost("the pool was closed while the job ran"))
                return
            worker.restart()
            continue
        except BaseException as error:
            future.set_exception(error)
            return
        if done:
            future.set_result(result)
        else:
            future.set_exception(result)
        return
    future.set_exception(WorkerLost(f"a worker died {_ATTEMPTS} times over {job!r:.200}; `ecology doctor` may say why"))


class _Worker:
    """One process running `ecology.worker`, started when it is first needed."""

    def __init__(self, kit: Kit, number: int, *, patience_s: float) -> None:
        self._kit = kit
        self._patience_s = patience_s
        self._number = number
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None
        self._lock = threading.Lock()
        self.stopped = False

    def do(self, job: Job) -> tuple[bool, Any]:
        """Send a job and wait: (True, result) or (False, the exception it raised).

        Raises: EOFError, OSError: the process is gone, or stuck.
        """
        connection = self._connected()
        connection.send(job)
        pulse = Pulse(self._process.pid if self._process else 0, patience_s=self._patience_s)
        while not connection.poll(_LOOK_S):
            if pulse.is_stuck():
                raise EOFError("the worker does nothing any more")
        done, result = connection.recv()
        return done, result

    def restart(self) -> None:
        """Kill the process, if it still runs; the next job starts another."""
        with self._lock:
            self._end()

    def stop(self) -> None:
        """Kill the process for good."""
        with self._lock:
            self.stopped = True
            self._end()

    def _connected(self) -> Connection:
        with self._lock:
            if self.stopped:
                raise EOFError("the pool is closed")
            if self._connection is None:
                self._process, self._connection = _start()
                self._connection.send(self._kit)
            return self._connection

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        if self._connection is not None:
            self._connection.close()
        self._process = self._connection = None


def _start() -> tuple[subprocess.Popen[bytes], Connection]:
    """Start a worker in a session of its own, so that Ctrl-C reaches the engine alone."""
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "ecology.worker", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            env=_environment(),
            start_new_session=True,
        )
    return process, Connection(ours.detach())


def _environment() -> dict[str, str]:
    """Return what a worker sees: paths and the language, no keys; sets iterate alike in every worker."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR") if name in os.environ}
    path = os.pathsep.join(part or os.getcwd() for part in sys.path)
    return kept | {"PYTHONPATH": path, "PYTHONHASHSEED": "0"}
