"""What an agent asks for, as policy sees it: who it is, the action, and what it would act on.

Promises: frozen, hashable values of whole numbers, texts and truths, so that equal requests get equal decisions.
Does not promise: to be the whole world. What policies may speak of is in `policy.cedarschema`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self, TypeAlias

from .standing import Motion, Standing

Action = Literal["propose", "compose", "test", "critique", "admit", "spawn", "retire", "post", "signal"]
ACTIONS: tuple[Action, ...] = ("propose", "compose", "test", "critique", "admit", "spawn", "retire", "post", "signal")
Place = Literal["board", "rules"]
Fact: TypeAlias = str | int | bool

_TYPES: Mapping[str, str] = {"board": "Board", "rules": "RuleLayer"}
# First words of topics and subjects that speak in the rules' name.
_OF_THE_RULES = ("rules", "rule", "charter", "policy", "council", "governance")
_MOST = 2**62


@dataclass(frozen=True, slots=True)
class AgentSeen:
    """An agent: `lineage` is its founder, `energy` in whole units, `quarantined` it or its lineage."""

    id: int
    species: str = ""
    family: str = ""
    lineage: int = 0
    model: str = ""
    depth: int = 0
    energy: int = 0
    quarantined: bool = False

    def entity(self) -> dict[str, Any]:
        """Return it as Cedar reads it."""
        return _entity("Agent", asdict(self))


@dataclass(frozen=True, slots=True)
class ToolSeen:
    """A tool: `operator` where it makes edits for others, `protected` where it changes only with approval."""

    id: int
    name: str = ""
    operator: bool = False
    solved: bool = False
    frozen: bool = False
    protected: bool = False
    canary: bool = False
    quarantined: bool = False
    capabilities: tuple[str, ...] = ()

    def entity(self) -> dict[str, Any]:
        """Return it as Cedar reads it."""
        return _entity("Tool", asdict(self))


@dataclass(frozen=True, slots=True)
class Request:
    """One agent's wish to do something to something; `context` are the facts of this one deed, by name."""

    action: Action
    agent: AgentSeen
    on: AgentSeen | ToolSeen | Place
    context: tuple[tuple[str, Fact], ...] = ()

    @classmethod
    def of(cls, action: Action, agent: AgentSeen, on: AgentSeen | ToolSeen | Place, **context: Fact) -> Self:
        """Return a request with these facts."""
        return cls(action, agent, on, tuple(sorted(context.items())))

    @classmethod
    def to_admit(cls, motion: Motion, standing: Standing, *, agent: AgentSeen, tool: ToolSeen, model: str = "") -> Self:
        """Return the wish that an examined rewrite become the head, as things stand."""
        voices = [voice for voice in standing.voices() if voice.agent_id != motion.author_id]
        supporting = {voice.lineage for voice in voices if voice.stance == "support"} - {motion.author_lineage}
        objecting = {voice.agent_id for voice in voices if voice.stance == "object" and voice.evidence}
        return cls.of(
            "admit",
            agent,
            tool,
            supporters=len(supporting),
            objectors=len(objecting),
            approved=standing.approved,
            model=model,
        )

    def entities(self) -> list[dict[str, Any]]:
        """Return who and what it is about, as Cedar reads them."""
        if self.on == self.agent or isinstance(self.on, str):
            return [self.agent.entity()]
        return [self.agent.entity(), self.on.entity()]

    def document(self) -> dict[str, Any]:
        """Return the question as Cedar reads it."""
        return {
            "principal": {"type": "Agent", "id": str(self.agent.id)},
            "action": {"type": "Action", "id": self.action},
            "resource": {"type": self.kind, "id": self.on if isinstance(self.on, str) else str(self.on.id)},
            "context": dict(self.context),
        }

    @property
    def kind(self) -> str:
        """The Cedar type of what it is about."""
        if isinstance(self.on, str):
            return _TYPES[self.on]
        return "Agent" if isinstance(self.on, AgentSeen) else "Tool"

    @property
    def words(self) -> str:
        """What it is about, in one word: `tool 3`, `agent 5`, `board`."""
        return self.on if isinstance(self.on, str) else f"{self.kind.lower()} {self.on.id}"


def place_of(subject: str) -> Place:
    """Return where a topic (`tool/12`) or a signal's subject (`tool:12`) is heard: on the board, or as the rules'."""
    first = subject.replace(":", "/").partition("/")[0].strip().casefold()
    return "rules" if first in _OF_THE_RULES else "board"


def whole(energy: float) -> int:
    """Return an energy in whole units, rounded down, within what Cedar can count."""
    return math.floor(max(-_MOST, min(energy, _MOST)))


def _entity(kind: str, facts: dict[str, Any]) -> dict[str, Any]:
    return {"uid": {"type": kind, "id": str(facts.pop("id"))}, "attrs": facts, "parents": []}
