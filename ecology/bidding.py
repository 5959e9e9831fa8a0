"""Who bids on a call, and how much: specialists by what their edits promise, the others by whom the call needs.

Promises: bids depend on the world, the turns in flight, the conditions and the call's generator alone; of each niche a
bounded number bids. Does not promise: that the highest bid wins; `attention` draws.
Source: response thresholds after Bonabeau, Theraulaz and Deneubourg, 1996.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Any

from agents import Activity, activity_of, niche_parts

from .conditions import Conditions
from .pick import InFlight
from .shelf import behind, is_new_on_shelf
from .states import AgentState, SignalState, ToolState, VersionState
from .world import World

# A call for a child is answered again only after so many turns: the last child needs time to be born and to work.
_BROODING = 40
# So many of a niche bid at most.
_BIDDERS = 8
# After so many turns on one version a niche has said what it has to say about what already works.
_ENOUGH = {"improve": 3, "test": 2, "rewrite": 3}
# An operator tool is rewritten only once its head has shown in so many turns what it earns.
_PROVEN = 8
UPGRADE = "upgrade"
# How much more often the more promising bid is drawn, and how much restlessness takes off with each turn spent there.
_SHARPNESS = 4.0
_WEARY = 0.1
# So many candidates are run by whoever surveys a version, before anybody knows what is promising there.
_GLIMPSE = 8
_NO_LIMIT = 1 << 30
# Rivals of a rewrite that solves a tool are looked for with so many candidates more, and for so many turns at most.
_RIVALS_SOUGHT = 32
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Bid:
    """An agent's offer to take a subject up, how much it is drawn to it, and what its pick would hold besides."""

    weight: float
    agent: AgentState
    activity: Activity
    more: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """A signal that calls: its subject and tool (None for a birth), turn and world, and who is at what already."""

    world: World
    subject: str
    signal: SignalState
    tool: ToolState | None
    turn: int
    rng: Random
    in_flight: InFlight
    conditions: Conditions

    @property
    def is_answered(self) -> bool:
        """Whether somebody is at it already."""
        return self.subject in self.in_flight.taken

    def niches(self) -> Iterator[tuple[Activity, dict[int, AgentState]]]:
        """Yield what the agents of each niche are called upon for, and those that live."""
        for niche, members in self.world.niches.items():
            yield _activity(niche), members

    def idle(self, *activities: Activity) -> Iterator[AgentState]:
        """Yield agents who are free and called upon for one of these activities, a few of each niche."""
        for activity, members in self.niches():
            if activity in activities:
                yield from self._some([agent for agent in members.values() if not agent.quarantined])

    def _some(self, members: list[AgentState]) -> list[AgentState]:
        busy = self.in_flight.busy
        if len(members) > 2 * _BIDDERS:
            # Looking at a few is enough, unless all of those happen to be at work.
            drawn = self.rng.sample(members, 2 * _BIDDERS)
            if free := [agent for agent in drawn if agent.id not in busy]:
                return free[:_BIDDERS]
        free = [agent for agent in members if agent.id not in busy]
        return free if len(free) <= _BIDDERS else self.rng.sample(free, _BIDDERS)


@lru_cache(maxsize=4096)
def _activity(niche: str) -> Activity:
    return activity_of(niche_parts(niche)[0])


def bids_on(call: Call, tool: ToolState | None) -> list[Bid]:
    """Return the bids on a call for work on a tool, or for a birth (None)."""
    if tool is None:
        return _breeding_bids(call)
    match call.signal.kind:
        case "failing":
            if _awaits_review(call, tool):
                return []
            return [*_search_bids(call, tool), *_rewrite_bids(call, tool), *_link_bids(call, tool, _kept(call, tool))]
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
    return models or (_left(call, tool) > 0 and tool.hope() > 0)


def _search_bids(call: Call, tool: ToolState) -> list[Bid]:
    """Let specialists bid on the versions that their family has not been tried on to the end."""
    left = _left(call, tool)
    if left < 1:
        return []
    offers = list(_offers(call, tool))
    if not call.conditions.has("signals"):
        return [_blind(call, offer, left) for offer in offers]
    best = max((offer.value for offer in offers), default=0.0)
    return [_bid(call, tool, offer, offers, left=left, best=best) for offer in offers]


