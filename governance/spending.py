"""Rules about money: what models may be paid for an agent, a lineage, a tool or a run before more may follow from it.

Promises: each answers in constant time, of rewrites that a language model wrote and of children that would think with
one; whatever costs nothing passes. Does not promise: to stop a call under way. Budgets are reserved before a call; here
is decided what may come of the spending, and who may be born to spend more.
"""

from __future__ import annotations

from dataclasses import dataclass

from .standing import Birth, Motion, Standing
from .verdict import Objection


@dataclass(frozen=True, slots=True)
class SpendPerAgent:
    """An agent for which models were paid more than `usd` may neither rewrite nor breed by means of a model."""

    usd: float = 100.0

    def judge(self, matter: Motion | Birth, standing: Standing) -> Objection | None:
        """Object where the author or parent has cost more."""
        return _too_dear(matter, standing.spent.agent, most=self.usd, whose="agent")


@dataclass(frozen=True, slots=True)
class SpendPerLineage:
    """A lineage for which models were paid more than `usd` may neither rewrite nor breed by means of a model."""

    usd: float = 500.0

    def judge(self, matter: Motion | Birth, standing: Standing) -> Objection | None:
        """Object where all agents of the lineage together, the dead included, have cost more."""
        return _too_dear(matter, standing.spent.lineage, most=self.usd, whose="lineage")


@dataclass(frozen=True, slots=True)
class SpendPerTool:
    """A tool on which models were paid more than `usd` may be rewritten without a model only."""

    usd: float = 100.0

    def judge(self, matter: Motion | Birth, standing: Standing) -> Objection | None:
        """Object where work on the tool has cost more."""
        return _too_dear(matter, standing.spent.tool, most=self.usd, whose="tool")


@dataclass(frozen=True, slots=True)
class SpendPerRun:
    """Once models were paid more than `usd` in all, none may write another rewrite or move another child."""

    usd: float = 1_000.0

    def judge(self, matter: Motion | Birth, standing: Standing) -> Objection | None:
        """Object where all together have cost more."""
        return _too_dear(matter, standing.spent.run, most=self.usd, whose="run")


SPENDING_RULES = (SpendPerAgent, SpendPerLineage, SpendPerTool, SpendPerRun)


def _too_dear(matter: Motion | Birth, spent: float, *, most: float, whose: str) -> Objection | None:
    if not matter.by_model or spent <= most:
        return None
    what = "rewrite" if isinstance(matter, Motion) else "child"
    return Objection({"spent_usd": round(spent, 6), "most_usd": most, "of": whose}, f"a {what} without a model")
