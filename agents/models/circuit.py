"""A circuit for each endpoint: after enough failures nothing is sent for a while, then one call tries again.

Promises: it opens after failures in a row or a share of the last calls, and lets one probe through at a time after
that; it counts in calls and in the seconds of the clock it is given. Does not promise: to wait; `discipline.py` does.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from storage import ModelError

State = Literal["closed", "open", "half_open"]


@dataclass(frozen=True, slots=True)
class Fuse:
    """When a circuit opens and for how long.

    It opens after `in_a_row` failures, or when of the last `window` calls (all there) `share` failed; `cool_s` seconds
    pass before a probe, `poll_s` before one asks whether the probe of another has come back.
    """

    in_a_row: int = 5
    window: int = 20
    share: float = 0.5
    cool_s: float = 5.0
    poll_s: float = 0.25


class Circuit:
    """The circuit of one endpoint."""

    def __init__(self, name: str, *, clock: Callable[[], float], fuse: Fuse | None = None) -> None:
        self._name = name
        self._clock = clock
        self._fuse = fuse or Fuse()
        self._recent: deque[bool] = deque(maxlen=self._fuse.window)
        self._row = 0
        self._era = 0
        self._opened_at: float | None = None
        self._probing = False
        self._silent_until = float("-inf")

    @property
    def state(self) -> State:
        """Closed (calls go through), open (none does), or half open (one may probe)."""
        if self._opened_at is None:
            return "closed"
        return "open" if self._clock() < self._opened_at + self._fuse.cool_s else "half_open"

    @property
    def ready_in(self) -> float:
        """Seconds before it is worth asking again; 0 when a call may go through now."""
        now = self._clock()
        silence = max(0.0, self._silent_until - now)
        if self._opened_at is None:
            return silence
        cooling = max(0.0, self._opened_at + self._fuse.cool_s - now)
        return max(silence, cooling, self._fuse.poll_s if self._probing else 0.0)

    def enter(self) -> int:
        """Begin a call and return its ticket, to be handed to `leave` or `abandon`.

        Raises: ModelError: circuit_open, or rate_limit where the server asked for silence, for `retry_after_s`.
        """
        if wait := self.ready_in:
            raise self.refusal(wait)
        self._probing = self._opened_at is not None
        return self._era

    def leave(self, ticket: int, *, alive: bool) -> None:
        """End a call; what began before the circuit last opened or closed says nothing about now."""
        if ticket != self._era:
            return
        if self._opened_at is not None:
            self._probing = False
            self._turn(None if alive else self._clock())
            return
        self._row = 0 if alive else self._row + 1
        self._recent.append(alive)
        if self._row >= self._fuse.in_a_row or self._failing():
            self._turn(self._clock())

    def abandon(self, ticket: int) -> None:
        """End a call that was cancelled, which says nothing; the next may probe instead."""
        if ticket == self._era:
            self._probing = False

    def silence(self, seconds: float) -> None:
        """Send nothing for so long, as the server asked."""
        self._silent_until = max(self._silent_until, self._clock() + seconds)

    def refusal(self, wait: float) -> ModelError:
        """Return why nothing is sent for `wait` seconds more."""
        if self._opened_at is None:
            text = f"{self._name} asked for silence for {wait:.1f} s more; ask less often or with fewer workers"
            return ModelError(text, kind="rate_limit", retry_after_s=wait, attempts=0)
        text = f"{self._name} failed too often and is left alone for {wait:.1f} s more; see whether it is running"
        return ModelError(text, kind="circuit_open", retry_after_s=wait, attempts=0)

    def _failing(self) -> bool:
        failed = self._recent.count(False)
        return len(self._recent) == self._fuse.window and failed >= self._fuse.share * self._fuse.window

    def _turn(self, opened_at: float | None) -> None:
        self._opened_at = opened_at
        self._era += 1
        self._row = 0
        self._recent.clear()
