"""What a rewrite and a birth are judged by when they are to be admitted: read off the world as it stands.

Promises: constant time for each but for the critiques of the one rewrite. Does not promise: to keep what it hands out;
the world goes on.
"""

from __future__ import annotations

from collections.abc import Set

from agents import Genome
from governance import Birth, Motion, Standing
from governance import Critique as Voice

from .states import AgentState, ProposalState, ToolState
from .world import World


def motion_of(world: World, tool: ToolState, proposal: ProposalState) -> Motion:
    """Return a rewrite as admission looks at it."""
    author = proposal.author_id
    kinds = {"compose": bool(proposal.components), "model": bool(proposal.model)}
    return Motion(
        tool.id, proposal.parent_id, author_id=author, author_lineage=world.founders[author], tool=tool.name,
        species=world.born[author].genome.species, kinds=frozenset(kind for kind, so in kinds.items() if so),
    )  # fmt: skip


def standing_of(world: World, tool: ToolState, proposal: ProposalState, *, turn: int) -> Standing:
    """Return the state in which a rewrite is to be admitted."""
    author = world.agents.get(proposal.author_id)
    waiting = world.in_force.waiting.get(proposal.id)
    voices = tuple(
        Voice(agent_id, world.founders[agent_id], "support" if stance == "support" else "object", evidence=shown)
        for agent_id, stance, shown in proposal.critiques
    )
    return Standing(
        turn=turn,
        head_id=tool.head.id,
        critiques=voices,
        admissions=tuple(tool.admitted_turns),
        population=len(world.agents),
        energy=author.energy if author else 0.0,
        approved=bool(waiting and waiting.approved),
        quarantined=_quarantined(world, tool, proposal),
        frozen=tool.frozen,
    )


def _quarantined(world: World, tool: ToolState, proposal: ProposalState) -> str:
    """Return what of a rewrite is in quarantine, in words; empty where nothing is."""
    if tool.quarantined:
        return f"tool {tool.name}"
    if world.in_force.holds_agent(proposal.author_id, world.founders[proposal.author_id]):
        return f"agent {proposal.author_id} or its lineage"
    held = [used.name for used in map(world.tool_of, proposal.components) if used.quarantined]
    return f"component {held[0]}" if held else ""


def birth_of(world: World, parent_id: int, genome: Genome, *, endowment: float) -> Birth:
    """Return a child that an agent asks to have, as its admission looks at it."""
    return Birth(parent_id, endowment, genome.model, is_niche=world.may_be_born(genome))


def nursery_of(world: World, parent: AgentState | None, *, turn: int, models: Set[str]) -> Standing:
    """Return the state in which a child of an agent (None: it is gone) is to be born."""
    return Standing(
        turn=turn,
        population=len(world.agents),
        energy=parent.energy if parent else 0.0,
        models=frozenset(models),
        quarantined=f"agent {parent.id} or its lineage" if parent and parent.quarantined else "",
    )
