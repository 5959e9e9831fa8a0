"""What a rewrite and a birth are judged by when they are to be admitted: read off the world as it stands.

Promises: constant time for each but for the critiques of the one rewrite. Does not promise: to keep what it hands out;
the world goes on.
"""

from __future__ import annotations

from collections.abc import Set
from functools import lru_cache

from agents import Genome
from governance import Birth, Motion, Standing
from governance import Critique as Voice

from .states import AgentState, ProposalState, ToolState
from .world import World


def motion_of(world: World, tool: ToolState, proposal: ProposalState) -> Motion:
    """Return a rewrite as admission looks at it."""
    author = proposal.author_id
    back = world.tallies.twin(tool.id, code_hash=proposal.code_hash, proposal_id=proposal.id)
    # Whoever works from the very version that it gives back asks for a rollback.
    asked = back is not None and back == proposal.basis_id != tool.head.id
    kinds = {"compose": bool(proposal.components), "model": bool(proposal.model), "rollback": asked}
    return Motion(
        tool.id, proposal.parent_id, author_id=author, author_lineage=world.founders[author], tool=tool.name,
        species=world.born[author].genome.species, kinds=frozenset(kind for kind, so in kinds.items() if so),
        genome=genome_text(world.born[author].genome),
    )  # fmt: skip


def standing_of(world: World, tool: ToolState, proposal: ProposalState, *, turn: int) -> Standing:
    """Return the state in which a rewrite is to be admitted."""
    author = world.agents.get(proposal.author_id)
    lineage = world.founders[proposal.author_id]
    waiting = world.in_force.waiting.get(proposal.id)
    voices = tuple(
        Voice(
            agent_id, world.founders[agent_id], "support" if stance == "support" else "object", evidence=shown,
            genome=genome_text(world.born[agent_id].genome),
        )
        for agent_id, stance, shown in proposal.critiques
        # What is set aside neither supports nor stops anything.
        if not world.in_force.holds_agent(agent_id, world.founders[agent_id])
    )  # fmt: skip
    twin = _twin(world, tool, proposal)
    owner = tool.head.author_id
    made_of = {proposal.basis_id, *proposal.components}
    tallies = world.tallies
    return Standing(
        turn=turn,
        head_id=tool.head.id,
        critiques=voices,
        admissions=tool.admitted_turns,
        population=len(world.agents),
        energy=author.energy if author else 0.0,
        approved=bool(waiting and waiting.approved),
        quarantined=_quarantined(world, tool, proposal),
        frozen=tool.frozen,
        taken_back=tuple(sorted(each for each in made_of if world.version(each).taken_back)),
        admitted=tallies.admitted.times(agent_id=proposal.author_id, tool_id=tool.id, lineage=lineage),
        spent=tallies.spent(agent_id=proposal.author_id, lineage=lineage, tool_id=tool.id),
        kin=tallies.kin[lineage],
        kin_energy=tallies.kin_energy[lineage],
        owner_id=owner,
        owner_lineage=world.founders[owner] if owner else None,
        twin=twin,
        twin_better=twin is not None and _better(world, tool, twin),
    )


def birth_of(world: World, parent_id: int, genome: Genome, *, endowment: float) -> Birth:
    """Return a child that an agent asks to have, as its admission looks at it."""
    parent = world.agents.get(parent_id)
    return Birth(
        parent_id, endowment, genome.model, is_niche=world.may_be_born(genome), depth=parent.depth + 1 if parent else 0
    )


def nursery_of(world: World, parent: AgentState | None, *, turn: int, models: Set[str]) -> Standing:
    """Return the state in which a child of an agent (None: it is gone) is to be born."""
    tallies = world.tallies
    parent_id, lineage = (parent.id, parent.founder_id) if parent else (0, 0)
    return Standing(
        turn=turn,
        population=len(world.agents),
        energy=parent.energy if parent else 0.0,
        models=frozenset(models),
        quarantined=f"agent {parent.id} or its lineage" if parent and parent.quarantined else "",
        born=tallies.born.times(agent_id=parent_id, tool_id=0, lineage=lineage),
        spent=tallies.spent(agent_id=parent_id, lineage=lineage, tool_id=0),
        kin=tallies.kin[lineage],
        kin_energy=tallies.kin_energy[lineage],
    )


@lru_cache(maxsize=4096)
def genome_text(genome: Genome) -> str:
    """Return a genome as one text, equal for clones; empty where only the founder tells.

    Equal genomes that think with one model and one prompt err alike. Minds that ship for offline use are one code each,
    and what two of them find differs by the inputs that each draws: they are told apart by their founders.
    """
    return "" if genome.is_offline else genome.model_dump_json()


def _twin(world: World, tool: ToolState, proposal: ProposalState) -> int | None:
    """Return the earlier version that a rewrite would bring back; the head itself is none."""
    found = world.tallies.twin(tool.id, code_hash=proposal.code_hash, proposal_id=proposal.id)
    return None if found is None or found == tool.head.id else found


def _better(world: World, tool: ToolState, version_id: int) -> bool:
    """Whether an earlier version passed more of the gate than the head does, or as much and more visible cases."""
    older, head = world.version(version_id).score, tool.head.score
    return (older.gate_passed, older.visible_passed) > (head.gate_passed, head.visible_passed)


def _quarantined(world: World, tool: ToolState, proposal: ProposalState) -> str:
    """Return what of a rewrite is in quarantine, in words; empty where nothing is."""
    if tool.quarantined:
        return f"tool {tool.name}"
    if world.in_force.holds_agent(proposal.author_id, world.founders[proposal.author_id]):
        return f"agent {proposal.author_id} or its lineage"
    held = [used.name for used in map(world.tool_of, proposal.components) if used.quarantined]
    return f"component {held[0]}" if held else ""
