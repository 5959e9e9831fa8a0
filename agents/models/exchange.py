"""The endpoints that one process talks to: one client, one circuit, one retry budget and one limit of calls for each.

Promises: all models of an endpoint share them; a key that is missing is said before anything is sent.
Does not promise: more than one event loop; an exchange belongs to the one in which its models are first asked.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import partial
from random import Random

from storage import ModelFault

from .address import OPENAI, Address
from .connection import Connection, Timeouts
from .discipline import Discipline, Disciplined, Rules
from .endpoint import Endpoint
from .pricing import Prices
from .provider import NUM_CTX, Provider
from .retry import Sleep

# Given the endpoint and then what `OnAttempt` is given.
Heard = Callable[[str, int, ModelFault | None, float | None], None]


class Exchange:
    """Opens models; `heard` is told of each attempt, `clock` and `sleep` count seconds, `rng` draws the jitter."""

    def __init__(
        self,
        *,
        rng: Random,
        rules: Rules | None = None,
        timeouts: Timeouts | None = None,
        prices: Prices | None = None,
        num_ctx: int = NUM_CTX,
        heard: Heard | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._rng = rng
        self._rules = rules or Rules()
        self._timeouts = timeouts or Timeouts()
        self._prices = prices or Prices.load()
        self._num_ctx = num_ctx
        self._heard = heard
        self._clock = clock
        self._sleep = sleep
        self._connections: dict[str, Connection] = {}
        self._disciplines: dict[str, Discipline] = {}

    def endpoint(self, name: str) -> Disciplined:
        """Open the model at `http(s)://host/v1[#model]`.

        Raises: ConfigurationError: it is no such address.
        """
        address = Address.parse(name)
        return self._open(name, address)

    def openai(self, name: str) -> Disciplined:
        """Open a model of OpenAI by its name.

        Raises: ConfigurationError: the environment holds no key for it.
        """
        address = Address(OPENAI, name)
        address.require_key()
        return self._open(name, address)

    def provider(self, name: str) -> Disciplined:
        """Open a model that litellm knows how to reach, `provider/name`."""
        model = Provider(name, timeouts=self._timeouts, num_ctx=self._num_ctx, price=self._prices.of(name))
        return Disciplined(model, self._discipline(name.partition("/")[0]))

    def _open(self, name: str, address: Address) -> Disciplined:
        connection = self._connection(address)
        model = Endpoint(name, connection=connection, model=address.model, price=self._prices.of(name))
        return Disciplined(model, self._discipline(address.url))

    def _connection(self, address: Address) -> Connection:
        known = self._connections.get(address.url)
        if known is None or known.closed:
            known = Connection(address, timeouts=self._timeouts, concurrency=self._rules.concurrency)
            self._connections[address.url] = known
        return known

    def _discipline(self, place: str) -> Discipline:
        if place not in self._disciplines:
            told = partial(self._heard, place) if self._heard else None
            self._disciplines[place] = Discipline(
                place, rng=self._rng, rules=self._rules, on_attempt=told, clock=self._clock, sleep=self._sleep
            )
        return self._disciplines[place]
