"""The jobs that wait for workers: each worker has a line of its own, and takes from the longest other one when idle.

Promises: no worker waits while a job does; jobs of one line go in order. Does not promise: that a job meets the worker
it was meant for; that is a matter of speed alone.
"""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import Future
from typing import Any

from .turn import Job

Item = tuple[Job, "Future[Any]"]


class Backlog:
    """Lines of jobs for so many workers, `most` in all; safe to use from several threads."""

    def __init__(self, workers: int, *, most: int) -> None:
        self._most = most
        self._lines: list[deque[Item]] = [deque() for _ in range(workers)]
        self._changed = threading.Condition()
        self._closed = False

    def put(self, item: Item, *, about: int | None = None) -> None:
        """Line a job up, once there is room: with others about the same thing, else in the shortest line."""
        with self._changed:
            while sum(map(len, self._lines)) >= self._most and not self._closed:
                self._changed.wait()
            line = self._lines[about % len(self._lines)] if about is not None else min(self._lines, key=len)
            line.append(item)
            self._changed.notify_all()

    def get(self, number: int) -> Item | None:
        """Wait for a job for a worker and return it; None once the backlog is closed and empty."""
        with self._changed:
            while not any(self._lines):
                if self._closed:
                    return None
                self._changed.wait()
            own = self._lines[number]
            item = (own or max(self._lines, key=len)).popleft()
            self._changed.notify_all()
            return item

    def close(self) -> None:
        """Take no more jobs from here on; whoever waits is told."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
