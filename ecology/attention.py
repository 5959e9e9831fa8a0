"""Whose turn it is: nobody assigns work; signals attract, agents bid, and a seeded draw decides.

Promises: the choice depends on the world, the turns in flight and the turn's own generator alone; two turns in flight
never take the same agent or the same work; of each niche a bounded number bids, so a choice costs no more among a
thousand agents than among a hundred. Does not promise: the best choice; the draw leaves room for the others.
Source: stigmergy after Grasse, 1959; response thresholds after Bonabeau, Theraulaz and Deneubourg, 1996.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Any, Self

from agents import Activity, activity_of, niche_parts
from storage import Entry

from .shelf import behind, is_new_on_shelf
from .states import AgentState, SignalState, ToolState, VersionState
from .world import World

# A call for a child is answered again only after so many turns: the last child needs time to be born and to work.
_BROODING = 40
# Rewrites of the root and of the newest versions are searched; the ones between are kept but not gone back to.
_NEWEST = 3
# So many of a niche bid at most.
_BIDDERS = 8
# After so many turns on one version a niche has said what it has to say about what already works.
_ENOUGH = {"improve": 3, "test": 2, "rewrite": 3}
UPGRADE = "upgrade"
# An operator tool is rewritten only once its head has shown in so many turns what it earns.
_PROVEN = 8


@dataclass(frozen=True, slots=True)
class Pick:
    """Who does what in a turn: `subject` is what attracted it, `cause` the seq of the signal that did.

    `means` is what it is done with, as progress is counted: a niche, with the version of its operator tool after `#`.
    """

    agent_id: int
    activity: Activity
    subject: str
    cause: int
    tool_id: int | None = None
    head_id: int | None = None
    base_id: int | None = None
    means: str = ""
    operator_id: int = 0
    proposal_ids: tuple[int, ...] = ()

    @property
    def work(self) -> str:
        """What nobody else may do at the same time, as one text; no two who think with a model rewrite alike."""
        if self.activity in ("search", "link"):
            return f"{self.subject}/{self.base_id}/{self.means}"
        if self.activity == "rewrite" and self.subject.startswith("failing"):
            return f"{self.subject}/{self.base_id}/{self.agent_id}"
        return f"{self.subject}/{self.means}" if self.activity in ("improve", "test") else self.subject

    @classmethod
    def stored(cls, record: Sequence[Entry]) -> Self | None:
        """Return the pick that the entries of a turn keep, None for an idle turn."""
        entry = next(entry for entry in record if entry.kind == "turn")
        done = entry.payload
        if entry.agent_id is None or entry.cause is None:
            return None
        return cls(
            agent_id=entry.agent_id,
            activity=done["activity"],
            subject=done["subject"],
            cause=entry.cause,
            tool_id=entry.tool_id,
            head_id=done["head"],
            base_id=done["base"],
            means=done["means"],
            operator_id=done.get("operator", 0),
            proposal_ids=tuple(done["proposals"]),
        )

    def payload(self) -> dict[str, object]:
        """Return what the turn's entry keeps of the pick besides its own columns."""
        kept: dict[str, object] = {
            "activity": self.activity,
            "subject": self.subject,
            "head": self.head_id,
            "base": self.base_id,
            "means": self.means,
            "proposals": list(self.proposal_ids),
        }
        return kept | ({"operator": self.operator_id} if self.operator_id else {})


@dataclass(frozen=True, slots=True)
class Bid:
    """An agent's offer to take a subject up, how much it is drawn to it, and what its pick would hold besides."""

    weight: float
    agent: AgentState
    activity: Activity
    more: dict[str, Any]


class InFlight:
    """The picks of the turns under way: who is busy, what is being done, and at how many places on each tool."""

    def __init__(self, picks: Iterable[Pick] = ()) -> None:
        self.busy: set[int] = set()
        self.taken: set[str] = set()
        self._on_tool: Counter[int | None] = Counter()
        for pick in picks:
            self.add(pick)

    def add(self, pick: Pick) -> None:
        """Count a turn that begins."""
        self.busy.add(pick.agent_id)
        self.taken.add(pick.work)
        self._on_tool[pick.tool_id] += 1

    def remove(self, pick: Pick) -> None:
        """Count it no more."""
        self.busy.discard(pick.agent_id)
        self.taken.discard(pick.work)
        self._on_tool[pick.tool_id] -= 1

    def at(self, tool: ToolState) -> int:
        """Return how many turns are at work on a tool."""
        return self._on_tool[tool.id]


@dataclass(frozen=True, slots=True)
class _Call:
    """A signal that calls: its subject and tool (None for a birth), turn and world, and who is at what already."""

    world: World
    subject: str
    signal: SignalState
    tool: ToolState | None
    turn: int
    rng: Random
    in_flight: InFlight

    @property
    def is_answered(self) -> bool:
        """Whether somebody is at it already."""
        return self.subject in self.in_flight.taken

    def idle(self, *activities: Activity) -> Iterator[AgentState]:
        """Yield agents who are free and called upon for one of these activities, a few of each niche."""
        for niche, members in self.world.niches.items():
            if _activity(niche) in activities:
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

    def pick(self, bid: Bid) -> Pick:
        """Return the pick that a bid comes to."""
        tool_id, head_id = (self.tool.id, self.tool.head.id) if self.tool else (None, None)
        return Pick(
            bid.agent.id, bid.activity, self.subject, self.signal.seq, tool_id=tool_id, head_id=head_id, **bid.more
        )


