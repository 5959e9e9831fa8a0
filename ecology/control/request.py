"""What may be asked of an ecology from outside, as small typed values, and what is answered.

Promises: a request names itself by a key, so that asking twice is asking once; whatever does not fit is refused before
it is written. Does not promise: that `by` is who it says; whoever may open the door may give any name.
"""

from __future__ import annotations

import getpass
import json
from typing import Annotated, Any, Literal
from uuid import uuid4

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from storage import ConfigurationError, EcologyError

MOST_BYTES = 65_536
_FAR = 2**63 - 1


def _storable(text: str) -> str:
    text.encode()
    return text


def _somebody() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody"


Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_storable)]
Words = Annotated[str, Field(max_length=2_000), AfterValidator(_storable)]
Number = Annotated[int, Field(ge=1, le=_FAR)]
What = Literal["agent", "tool", "lineage"]


class Refused(EcologyError):
    """A request that cannot be granted as things stand."""


class Request(BaseModel):
    """What all requests share: a key of their own, who asks, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: Name = Field(default_factory=lambda: uuid4().hex)
    by: Name = Field(default_factory=_somebody)
    reason: Words = ""


class Post(Request):
    """Write on the blackboard, perhaps in answer to a post; agents at work on `tool/ID` read what is posted there."""

    act: Literal["post"] = "post"
    topic: Name
    body: Words
    thread_id: Number | None = None


class Approve(Request):
    """Approve a rewrite that waits for it; it is judged once more and admitted in the next turn."""

    act: Literal["approve"] = "approve"
    proposal_id: Number


class Deny(Request):
    """Deny a rewrite that waits for approval."""

    act: Literal["deny"] = "deny"
    proposal_id: Number


class Quarantine(Request):
    """Set an agent, a tool or a lineage (by any of its agents) aside."""

    act: Literal["quarantine"] = "quarantine"
    what: What
    name: Name


class Release(Request):
    """Let out what is in quarantine."""

    act: Literal["release"] = "release"
    what: What
    name: Name


class Freeze(Request):
    """Keep a tool as it is; it stays in use."""

    act: Literal["freeze"] = "freeze"
    tool: Name


class Unfreeze(Request):
    """Let a frozen tool change again."""

    act: Literal["unfreeze"] = "unfreeze"
    tool: Name


class RollBack(Request):
    """Take a version back, with every version that descends from it or is built on it."""

    act: Literal["roll_back"] = "roll_back"
    version_id: Number


class Stop(Request):
    """Throw the kill switch: no turn is taken and nothing admitted any more."""

    act: Literal["stop"] = "stop"


class Clear(Request):
    """Take the kill switch back."""

    act: Literal["clear"] = "clear"


class BreakGlass(Request):
    """Admit a vetoed rewrite in spite of the rules named; the reason is kept for all to see."""

    act: Literal["break_glass"] = "break_glass"
    proposal_id: Number
    rules: tuple[Name, ...] = Field(min_length=1, max_length=32)
    reason: Annotated[Words, StringConstraints(strip_whitespace=True, min_length=1)]


AnyRequest = Annotated[
    Post | Approve | Deny | Quarantine | Release | Freeze | Unfreeze | RollBack | Stop | Clear | BreakGlass,
    Field(discriminator="act"),
]
_ADAPTER: TypeAdapter[AnyRequest] = TypeAdapter(AnyRequest)
_ANSWER = ("outcome", "said", "code")


class Receipt(BaseModel):
    """What came of a request: `said` in a sentence, `seq` its event, `code` an exit code, 0 where it was done.

    `queued`: asked from within a turn, it is landed after that. `again`: this key was answered before, and is not
    written twice.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    outcome: Literal["done", "refused", "queued"]
    said: str
    seq: int | None = None
    code: int = 0
    again: bool = False

    @property
    def refused(self) -> bool:
        """Whether it was not done."""
        return self.outcome == "refused"


def checked(values: Any) -> AnyRequest:
    """Return the request that these values describe.

    Raises: ConfigurationError: they describe none; the sentence names the first that does not fit.
    """
    try:
        return _ADAPTER.validate_python(values)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "act"
        raise ConfigurationError(f"the request's {place} is {first['input']!r:.80}: {first['msg'].lower()}") from None


def read_request(line: bytes) -> AnyRequest:
    """Return the request that a line of JSON holds.

    Raises: ConfigurationError: it is too long, no JSON, or no request.
    """
    if len(line) > MOST_BYTES:
        raise ConfigurationError(f"a request may have {MOST_BYTES} bytes; send a shorter one")
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        raise ConfigurationError(f"the request {line[:40]!r} is no JSON; send one object on one line") from None
    if not isinstance(values, dict):
        raise ConfigurationError(f"the request {line[:40]!r} is no object; send one object on one line")
    return checked({name: tuple(value) if isinstance(value, list) else value for name, value in values.items()})


def relived(payload: dict[str, Any]) -> AnyRequest:
    """Return the request that an event of the history keeps."""
    return checked({name: value for name, value in payload.items() if name not in _ANSWER})


def receipt_of(payload: dict[str, Any], *, seq: int, again: bool) -> Receipt:
    """Return the answer that an event of the history keeps."""
    return Receipt(key=payload["key"], seq=seq, again=again, **{name: payload[name] for name in _ANSWER})
