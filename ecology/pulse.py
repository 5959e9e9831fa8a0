"""Whether a process still lives and does something, as seen from outside.

Promises: a process that is held up or waits for ever is told from one that is slow, by the processor time that it and
all below it have used. Does not promise: anything where there is no /proc; there only its end is noticed.
"""

from __future__ import annotations

import time
from pathlib import Path

_PROC = Path("/proc")
# Fields of /proc/PID/stat behind the name: user and system time, own and of children waited for, in ticks.
_TIMES = slice(11, 15)


class Pulse:
    """Watches one process; `patience_s` is how long it may use no processor time before it counts as stuck."""

    def __init__(self, pid: int, *, patience_s: float) -> None:
        self._pid = pid
        self._patience_s = patience_s
        self._used = -1
        self._since = time.monotonic()

    def is_stuck(self) -> bool:
        """Whether the process has done nothing for so long; ask now and then."""
        used = ticks(self._pid)
        if used != self._used:
            self._used, self._since = used, time.monotonic()
        # Without a figure nothing can be said of it.
        return used >= 0 and time.monotonic() - self._since >= self._patience_s


def ticks(pid: int) -> int:
    """Return the processor time, in ticks, of a process and all below it; -1 where that is not to be had."""
    try:
        own = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[_TIMES]
        below = [child for each in (_PROC / str(pid) / "task").glob("*/children") for child in each.read_text().split()]
    except OSError:
        return -1
    return sum(map(int, own)) + sum(max(0, ticks(int(child))) for child in below)
