"""Who bids on a call, and how much: specialists by what their edits promise, the others by whom the call needs.

Promises: bids depend on the world, the turns in flight, the conditions and the call's generator alone; of each niche a
bounded number bids. Does not promise: that the highest bid wins; `attention` draws.
Source: response thresholds after Bonabeau, Theraulaz and Deneubourg, 1996.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from agents import activity_of

from .call import Bid, Call
from .market import deliberates, kept, left_for, search_bids
from .shelf import SHELF_SHOWN, behind, is_new_on_shelf
from .states import AgentState, ToolState, VersionState
from .world import World

# A call for a child is answered again only after so many turns: the last child needs time to be born and to work.
_BROODING = 40
# After so many turns on one version a niche has said what it has to say about what already works.
_ENOUGH = {"improve": 3, "test": 2, "rewrite": 3}
# An operator tool is rewritten only once its head has shown in so many turns what it earns.
_PROVEN = 8
UPGRADE = "upgrade"


def bids_on(call: Call, tool: ToolState | None) -> list[Bid]:
    """Return the bids on a call for work on a tool, or for a birth (None)."""
    if tool is None:
        return _breeding_bids(call)
    match call.signal.kind:
        case "failing" | "improve" if left_for(call, tool) < 1:
            return []
        case "failing":
            if _awaits_review(call, tool):
                return []
            return [
                *search_bids(call, tool),
                *_rewrite_bids(call, tool),
                *_link_bids(call, tool, [version for version, _ in kept(call, tool)]),
            ]
        case "improve":
            return [*_improving_bids(call, tool), *_link_bids(call, tool, [tool.head])]
        case "upgrade":
            return [] if call.is_answered else _upgrade_bids(call, tool)
        case "operator":
            return _operator_bids(call, tool)
        case "review":
            return [] if call.is_answered or deliberates(call, tool) else _review_bids(call, tool)
        case _:
            return [] if call.is_answered else _stale_bids(call, tool)


def _breeding_bids(call: Call) -> list[Bid]:
    if not call.world.breaker.allows("spawn") or not _helps(call):
        return []
    if call.is_answered or call.turn < call.world.bred.get(call.subject, -_BROODING) + _BROODING:
        return []
    return [Bid(1.0, agent, "breed", {}) for agent in call.idle("breed")]


def _helps(call: Call) -> bool:
    """Whether another agent could do anything about a call: a tool where all was tried needs no child."""
    first, _, number = call.subject.partition(":")
    if first != "stuck":
        return True
    tool = call.world.tools[int(number)]
    models = any(members and activity == "rewrite" for activity, members in call.niches())
    return models or (left_for(call, tool) > 0 and tool.is_open)


def _rewrite_bids(call: Call, tool: ToolState) -> list[Bid]:
    """Let those who think with a model bid on the head; composers only where there is something to build with."""
    kin, head = call.in_flight.at(tool), tool.head
    return [
        Bid(_appeal(agent, head, agent.genome.niche) / (1 + kin), agent, "rewrite", _on(tool.head, agent))
        for agent in call.idle("rewrite")
        if agent.genome.species != "composer" or call.world.has_shelf
    ]


def _improving_bids(call: Call, tool: ToolState) -> list[Bid]:
    """Let optimisers and testers bid on what works, as long as their niche has something to say about it."""
    return [
        Bid(1.0, agent, activity, _on(tool.head, agent))
        for agent in call.idle("improve", "test")
        if tool.head.reached(agent.genome.niche).turns < _ENOUGH[activity := activity_of(agent.genome.species)]
    ]


def _link_bids(call: Call, tool: ToolState, bases: Sequence[VersionState]) -> list[Bid]:
    """Let linkers bid on versions that they have not tried with all that is on the shelf."""
    weight, left = 1.0 / (1 + call.in_flight.at(tool)), left_for(call, tool)
    return [
        Bid(weight, agent, "link", {**_on(base, agent), "allowance": min(left, agent.genome.batch + SHELF_SHOWN)})
        for agent in call.idle("link")
        for base in bases
        if is_new_on_shelf(call.world, tool, base.reached(agent.genome.niche).cursor)
    ]


def _upgrade_bids(call: Call, tool: ToolState) -> list[Bid]:
    """Let a linker, or where none lives a specialist, follow the later versions of what a tool requires."""
    later = max(behind(call.world, tool).values(), default=0)
    if tool.pending or later <= tool.head.reached(UPGRADE).cursor:
        return []
    agents = call.idle("link" if call.world.served("linker") else "search")
    return [Bid(1.0, agent, "upgrade", {"base_id": tool.head.id, "means": UPGRADE}) for agent in agents]


def _operator_bids(call: Call, tool: ToolState) -> list[Bid]:
    """Let menders and toolsmiths bid on an operator tool whose head has shown what it earns."""
    if tool.pending or tool.head.served < _PROVEN or call.is_answered:
        return []
    return [
        Bid(1.0, agent, "rewrite", _on(tool.head, agent))
        for agent in call.idle("rewrite")
        if agent.genome.species in ("mender", "toolsmith")
        and tool.head.reached(agent.genome.niche).turns < _ENOUGH["rewrite"]
    ]


def _on(version: VersionState, agent: AgentState) -> dict[str, Any]:
    return {"base_id": version.id, "means": agent.genome.niche}


def _awaits_review(call: Call, tool: ToolState) -> bool:
    if tool.solved or any(each.solves and each.waits for each in tool.pending.values()):
        return True
    solving = any(each.solves and not each.reviewers for each in tool.pending.values())
    return solving and not deliberates(call, tool)


def _appeal(agent: AgentState, version: VersionState, means: str) -> float:
    """Return how well an agent fits a version: its record so far, less with each turn its kind spent there."""
    skill = (1 + agent.wins) / (1 + agent.turns / 50)
    weariness = float((1 + version.reached(means).turns) ** agent.genome.restlessness)
    return float(min(max(skill, 0.25), 4.0) / weariness)


def _review_bids(call: Call, tool: ToolState) -> list[Bid]:
    world = call.world
    again = world.breaker.allows("critique of critique")
    bids = []
    for agent in call.idle("review"):
        # Neither the author's kin nor a lineage that has looked already; the dead count as kin too.
        waiting = tuple(
            proposal.id
            for proposal in tool.pending.values()
            if (again or not proposal.critiques)
            and agent.founder_id not in proposal.reviewers
            and agent.founder_id != world.founders[proposal.author_id]
        )
        if not waiting and _may_look(world, agent, tool):
            waiting = (tool.canary.proposal.id,) if tool.canary else ()
        if waiting:
            bids.append(Bid(1.0, agent, "review", {"proposal_ids": waiting, "means": agent.genome.niche}))
    return bids


def _may_look(world: World, agent: AgentState, tool: ToolState) -> bool:
    """Whether a critic may look at a canary: neither its author's kin nor of a lineage that has looked already."""
    if tool.canary is None:
        return False
    proposal = tool.canary.proposal
    return agent.founder_id not in proposal.reviewers and agent.founder_id != world.founders[proposal.author_id]


def _stale_bids(call: Call, tool: ToolState) -> list[Bid]:
    """Let the author offer a late rewrite again, or an agent of its niche where the author is gone."""
    world = call.world
    if not (world.breaker.allows("re-proposal") and world.breaker.has_retry()):
        return []
    for proposal in tool.stale.values():
        if call.turn < proposal.not_before:
            continue
        author = world.born[proposal.author_id]
        heirs = [author] if author.id in world.agents else list(world.niches[author.genome.niche].values())
        for agent in heirs:
            if agent.id not in call.in_flight.busy and not agent.quarantined:
                offer = {"proposal_ids": (proposal.id,), "operator_id": proposal.operator_id}
                more = {**offer, "means": author.genome.niche}
                return [Bid(1.0, agent, "repropose", more)]
    return []
