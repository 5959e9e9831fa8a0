"""Rules about how much: versions of one tool, living agents, what a child is given.

Promises: each answers in constant time from a motion and its `Standing`.
Does not promise: fairness between agents. Attention decides who gets a turn.
"""

from __future__ import annotations

from dataclasses import dataclass

from .standing import Birth, Motion, Standing
from .verdict import Objection


@dataclass(frozen=True, slots=True)
class RatePerTool:
    """A tool may not change more than `most` times in any `turns` turns."""

    most: int = 8
    turns: int = 100

    def judge(self, motion: Motion, standing: Standing) -> Objection | None:
        """Object where the tool has changed that often of late."""
        recent = sorted(turn for turn in standing.admissions if turn > standing.turn - self.turns)
        if len(recent) < self.most:
            return None
        again = recent[-self.most] + self.turns if self.most else None
        return Objection(
            {"admitted": len(recent), "most": self.most, "turns": self.turns},
            f"the same rewrite from turn {again} on"
            if again is not None
            else "nothing: this charter freezes all tools",
        )


@dataclass(frozen=True, slots=True)
class PopulationLimit:
    """No more than `most` agents may live at once."""

    most: int = 64

    def judge(self, birth: Birth, standing: Standing) -> Objection | None:
        """Object where the ecology is full."""
        if standing.population < self.most:
            return None
        return Objection(
            {"population": standing.population, "most": self.most}, "the same child once an agent has died"
        )


@dataclass(frozen=True, slots=True)
class EnergyLimit:
    """A parent must give its child some energy and keep `reserve` for itself.

    `least`: the smallest endowment a child can live on.
    """

    least: float = 1.0
    reserve: float = 1.0

    def judge(self, birth: Birth, standing: Standing) -> Objection | None:
        """Object where the endowment is too small, or more than the parent can spare."""
        spare = standing.energy - self.reserve
        if self.least <= birth.endowment <= spare:
            return None
        evidence = {
            "endowment": birth.endowment,
            "energy": standing.energy,
            "reserve": self.reserve,
            "least": self.least,
        }
        if spare < self.least:
            return Objection(evidence, f"the same child once its parent has {self.least + self.reserve:g} energy")
        return Objection(evidence, f"an endowment between {self.least:g} and {spare:g}")


@dataclass(frozen=True, slots=True)
class ModelInUse:
    """A child must think with a model that the user gave to the population, or with none."""

    def judge(self, birth: Birth, standing: Standing) -> Objection | None:
        """Object to a model that no founder was given: an agent may not choose whom the user pays."""
        if not birth.model or birth.model in standing.models:
            return None
        return Objection(
            {"model": birth.model[:200], "models": sorted(standing.models)},
            "the same child with a model of the population" if standing.models else "the same child without a model",
        )


@dataclass(frozen=True, slots=True)
class KnownNiche:
    """A child must be of a species that has a mind here, with a family and model that go with it."""

    def judge(self, birth: Birth, standing: Standing) -> Objection | None:
        """Object to a niche that nobody could fill."""
        if birth.is_niche:
            return None
        return Objection({"parent": birth.parent_id}, "the same child in a niche that ships or that a founder had")


RATE_RULES = (RatePerTool,)
BIRTH_RULES = (PopulationLimit, EnergyLimit, ModelInUse, KnownNiche)
