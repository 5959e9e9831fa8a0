"""What every call to an endpoint goes through: retries, a circuit, and a limit on how many are under way.

Promises: never more than `concurrency` calls at once at an endpoint; a call waits for an open circuit, or for silence
that the server asked for, up to `wait_s` seconds and holds no place meanwhile; a cancelled call gives back its place.
Does not promise: order among those who wait.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from storage import ModelError, ModelFault

from .circuit import Circuit, Fuse
from .message import Model, Reply, Request
from .pricing import Price
from .retry import Attempt, Bucket, OnAttempt, Patience, Retry, Sleep

# What says that the endpoint is in trouble, rather than that it did not like the request.
TROUBLE: frozenset[ModelFault] = frozenset({"server", "timeout", "connection", "malformed"})


@dataclass(frozen=True, slots=True)
class Rules:
    """How an endpoint is treated: calls at once, seconds a call waits for it to come back, and the rest."""

    concurrency: int = 64
    wait_s: float = 60.0
    patience: Patience = field(default_factory=Patience)
    fuse: Fuse = field(default_factory=Fuse)


class Discipline:
    """The discipline of one endpoint, shared by all models there."""

    def __init__(
        self,
        name: str,
        *,
        rng: Random,
        rules: Rules | None = None,
        on_attempt: OnAttempt | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.rules = rules or Rules()
        self.circuit = Circuit(name, clock=clock, fuse=self.rules.fuse)
        self._places = asyncio.Semaphore(self.rules.concurrency)
        self._retry = Retry(bucket=Bucket(), rng=rng, patience=self.rules.patience, sleep=sleep, on_attempt=on_attempt)
        self._rng = rng
        self._clock = clock
        self._sleep = sleep

    async def call(self, attempt: Attempt) -> Reply:
        """Return what an attempt, or one of those after it, returned; its `attempts` counts them, `faults` names them.

        Raises: ModelError: none succeeded, or the circuit stayed open for too long.
        """
        return await self._retry.call(lambda: self._when_ready(attempt))

    async def _when_ready(self, attempt: Attempt) -> Reply:
        end = self._clock() + self.rules.wait_s
        while True:
            async with self._places:
                if not self.circuit.ready_in:
                    return await self._once(attempt)
            await self._wait(end)

    async def _wait(self, end: float) -> None:
        wait = self.circuit.ready_in
        if self._clock() + wait > end:
            raise self.circuit.refusal(wait)
        # Spread out, for the first to come may find the endpoint still down.
        await self._sleep(wait * self._rng.uniform(1.0, 1.2))

    async def _once(self, attempt: Attempt) -> Reply:
        ticket = self.circuit.enter()
        try:
            reply = await attempt()
        except ModelError as fault:
            if fault.attempts == 0:
                # Never sent, it says nothing of the endpoint.
                self.circuit.abandon(ticket)
                raise
            self.circuit.leave(ticket, alive=fault.kind not in TROUBLE)
            if fault.kind == "rate_limit" and fault.retry_after_s:
                self.circuit.silence(fault.retry_after_s)
            raise
        except BaseException:
            self.circuit.abandon(ticket)
            raise
        self.circuit.leave(ticket, alive=True)
        return reply


class Priced(Model, Protocol):
    """A model that knows what its tokens cost, or that it does not know (None)."""

    price: Price | None


class Disciplined:
    """A model whose calls go through the discipline of its endpoint."""

    def __init__(self, model: Priced, discipline: Discipline) -> None:
        self.model = model
        self.discipline = discipline
        self.price = model.price

    @property
    def name(self) -> str:
        """The model's own name."""
        return self.model.name

    async def complete(self, request: Request) -> Reply:
        """Return the model's answer.

        Raises: ModelError: there is none; its `attempts` says how many requests were sent.
        """
        return await self.discipline.call(lambda: self.model.complete(request))

    async def close(self) -> None:
        """Close the model."""
        await self.model.close()