def choose(world: World, *, turn: int, rng: Random, in_flight: InFlight) -> Pick | None:
    """Return the pick for a turn, or None where no living agent can act on any signal now."""
    felt = [
        (subject, signal, signal.felt(turn))
        for subject, signal in world.heard().items()
        if world.calls_for(subject, signal.kind)
    ]
    while felt:
        place = _draw([strength for _, _, strength in felt], rng)
        subject, signal, _ = felt.pop(place)
        number = subject.partition(":")[2]
        tool = None if signal.kind == "unmet" else world.tools[int(number)]
        call = _Call(world, subject, signal, tool, turn, rng, in_flight)
        bids = _bids(call, tool) if tool else _breeding_bids(call)
        while bids:
            pick = call.pick(bids.pop(_draw([bid.weight for bid in bids], rng)))
            if pick.work not in in_flight.taken:
                return pick
    return None


@lru_cache(maxsize=4096)
def _activity(niche: str) -> Activity:
    return activity_of(niche_parts(niche)[0])


def _draw(weights: Sequence[float], rng: Random) -> int:
    """Return a place drawn in proportion to its weight."""
    point = rng.random() * sum(weights)
    for place, weight in enumerate(weights):
        point -= weight
        if point < 0:
            return place
    return len(weights) - 1


def _bids(call: _Call, tool: ToolState) -> list[Bid]:
    match call.signal.kind:
        case "failing":
            if _awaits_review(tool):
                return []
            return [*_search_bids(call, tool), *_rewrite_bids(call, tool), *_link_bids(call, tool, _bases(tool))]
        case "improve":
            return [*_improving_bids(call, tool), *_link_bids(call, tool, [tool.head])]
        case "upgrade":
            return [] if call.is_answered else _upgrade_bids(call, tool)
        case "operator":
            return _operator_bids(call, tool)
        case "review":
            return [] if call.is_answered else _review_bids(call, tool)
        case _:
            return [] if call.is_answered else _stale_bids(call, tool)


def _breeding_bids(call: _Call) -> list[Bid]:
    if not call.world.breaker.allows("spawn"):
        return []
    if call.is_answered or call.turn < call.world.bred.get(call.subject, -_BROODING) + _BROODING:
        return []
    return [Bid(1.0, agent, "breed", {}) for agent in call.idle("breed")]


def _search_bids(call: _Call, tool: ToolState) -> list[Bid]:
    """Let specialists bid on the versions that their family has not been tried on to the end."""
    kin = call.in_flight.at(tool)
    bids = []
    for agent in call.idle("search"):
        means, operator_id = _means(call.world, agent, call.turn)
        if not means:
            continue
        for version in _bases(tool):
            if not version.reached(means).exhausted:
                more = {"base_id": version.id, "means": means, "operator_id": operator_id}
                bids.append(Bid(_appeal(agent, version, means) / (1 + kin), agent, "search", more))
    return bids


def _rewrite_bids(call: _Call, tool: ToolState) -> list[Bid]:
    """Let those who think with a model bid on the head; composers only where there is something to build with."""
    kin, head = call.in_flight.at(tool), tool.head
    return [
        Bid(_appeal(agent, head, agent.genome.niche) / (1 + kin), agent, "rewrite", _on_head(tool, agent))
        for agent in call.idle("rewrite")
        if agent.genome.species != "composer" or call.world.has_shelf
    ]


def _improving_bids(call: _Call, tool: ToolState) -> list[Bid]:
    """Let optimisers and testers bid on what works, as long as their niche has something to say about it."""
    return [
        Bid(1.0, agent, activity, _on_head(tool, agent))
        for agent in call.idle("improve", "test")
        if tool.head.reached(agent.genome.niche).turns < _ENOUGH[activity := activity_of(agent.genome.species)]
    ]


def _link_bids(call: _Call, tool: ToolState, bases: Sequence[VersionState]) -> list[Bid]:
    """Let linkers bid on versions that they have not tried with all that is on the shelf."""
    kin = call.in_flight.at(tool)
    return [
        Bid(1.0 / (1 + kin), agent, "link", {"base_id": base.id, "means": agent.genome.niche})
        for agent in call.idle("link")
        for base in bases
        if is_new_on_shelf(call.world, tool, base.reached(agent.genome.niche).cursor)
    ]


def _upgrade_bids(call: _Call, tool: ToolState) -> list[Bid]:
    """Let a linker, or where none lives a specialist, follow the later versions of what a tool requires."""
    later = max(behind(call.world, tool).values(), default=0)
    if tool.pending or later <= tool.head.reached(UPGRADE).cursor:
        return []
    agents = call.idle("link" if call.world.served("linker") else "search")
    return [Bid(1.0, agent, "upgrade", {"base_id": tool.head.id, "means": UPGRADE}) for agent in agents]


def _operator_bids(call: _Call, tool: ToolState) -> list[Bid]:
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


def _awaits_review(tool: ToolState) -> bool:
    return tool.solved or any(each.solves and (not each.reviewers or each.waits) for each in tool.pending.values())


def _bases(tool: ToolState) -> list[VersionState]:
    """Return the versions worth working from: the root, since a partial fix may mislead, and the newest."""
    newer = [version for version in tool.versions[1:] if not version.taken_back]
    return [*tool.versions[:1], *newer[-_NEWEST:]]


def _appeal(agent: AgentState, version: VersionState, means: str) -> float:
    """Return how well an agent fits a version: its record so far, less with each turn its kind spent there."""
    skill = (1 + agent.wins) / (1 + agent.turns / 50)
    weariness = float((1 + version.reached(means).turns) ** agent.genome.restlessness)
    return float(min(max(skill, 0.25), 4.0) / weariness)


def _review_bids(call: _Call, tool: ToolState) -> list[Bid]:
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


def _stale_bids(call: _Call, tool: ToolState) -> list[Bid]:
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
