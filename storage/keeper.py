"""The thread beside the writer: it folds the WAL into the database and tells the head file where that ends.

Promises: neither holds up a commit: checkpoints are passive ones on a connection of their own, and lines are synced
here.
Does not promise: a WAL that never grows; where readers or a busy writer keep passive checkpoints from finishing, the
writer makes one itself between two commits, once the WAL is larger than `WAL_MOST` bytes.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from .database import connect_upkeep, told
from .errors import StorageError
from .head_file import HeadFile, Mark

# A checkpoint is worth its while from so many bytes of WAL on, and urgent from so many.
WAL_LEAST = 4 << 20
WAL_MOST = 16 << 20
# A line of the head file every so many commits, or so many seconds where there are fewer.
HEAD_COMMITS = 512
HEAD_S = 5.0
_LOOK_S = 0.5


class Keeper:
    """Tells the head file and makes checkpoints until it is stopped; `fault` says why it cannot go on."""

    def __init__(self, path: Path, head_file: HeadFile, mark: Mark, *, clock: Callable[[], float]) -> None:
        """Write the line `opened` and start. Raises: OSError: the head file cannot be written."""
        self._path = path
        self._wal = path.with_name(f"{path.name}-wal")
        self._head_file = head_file
        self._clock = clock
        self._mark = self._told = mark
        self._told_at = time.monotonic()
        self._wake = threading.Event()
        self._stop = False
        self.fault: StorageError | None = None
        head_file.write("opened", mark, at=clock())
        self._thread = threading.Thread(target=self._serve, name="ecology-keeper", daemon=True)
        self._thread.start()

    def committed(self, mark: Mark) -> None:
        """Take note of a commit."""
        self._mark = mark
        if mark.seal - self._told.seal >= HEAD_COMMITS:
            self._wake.set()

    @property
    def is_behind(self) -> bool:
        """Whether the WAL has grown so large that the writer is to make a checkpoint itself."""
        return self._wal_bytes() > WAL_MOST

    def stop(self) -> None:
        """End the thread; a second call does nothing."""
        self._stop = True
        self._wake.set()
        self._thread.join()

    def _serve(self) -> None:
        try:
            with closing(connect_upkeep(self._path)) as connection:
                while not self._stop:
                    self._wake.wait(_LOOK_S)
                    self._wake.clear()
                    if not self._stop:
                        self._tell_at_times()
                        self._fold(connection)
        except (OSError, sqlite3.Error) as error:
            # What was committed is kept; no more is accepted, for nothing would vouch for it.
            self.fault = told(error, path=self._path)

    def _tell_at_times(self) -> None:
        mark, now = self._mark, time.monotonic()
        commits = mark.seal - self._told.seal
        if commits >= HEAD_COMMITS or (commits and now - self._told_at >= HEAD_S):
            self._head_file.write("at", mark, at=self._clock())
            self._told, self._told_at = mark, now

    def _fold(self, connection: sqlite3.Connection) -> None:
        if self._wal_bytes() >= WAL_LEAST:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def _wal_bytes(self) -> int:
        try:
            return self._wal.stat().st_size
        except FileNotFoundError:
            return 0
