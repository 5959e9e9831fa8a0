"""Claims about a real llama.cpp server as an endpoint; `pytest -m llm_server` runs them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field

from agents.models.discipline import Disciplined
from agents.models.exchange import Exchange
from agents.models.message import Message, Reply, Request
from agents.models.structured import Structured, Ways, ask
from benchmarks.llama import ServedLlama
from storage import ModelError

pytestmark = [pytest.mark.llm_server, pytest.mark.timeout(600)]


class Opinion(BaseModel):
    stance: Literal["support", "object"]
    words: str = Field(max_length=40)
    # Without bounds, for llama-cpp-python's grammars know none for numbers.
    weight: int


def spoken(llama: ServedLlama, say: Callable[[Disciplined], Awaitable[Any]], *, model: str = "#tiny") -> Any:
    """Open the server's model, run a conversation with it, and close it."""

    async def conversation() -> Any:
        opened = Exchange(rng=Random(0)).endpoint(llama.address + model)
        try:
            return await say(opened)
        finally:
            await opened.close()

    return asyncio.run(conversation())


def asked(text: str = "Say something.", **more: Any) -> Request:
    return Request((Message("system", "You mend tools."), Message("user", text)), **more)


def said(llama: ServedLlama, request: Request, *, model: str = "#tiny") -> Reply:
    reply: Reply = spoken(llama, lambda opened: opened.complete(request), model=model)
    return reply


def opinion(llama: ServedLlama, ways: Ways) -> Structured[Opinion]:
    structured: Structured[Opinion] = spoken(
        llama, lambda opened: ask(opened, asked("What do you think?", max_tokens=400, seed=2), Opinion, ways=ways)
    )
    return structured


def test_a_reply_is_text_with_the_tokens_that_the_server_counted(llama: ServedLlama) -> None:
    reply = said(llama, asked(max_tokens=800, seed=1))

    assert reply.text and reply.text.isascii()
    assert (reply.finish, reply.truncated, reply.estimated) == ("stop", False, False)
    # Each character is a token, and the chat template adds its own.
    assert 0 < len(reply.text) <= reply.tokens_out
    assert len("You mend tools.Say something.") < reply.tokens_in < 100
    assert (reply.usd, reply.attempts) == (None, 1)


def test_a_reply_that_ran_out_of_room_is_said_to_be_cut_off(llama: ServedLlama) -> None:
    reply = said(llama, asked(max_tokens=3))

    assert (reply.finish, reply.truncated, reply.tokens_out) == ("length", True, 3)


def test_a_model_that_is_not_named_is_the_first_that_the_server_lists(llama: ServedLlama) -> None:
    assert said(llama, asked(max_tokens=3), model="").tokens_out == 3


def test_the_same_seed_brings_the_same_words(llama: ServedLlama) -> None:
    first, second, other = (said(llama, asked(max_tokens=60, seed=seed)).text for seed in (7, 7, 8))

    assert first == second != other


def test_a_question_that_is_too_long_is_refused_and_not_asked_again(llama: ServedLlama) -> None:
    before = llama.requests()

    with pytest.raises(ModelError) as caught:
        said(llama, asked("x" * 40_000, max_tokens=8))

    assert (caught.value.kind, caught.value.attempts) == ("refused", 1)
    assert llama.requests() == before + 1


def test_a_structured_reply_fits_its_shape_and_the_way_is_remembered(llama: ServedLlama) -> None:
    ways = Ways()

    first = opinion(llama, ways)
    before = llama.requests()
    again = opinion(llama, ways)

    assert isinstance(first.value, Opinion) and isinstance(again.value, Opinion)
    # A grammar, not words, brought it about: a random model fits nothing by chance.
    assert again.way == first.way in ("json_schema", "tool")
    assert ways.known == {f"{llama.address}#tiny": first.way}
    assert llama.requests() == before + len(again.replies)
