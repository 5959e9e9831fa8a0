"""What an agent may ask for, as plain frozen data: the only thing a mind gives back.

Promises: an action does nothing by itself; the engine examines, admits and writes.
Does not promise: that an action is allowed. The rule layer says so, after the fact of asking.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter

from .genome import Genome

Stance = Literal["support", "object"]

MOST_CHARACTERS = 200_000


def _storable(text: str) -> str:
    """Return a text that the database can hold. Raises: ValueError: it is no Unicode, as a lone surrogate is not."""
    text.encode()
    return text


Text = Annotated[str, Field(max_length=MOST_CHARACTERS), AfterValidator(_storable)]
Id = Annotated[int, Field(ge=-(2**63), lt=2**63)]
Name = Annotated[str, Field(max_length=200), AfterValidator(_storable)]


class Action(BaseModel):
    """What all actions share: they are frozen and take no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Pass(Action):
    """Do nothing this turn, and say why."""

    act: Literal["pass"] = "pass"
    reason: Text


class Post(Action):
    """Write a message on the blackboard under a topic such as `tool/12`."""

    act: Literal["post"] = "post"
    topic: Name
    body: Text


class Signal(Action):
    """Draw attention to a subject such as `tool:12`: a strength that halves every `half_life` turns."""

    act: Literal["signal"] = "signal"
    kind: Name
    subject: Name
    strength: float = Field(gt=0, le=1e6, allow_inf_nan=False)
    half_life: float = Field(gt=0, le=1e6, allow_inf_nan=False)


class Propose(Action):
    """Ask for a tool's code to be replaced; `basis_id` is the version the code was made from."""

    act: Literal["propose"] = "propose"
    source: Text
    basis_id: Id
    reason: Text


class Compose(Action):
    """Ask for a tool to be rewritten on top of others: `source` is its entry point alone, which calls the components.

    `components` are the ids of their versions, as the view's shelf shows them; the engine puts their code in.
    """

    act: Literal["compose"] = "compose"
    source: Text
    basis_id: Id
    components: tuple[Id, ...] = Field(min_length=1, max_length=8)
    reason: Text


class Test(Action):
    """Offer a case for the tool at hand: `args` (a tuple literal), or `setup` and `call`; `expect` is a literal."""

    __test__ = False  # no test of ours, whatever pytest makes of the name
    act: Literal["test"] = "test"
    args: Text = ""
    setup: Text = ""
    call: Text = ""
    expect: Text
    reason: Text


class Critique(Action):
    """Support a pending proposal or object to it; `evidence` is what anybody can run again to see the same."""

    act: Literal["critique"] = "critique"
    proposal_id: Id
    stance: Stance
    kind: Name
    evidence: dict[Name, Text | Id] = Field(max_length=16)


class Spawn(Action):
    """Ask for a child of a living agent, with this genome."""

    act: Literal["spawn"] = "spawn"
    parent_id: Id
    genome: Genome
    reason: Text


class Retire(Action):
    """Leave the population for good."""

    act: Literal["retire"] = "retire"
    reason: Text


AnyAction = Annotated[
    Pass | Post | Signal | Propose | Compose | Test | Critique | Spawn | Retire,
    Field(discriminator="act"),
]
ACTIONS = (Pass, Post, Signal, Propose, Compose, Test, Critique, Spawn, Retire)
_ADAPTER: TypeAdapter[AnyAction] = TypeAdapter(AnyAction)


def checked(action: object) -> AnyAction:
    """Return an action that a mind gave back, once more held against its own limits.

    Raises: ValueError: it is none, or was made around them.
    """
    if not isinstance(action, ACTIONS):
        raise ValueError(f"a {type(action).__name__} is no action")
    return _ADAPTER.validate_python(action.model_dump(warnings=False))
