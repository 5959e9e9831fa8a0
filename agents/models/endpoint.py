"""A model behind an OpenAI-compatible server: one request, one attempt, one reply.

Promises: a reply that the protocol does not allow is a `malformed` ModelError with one clear sentence; tokens that the
server did not count are estimated and said to be. Does not promise: retries, a limit on calls, or a budget.
"""

from __future__ import annotations

import json
import re
import time
from typing import Any

from storage import ModelError

from .connection import Connection
from .fault import excerpt
from .message import Reply, Request
from .pricing import Price
from .wire import Answer, Unreadable, read, storable, written

# Models of OpenAI that think first take no temperature, and count their thoughts in what they may write.
_REASONING = re.compile(r"o\d|gpt-[5-9](?!.*chat)")


class Endpoint:
    """One model of an endpoint; `model` "" is the first that the server lists."""

    def __init__(self, name: str, *, connection: Connection, model: str, price: Price | None) -> None:
        self._name = name
        self._connection = connection.lease()
        self._model = model
        self._twins = _Twins()
        self.price = price

    @property
    def name(self) -> str:
        """The string that names this model."""
        return self._name

    async def complete(self, request: Request) -> Reply:
        """Return the model's answer to one attempt.

        Raises: ModelError: there is none.
        """
        model = self._model or await self._first()
        started = time.monotonic()
        body = written(request, model=model, reasoning=self._reasons(model))
        data = await self._connection.post("/chat/completions", body)
        answer = self._understood(data, request)
        self._twins.refuse(answer, request, name=self._name)
        return Reply(
            text=answer.text, tokens_in=answer.tokens_in, tokens_out=answer.tokens_out, usd=self._usd(answer),
            latency_s=time.monotonic() - started, finish=answer.finish, id=answer.id, model=self._name,
            estimated=answer.estimated,
        )  # fmt: skip

    async def close(self) -> None:
        """Let go of the connection."""
        await self._connection.release()

    def _reasons(self, model: str) -> bool:
        return self._connection.address.openai and bool(_REASONING.match(model))

    def _understood(self, data: bytes, request: Request) -> Answer:
        try:
            return read(data, request)
        except Unreadable as error:
            said = excerpt(str(error))
        raise ModelError(f"{self._name} {said}; check the server", kind="malformed")

    def _usd(self, answer: Answer) -> float | None:
        if answer.usd is not None:
            return answer.usd
        return self.price.cost(answer.tokens_in, answer.tokens_out) if self.price else None

    async def _first(self) -> str:
        try:
            listed: Any = json.loads(await self._connection.get("/models"))
            found = storable(listed["data"][0]["id"])
        except (ValueError, TypeError, LookupError, RecursionError):
            found = ""
        if not found:
            where = self._connection.address.url
            raise ModelError(f"{where} lists no model; name one as {where}#name", kind="malformed")
        self._model = found
        return found


class _Twins:
    """Replies given twice: the same id and text in answer to another request, from a server that numbers its replies.

    Servers that give all replies one id, or none, are not suspected.
    """

    NUMBERS_AFTER = 8
    REMEMBERED = 4096

    def __init__(self) -> None:
        self._seen: dict[str, tuple[int, int]] = {}

    def refuse(self, answer: Answer, request: Request, *, name: str) -> None:
        """Raise: ModelError: this answer was given to another request already."""
        if not answer.id:
            return
        before = self._seen.get(answer.id)
        if before is None:
            self._remember(answer, request)
        elif len(self._seen) >= self.NUMBERS_AFTER and before[1] == hash(answer.text) and before[0] != _mark(request):
            raise ModelError(
                f"{name} gave the reply {answer.id!r}, which was the answer to another request, a second time; "
                "check for a cache between here and the server",
                kind="malformed",
            )

    def _remember(self, answer: Answer, request: Request) -> None:
        self._seen[answer.id] = (_mark(request), hash(answer.text))
        if len(self._seen) > self.REMEMBERED:
            del self._seen[next(iter(self._seen))]


def _mark(request: Request) -> int:
    """Return a number by which requests differ within this process; much cheaper than their digests."""
    return hash((request.messages, request.mode, request.seed, request.temperature))
