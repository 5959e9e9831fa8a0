"""A request and a reply as the chat completions protocol writes them.

Promises: every mode is mapped onto the API or, where it has none, onto words; what comes back is checked field by field
and is text that can be stored. Does not promise: that the text fits the schema.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from storage import canonical

from .message import Finish, Request

ANSWER = "answer"
LONGEST_ID = 200
# More than any context; a count above it is a mistake of the server and would not fit the database.
MOST_TOKENS = 2**40

_FINISHES: dict[str, Finish] = {
    "stop": "stop", "eos": "stop", "end_turn": "stop", "length": "length", "max_tokens": "length",
    "content_filter": "filter", "tool_calls": "tool", "function_call": "tool",
}  # fmt: skip
_ASKED_IN_WORDS = {
    "json_object": "Answer with one JSON object that fits this JSON schema, and nothing else:",
    "fenced": "Answer with one value in a ```json block that fits this JSON schema:",
}


class Unreadable(ValueError):
    """A body is not what the protocol promises; the text says how."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a body of the protocol held; `usd` only where the server states what it charged."""

    text: str
    tokens_in: int
    tokens_out: int
    estimated: bool
    usd: float | None
    finish: Finish
    id: str


def written(request: Request, *, model: str, reasoning: bool = False) -> dict[str, Any]:
    """Return the body of a request; `reasoning` models of OpenAI take neither `max_tokens` nor a temperature."""
    body: dict[str, Any] = {"model": model, "messages": _messages(request), **_form(request)}
    if reasoning:
        body["max_completion_tokens"] = request.max_tokens
    else:
        body |= {"max_tokens": request.max_tokens, "temperature": request.temperature}
    return body if request.seed is None else body | {"seed": request.seed}


def _messages(request: Request) -> list[dict[str, str]]:
    messages = [{"role": message.role, "content": message.content} for message in request.messages]
    if request.schema is not None and request.mode in _ASKED_IN_WORDS and messages:
        # In the last message, for many chat templates take a system message at the beginning only.
        messages[-1]["content"] += f"\n\n{_ASKED_IN_WORDS[request.mode]}\n{canonical(request.schema)}"
    return messages


def _form(request: Request) -> dict[str, Any]:
    if request.mode == "json_object":
        return {"response_format": {"type": "json_object"}}
    if request.mode == "json_schema":
        schema = {"name": ANSWER, "schema": request.schema, "strict": _closed(request.schema)}
        return {"response_format": {"type": "json_schema", "json_schema": schema}}
    if request.mode == "tool":
        tool = {"name": ANSWER, "description": "Give the answer.", "parameters": request.schema}
        choice = {"type": "function", "function": {"name": ANSWER}}
        return {"tools": [{"type": "function", "function": tool}], "tool_choice": choice}
    return {}


def _closed(schema: object) -> bool:
    """Whether each object in a schema names all it may hold, without which OpenAI refuses to be strict."""
    if isinstance(schema, list | tuple):
        return all(map(_closed, schema))
    if not isinstance(schema, Mapping):
        return True
    if "properties" in schema or schema.get("type") == "object":
        wanted = set(schema.get("properties", ()))
        if schema.get("additionalProperties") is not False or wanted != set(schema.get("required", ())):
            return False
    return all(map(_closed, schema.values()))


def tokens_about(text: str) -> int:
    """Return roughly how many tokens a text has: four bytes each, the usual rule for English and code."""
    return len(text.encode(errors="replace")) // 4 + 1


def read(data: bytes, request: Request) -> Answer:
    """Return what the body of a reply holds.

    Raises: Unreadable: it is no JSON object with a choice in it.
    """
    try:
        body = json.loads(data)
    except (ValueError, RecursionError):
        raise Unreadable("sent a body that is no JSON") from None
    return understand(body, request)


def understand(body: object, request: Request) -> Answer:
    """Return what a decoded body holds.

    Raises: Unreadable: it is no object with a choice in it.
    """
    if not isinstance(body, dict):
        raise Unreadable("sent JSON that is no object")
    choices = body.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        raise Unreadable(f"sent no choice but an error: {body['error']}" if body.get("error") else "sent no choice")
    message = choices[0].get("message")
    if not isinstance(message, dict):
        raise Unreadable("sent a choice without a message")
    text, finish = _content(message), _FINISHES.get(str(choices[0].get("finish_reason")), "unknown")
    counted = _usage(body.get("usage"))
    tokens_in, tokens_out = counted or (sum(tokens_about(m.content) for m in request.messages), tokens_about(text))
    return Answer(
        text=text, tokens_in=tokens_in, tokens_out=tokens_out, estimated=counted is None,
        usd=_charged(body.get("usage")), finish="filter" if message.get("refusal") else finish,
        id=storable(body.get("id"))[:LONGEST_ID],
    )  # fmt: skip


def _content(message: Mapping[str, Any]) -> str:
    """The answer's text: the arguments of a called tool, else the content, else the words of a refusal."""
    calls = message.get("tool_calls")
    if isinstance(calls, list) and calls and isinstance(calls[0], dict):
        function = calls[0].get("function")
        arguments = function.get("arguments") if isinstance(function, dict) else None
        return storable(arguments if isinstance(arguments, str) else json.dumps(arguments))
    content = message.get("content")
    if isinstance(content, list):
        content = "".join(str(part.get("text") or "") for part in content if isinstance(part, dict))
    return storable(content or message.get("refusal"))


def storable(value: object) -> str:
    """Return a text as it is but for lone surrogates, which no file can hold; of anything else, nothing."""
    return re.sub("[\ud800-\udfff]", "\ufffd", value) if isinstance(value, str) else ""


def _usage(usage: object) -> tuple[int, int] | None:
    """The tokens a server counted, None unless both counts can be believed."""
    if not isinstance(usage, dict):
        return None
    counts = usage.get("prompt_tokens"), usage.get("completion_tokens")
    good = [count for count in counts if isinstance(count, int) and not isinstance(count, bool)]
    if len(good) < 2 or not all(0 <= count <= MOST_TOKENS for count in good):
        return None
    return good[0], good[1]


def _charged(usage: object) -> float | None:
    cost = usage.get("cost") if isinstance(usage, dict) else None
    if isinstance(cost, bool) or not isinstance(cost, int | float) or not isfinite(cost) or cost < 0:
        return None
    return float(cost)
