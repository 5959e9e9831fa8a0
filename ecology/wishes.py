"""What agents ask for, put to policy: who they are as the world stands, and what they would act on.

Promises: read from the folded world alone, so that the same history puts the same questions.
Does not promise: an answer; that is the council's.
"""

from __future__ import annotations

from agents import AnyAction, Compose, Critique, Post, Propose, Retire, Signal, Spawn, Test
from governance import AgentSeen, Motion, Policy, Request, Speech, Standing, ToolSeen, place_of, whole

from .states import ProposalState, ToolState
from .world import World


def agent_seen(world: World, agent_id: int) -> AgentSeen:
    """Return an agent, dead or alive, as policy sees it; of one that was never born, its number alone."""
    born = world.born.get(agent_id)
    if born is None:
        return AgentSeen(agent_id)
    living = world.agents.get(agent_id)
    return AgentSeen(
        agent_id,
        species=born.genome.species,
        family=born.genome.family,
        lineage=born.founder_id,
        model=born.genome.model,
        depth=born.depth,
        energy=whole(living.energy) if living else 0,
        quarantined=world.in_force.holds_agent(agent_id, born.founder_id),
    )


def tool_seen(tool: ToolState, policy: Policy) -> ToolSeen:
    """Return a tool as policy sees it."""
    return ToolSeen(
        tool.id,
        name=tool.name,
        operator=tool.is_operator,
        solved=tool.solved,
        frozen=tool.frozen,
        protected=policy.protects(tool.name),
        canary=policy.baits(tool.name),
        quarantined=tool.quarantined,
        capabilities=tool.capabilities,
    )


def wish(world: World, policy: Policy, action: AnyAction, *, agent_id: int, tool: ToolState | None) -> Request | None:
    """Return what an action asks policy, None where it asks nothing; `tool` is the one at hand.

    Raises: ValueError: the action is about a tool, and there is none.
    """
    agent = agent_seen(world, agent_id)
    match action:
        case Post():
            return Request.of("post", agent, place_of(action.topic), topic=action.topic)
        case Signal():
            said = {"kind": action.kind, "subject": action.subject}
            return Request.of("signal", agent, place_of(action.subject), **said)
        case Retire():
            return Request.of("retire", agent, agent)
        case Spawn():
            child = action.genome
            told = {"species": child.species, "family": child.family, "model": child.model}
            return Request.of("spawn", agent, agent_seen(world, action.parent_id), **told)
        case Propose() | Compose() | Test() | Critique():
            if tool is None:
                raise ValueError(f"a {action.act} is about a tool, and none is at hand")
            return _about(world, action, agent=agent, tool=tool_seen(tool, policy))
        case _:
            return None


def speech(world: World, action: AnyAction, *, agent_id: int, turn: int) -> Speech | None:
    """Return what an action says, as the limits on speech look at it; None where it says nothing."""
    said = world.tallies.said
    match action:
        case Post():
            return Speech("post", turn, said["post", agent_id])
        case Test():
            return Speech("case", turn, said["case", agent_id])
        case Signal():
            return Speech("signal", turn, said["signal", agent_id], action.strength, action.half_life)
        case _:
            return None


def to_admit(
    world: World, policy: Policy, motion: Motion, standing: Standing, *, tool: ToolState, proposal: ProposalState
) -> Request:
    """Return what the admission of a rewrite asks policy."""
    seen = {"agent": agent_seen(world, motion.author_id), "tool": tool_seen(tool, policy)}
    return Request.to_admit(motion, standing, **seen, model=proposal.model)  # type: ignore[arg-type]


def _about(
    world: World, action: Propose | Compose | Test | Critique, *, agent: AgentSeen, tool: ToolSeen
) -> Request | None:
    match action:
        case Test():
            return Request.of("test", agent, tool)
        case Critique():
            known = world.under_review(tool.id, action.proposal_id)
            author = known.author_id if known else agent.id
            kin = world.founders[author] == agent.lineage
            facts = {"evidence": bool(action.evidence), "own": author == agent.id, "kin": kin}
            return Request.of("critique", agent, tool, stance=action.stance, **facts)
        case _:
            return Request.of(action.act, agent, tool, model=agent.model)
