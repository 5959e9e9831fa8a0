"""How the model server behaves, what it counts, and the replies it makes up.

Promises: the same behaviour draws the same faults and gives the same texts in the same order.
Does not promise: tokens as any model counts them; here a token is four characters.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from random import Random
from typing import Any

Body = dict[str, Any]


@dataclass(frozen=True)
class Behaviour:
    """How the server answers.

    `latency_s` seconds before each reply; `faults` a share of 0 to 1 for each fault; `schedule` what the next requests
    meet before shares count ("ok" or a fault); `answers` are for questions that hold the text they stand under, the
    first that fits, and `{number}` in one becomes the request's number; else `replies` are given in turn, and without
    them the question comes back; `retry_after` goes with each 429; prices are USD a million tokens; `unsupported`
    modes are refused with 400; `key`, if set, is the only one let in.
    """

    latency_s: float = 0.0
    faults: dict[str, float] = field(default_factory=dict)
    schedule: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    replies: list[str] = field(default_factory=list)
    retry_after: str = "1"
    usage: bool = True
    usd_in: float | None = None
    usd_out: float | None = None
    finish: str = "stop"
    unsupported: list[str] = field(default_factory=list)
    key: str = ""
    seed: int = 0


@dataclass
class Stats:
    """What has happened so far; `repeated` counts requests whose body had been answered in full before."""

    requests: int = 0
    answered: int = 0
    repeated: int = 0
    in_flight: int = 0
    in_flight_max: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    usd: float = 0.0
    connections: int = 0
    faults: dict[str, int] = field(default_factory=dict)


class Course:
    """A behaviour under way: where its schedule, its chance and its replies stand."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self._schedule = deque(behaviour.schedule)
        self._random = Random(behaviour.seed)
        self._given = 0

    def fault(self) -> str:
        """Return what the next request meets, "ok" or a fault."""
        if self._schedule:
            return self._schedule.popleft()
        drawn = self._random.random()
        for name, share in self.behaviour.faults.items():
            if drawn < share:
                return name
            drawn -= share
        return "ok"

    def body(self, asked: Body, *, number: int) -> Body:
        """Return the reply to what was asked."""
        text = self._text(asked, number=number)
        message: Body = {"role": "assistant", "content": text}
        if "tools" in asked:
            function = {"name": asked["tools"][0]["function"]["name"], "arguments": text}
            call = {"id": "call-1", "type": "function", "function": function}
            message = {"role": "assistant", "content": None, "tool_calls": [call]}
        choice = {"index": 0, "message": message, "finish_reason": self.behaviour.finish}
        body: Body = {"id": f"reply-{number}", "object": "chat.completion", "created": 0, "model": asked["model"]}
        return body | {"choices": [choice]} | ({"usage": self._usage(asked, text)} if self.behaviour.usage else {})

    def _text(self, asked: Body, *, number: int) -> str:
        if self.behaviour.answers:
            question = "\n".join(str(message["content"]) for message in asked["messages"])
            fitting = (answer for part, answer in self.behaviour.answers.items() if part in question)
            if answer := next(fitting, ""):
                return answer.replace("{number}", str(number))
        if not self.behaviour.replies:
            return str(asked["messages"][-1]["content"])
        self._given += 1
        return self.behaviour.replies[(self._given - 1) % len(self.behaviour.replies)]

    def _usage(self, asked: Body, text: str) -> Body:
        tokens_in = sum(len(str(message["content"])) for message in asked["messages"]) // 4 + 1
        room = int(asked.get("max_completion_tokens") or asked.get("max_tokens") or 2**31)
        tokens_out = min(len(text) // 4 + 1, room)
        usage: Body = {"prompt_tokens": tokens_in, "completion_tokens": tokens_out}
        usage["total_tokens"] = tokens_in + tokens_out
        if self.behaviour.usd_in is not None and self.behaviour.usd_out is not None:
            usage["cost"] = (tokens_in * self.behaviour.usd_in + tokens_out * self.behaviour.usd_out) / 1e6
        return usage
