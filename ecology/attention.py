"""Whose turn it is: nobody assigns work; signals attract, agents bid, and a seeded draw decides.

Promises: the choice depends on the world, the turns in flight and the turn's own generator alone; two turns in flight
never take the same agent or the same work. Does not promise: the best choice; the draw leaves room for the others.
Source: stigmergy after Grasse, 1959; response thresholds after Bonabeau, Theraulaz and Deneubourg, 1996.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Self

from agents import Activity
from storage import Entry

from .world import AgentState, SignalState, ToolState, VersionState, World

# What a subject's first word says it is, and the kind of signal that calls for work on it.
_KINDS = {"failing": "failing", "review": "review", "stale": "stale", "stuck": "unmet", "niche": "unmet"}
# A call for a child is answered again only after so many turns: the last child needs time to be born and to work.
_BROODING = 40
# Rewrites of the root and of the newest versions are searched; the ones between are kept but not gone back to.
_NEWEST = 3


@dataclass(frozen=True, slots=True)
class Pick:
    """Who does what in a turn: `subject` is what attracted it, `cause` the seq of the signal that did."""

    agent_id: int
    activity: Activity
    subject: str
    cause: int
    tool_id: int | None = None
    head_id: int | None = None
    base_id: int | None = None
    family: str = ""
    proposal_ids: tuple[int, ...] = ()

    @property
    def work(self) -> str:
        """What nobody else may do at the same time, as one text."""
        return f"{self.subject}/{self.base_id}/{self.family}" if self.activity == "search" else self.subject

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
            family=done["family"],
            proposal_ids=tuple(done["proposals"]),
        )

    def payload(self) -> dict[str, object]:
        """Return what the turn's entry keeps of the pick besides its own columns."""
        return {
            "activity": self.activity,
            "subject": self.subject,
            "head": self.head_id,
            "base": self.base_id,
            "family": self.family,
            "proposals": list(self.proposal_ids),
        }


@dataclass(frozen=True, slots=True)
class Bid:
    """An agent's offer to take a subject up, and how much it is drawn to it."""

    weight: float
    pick: Pick


def choose(world: World, *, turn: int, rng: Random, in_flight: Sequence[Pick]) -> Pick | None:
    """Return the pick for a turn, or None where no living agent can act on any signal now."""
    felt = [
        (subject, signal, signal.felt(turn))
        for subject, signal in world.signals.items()
        if _live(world, subject, signal)
    ]
    while felt:
        place = _draw([strength for _, _, strength in felt], rng)
        subject, signal, _ = felt.pop(place)
        bids = _bids(world, subject, signal, turn=turn, in_flight=in_flight)
        if bids:
            return bids[_draw([bid.weight for bid in bids], rng)].pick
    return None


def _live(world: World, subject: str, signal: SignalState) -> bool:
    """Whether a signal still means anything, as far as can be told without asking the agents."""
    kind, _, rest = subject.partition(":")
    if _KINDS.get(kind) != signal.kind:
        # Agents may signal what they like; nobody here knows what to do about it.
        return False
    if kind == "niche":
        return not world.served(rest)
    tool = world.tools.get(int(rest)) if rest.isdecimal() else None
    if tool is None:
        return False
    if kind == "review":
        return bool(tool.pending)
    return not tool.solved and (kind != "stale" or bool(tool.stale))


def _draw(weights: Sequence[float], rng: Random) -> int:
    """Return a place drawn in proportion to its weight."""
    point = rng.random() * sum(weights)
    for place, weight in enumerate(weights):
        point -= weight
        if point < 0:
            return place
    return len(weights) - 1