@dataclass(frozen=True, slots=True)
class _Offer:
    """What a specialist could do: `value` is what its next edits promise times the `weight` of the version."""

    agent: AgentState
    version: VersionState
    weight: float
    value: float
    means: str
    operator_id: int

    @property
    def place(self) -> tuple[int, str]:
        """Where it would search, and with what."""
        return self.version.id, self.means


def _left(call: Call, tool: ToolState) -> int:
    """Return how many candidates may still be run on a tool."""
    most, in_all = call.conditions.candidates, call.conditions.in_all
    here = most - tool.tried - call.in_flight.allowed(tool) if most else _NO_LIMIT
    return min(here, in_all - call.world.searches.tried - call.in_flight.allowed_in_all) if in_all else here


def _offers(call: Call, tool: ToolState) -> Iterator[_Offer]:
    weights = call.conditions.selection.weights(tool.versions)
    kept = [
        (version, weight)
        for version, weight in zip(tool.versions, weights, strict=True)
        if weight > 0 and not version.taken_back
    ]
    for agent in call.idle("search"):
        means, operator_id = _means(call.world, agent, call.turn)
        for version, weight in kept if means else ():
            if not _is_open(call, agent, version, means):
                continue
            promise = version.promise_of(means, agent.genome.family)
            value = weight * promise / (1 + version.reached(means).turns) ** (_WEARY * agent.genome.restlessness)
            yield _Offer(agent, version, weight, value, means, operator_id)


def _is_open(call: Call, agent: AgentState, version: VersionState, means: str) -> bool:
    """Whether there is something left for a specialist on a version that it may see."""
    if version.reached(means).exhausted or version.survey.get(agent.genome.family) == 0.0:
        return False
    if not call.conditions.has("reads") and version.author_id:
        author = call.world.born[version.author_id]
        if author.genome.niche != agent.genome.niche:
            return False
    return f"{call.subject}/{version.id}/{means}" not in call.in_flight.taken


def _blind(call: Call, offer: _Offer, left: int) -> Bid:
    """Return a bid that knows of no promise: all weigh the same."""
    return Bid(1.0, offer.agent, "search", _more(call, offer, min(left, offer.agent.genome.batch), 0.0))


def _bid(call: Call, tool: ToolState, offer: _Offer, offers: Sequence[_Offer], *, left: int, best: float) -> Bid:
    """Return a bid by what it promises beside the best; it gives way where another's edits come to be better."""
    others = max((each.value for each in offers if each.place != offer.place), default=0.0)
    surveys = offer.agent.genome.family not in offer.version.survey and not offer.operator_id
    allowance = min(left, _GLIMPSE if surveys else offer.agent.genome.batch)
    # Scores are compared where the version's edits are made, so the share is turned back into one.
    floor = 0.0 if surveys else round(others / offer.weight * offer.version.mass, 9)
    weight = (offer.value / best) ** _SHARPNESS if best else 1.0
    return Bid(weight, offer.agent, "search", _more(call, offer, allowance, floor))


def _more(call: Call, offer: _Offer, allowance: int, floor: float) -> dict[str, Any]:
    """Return what the pick of a search holds besides."""
    more: dict[str, Any] = {
        "base_id": offer.version.id, "means": offer.means, "operator_id": offer.operator_id,
        "allowance": allowance, "floor": floor,
    }  # fmt: skip
    family = offer.agent.genome.family
    if offer.operator_id or family in offer.version.survey:
        return more
    if not offer.version.survey and (first := call.in_flight.surveyor(offer.version)):
        # What the first will have found is not known yet; edits come in the order that it goes by.
        more |= {"lore": first.lore, "ingredients": first.ingredients}
        return more if family in first.survey else more | {"survey": (family,)}
    assert call.tool is not None  # searches are called for by tools
    world = call.world
    known = (
        offer.version.lore
        if offer.version.survey
        else world.searches.lore_for(call.tool, world.elders(), call.conditions)
    )
    used = (
        offer.version.ingredients
        if offer.version.survey
        else world.searches.ingredients_for(call.tool, call.conditions)
    )
    asked = call.world.families if call.conditions.has("reads") else (family,)
    survey = tuple(each for each in asked if each not in offer.version.survey)
    return {**more, "survey": survey, "lore": known, "ingredients": used}


