"""The lock that lets one process at a time write a database.

Promises: it is held by the process that took it, not by its children, and is gone when that process dies in any way.
Does not promise: anything on a network file system without `flock`.
"""

from __future__ import annotations

import fcntl
import os
import weakref
from pathlib import Path

from .database import telling
from .errors import Busy


class Lock:
    """The file `<database>.lock`, held by `flock`; its text is the holder's process id. The file itself stays."""

    def __init__(self, path: Path) -> None:
        """Take the lock of that database.

        Raises: Busy: another process (or another `Store` in this one) holds it; ReadOnly: the folder cannot be written.
        """
        self._file = -1
        with telling(path):
            descriptor = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 20).decode(errors="replace").strip() or "unknown"
            os.close(descriptor)
            raise Busy(
                f"{path} is being written by process {holder}; wait for it or stop it, or open read-only"
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        self._file = descriptor
        _held.add(self)

    def release(self) -> None:
        """Let go of the lock; a second call does nothing."""
        _held.discard(self)
        descriptor, self._file = self._file, -1
        if descriptor >= 0:
            os.close(descriptor)


_held: weakref.WeakSet[Lock] = weakref.WeakSet()


def _forget_in_child() -> None:
    # A forked child that outlives its parent would hold the lock; closing its copy leaves the parent's alone.
    for lock in list(_held):
        lock.release()


os.register_at_fork(after_in_child=_forget_in_child)
