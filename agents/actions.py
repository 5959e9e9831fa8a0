"""What an agent may ask for, as plain frozen data: the only thing a mind gives back.

Promises: an action does nothing by itself; the engine examines, admits and writes.
Does not promise: that an action is allowed. The rule layer says so, after the fact of asking.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from .genome import Genome

Stance = Literal["support", "object"]


class Action(BaseModel):
    """What all actions share: they are frozen and take no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Pass(Action):
    """Do nothing this turn, and say why."""

    act: Literal["pass"] = "pass"
    reason: str


class Post(Action):
    """Write a message on the blackboard under a topic such as `tool/12`."""

    act: Literal["post"] = "post"
    topic: str
    body: str


class Signal(Action):
    """Draw attention to a subject such as `tool:12`: a strength that halves every `half_life` turns."""

    act: Literal["signal"] = "signal"
    kind: str
    subject: str
    strength: float = Field(gt=0)
    half_life: float = Field(gt=0)


class Propose(Action):
    """Ask for a tool's code to be replaced; `basis_id` is the version the code was made from."""

    act: Literal["propose"] = "propose"
    source: str
    basis_id: int
    reason: str


class Compose(Action):
    """Ask for a tool to be rewritten on top of others: `source` is its entry point alone, which calls the components.

    `components` are the ids of their versions, as the view's shelf shows them; the engine puts their code in.
    """

    act: Literal["compose"] = "compose"
    source: str
    basis_id: int
    components: tuple[int, ...] = Field(min_length=1, max_length=8)
    reason: str


class Test(Action):
    """Offer a case for the tool at hand: `args` (a tuple literal), or `setup` and `call`; `expect` is a literal."""

    __test__ = False  # no test of ours, whatever pytest makes of the name
    act: Literal["test"] = "test"
    args: str = ""
    setup: str = ""
    call: str = ""
    expect: str
    reason: str


class Critique(Action):
    """Support a pending proposal or object to it; `evidence` is what anybody can run again to see the same."""

    act: Literal["critique"] = "critique"
    proposal_id: int
    stance: Stance
    kind: str
    evidence: dict[str, str | int]


class Spawn(Action):
    """Ask for a child of a living agent, with this genome."""

    act: Literal["spawn"] = "spawn"
    parent_id: int
    genome: Genome
    reason: str


class Retire(Action):
    """Leave the population for good."""

    act: Literal["retire"] = "retire"
    reason: str


AnyAction = Annotated[
    Pass | Post | Signal | Propose | Compose | Test | Critique | Spawn | Retire,
    Field(discriminator="act"),
]
ACTIONS = (Pass, Post, Signal, Propose, Compose, Test, Critique, Spawn, Retire)
