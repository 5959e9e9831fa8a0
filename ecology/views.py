"""Draw an agent's view out of the world, for the work it picked.

Promises: nothing of the gate or sealed rings but which versions exist; plain values only.
Does not promise: the task itself, which the worker adds from its kit with the visible cases alone.
"""

from __future__ import annotations

from collections.abc import Callable

from agents import SAID_CHARACTERS, Candidate, Myself, ProposalSeen, VersionSeen, View

from .attention import Pick
from .world import ProposalState, ToolState, VersionState, World

SourceOf = Callable[[str], str]

# A breeder looks at the wealthiest only: the list travels to a worker.
_KIN_SHOWN = 32


def view_of(world: World, pick: Pick, *, turn: int, source_of: SourceOf) -> View:
    """Return what the agent of a pick sees; `source_of` gives the text of a code hash."""
    agent = world.agents[pick.agent_id]
    me = Myself(id=agent.id, founder_id=agent.founder_id, genome=agent.genome, energy=agent.energy)
    if pick.tool_id is None:
        return View(turn, world.seq, pick.activity, me, kin=_kin(world), unmet=_unmet(pick))
    tool = world.tools[pick.tool_id]
    base = next((version for version in tool.versions if version.id == pick.base_id), tool.head)
    return View(
        turn=turn,
        seq=world.seq,
        activity=pick.activity,
        me=me,
        tool_id=tool.id,
        said=_said(tool),
        head=_seen(tool.head, source_of),
        base=_seen(base, source_of),
        cursor=base.reached(pick.family).cursor,
        proposals=_proposals(tool, pick, source_of),
    )


def _seen(version: VersionState, source_of: SourceOf) -> VersionSeen:
    visible = version.bitmap.partition("|")[0]
    return VersionSeen(version.id, source_of(version.code_hash), tuple(mark == "1" for mark in visible))


def _said(tool: ToolState) -> tuple[str, ...]:
    """Return the newest of what was said of the tool's rewrites, as much as the budget of characters holds."""
    kept: list[str] = []
    left = SAID_CHARACTERS
    for text in reversed(tool.said):
        left -= len(text)
        if left < 0:
            break
        kept.append(text)
    return tuple(reversed(kept))


def _proposals(tool: ToolState, pick: Pick, source_of: SourceOf) -> tuple[ProposalSeen, ...]:
    known = tool.pending | tool.stale
    return tuple(_proposal(known[number], source_of) for number in pick.proposal_ids)


def _proposal(proposal: ProposalState, source_of: SourceOf) -> ProposalSeen:
    source = source_of(proposal.code_hash)
    return ProposalSeen(proposal.id, proposal.author_id, proposal.basis_id, source, proposal.reason)


def _kin(world: World) -> tuple[Candidate, ...]:
    rich = sorted(world.agents.values(), key=lambda agent: (-agent.earned, -agent.energy, agent.id))
    return tuple(Candidate(each.id, each.genome, each.energy, each.earned) for each in rich[:_KIN_SHOWN])


def _unmet(pick: Pick) -> tuple[str, ...]:
    kind, _, niche = pick.subject.partition(":")
    return (niche,) if kind == "niche" else ()
