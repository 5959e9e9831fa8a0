"""Purses: how much money, how many tokens and calls and how long a run, a lineage or an agent may spend on models.

Promises: what a call costs at most is set aside in the purse and in all above it before the call, at once in all or in
none; as long as no call costs more than its bound, nothing spent ever exceeds a limit, however calls interleave. An
unknown price is counted as an unknown call, never as zero. Does not promise: anything to several threads; a tree of
purses belongs to one event loop. What a provider charges beyond a bound is entered as it is, and nothing more is lent.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from storage import BudgetReached, ModelError, ModelFault

from .message import Reply
from .spending import Bound, Coin, Limits, Spent, Statement

# Money is counted in whole picodollars, so that no sum is rounded.
_PICO = 12
# Failures before which nothing can have been charged.
FREE: frozenset[ModelFault] = frozenset(
    {"rate_limit", "refused", "circuit_open", "budget", "exhausted", "mailbox_timeout"}
)


@dataclass(slots=True)
class _Tally:
    pico: int = 0
    tokens: int = 0
    calls: int = 0
    unknown: int = 0

    def add(self, other: _Tally, *, sign: int = 1) -> None:
        self.pico += sign * other.pico
        self.tokens += sign * other.tokens
        self.calls += sign * other.calls
        self.unknown += sign * other.unknown

    def spent(self, wall_s: float = 0.0) -> Spent:
        return Spent(float(Decimal(self.pico).scaleb(-_PICO)), self.tokens, self.calls, self.unknown, wall_s)


@dataclass(slots=True)
class _Queue:
    """Those who wait, in one tree of purses, for a call of another to be settled."""

    waiting: list[asyncio.Future[None]] = field(default_factory=list)

    def wake(self) -> None:
        woken, self.waiting = self.waiting, []
        for each in woken:
            if not each.done():
                each.set_result(None)

    async def wait(self) -> None:
        turn = asyncio.get_running_loop().create_future()
        self.waiting.append(turn)
        await turn


class Hold:
    """What is set aside for one call under way. End it once: by `settle`, `failed`, `lost` or `release`.

    `counted` is, after that, what the purses count for it.
    """

    def __init__(self, line: tuple[Purse, ...], aside: _Tally) -> None:
        self._line = line
        self._aside = aside
        self._open = True
        self.counted = Spent()

    def settle(self, reply: Reply) -> None:
        """Enter what the call took, and give back the rest.

        Attempts that failed before it may have been charged: each counts as a call of unknown price.
        """
        known = reply.usd is not None
        cost = _Tally(
            pico=_pico(reply.usd or 0.0, up=True),
            tokens=reply.tokens_in + reply.tokens_out,
            calls=1,
            unknown=(reply.attempts - 1) + (not known),
        )
        self._end(cost, model=reply.model)

    def failed(self, error: ModelError, *, model: str = "") -> None:
        """End it as the failure demands: `lost` where the call may have been charged, `release` where it cannot."""
        if error.kind in FREE or error.attempts == 0:
            self.release()
        else:
            self.lost(model)

    def lost(self, model: str = "") -> None:
        """Enter the whole bound: the call failed in a way that leaves open whether it was charged."""
        aside = self._aside
        self._end(_Tally(aside.pico, aside.tokens, aside.calls, unknown=1), model=model)

    def release(self) -> None:
        """Give everything back: the call was never sent, or refused before anything was charged."""
        self._end(_Tally(), model="")

    def _end(self, cost: _Tally, *, model: str) -> None:
        if not self._open:
            raise ValueError("this hold has been ended before; end each call's hold once")
        self._open = False
        self.counted = cost.spent()
        for purse in self._line:
            purse._enter(self._aside, cost, model=model)
        self._line[0]._queue.wake()


class Purse:
    """A purse, under another or the root of all. What is spent from it is spent from all above it as well.

    `spent` is what was spent before, as a run that is resumed must know; `clock` gives seconds.
    """

    def __init__(
        self,
        name: str,
        limits: Limits | None = None,
        *,
        spent: Spent | None = None,
        clock: Callable[[], float] = time.monotonic,
        parent: Purse | None = None,
    ) -> None:
        self.name = name
        self.limits = limits or Limits()
        self.children: dict[str, Purse] = {}
        self._clock: Callable[[], float] = parent._clock if parent else clock
        self._line: tuple[Purse, ...] = (self, *(parent._line if parent else ()))
        self._queue: _Queue = parent._queue if parent else _Queue()
        before = spent or Spent()
        self._opened = self._clock() - before.wall_s
        self._spent = _Tally(_pico(before.usd, up=True), before.tokens, before.calls, before.unknown_calls)
        self._aside = _Tally()
        self._models: dict[str, _Tally] = {}

    def child(self, name: str, limits: Limits | None = None, *, spent: Spent | None = None) -> Purse:
        """Return a purse under this one: a new one, or the one of that name with the limits it was made with."""
        if name not in self.children:
            self.children[name] = Purse(name, limits, spent=spent, parent=self)
        return self.children[name]

    @property
    def spent(self) -> Spent:
        """What was spent from this purse and those below it; calls under way are not in it."""
        return self._spent.spent(self._elapsed())

    @property
    def root(self) -> Purse:
        """The purse above all others, which may be itself."""
        return self._line[-1]

    @property
    def left_s(self) -> float | None:
        """The seconds left before the first limit on wall time up the line, None where there is none."""
        left = self._time_left()
        return max(0.0, min(left)[0]) if left else None

    def out_of_time(self) -> BudgetReached:
        """Return how to say that time is up, in the name of the purse up the line whose time is up first.

        Raises: ValueError: none of them has a limit on time.
        """
        _, place = min(self._time_left())
        purse = self._line[place]
        told = _reached(purse.name, "wall_s", purse.limits.wall_s or 0.0, f"{purse._elapsed():.1f} have gone by")
        return BudgetReached(told, purse=purse.name)

    def try_reserve(self, bound: Bound) -> Hold | None:
        """Set aside what a call takes at most, here and in every purse above; None where one cannot spare it now."""
        aside = _Tally(_pico(bound.usd or 0.0, up=True), bound.tokens, calls=1)
        if any(each._objection(bound, aside, lent=True) for each in self._line):
            return None
        for purse in self._line:
            purse._aside.add(aside)
        return Hold(self._line, aside)

    async def reserve(self, bound: Bound) -> Hold:
        """Set aside what a call takes at most, waiting as long as calls under way may still give enough back.

        Raises: BudgetReached: it will not fit; the text names the purse and the limit.
        """
        aside = _Tally(_pico(bound.usd or 0.0, up=True), bound.tokens, calls=1)
        while (hold := self.try_reserve(bound)) is None:
            for purse in self._line:
                if objection := purse._objection(bound, aside, lent=False):
                    raise BudgetReached(objection, purse=purse.name)
            await self._queue.wait()
        return hold

    def report(self) -> Iterator[Statement]:
        """Yield what was spent from this purse, then from each below it, in the order in which they were opened."""
        path = "/".join(each.name for each in reversed(self._line))
        models = {name: tally.spent() for name, tally in sorted(self._models.items())}
        yield Statement(path, self.limits, self.spent, models)
        for each in self.children.values():
            yield from each.report()

    def _time_left(self) -> list[tuple[float, int]]:
        """The seconds left to each purse up the line that has a limit on them, with its place there."""
        limits = ((each.limits.wall_s, place) for place, each in enumerate(self._line))
        return [(wall_s - self._line[place]._elapsed(), place) for wall_s, place in limits if wall_s is not None]

    def _elapsed(self) -> float:
        return self._clock() - self._opened

    def _objection(self, bound: Bound, aside: _Tally, *, lent: bool) -> str:
        """Return why this purse cannot spare that much, empty if it can; `lent` counts calls under way as spent."""
        limits, spent, held = self.limits, self._spent, self._aside if lent else _Tally()
        if bound.usd is None and (limits.known_prices or limits.usd == 0):
            demand = "takes known prices only" if limits.known_prices else "may spend 0 usd"
            return f"purse {self.name!r} {demand} and the price of this model is unknown; give its price, or a budget"
        if limits.wall_s is not None and self._elapsed() >= limits.wall_s:
            return _reached(self.name, "wall_s", limits.wall_s, f"{self._elapsed():.1f} have gone by")
        if limits.calls is not None and spent.calls + held.calls + 1 > limits.calls:
            return _reached(self.name, "calls", limits.calls, f"{spent.calls} were made")
        if limits.tokens is not None and spent.tokens + held.tokens + aside.tokens > limits.tokens:
            return _reached(self.name, "tokens", limits.tokens, _need(spent.tokens, aside.tokens))
        if limits.usd is not None and spent.pico + held.pico + aside.pico > _pico(limits.usd, up=False):
            return _reached(self.name, "usd", limits.usd, _need(spent.spent().usd, aside.spent().usd))
        return ""

    def _enter(self, aside: _Tally, cost: _Tally, *, model: str) -> None:
        self._aside.add(aside, sign=-1)
        self._spent.add(cost)
        if cost.calls:
            self._models.setdefault(model, _Tally()).add(cost)


def _reached(purse: str, coin: Coin, limit: float, state: str) -> str:
    return f"purse {purse!r} has reached its limit of {limit:g} {coin}: {state}; raise the limit to go on"


def _need(spent: float, bound: float) -> str:
    return f"{spent:.6g} are spent and the next call may take {bound:.6g}"


def _pico(usd: float, *, up: bool) -> int:
    rounding = ROUND_CEILING if up else ROUND_FLOOR
    return int(Decimal(repr(float(usd))).scaleb(_PICO).to_integral_value(rounding=rounding))