def _rewrite_bids(call: Call, tool: ToolState) -> list[Bid]:
    """Let those who think with a model bid on the head; composers only where there is something to build with."""
    kin, head = call.in_flight.at(tool), tool.head
    return [
        Bid(_appeal(agent, head, agent.genome.niche) / (1 + kin), agent, "rewrite", _on_head(tool, agent))
        for agent in call.idle("rewrite")
        if agent.genome.species != "composer" or call.world.has_shelf
    ]


def _improving_bids(call: Call, tool: ToolState) -> list[Bid]:
    """Let optimisers and testers bid on what works, as long as their niche has something to say about it."""
    return [
        Bid(1.0, agent, activity, _on_head(tool, agent))
        for agent in call.idle("improve", "test")
        if tool.head.reached(agent.genome.niche).turns < _ENOUGH[activity := activity_of(agent.genome.species)]
    ]


def _link_bids(call: Call, tool: ToolState, bases: Sequence[VersionState]) -> list[Bid]:
    """Let linkers bid on versions that they have not tried with all that is on the shelf."""
    kin = call.in_flight.at(tool)
    return [
        Bid(1.0 / (1 + kin), agent, "link", {"base_id": base.id, "means": agent.genome.niche})
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


def _kept(call: Call, tool: ToolState) -> list[VersionState]:
    """Return the versions that the selection finds worth working from."""
    weights = call.conditions.selection.weights(tool.versions)
    pairs = zip(tool.versions, weights, strict=True)
    return [version for version, weight in pairs if weight > 0 and not version.taken_back]


def _operator_bids(call: Call, tool: ToolState) -> list[Bid]:
    """Let menders and toolsmiths bid on an operator tool whose head has shown what it earns."""
    if tool.pending or tool.head.served < _PROVEN or call.is_answered:
        return []
    return [
        Bid(1.0, agent, "rewrite", _on_head(tool, agent))
        for agent in call.idle("rewrite")
        if agent.genome.species in ("mender", "toolsmith")
        and tool.head.reached(agent.genome.niche).turns < _ENOUGH["rewrite"]
    ]


def _on_head(tool: ToolState, agent: AgentState) -> dict[str, Any]:
    return {"base_id": tool.head.id, "means": agent.genome.niche}


def _means(world: World, agent: AgentState, turn: int) -> tuple[str, int]:
    """Return what a specialist searches with; one whose operator tool is not to be used has nothing."""
    if not agent.genome.family.startswith("operator/"):
        return agent.genome.niche, 0
    tool = world.operator(agent.genome.family)
    if tool is None or tool.quarantined:
        return "", 0
    served = tool.served(turn)
    return f"{agent.genome.niche}#{served.id}", served.id


def _awaits_review(call: Call, tool: ToolState) -> bool:
    if tool.solved or any(each.solves and each.waits for each in tool.pending.values()):
        return True
    solving = any(each.solves and not each.reviewers for each in tool.pending.values())
    return solving and not deliberates(call, tool)


def deliberates(call: Call, tool: ToolState) -> bool:
    """Whether rivals of the first rewrite that solves a tool are still looked for before critics choose."""
    share = call.conditions.deliberation
    if not share or tool.solved or not tool.plausible_at or any(each.reviewers for each in tool.pending.values()):
        return False
    solving = [each for each in tool.pending.values() if each.solves]
    # Rivals come cheap from searches; those who think with a model are not kept waiting for more.
    if not solving or not all(each.kind for each in solving) or call.turn > tool.plausible_turn + _LONGEST:
        return False
    enough = tool.plausible_at * (1 + share) + _RIVALS_SOUGHT
    return tool.tried + call.in_flight.allowed(tool) < enough and _left(call, tool) > 0


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
