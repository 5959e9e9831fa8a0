"""Who lives in an ecology, and who ever did: agents by id and by niche, their energy, and who may be born.

Promises: the living in the order of their births; only folding changes them. Does not promise: anything of tools.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agents import FAMILIES, Genome, activity_of, is_niche, niche_parts
from storage import Entry

from .control import InForce
from .states import AgentState, Counts

Row = Mapping[str, Any]


class Roster:
    """The agents of a world; `agents` are the living, `born` all that ever were, `founders` the lineage of each."""

    def __init__(self) -> None:
        self.agents: dict[int, AgentState] = {}
        self.niches: dict[str, dict[int, AgentState]] = {}
        self.born: dict[int, AgentState] = {}
        self.founders: dict[int, int] = {}
        self.counts = Counts()
        self.in_force = InForce()
        self._spent: set[int] = set()

    @property
    def families(self) -> tuple[str, ...]:
        """The families of edits that some living specialist owns, in one order."""
        return tuple(family for family in FAMILIES if self.niches.get(f"specialist/{family}"))

    def elders(self) -> Mapping[str, Genome]:
        """Return the genome of the eldest living specialist of each family."""
        niches = ((family, self.niches[f"specialist/{family}"]) for family in self.families)
        return {family: next(iter(members.values())).genome for family, members in niches}

    def served(self, niche: str) -> bool:
        """Whether some living agent serves the niche (`specialist/guard`, `critic`)."""
        return bool(self.niches.get(niche))

    def may_be_born(self, genome: Genome) -> bool:
        """Whether an agent of this genome could live here: its niche is one that ships, or somebody has filled it."""
        return is_niche(genome) or (genome.moved(genome.niche) == genome and genome.niche in self.niches)

    def improvable(self) -> bool:
        """Whether anybody alive is called upon to better or to test what already works."""
        return any(
            members and activity_of(niche_parts(niche)[0]) in ("improve", "test", "link")
            for niche, members in self.niches.items()
        )

    def idle(self, since: int) -> list[int]:
        """Return the living agents that have had no turn since one, but for the last of their niche."""
        return [
            agent.id
            for agent in self.agents.values()
            if agent.active < since and len(self.niches[agent.genome.niche]) > 1
        ]

    def spent(self) -> list[int]:
        """Return the living agents that have no energy left, oldest first."""
        return sorted(self._spent)

    def name_of(self, agent_id: int) -> str:
        """Return what an agent is called, the living and the dead alike; 0 is whoever is no agent."""
        return self.born[agent_id].name if agent_id else "a person"

    def _on_agent(self, entry: Entry, row: Row) -> None:
        agent = AgentState(
            id=row["id"],
            name=row["name"],
            founder_id=row["founder_id"],
            depth=row["depth"],
            genome=Genome.model_validate_json(row["genome"]),
            active=entry.turn,
            quarantined=self.in_force.holds_agent(row["id"], row["founder_id"]),
        )
        self.agents[agent.id] = self.born[agent.id] = agent
        self.niches.setdefault(agent.genome.niche, {})[agent.id] = agent
        self.founders[agent.id] = agent.founder_id
        self.counts.spawned += 1

    def _on_death(self, agent_id: int) -> None:
        gone = self.agents.pop(agent_id)
        self._spent.discard(gone.id)
        del self.niches[gone.genome.niche][gone.id]

    def _on_ledger(self, entry: Entry, row: Row) -> None:
        agent = self.agents.get(row["agent_id"])
        if row["kind"] != "energy" or agent is None:
            return
        agent.energy = round(agent.energy + row["amount"], 6)
        (self._spent.add if agent.energy <= 0 else self._spent.discard)(agent.id)
        if row["amount"] > 0 and row["reason"] != "birth":
            agent.earned = round(agent.earned + row["amount"], 6)
