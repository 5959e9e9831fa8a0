"""What specialists bid: by what their edits promise, within what may still be run on a tool and in all.

Promises: bids depend on the world, the turns in flight and the conditions alone; no budget is overbid.
Does not promise: that promises come true; `Lore` says how often they did.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from .call import Bid, Call
from .states import AgentState, ToolState, VersionState
from .world import World

# How much more often the more promising bid is drawn, and how much restlessness takes off with each turn spent there.
_SHARPNESS = 4.0
_WEARY = 0.1
# So many candidates are run by whoever surveys a version, before anybody knows what is promising there.
_GLIMPSE = 8
# Rivals of a rewrite that solves a tool are looked for with so many candidates more, and for so many turns at most.
_RIVALS_SOUGHT = 32
_LONGEST = 60


def search_bids(call: Call, tool: ToolState) -> list[Bid]:
    """Let specialists bid on the versions that their family has not been tried on to the end."""
    left = left_for(call, tool)
    if left < 1:
        return []
    offers = list(_offers(call, tool))
    if not call.conditions.has("signals"):
        return [_blind(call, offer, left) for offer in offers]
    best = max((offer.value for offer in offers), default=0.0)
    return [_bid(call, offer, offers, left=left, best=best) for offer in offers]


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


def left_for(call: Call, tool: ToolState) -> int:
    """Return how many candidates may still be run on a tool."""
    flying = call.in_flight
    in_all = call.world.searches.tried + flying.allowed_in_all
    return call.conditions.left(here=tool.tried + flying.allowed(tool), in_all=in_all)


def _offers(call: Call, tool: ToolState) -> Iterator[_Offer]:
    pairs = kept(call, tool)
    for agent in call.idle("search"):
        means, operator_id = _means(call.world, agent, call.turn)
        for version, weight in pairs if means else ():
            if not _is_open(call, agent, version, means):
                continue
            promise = version.promise_of(means, agent.genome.family)
            value = weight * promise / (1 + version.reached(means).turns) ** (_WEARY * agent.genome.restlessness)
            yield _Offer(agent, version, weight, value, means, operator_id)


def kept(call: Call, tool: ToolState) -> list[tuple[VersionState, float]]:
    """Return the versions that the selection finds worth working from, with their weights."""
    weights = call.conditions.selection.weights(tool.versions)
    pairs = zip(tool.versions, weights, strict=True)
    return [(version, weight) for version, weight in pairs if weight > 0 and not version.taken_back]


def _is_open(call: Call, agent: AgentState, version: VersionState, means: str) -> bool:
    """Whether there is something left for a specialist on a version that it may see."""
    if version.is_done(agent.genome.family, means):
        return False
    if not call.conditions.has("reads") and version.author_id:
        author = call.world.born[version.author_id]
        if author.genome.niche != agent.genome.niche:
            return False
    return f"{call.subject}/{version.id}/{means}" not in call.in_flight.taken


def _blind(call: Call, offer: _Offer, left: int) -> Bid:
    """Return a bid that knows of no promise: all weigh the same."""
    return Bid(1.0, offer.agent, "search", _more(call, offer, min(left, _batch(call, offer.agent)), 0.0))


def _batch(call: Call, agent: AgentState) -> int:
    """Return how many candidates an agent may run in one turn: of what is left in all, no more than twice its share."""
    if not call.conditions.in_all:
        return agent.genome.batch
    return min(agent.genome.batch, max(call.share, _GLIMPSE))


def _bid(call: Call, offer: _Offer, offers: Sequence[_Offer], *, left: int, best: float) -> Bid:
    """Return a bid by what it promises beside the best; it gives way where another's edits come to be better."""
    others = max((each.value for each in offers if each.place != offer.place), default=0.0)
    surveys = offer.agent.genome.family not in offer.version.survey and not offer.operator_id
    allowance = min(left, _GLIMPSE if surveys else _batch(call, offer.agent))
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
    known, used = offer.version.lore, offer.version.ingredients
    if not offer.version.survey:
        known, used = call.known
    asked = call.world.families if call.conditions.has("reads") else (family,)
    survey = tuple(each for each in asked if each not in offer.version.survey)
    return {**more, "survey": survey, "lore": known, "ingredients": used}


def _means(world: World, agent: AgentState, turn: int) -> tuple[str, int]:
    """Return what a specialist searches with; one whose operator tool is not to be used has nothing."""
    if not agent.genome.family.startswith("operator/"):
        return agent.genome.niche, 0
    tool = world.operator(agent.genome.family)
    if tool is None or tool.quarantined:
        return "", 0
    served = tool.served(turn)
    return f"{agent.genome.niche}#{served.id}", served.id


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
    if tool.tried + call.in_flight.allowed(tool) >= enough or left_for(call, tool) < 1:
        return False
    return call.in_flight.allowed(tool) > 0 or _is_searchable(call, tool)


def _is_searchable(call: Call, tool: ToolState) -> bool:
    """Whether a living specialist, busy now or not, has something left to try on a tool."""
    versions = [version for version, _ in kept(call, tool)]
    for activity, members in call.niches():
        agent = next((each for each in members.values() if not each.quarantined), None)
        means = _means(call.world, agent, call.turn)[0] if agent and activity == "search" else ""
        if agent and means and any(_is_open(call, agent, version, means) for version in versions):
            return True
    return False
