"""What may be spent on models and what was: limits, amounts, and a bound on what one call can take.

Promises: values; a limit or amount that makes no sense is refused when it is made. Does not promise: prices, which
`agents.models.pricing` knows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from storage import canonical

from .message import Request

Coin = Literal["usd", "tokens", "calls", "wall_s"]

# What a provider's chat template may add around each message, and around them all.
_TOKENS_A_MESSAGE = 16
_TOKENS_A_REQUEST = 64


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


def most_tokens(request: Request) -> int:
    """Return a bound on the tokens of a request and its reply: no tokeniser makes more tokens than there are bytes."""
    prompt = sum(len(each.content.encode("utf-8", "replace")) + _TOKENS_A_MESSAGE for each in request.messages)
    schema = 0 if request.schema is None else len(canonical(request.schema).encode())
    return prompt + schema + _TOKENS_A_REQUEST + request.max_tokens
