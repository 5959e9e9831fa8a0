"""The state of the ecology that admission looks at, and the motions it decides on.

Promises: frozen values; whoever fills in a `Standing` needs no more than one tool's and one agent's present state.
Does not promise: that the state is still so after the turn. Admission is asked in commit order, so it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Stance = Literal["support", "object"]


@dataclass(frozen=True, slots=True)
class Motion:
    """A rewrite that was examined and asks to become the tool's head.

    `tool` is the tool's name, `species` the author's, `kinds` what sort of rewrite it is (`compose`, `model`).
    """

    tool_id: int
    parent_id: int
    author_id: int
    author_lineage: int
    tool: str = ""
    species: str = ""
    kinds: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Birth:
    """A child that an agent asks to have: the energy it would be given, and what it would think with ("": no model).

    `is_niche`: somebody could live so, of this species, family and model.
    """

    parent_id: int
    endowment: float
    model: str = ""
    is_niche: bool = True


@dataclass(frozen=True, slots=True)
class Critique:
    """What one agent holds of a proposal; `lineage` is its founder, `evidence` whether it brought any."""

    agent_id: int
    lineage: int
    stance: Stance
    evidence: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """The present state, as of the commit before the motion's own.

    `critiques` of the proposal, oldest first (a later one of the same agent replaces its earlier); `admissions`: the
    turns in which the tool's latest versions were admitted; `population`: living agents; `energy`: the
    author's or parent's; `models`: those that the user let agents think with; `approved`: whether a person approved
    the motion; `quarantined`: what of the matter is in quarantine, in words ("" for nothing); `frozen`: the tool is.
    """

    turn: int
    head_id: int | None = None
    critiques: tuple[Critique, ...] = ()
    admissions: tuple[int, ...] = ()
    population: int = 0
    energy: float = 0.0
    models: frozenset[str] = frozenset()
    approved: bool = False
    quarantined: str = ""
    frozen: bool = False

    def voices(self) -> tuple[Critique, ...]:
        """Return what each agent holds now: its latest critique."""
        return tuple({critique.agent_id: critique for critique in self.critiques}.values())
