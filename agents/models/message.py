"""What goes to a language model and what comes back, whichever model it is.

Promises: values are frozen; equal requests have equal digests, in every process and release of Python; a price that is
not known is None, never 0. Does not promise: that a reply is true, safe, or fits the schema; whoever asked checks that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Protocol, TypeAlias

from storage import ModelFault, canonical

JSON: TypeAlias = "Mapping[str, JSON] | list[JSON] | tuple[JSON, ...] | str | int | float | bool | None"
Role = Literal["system", "user", "assistant"]
Mode = Literal["text", "json_schema", "json_object", "tool", "fenced"]
Finish = Literal["stop", "length", "filter", "tool", "unknown"]

_NEEDS_SCHEMA = ("json_schema", "tool")


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: Role
    content: str


@dataclass(frozen=True)
class Request:
    """All that a reply depends on: the conversation, how to sample, and how the reply must look.

    `max_tokens` bounds the reply; `schema` is the JSON schema it must fit and `mode` how that is asked for: by the
    API's own `json_schema`, `json_object` or forced `tool`, or by words alone (`text`, `fenced`); `prompt` is the
    digest of the prompt file the messages were made from. `salt` is never sent: it sets equal requests apart where each
    is to have a reply of its own.
    Raises: ValueError: `mode` needs a schema and none is given, or `max_tokens` is below 1.
    """

    messages: tuple[Message, ...]
    temperature: float = 0.7
    max_tokens: int = 2048
    schema: Mapping[str, JSON] | None = None
    mode: Mode = "text"
    seed: int | None = None
    prompt: str = ""
    salt: str = ""

    def __post_init__(self) -> None:
        if self.mode in _NEEDS_SCHEMA and self.schema is None:
            raise ValueError(f"a request in mode {self.mode!r} needs a schema; give one, or ask in mode 'json_object'")
        if self.max_tokens < 1:
            raise ValueError(f"max_tokens must be at least 1, not {self.max_tokens}")

    @cached_property
    def text(self) -> str:
        """The request as canonical JSON."""
        return canonical(self._document())

    @cached_property
    def digest(self) -> str:
        """The sha256 of `text`, in hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def text_to(self, model: str) -> str:
        """Return the same with the model that is asked, as the journal keeps it and finds the reply by."""
        return canonical({"model": model, **self._document()})

    def _document(self) -> dict[str, object]:
        return {
            "messages": [[message.role, message.content] for message in self.messages],
            "temperature": float(self.temperature),
            "max_tokens": self.max_tokens,
            "schema": self.schema,
            "mode": self.mode,
            "seed": self.seed,
            "prompt": self.prompt,
            "salt": self.salt,
        }


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model answered, and what that took.

    `usd` is None where the price is unknown; `latency_s` is the seconds of the attempt that succeeded; `id` is the
    provider's; `attempts` counts the requests sent and `faults` says how those before this one failed; `estimated` says
    that the server counted no tokens and we guessed; `shared` that an equal call under way brought it and pays for it.
    """

    text: str
    tokens_in: int
    tokens_out: int
    usd: float | None
    latency_s: float
    finish: Finish
    id: str
    model: str
    attempts: int = 1
    estimated: bool = False
    faults: tuple[ModelFault, ...] = ()
    shared: bool = False

    @property
    def truncated(self) -> bool:
        """Whether the model ran out of room before it had ended; such a reply is never merged."""
        return self.finish == "length"


class Model(Protocol):
    """Anything that answers a request: an endpoint, a script, a person behind a folder."""

    @property
    def name(self) -> str:
        """The string that names this model on the command line and in the journal."""

    async def complete(self, request: Request) -> Reply:
        """Return the answer to a request.

        Raises: ModelError: there is none; its `kind` says why.
        """
        ...

    async def close(self) -> None:
        """Let go of connections and files; a closed model answers no more."""
        ...