def _bids(world: World, subject: str, signal: SignalState, *, turn: int, in_flight: Sequence[Pick]) -> list[Bid]:
    taken = {pick.work for pick in in_flight}
    busy = {pick.agent_id for pick in in_flight}
    idle = [agent for agent in world.agents.values() if agent.id not in busy]
    if signal.kind == "unmet":
        if turn < world.bred.get(subject, -_BROODING) + _BROODING:
            return []
        breeders = [agent for agent in idle if agent.genome.species == "breeder" and subject not in taken]
        return [Bid(1.0, Pick(agent.id, "breed", subject, signal.seq)) for agent in breeders]
    tool = world.tools[int(subject.split(":")[1])]
    if signal.kind == "failing":
        return _search_bids(tool, subject, signal, idle=idle, in_flight=in_flight)
    if subject in taken:
        return []
    if signal.kind == "review":
        return _review_bids(world, tool, subject, signal, idle=idle)
    return _stale_bids(tool, subject, signal, turn=turn, idle=idle)


def _search_bids(
    tool: ToolState, subject: str, signal: SignalState, *, idle: Sequence[AgentState], in_flight: Sequence[Pick]
) -> list[Bid]:
    if tool.solved or any(each.solves and not each.reviewers for each in tool.pending.values()):
        return []
    taken = {pick.work for pick in in_flight}
    kin = sum(pick.tool_id == tool.id for pick in in_flight)
    bids = []
    for agent in idle:
        family = agent.genome.family
        options = [
            _pick(agent, "search", subject, signal, tool, base_id=version.id, family=family)
            for version in _bases(tool)
            if family and not version.reached(family).exhausted
        ]
        bids += [Bid(_appeal(agent, tool, pick) / (1 + kin), pick) for pick in options if pick.work not in taken]
    return bids


def _bases(tool: ToolState) -> list[VersionState]:
    """Return the versions worth working from: the root, since a partial fix may mislead, and the newest."""
    return [*tool.versions[:1], *tool.versions[1:][-_NEWEST:]]


def _appeal(agent: AgentState, tool: ToolState, pick: Pick) -> float:
    """Return how well an agent fits a version: its record so far, less with each turn its family spent there."""
    version = next(version for version in _bases(tool) if version.id == pick.base_id)
    skill = (1 + agent.wins) / (1 + agent.turns / 50)
    weariness = float((1 + version.reached(pick.family).turns) ** agent.genome.restlessness)
    return float(min(max(skill, 0.25), 4.0) / weariness)


def _review_bids(
    world: World, tool: ToolState, subject: str, signal: SignalState, *, idle: Sequence[AgentState]
) -> list[Bid]:
    bids = []
    for agent in idle:
        # Neither the author's kin nor a lineage that has looked already; the dead count as kin too.
        waiting = tuple(
            proposal.id
            for proposal in tool.pending.values()
            if agent.founder_id not in proposal.reviewers and agent.founder_id != world.founders[proposal.author_id]
        )
        if agent.genome.species == "critic" and waiting:
            bids.append(Bid(1.0, _pick(agent, "review", subject, signal, tool, proposal_ids=waiting)))
    return bids


def _stale_bids(
    tool: ToolState, subject: str, signal: SignalState, *, turn: int, idle: Sequence[AgentState]
) -> list[Bid]:
    """Let the author offer a late rewrite again, or an agent that owns the same family where the author is gone."""
    for proposal in tool.stale.values():
        author = [agent for agent in idle if agent.id == proposal.author_id]
        heirs = [agent for agent in idle if agent.genome.family == proposal.family]
        for agent in (author or heirs) if turn >= proposal.not_before else []:
            offer = {"family": proposal.family, "proposal_ids": (proposal.id,)}
            return [Bid(1.0, _pick(agent, "repropose", subject, signal, tool, **offer))]
    return []


def _pick(
    agent: AgentState, activity: Activity, subject: str, signal: SignalState, tool: ToolState, **more: Any
) -> Pick:
    """Return a pick of work on a tool, made with its present head in view."""
    return Pick(agent.id, activity, subject, signal.seq, tool_id=tool.id, head_id=tool.head.id, **more)
