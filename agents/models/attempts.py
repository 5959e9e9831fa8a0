"""The attempts at one question: each is paid from a purse, and none goes on when time is up.

Promises: what an attempt takes at most is set aside before it is sent and settled after it, whatever comes of it, a
cancellation too. Does not promise: a second attempt; that is the discipline's to decide.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any, TypeVar

from storage import BudgetReached, ModelError, ModelFault

from .budget import Purse
from .message import Reply, Request
from .models import Opened
from .outcome import Outcome
from .spending import Spent, bound_of

T = TypeVar("T")

GRACE_S = 25.0
# Two looks at one clock differ by less.
_SAME_S = 0.01


class Attempts:
    """The attempts at one request, paid from `purse` and all purses above it."""

    def __init__(self, opened: Opened, request: Request, purse: Purse) -> None:
        self._opened = opened
        self._request = request
        self._purse = purse
        self._bound = bound_of(request, opened.price)
        self._counted = Spent()
        self._sent = 0
        self._faults: list[ModelFault] = []

    async def outcome(self) -> Outcome:
        """Make them, as the endpoint's discipline has it, and return the reply or the last failure.

        Raises: BudgetReached: a purse cannot spare what the next one may take.
        """
        discipline = self._opened.discipline
        try:
            reply = await (discipline.call(self._once) if discipline else self._once())
        except ModelError as error:
            return Outcome(error, self._counted)
        return Outcome(reply, self._counted)

    def refused(self, reached: BudgetReached) -> Outcome:
        """Return how it ends where a purse will not pay for more."""
        error = ModelError(str(reached), kind="budget", attempts=self._sent, faults=(*self._faults, "budget"))
        return Outcome(error, self._counted)

    async def _once(self) -> Reply:
        name = self._opened.name
        hold = await self._purse.reserve(self._bound)
        try:
            reply = await self._opened.model.complete(self._request)
            # What a server calls itself must not make two models of one.
            reply = reply if reply.model == name else replace(reply, model=name)
            hold.settle(reply)
        except ModelError as error:
            hold.failed(error, model=name)
            self._sent += error.attempts
            self._faults.append(error.kind)
            raise
        except BaseException:
            hold.lost(name)
            self._sent += 1
            self._faults.append("timeout")
            raise
        finally:
            was, now = self._counted, hold.counted
            self._counted = Spent(was.usd + now.usd, was.tokens + now.tokens, was.calls + now.calls)
        return reply


async def in_time(purse: Purse, work: Coroutine[Any, Any, T]) -> T:
    """Await a call for as long as the purse and those above it have time; none begins when there is none left.

    When the run's own time is up, what is under way has `GRACE_S` more: it will be paid, so its reply is worth keeping.
    Raises: BudgetReached: time is up, in the name of the purse whose it is.
    """
    run_s, left = purse.root.left_s, purse.left_s
    if left is None:
        return await work
    if left == 0:
        work.close()
        raise purse.out_of_time()
    try:
        async with asyncio.timeout(left + GRACE_S if run_s is not None and run_s <= left + _SAME_S else left) as limit:
            return await work
    except TimeoutError:
        if not limit.expired():
            raise
    raise purse.out_of_time()
