"""Processor time of this process and of all below it, children that have ended included. Linux only.

Promises: a child that was waited for is counted with whoever waited. Does not promise: a child that nobody waited for.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
# Fields of /proc/PID/stat behind the name: the parent, then user and system time, own and of children waited for.
_PARENT, _TIMES = 1, slice(11, 15)


@dataclass(frozen=True, slots=True)
class Moment:
    """Seconds by the clock on the wall and seconds of processor time until now."""

    wall_s: float
    cpu_s: float

    @classmethod
    def now(cls) -> Moment:
        """Return this moment."""
        return cls(time.monotonic(), _tree_s())

    def __sub__(self, before: Moment) -> Moment:
        return Moment(self.wall_s - before.wall_s, self.cpu_s - before.cpu_s)


def _tree_s() -> float:
    parents: dict[int, int] = {}
    spent: dict[int, float] = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended just now, and its parent has its time
        process = int(folder.name)
        parents[process] = int(fields[_PARENT])
        spent[process] = sum(map(int, fields[_TIMES])) / _TICKS
    return sum(seconds for process, seconds in spent.items() if _below(process, parents))


def _below(process: int, parents: dict[int, int]) -> bool:
    while process != os.getpid():
        if process not in parents:
            return False
        process = parents[process]
    return True
