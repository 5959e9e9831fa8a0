"""Requests and replies for the tests of models that need no network."""

from __future__ import annotations

import asyncio
from typing import Any

from agents.models.message import Message, Model, Reply, Request


def asked(*texts: str, system: str = "You mend tools.", **rest: Any) -> Request:
    """Return a request whose messages are the user's and the assistant's by turns, the user's first."""
    roles = ("user", "assistant")
    talk = tuple(Message(roles[number % 2], text) for number, text in enumerate(texts))  # type: ignore[arg-type]
    return Request((Message("system", system), *talk), **rest)


def said(model: Model, *texts: str, **rest: Any) -> Reply:
    """Return the model's reply to a conversation."""
    return asyncio.run(model.complete(asked(*texts, **rest)))


def replied(text: str, **rest: Any) -> Reply:
    """Return a reply with that text."""
    fields: dict[str, Any] = {
        "tokens_in": 10, "tokens_out": 5, "usd": 0.0, "latency_s": 0.0, "finish": "stop", "id": "r", "model": "m",
    }  # fmt: skip
    return Reply(text=text, **(fields | rest))
