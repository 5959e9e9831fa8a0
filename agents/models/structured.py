"""Replies that must fit a shape: asked for in the strictest way that an endpoint can do, and always validated.

Promises: what is returned was validated by pydantic; a reply that was cut off is never read, let alone merged; the
number of calls is bounded. Does not promise: that the answer is true.
The ways, strictest first: the API's `json_schema`, its `json_object` with the schema in words, a forced `tool`, and a
fenced block asked for in words alone. Each is a `mode` of the request; the client of an endpoint puts it into practice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType
from typing import Any, Generic, Literal, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from storage import ModelError

from .message import Message, Model, Reply, Request

Way = Literal["json_schema", "json_object", "tool", "fenced"]
WAYS: tuple[Way, ...] = get_args(Way)

Shape = TypeVar("Shape", bound=BaseModel)

_NOTHING_KNOWN: Mapping[str, Way] = MappingProxyType({})
_MOST_ERRORS = 8
_MOST_CHARACTERS = 200_000
_FENCE = "```"
_THOUGHTS = re.compile(r"\A.*</think(?:ing)?>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Structured(Generic[Shape]):
    """A validated reply, the way in which it was asked for, and every reply that was paid on the way to it."""

    value: Shape
    way: Way
    replies: tuple[Reply, ...]


class Ways:
    """Which way of asking each endpoint has proved to understand. `known` is what was learned before."""

    def __init__(self, known: Mapping[str, Way] = _NOTHING_KNOWN) -> None:
        self._proved = dict(known)

    @property
    def known(self) -> Mapping[str, Way]:
        """The proved way of each endpoint, to be kept for the next run."""
        return MappingProxyType(self._proved)

    def order(self, endpoint: str) -> Iterator[Way]:
        """Yield the ways to try: what has worked first, then the others, strictest first."""
        proved = self._proved.get(endpoint)
        if proved is not None:
            yield proved
        yield from (way for way in WAYS if way != proved)

    def prove(self, endpoint: str, way: Way) -> None:
        """Remember that this way worked."""
        self._proved[endpoint] = way


class _Unfit(Exception):
    """A reply does not fit; the text tells the model why. `is_json` says that its way of asking was understood."""

    def __init__(self, message: str, *, is_json: bool) -> None:
        super().__init__(message)
        self.is_json = is_json


async def ask(model: Model, request: Request, shape: type[Shape], *, ways: Ways, rounds: int = 2) -> Structured[Shape]:
    """Ask for a reply of a shape; feed back what does not fit, at most `rounds` times, and go on to looser ways.

    A way is given up at once where the endpoint refuses it, or answers without any JSON. At most four ways and `rounds`
    more calls are paid.
    Raises: ModelError: nothing fitted (`malformed`), or the model failed otherwise.
    """
    asking = _Asking(model, shape, rounds=rounds)
    refusal: ModelError | None = None
    for way in ways.order(model.name):
        try:
            value = await asking.converse(request, way)
        except ModelError as error:
            if error.kind != "refused":
                raise
            refusal = error
            continue
        if value is not None:
            ways.prove(model.name, way)
            return Structured(value, way, tuple(asking.replies))
    if refusal is not None and not asking.replies:
        raise refusal
    last = " ".join(asking.problem.split())
    raise ModelError(
        f"{model.name} gave no {shape.__name__} in {len(asking.replies)} replies; the last: {last}",
        kind="malformed",
        attempts=max(1, sum(each.attempts for each in asking.replies)),
    )


class _Asking(Generic[Shape]):
    """One question put to one model until an answer fits."""

    def __init__(self, model: Model, shape: type[Shape], *, rounds: int) -> None:
        self._model = model
        self._shape = shape
        self._schema = _schema_of(shape)
        self._rounds = rounds
        self.replies: list[Reply] = []
        self.problem = ""

    async def converse(self, request: Request, way: Way) -> Shape | None:
        """Ask in one way, with feedback while rounds are left; None where this way leads nowhere."""
        asked = replace(request, schema=self._schema, mode=way)
        while True:
            reply = await self._model.complete(asked)
            self.replies.append(reply)
            try:
                return self._read(reply)
            except _Unfit as error:
                self.problem = str(error)
                if not error.is_json or self._rounds == 0:
                    return None
            self._rounds -= 1
            asked = replace(asked, messages=(*asked.messages, *_feedback(reply, self.problem)))

    def _read(self, reply: Reply) -> Shape:
        if reply.truncated:
            # What is left of a cut reply may well parse, and mean something else.
            raise _Unfit("the reply was cut off before its end; answer more briefly", is_json=True)
        document = _document(reply.text)
        try:
            return self._shape.model_validate_json(document)
        except ValidationError as error:
            raise _Unfit(_told(error), is_json=True) from None


@cache
def _schema_of(shape: type[BaseModel]) -> Mapping[str, Any]:
    # Made once a shape: it takes longer than all the rest of a question.
    return strict(shape.model_json_schema())


def strict(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema as strict endpoints want it: every object closed, every property required, no defaults."""
    found: dict[str, Any] = {}
    for name, value in schema.items():
        if name in ("properties", "$defs"):
            found[name] = {each: strict(inner) for each, inner in value.items()}
        elif name != "default":
            found[name] = _strict_part(value)
    if "properties" in found:
        found["additionalProperties"] = False
        found["required"] = list(found["properties"])
    return found


def _strict_part(value: Any) -> Any:
    if isinstance(value, Mapping):
        return strict(value)
    return [_strict_part(each) for each in value] if isinstance(value, list) else value


def _fenced(text: str) -> list[str]:
    """Return the contents of the closed blocks in a text, in order, in time linear in its length."""
    found: list[str] = []
    block: list[str] | None = None
    for line in text.split("\n"):
        mark = line.strip()
        if block is None and mark.startswith(_FENCE) and _FENCE not in mark[3:]:
            block = []
        elif block is not None and mark == _FENCE:
            found.append("\n".join(block))
            block = None
        elif block is not None:
            block.append(line)
    return found


def _document(text: str) -> str:
    """Return the JSON object in a reply: all of it, or its last fenced block that is one.

    Raises: _Unfit: there is none.
    """
    spoken = _THOUGHTS.sub("", text[:_MOST_CHARACTERS])
    for candidate in (spoken, *reversed(_fenced(spoken))):
        try:
            found = json.loads(candidate)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict):
            return candidate
    raise _Unfit("the reply holds no JSON object; give one object, and close every fence", is_json=False)


def _told(error: ValidationError) -> str:
    found = error.errors(include_url=False)
    lines = [f"- {'.'.join(map(str, each['loc'])) or 'the object'}: {each['msg']}" for each in found[:_MOST_ERRORS]]
    more = [f"- and {len(found) - _MOST_ERRORS} more"] if len(found) > _MOST_ERRORS else []
    return "\n".join(["the reply does not fit the schema:", *lines, *more])


def _feedback(reply: Reply, problem: str) -> tuple[Message, ...]:
    # What was cut off is not shown again: it would be continued.
    said = "(a reply that was cut off)" if reply.truncated else reply.text or "(nothing)"
    return Message("assistant", said), Message("user", f"That cannot be used: {problem}\nAnswer again, in full.")
