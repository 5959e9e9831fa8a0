"""The one place where a call is made again, and the budget that keeps this from becoming a storm.

Promises: rate limits, 5xx, timeouts and dropped connections are tried again, nothing else is; the server's Retry-After
is waited for; over any run the tries beyond the first are at most `START` plus a tenth of the calls.
Does not promise: that the server did nothing in an attempt that failed. `attempts` says how many may be charged.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from random import Random

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception

from storage import ModelError, ModelFault

from .message import Reply

SHARE = 0.1
START = 1.0
CAPACITY = 5.0

AGAIN: frozenset[ModelFault] = frozenset({"rate_limit", "server", "timeout", "connection"})

Attempt = Callable[[], Awaitable[Reply]]
Sleep = Callable[[float], Awaitable[None]]
# Given the attempt's number from 1, what went wrong (None: nothing), and seconds until the next (None: there is none).
OnAttempt = Callable[[int, ModelFault | None, float | None], None]


class Bucket:
    """Tokens for second tries: each call brings a `share` of one, each second try takes a whole one."""

    def __init__(self, *, share: float = SHARE, start: float = START, capacity: float = CAPACITY) -> None:
        if not (0 <= share <= 1 and 0 <= start <= capacity):
            raise ValueError(
                f"a bucket has 0 <= share <= 1 and 0 <= start <= capacity, not {share}, {start}, {capacity}"
            )
        self._share = share
        self._capacity = capacity
        self._tokens = start

    @property
    def tokens(self) -> float:
        """How many are there."""
        return self._tokens

    def fill(self) -> None:
        """Count a call."""
        self._tokens = min(self._capacity, self._tokens + self._share)

    def take(self) -> bool:
        """Take a token for a second try, if there is one."""
        # Ten times a tenth is a little less than one.
        if self._tokens < 1 - 1e-9:
            return False
        self._tokens = max(0.0, self._tokens - 1)
        return True


@dataclass(frozen=True, slots=True)
class Patience:
    """At most `attempts` in all; waits grow from `first_s` by doubling to `longest_s` seconds.

    A server that asks for more than `longest_s` is not waited for.
    """

    attempts: int = 4
    first_s: float = 0.5
    longest_s: float = 30.0


class Retry:
    """Makes calls, and makes them again where that can help; one for all models of an endpoint."""

    def __init__(
        self,
        *,
        bucket: Bucket,
        rng: Random,
        patience: Patience | None = None,
        sleep: Sleep = asyncio.sleep,
        on_attempt: OnAttempt | None = None,
    ) -> None:
        self._bucket = bucket
        self._rng = rng
        self._patience = patience or Patience()
        self._sleep = sleep
        self._report = on_attempt or _nobody

    async def call(self, attempt: Attempt) -> Reply:
        """Return the reply, with the number of attempts sent for it and how those before it failed.

        Raises: ModelError: the last attempt's, with the number of all attempts sent and how each failed.
        """
        self._bucket.fill()
        tally = _Tally()
        retrying = AsyncRetrying(
            retry=retry_if_exception(_again),
            stop=self._stop,
            wait=self._wait,
            sleep=self._sleep,
            before_sleep=self._tell,
            reraise=True,
        )
        try:
            reply: Reply = await retrying(tally.counted(attempt))
        except ModelError as fault:
            fault.attempts, fault.faults = tally.sent, tuple(tally.faults)
            self._report(tally.made, fault.kind, None)
            raise
        self._report(tally.made, None, None)
        return replace(reply, attempts=tally.sent, faults=tuple(tally.faults)) if tally.faults else reply

    def _stop(self, state: RetryCallState) -> bool:
        if state.attempt_number >= self._patience.attempts or _asked(state) > self._patience.longest_s:
            return True
        # Asked last, so that a token is taken only for a try that is then made.
        return not self._bucket.take()

    def _wait(self, state: RetryCallState) -> float:
        patience = self._patience
        backoff = min(patience.longest_s, patience.first_s * 2.0 ** (state.attempt_number - 1))
        jitter = self._rng.uniform(0.5, 1.0) * backoff
        # All that were refused together must not come back together.
        return max(jitter, _asked(state) + 0.1 * jitter) if _asked(state) else jitter

    def _tell(self, state: RetryCallState) -> None:
        fault = _fault(state)
        self._report(state.attempt_number, fault.kind if fault else None, state.upcoming_sleep)


class _Tally:
    """Attempts made, and those of them that were sent rather than held back by a circuit."""

    def __init__(self) -> None:
        self.made = 0
        self.sent = 0
        self.faults: list[ModelFault] = []

    def counted(self, attempt: Attempt) -> Attempt:
        async def one() -> Reply:
            self.made += 1
            try:
                reply = await attempt()
            except ModelError as fault:
                self.sent += fault.attempts
                self.faults.append(fault.kind)
                raise
            self.sent += reply.attempts
            return reply

        return one


def _nobody(attempt: int, kind: ModelFault | None, wait_s: float | None) -> None:
    """Hear of an attempt and do nothing."""


def _again(error: BaseException) -> bool:
    # What was never sent was held back on purpose.
    return isinstance(error, ModelError) and error.kind in AGAIN and error.attempts > 0


def _fault(state: RetryCallState) -> ModelError | None:
    error = state.outcome.exception() if state.outcome else None
    return error if isinstance(error, ModelError) else None


def _asked(state: RetryCallState) -> float:
    fault = _fault(state)
    return (fault.retry_after_s or 0.0) if fault else 0.0
