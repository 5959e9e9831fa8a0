"""A switchboard on a real journal, and models that do as they are told, for the tests of what passes through it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from random import Random
from typing import Any, TypeVar

from agents.models import Learned, Models, Opened, Price, Purse, Reply, Request, Switchboard, Talk
from agents.models.circuit import Fuse
from agents.models.discipline import Discipline, Rules
from agents.models.outcome import Asked
from agents.models.retry import Patience
from storage import CallKey, ModelCall, ModelError, ModelFault, Store
from tests.agents.models.asking import asked, replied
from tests.agents.models.model_calls import QUICK, Clock

T = TypeVar("T")
NAME = "stand-in"
PRICE = Price(1.0, 2.0)


class StandIn:
    """A model that answers after so many rounds of the event loop, or fails as listed first."""

    def __init__(
        self, *faults: ModelFault, rounds: int = 3, answer: Callable[[Request], Reply] = lambda _: replied("yes")
    ) -> None:
        self.name = NAME
        self.faults = list(faults)
        self.sent = 0
        self.closed = False
        self._rounds = rounds
        self._answer = answer

    async def complete(self, request: Request) -> Reply:
        self.sent += 1
        for _ in range(self._rounds):
            await asyncio.sleep(0)
        if self.faults:
            kind = self.faults.pop(0)
            raise ModelError(f"it failed ({kind})", kind=kind)
        return self._answer(request)

    async def close(self) -> None:
        self.closed = True


class Standing(Models):
    """Models of which one is given, in a discipline that loses no time."""

    def __init__(self, model: StandIn, *, price: Price | None = PRICE) -> None:
        super().__init__(seed=1)
        clock = Clock()
        rules = Rules(64, 0.0, Patience(attempts=3, first_s=0.01), Fuse(in_a_row=1000, share=2.0))
        discipline = Discipline(NAME, rng=Random(1), rules=rules, clock=clock, sleep=clock.sleep)
        self._given = Opened(NAME, model, price, discipline)

    def open(self, name: str) -> Opened:
        return self._given if name == NAME else super().open(name)


def board(
    store: Store, models: Models | None = None, *, past: Mapping[CallKey, ModelCall] | None = None, **rest: Any
) -> Switchboard:
    """Return a switchboard on the store's journal, which remembers nothing unless told to."""
    return Switchboard(models or Models(seed=7, rules=QUICK), store.journal, run_id=None, past=past or {}, **rest)


def question(text: str = "why?", *, model: str = NAME, turn: int = 0, nth: int = 0, **rest: Any) -> Asked:
    """Return a question of nobody in particular."""
    return Asked.of(model, asked(text, **rest), turn=turn, agent_id=None, nth=nth)


def run(switchboard: Switchboard, work: Callable[[Switchboard], Awaitable[T]]) -> T:
    """Do something with a switchboard in a loop of its own, and close it."""

    async def all_of_it() -> T:
        try:
            return await work(switchboard)
        finally:
            await switchboard.close()

    return asyncio.run(all_of_it())


def failed(switchboard: Switchboard, question: Asked, purse: Purse | None = None) -> ModelError:
    """Return the error that a question ends in."""

    async def work(board: Switchboard) -> ModelError:
        try:
            reply = await board.call(question, purse=purse or Purse("run"))
        except ModelError as error:
            return error
        raise AssertionError(f"it was answered: {reply.text}")

    return run(switchboard, work)


def said(switchboard: Switchboard, question: Asked, purse: Purse | None = None) -> Reply:
    """Return the reply to a question."""
    return run(switchboard, lambda board: board.call(question, purse=purse or Purse("run")))


def conversation(
    switchboard: Switchboard, *, agent_id: int, model: str = NAME, turn: int = 0, purse: Purse | None = None,
    learned: Learned | None = None, draw: float = 0.99,
) -> Talk:  # fmt: skip
    """Return the talk of a turn."""
    return Talk(
        switchboard, model, turn=turn, agent_id=agent_id, purse=purse or Purse("run"), learned=learned or Learned(),
        draw=draw,
    )  # fmt: skip
