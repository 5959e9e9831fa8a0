"""Rules about how many and how fast: versions admitted, agents born, agents alive, what a child is given.

Promises: each answers in constant time from a motion or a birth and its `Standing`; what only comes too early is told
the turn from which it passes. Does not promise: fairness between agents. Attention decides who gets a turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .spending import SPENDING_RULES
from .standing import Birth, Motion, Standing
from .verdict import FROM_TURN, Objection


@dataclass(frozen=True, slots=True)
class RatePerTool:
    """A tool may not change more than `most` times in any `turns` turns."""

    most: int = 8
    turns: int = 100

    def judge(self, motion: Motion, standing: Standing) -> Objection | None:
        """Object where the tool has changed that often of late."""
        return too_often(standing.admissions, standing.turn, most=self.most, turns=self.turns, what="rewrite")


@dataclass(frozen=True, slots=True)
class RatePerAgent:
    """One agent's rewrites may not become versions more than `most` times in any `turns` turns."""

    most: int = 64
    turns: int = 100

    def judge(self, motion: Motion, standing: Standing) -> Objection | None:
        """Object where that many of the author's rewrites were admitted of late."""
        return too_often(standing.admitted.agent, standing.turn, most=self.most, turns=self.turns, what="rewrite")


@dataclass(frozen=True, slots=True)
class RatePerTarget:
    """One agent may not change one and the same tool more than `most` times in any `turns` turns."""

    most: int = 8
    turns: int = 100

    def judge(self, motion: Motion, standing: Standing) -> Objection | None:
        """Object where the author has changed this tool that often of late."""
        return too_often(standing.admitted.target, standing.turn, most=self.most, turns=self.turns, what="rewrite")


@dataclass(frozen=True, slots=True)
class RatePerLineage:
    """Rewrites by agents of one lineage may not become versions more than `most` times in any `turns` turns."""

    most: int = 96
    turns: int = 100

    def judge(self, motion: Motion, standing: Standing) -> Objection | None:
        """Object where that many rewrites of the author's lineage were admitted of late."""
        return too_often(standing.admitted.lineage, standing.turn, most=self.most, turns=self.turns, what="rewrite")


@dataclass(frozen=True, slots=True)
class RatePerRun:
    """No more than `most` rewrites may become versions in any `turns` turns, of all tools together."""

    most: int = 200
    turns: int = 100

    def judge(self, motion: Motion, standing: Standing) -> Objection | None:
        """Object where that many rewrites were admitted of late."""
        return too_often(standing.admitted.run, standing.turn, most=self.most, turns=self.turns, what="rewrite")


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
class PopulationPerLineage:
    """No more than `most` agents of one lineage may live at once."""

    most: int = 48

    def judge(self, birth: Birth, standing: Standing) -> Objection | None:
        """Object where the parent's lineage is that large already."""
        if standing.kin < self.most:
            return None
        evidence = {"lineage_population": standing.kin, "most": self.most}
        return Objection(evidence, "the same child once an agent of its lineage has died, or one of another lineage")


@dataclass(frozen=True, slots=True)
class SpawnDepth:
    """No agent may be more than `most` generations from the founder of its lineage."""

    most: int = 64

    def judge(self, birth: Birth, standing: Standing) -> Objection | None:
        """Object to a child that would be of a later generation."""
        if birth.depth <= self.most:
            return None
        return Objection({"depth": birth.depth, "most": self.most}, "a child of a parent nearer to its founder")


@dataclass(frozen=True, slots=True)
class BirthsPerAgent:
    """One agent may not have more than `most` children in any `turns` turns."""

    most: int = 16
    turns: int = 100

    def judge(self, birth: Birth, standing: Standing) -> Objection | None:
        """Object where the parent has had that many children of late."""
        return too_often(standing.born.agent, standing.turn, most=self.most, turns=self.turns, what="child")


@dataclass(frozen=True, slots=True)
class BirthsPerLineage:
    """No more than `most` agents of one lineage may be born in any `turns` turns."""

    most: int = 32
    turns: int = 100

    def judge(self, birth: Birth, standing: Standing) -> Objection | None:
        """Object where the parent's lineage has had that many births of late."""
        return too_often(standing.born.lineage, standing.turn, most=self.most, turns=self.turns, what="child")


@dataclass(frozen=True, slots=True)
class BirthsPerRun:
    """No more than `most` agents may be born in any `turns` turns."""

    most: int = 64
    turns: int = 100

    def judge(self, birth: Birth, standing: Standing) -> Objection | None:
        """Object where there were that many births of late."""
        return too_often(standing.born.run, standing.turn, most=self.most, turns=self.turns, what="child")


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
class EnergyPerLineage:
    """A lineage whose living agents own more than `most` energy together may not grow."""

    most: float = 1_000_000.0

    def judge(self, birth: Birth, standing: Standing) -> Objection | None:
        """Object where the parent's lineage is that rich."""
        if standing.kin_energy <= self.most:
            return None
        evidence = {"lineage_energy": round(standing.kin_energy, 6), "most": self.most}
        return Objection(evidence, f"the same child once its lineage owns {self.most:g} energy or less")


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


RATE_RULES = (RatePerTool, RatePerAgent, RatePerTarget, RatePerLineage, RatePerRun, *SPENDING_RULES)
BIRTH_RULES = (
    PopulationLimit,
    PopulationPerLineage,
    SpawnDepth,
    BirthsPerAgent,
    BirthsPerLineage,
    BirthsPerRun,
    EnergyLimit,
    EnergyPerLineage,
    ModelInUse,
    KnownNiche,
    *SPENDING_RULES,
)


def too_often(happened: Sequence[int], turn: int, *, most: int, turns: int, what: str) -> Objection | None:
    """Object where something happened `most` times within the last `turns`; `happened` holds turns, oldest first."""
    if most == 0:
        evidence = {"most": most, "turns": turns}
        return Objection(evidence, f"nothing: this charter lets no {what} pass")
    if len(happened) < most or happened[-most] <= turn - turns:
        return None
    again = happened[-most] + turns
    return Objection(
        {"most": most, "turns": turns, FROM_TURN: again},
        f"the same {what} from turn {again} on",
    )
