"""What a run may spend on its models, and the purses that hold it to that.

Promises: what was spent before a run was taken up again still counts. Does not promise: a place in the history; it says
how far a run gets, not what happens in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agents.models import RUN, Limits, Purse, Spent
from storage import AgentSpending, ConfigurationError


class Allowance(BaseModel):
    """The most that may be spent: dollars, tokens (in and out together), calls, seconds; None is no limit.

    Seconds of wall time count from when a purse is opened: a run's when it begins, others with their first call.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    usd: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    tokens: int | None = Field(default=None, ge=0)
    calls: int | None = Field(default=None, ge=0)
    seconds: float | None = Field(default=None, ge=0, allow_inf_nan=False)

    @property
    def limits(self) -> Limits:
        """The same, as a purse is given it."""
        return Limits(usd=self.usd, tokens=self.tokens, calls=self.calls, wall_s=self.seconds)


class Budget(Allowance):
    """What the whole run, each lineage and each agent may spend; what the run may spend ends it when it is used up.

    `usd` 0 forbids every call that costs or whose price is unknown.
    """

    lineage: Allowance = Allowance()
    agent: Allowance = Allowance()

    @classmethod
    def checked(cls, values: Any) -> Self:
        """Return the budget made of these values.

        Raises: ConfigurationError: a value is negative, no number, or unknown; the sentence names it.
        """
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            raise ConfigurationError(f"budget {place!r} is {first['input']!r}: {first['msg'].lower()}") from None

    def over(self, before: Budget) -> Budget:
        """Return the budget before with the limits that this one names in the place of its own."""
        named = self.model_dump(exclude_unset=True)
        return Budget.checked(_merged(before.model_dump(), named))

    @property
    def limits_usd(self) -> bool:
        """Whether it sets a limit in dollars, above 0, on anybody."""
        return any(each.usd for each in (self, self.lineage, self.agent))


class Purses:
    """The purses of one run: each agent's under its lineage's under the run's. They belong to one event loop."""

    def __init__(self, budget: Budget, *, spent: Sequence[AgentSpending], lived_s: float) -> None:
        self._budget = budget
        # An agent may have lived through several runs.
        self._spent: dict[int | None, list[AgentSpending]] = {}
        for each in spent:
            self._spent.setdefault(each.agent_id, []).append(each)
        self.run = Purse(RUN, budget.limits, spent=_sum(spent, wall_s=lived_s))
        self._lineages: dict[int, list[AgentSpending]] = {}

    def remember(self, founders: dict[int, int]) -> None:
        """Say of whose lineage each agent is, so that what it spent before counts there too."""
        for agent_id, own in self._spent.items():
            if agent_id in founders:
                self._lineages.setdefault(founders[agent_id], []).extend(own)

    def of(self, founder_id: int, agent_id: int) -> Purse:
        """Return the purse of an agent."""
        lineage = self.run.child(
            f"lineage {founder_id}",
            self._budget.lineage.limits,
            spent=_sum(self._lineages.get(founder_id, [])),
        )
        own = self._spent.get(agent_id, [])
        return lineage.child(f"agent {agent_id}", self._budget.agent.limits, spent=_sum(own))


def _merged(before: Mapping[str, Any], named: Mapping[str, Any]) -> dict[str, Any]:
    nested = {name: _merged(before[name], value) for name, value in named.items() if isinstance(value, Mapping)}
    return {**before, **named, **nested}


def _sum(spent: Sequence[AgentSpending], *, wall_s: float = 0.0) -> Spent:
    return Spent(
        usd=sum(each.usd for each in spent),
        tokens=sum(each.tokens for each in spent),
        calls=sum(each.calls for each in spent),
        unknown_calls=sum(each.unknown for each in spent),
        wall_s=wall_s,
    )
