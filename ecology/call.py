"""A call that is bid on, and what a bid is.

Promises: of each niche a bounded number is asked, so that a call costs no more among a thousand agents than among a
hundred. Does not promise: that anybody bids.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from random import Random
from typing import Any

from agents import Activity, activity_of, niche_parts

from .conditions import Conditions
from .pick import InFlight
from .states import AgentState, SignalState, ToolState
from .world import World

# So many of a niche bid at most.
_BIDDERS = 8


@dataclass(frozen=True, slots=True)
class Bid:
    """An agent's offer to take a subject up, how much it is drawn to it, and what its pick would hold besides."""

    weight: float
    agent: AgentState
    activity: Activity
    more: dict[str, Any]


@dataclass(frozen=True)
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

    @cached_property
    def known(self) -> tuple[tuple[tuple[str, float], ...], tuple[int, ...]]:
        """What the first search on a version of the tool goes by: what was learnt, and versions to take fragments of.

        Reckoned once, however many bid.
        """
        assert self.tool is not None  # searches are called for by tools
        searches = self.world.searches
        lore = searches.lore_for(self.tool, self.world.elders(), self.conditions)
        return lore, searches.ingredients_for(self.tool, self.conditions)

    @cached_property
    def share(self) -> int:
        """Twice a tool's share of the candidates left in all, which nobody runs more than in one turn."""
        unsolved = sum(not tool.solved for tool in self.world.tools.values())
        return 2 * (self.conditions.in_all - self.world.searches.tried) // max(unsolved, 1)

    def niches(self) -> Iterator[tuple[Activity, dict[int, AgentState]]]:
        """Yield what the agents of each niche are called upon for, and those that live."""
        for niche, members in self.world.niches.items():
            yield _activity_of(niche), members

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
def _activity_of(niche: str) -> Activity:
    return activity_of(niche_parts(niche)[0])
