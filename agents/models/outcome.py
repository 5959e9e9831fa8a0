"""A question to a model, what came of it, and both as the journal keeps them.

Promises: the key of a question covers the model and all that its reply depends on, and is computed once; what is read
back from the journal equals what was written. Does not promise: the HTTP status of a failure; it is not kept.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self, cast

from storage import CallKey, ModelCall, ModelError, request_hash

from .budget import FREE
from .message import Finish, Reply, Request
from .spending import Spent

NOTHING = Spent()


@dataclass(frozen=True, slots=True)
class Asked:
    """What an agent asks a model in a turn; `nth` counts its equal questions there from 0.

    `text` is the question and its model as the journal keeps them, `digest` the sha256 of it.
    """

    model: str
    request: Request
    turn: int
    agent_id: int | None
    text: str
    digest: str
    nth: int = 0

    @classmethod
    def of(cls, model: str, request: Request, *, turn: int, agent_id: int | None, nth: int = 0) -> Self:
        """Return the question with its text and digest."""
        text = request.text_to(model)
        return cls(model, request, turn, agent_id, text, request_hash(text), nth)

    @property
    def key(self) -> CallKey:
        """The key of its reply in the journal."""
        return self.digest, self.turn, self.nth


@dataclass(frozen=True, slots=True)
class Outcome:
    """A reply or the final failure.

    `counted` is what purses count for it; `shared` says that it came of an equal question under way.
    """

    answer: Reply | ModelError
    counted: Spent = NOTHING
    shared: bool = False

    @classmethod
    def kept(cls, call: ModelCall) -> Self:
        """Return what the journal kept."""
        counted = Spent(call.counted_usd, call.counted_tokens, call.counted_calls)
        if call.fault:
            error = ModelError(call.message, kind=call.fault, attempts=call.attempts, faults=call.faults)
            return cls(error, counted, call.shared)
        reply = Reply(
            call.reply, call.tokens_in, call.tokens_out, call.usd, call.latency_s, cast(Finish, call.finish),
            call.provider_id, call.model, call.attempts, call.estimated, call.faults, call.shared,
        )  # fmt: skip
        return cls(reply, counted, call.shared)

    def given(self) -> Reply:
        """Return the reply.

        Raises: ModelError: there is none.
        """
        if isinstance(self.answer, ModelError):
            raise self.answer
        return self.answer

    def as_shared(self) -> Outcome:
        """Return it for another who asked the same meanwhile, and pays nothing."""
        answer = self.answer
        if isinstance(answer, ModelError):
            return Outcome(ModelError(str(answer), kind=answer.kind, attempts=0), shared=True)
        free = replace(answer, tokens_in=0, tokens_out=0, usd=0.0, attempts=0, faults=(), shared=True)
        return Outcome(free, shared=True)

    def call(self, asked: Asked, *, run_id: int | None) -> ModelCall:
        """Return the journal's row."""
        answer, counted = self.answer, self.counted
        if isinstance(answer, ModelError):
            return ModelCall(
                asked.turn, asked.model, asked.text, "", 0, 0, None if unpriced(answer) else 0.0, 0.0, "", run_id,
                asked.agent_id, asked.nth, asked.request.prompt, counted.usd, attempts=answer.attempts,
                faults=answer.faults, fault=answer.kind, message=str(answer), shared=self.shared,
                counted_tokens=counted.tokens, counted_calls=counted.calls,
            )  # fmt: skip
        return ModelCall(
            asked.turn, asked.model, asked.text, answer.text, answer.tokens_in, answer.tokens_out, answer.usd,
            answer.latency_s, answer.finish, run_id, asked.agent_id, asked.nth, asked.request.prompt, counted.usd,
            answer.id, answer.attempts, answer.faults, estimated=answer.estimated, shared=self.shared,
            counted_tokens=counted.tokens, counted_calls=counted.calls,
        )  # fmt: skip


def unpriced(answer: Reply | ModelError) -> int:
    """Return how many of the attempts may have cost something that nobody knows."""
    failed = sum(kind not in FREE for kind in answer.faults) if answer.attempts else 0
    return failed + (isinstance(answer, Reply) and answer.usd is None)
