"""What the tests of models share: one request, models in quick discipline, and a clock that is told the time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

from agents.models.circuit import Fuse
from agents.models.connection import Timeouts
from agents.models.discipline import Disciplined, Rules
from agents.models.exchange import Exchange
from agents.models.message import Message, Reply, Request
from agents.models.retry import Patience
from benchmarks.served import ServedModel

QUICK = Rules(concurrency=8, wait_s=0.0, patience=Patience(first_s=0.01, longest_s=2.0), fuse=Fuse(cool_s=0.2))
SHORT = Timeouts(connect_s=1.0, read_s=0.3, total_s=0.6)


def ask(text: str = "hello", **more: Any) -> Request:
    """Return a request with one message."""
    return Request((Message("user", text),), **more)


def answered(text: str = "hello") -> Reply:
    """Return a plain reply."""
    return Reply(text, 1, 1, None, 0.0, "stop", "id-1", "model")


def exchange(**more: Any) -> Exchange:
    """Return an exchange that loses no time."""
    return Exchange(**{"rng": Random(7), "rules": QUICK, "timeouts": SHORT, **more})


def talk(server: ServedModel, say: Callable[[Disciplined], Awaitable[Any]], *, model: str = "", **more: Any) -> Any:
    """Open the served model, run a conversation with it, and close it."""

    async def conversation() -> Any:
        opened = exchange(**more).endpoint(server.address + model)
        try:
            return await say(opened)
        finally:
            await opened.close()

    return asyncio.run(conversation())


class Clock:
    """Seconds that pass only when told to, or when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)
