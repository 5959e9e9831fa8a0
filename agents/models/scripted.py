"""Replies written down beforehand, one JSON object a line: `scripted:FILE`, for tests and examples.

Promises: a reply depends on the request alone, never on what was asked before or at the same time, so a run is the same
whatever its workers and wherever it was resumed; a request that no line is for is an error, not a guess.
Does not promise: that the lines are used once, or at all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from storage import ConfigurationError, ModelError, ModelFault

from .message import Finish, Reply, Request
from .wire import tokens_about

_SHOWN = 120

# The question that a line answers: a number, or any.
_Question = int | Literal["any"]


class Line(BaseModel):
    """One reply and the requests it is for.

    `match`: a regular expression to be found in the last user message; `order`: which question of a conversation it
    answers, 1 for the first. A line with neither answers the question whose number is its place among such lines; one
    with `match` alone answers any question. `error` makes it fail in that way in place of answering.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str = ""
    match: str | None = None
    order: int | None = Field(default=None, ge=1)
    finish: Finish = "stop"
    usd: float | None = Field(default=0.0, ge=0)
    error: ModelFault | None = None

    @field_validator("match")
    @classmethod
    def _is_a_pattern(cls, pattern: str | None) -> str | None:
        if pattern is not None:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"{pattern!r} is no regular expression: {error}") from None
        return pattern

    @cached_property
    def pattern(self) -> re.Pattern[str] | None:
        """The compiled `match`."""
        return None if self.match is None else re.compile(self.match)


class ScriptedModel:
    """A model that answers from a list of lines; of several that fit equally the request's digest draws one.

    A line that must `match` goes before those that need not, one of that very question before one of any.
    """

    def __init__(self, replies: Iterable[str | Line], *, name: str = "scripted") -> None:
        self.name = name
        lines = [Line(text=each) if isinstance(each, str) else each for each in replies]
        self._lines: Sequence[tuple[_Question, Line]] = _numbered(lines)

    @classmethod
    def from_file(cls, path: str | Path) -> Self:
        """Return the model whose lines stand in a JSONL file; empty lines and those that begin with # are passed over.

        Raises: ConfigurationError: the file cannot be read, or a line of it is no reply.
        """
        try:
            text = Path(path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"the script {path} cannot be read: {error}") from None
        numbered = [(number, row.strip()) for number, row in enumerate(text.splitlines(), start=1)]
        lines = [_line(row, place=f"{path}:{number}") for number, row in numbered if row and not row.startswith("#")]
        if not lines:
            raise ConfigurationError(f'the script {path} holds no replies; write lines such as {{"text": "hello"}}')
        return cls(lines, name=f"scripted:{path}")

    async def complete(self, request: Request) -> Reply:
        """Return the reply written for this request.

        Raises: ModelError: no line is for it (`exhausted`), or the line says that it fails.
        """
        line = self._line_for(request)
        if line.error is not None:
            raise ModelError(f"{self.name} was told to fail here ({line.error})", kind=line.error)
        digest = request.digest
        return Reply(
            text=line.text,
            tokens_in=tokens_about(request.text),
            tokens_out=tokens_about(line.text),
            usd=line.usd,
            latency_s=0.0,
            finish=line.finish,
            id=f"scripted-{digest[:16]}",
            model=self.name,
            estimated=True,
        )

    async def close(self) -> None:
        """Nothing is held."""

    def _line_for(self, request: Request) -> Line:
        asked = next((each.content for each in reversed(request.messages) if each.role == "user"), "")
        number = 1 + sum(each.role == "assistant" for each in request.messages)
        fitting = [
            ((line.match is None, question == "any"), line)
            for question, line in self._lines
            if question in ("any", number) and (line.pattern is None or line.pattern.search(asked))
        ]
        if not fitting:
            raise ModelError(
                f"{self.name} is exhausted: none of its {len(self._lines)} lines is for question {number} of a"
                f" conversation that now asks {_shortened(asked)!r}; add a line with that order, or with a match",
                kind="exhausted",
            )
        best = min(rank for rank, _ in fitting)
        equals = [line for rank, line in fitting if rank == best]
        # Of several that must match, those of the first pattern in the file: the others are rules below it.
        equals = [line for line in equals if line.match == equals[0].match]
        return equals[int(request.digest, 16) % len(equals)]


def _numbered(lines: Sequence[Line]) -> list[tuple[_Question, Line]]:
    found: list[tuple[_Question, Line]] = []
    plain = 0
    for line in lines:
        if line.order is not None:
            found.append((line.order, line))
        elif line.match is not None:
            found.append(("any", line))
        else:
            plain += 1
            found.append((plain, line))
    return found


def _line(row: str, *, place: str) -> Line:
    try:
        return Line.model_validate(json.loads(row))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the line"
        raise ConfigurationError(f"{place}: {where}: {first['msg']}") from None
    except ValueError as error:
        raise ConfigurationError(f"{place}: this is no JSON object: {error}") from None


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
