"""What may be spent on models and what was: limits, amounts, and a bound on what one call can take.

Promises: values; a limit or amount that makes no sense is refused when it is made. Does not promise: prices, which
`agents.models.pricing` knows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from .message import Request
from .pricing import Price, tokens_at_most

Coin = Literal["usd", "tokens", "calls", "wall_s"]


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that may be spent; None is no limit. `usd` 0 forbids calls that cost, or whose price is unknown.

    `wall_s`: seconds since the purse was opened, after which no call begins; `known_prices`: refuse calls of unknown
    price whatever the limits.
    """

    usd: float | None = None
    tokens: int | None = None
    calls: int | None = None
    wall_s: float | None = None
    known_prices: bool = False

    def __post_init__(self) -> None:
        for coin, limit in (("usd", self.usd), ("tokens", self.tokens), ("calls", self.calls), ("wall_s", self.wall_s)):
            if limit is not None and not 0 <= limit < math.inf:
                raise ValueError(f"the limit on {coin} is {limit}; give a number from 0 up, or none")


@dataclass(frozen=True, slots=True)
class Spent:
    """What was spent: dollars as far as known, tokens, calls, those of unknown price, and seconds since the start."""

    usd: float = 0.0
    tokens: int = 0
    calls: int = 0
    unknown_calls: int = 0
    wall_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Bound:
    """The most that one call can take; `usd` is None where its price is unknown."""

    tokens: int
    usd: float | None

    def __post_init__(self) -> None:
        if self.tokens < 0 or not 0 <= (self.usd or 0.0) < math.inf:
            raise ValueError(f"a call takes tokens and dollars from 0 up, not {self.tokens} and {self.usd}")


@dataclass(frozen=True, slots=True)
class Statement:
    """One line of the report: whose purse, what it may spend and what it spent, in all and on each model."""

    purse: str
    limits: Limits
    spent: Spent
    models: dict[str, Spent]


def bound_of(request: Request, price: Price | None) -> Bound:
    """Return the most that one attempt at a request takes; None for `price` is an unknown price."""
    tokens = tokens_at_most(request) + request.max_tokens
    return Bound(tokens, None if price is None else price.at_most(request))
