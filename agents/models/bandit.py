"""A bandit that learns which model earns the most for what it costs.

Promises: its choice depends on the seed, the request's digest and the rewards it was given, on nothing else; a model
that was never rewarded is tried before any is preferred. Does not promise: a bound on regret, since rewards come late.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from random import Random

# Models that cost nothing must still be comparable with one another.
_LEAST_COST = 1e-9


@dataclass(frozen=True, slots=True)
class Tally:
    """What is known of one model: how often it was rewarded, and the sums of its gains and costs."""

    name: str
    rewards: int = 0
    gain: float = 0.0
    cost: float = 0.0

    @property
    def worth(self) -> float:
        """Gain for each unit of cost."""
        return self.gain / max(self.cost, _LEAST_COST)


class Bandit:
    """Chooses by the upper confidence bound on accepted improvement per cost.

    The worth of each model is divided by that of the best, which brings it into 0 to 1 as the bound wants it; `width`
    scales the bound. `tallies` is what an earlier bandit knew.
    Source: Auer, Cesa-Bianchi and Fischer, 2002, "Finite-time analysis of the multiarmed bandit problem" (UCB1).
    """

    def __init__(
        self, names: Sequence[str], *, seed: int = 0, width: float = 1.0, tallies: Iterable[Tally] = ()
    ) -> None:
        if not names or len(set(names)) < len(names):
            raise ValueError(f"a bandit chooses among distinct models, not among {list(names)}")
        self._seed = seed
        self._width = width
        self._tallies = {name: Tally(name) for name in names}
        self._tallies |= {tally.name: tally for tally in tallies if tally.name in self._tallies}

    @property
    def tallies(self) -> tuple[Tally, ...]:
        """What is known of each model, in the order in which they were named."""
        return tuple(self._tallies.values())

    def choose(self, digest: str) -> str:
        """Return the model to ask; among those never rewarded, and among equals, the digest draws."""
        fresh = [each.name for each in self.tallies if each.rewards == 0]
        if not fresh:
            bounds = self._bounds()
            highest = max(bounds.values())
            fresh = [name for name, bound in bounds.items() if bound == highest]
        return draw(self._seed, digest).choice(fresh)

    def reward(self, model: str, *, gain: float, cost: float) -> None:
        """Enter what a call of `model` brought (0 where nothing was accepted) and what it cost, in any one unit.

        Raises: ValueError: the model is none of these, or a number is negative or not finite.
        """
        if model not in self._tallies:
            raise ValueError(f"no model {model!r} here; there are {', '.join(self._tallies)}")
        if not (0 <= gain < math.inf and 0 <= cost < math.inf):
            raise ValueError(f"gain and cost must be finite and from 0 up, not {gain} and {cost}")
        tally = self._tallies[model]
        self._tallies[model] = replace(tally, rewards=tally.rewards + 1, gain=tally.gain + gain, cost=tally.cost + cost)

    def _bounds(self) -> dict[str, float]:
        best = max(each.worth for each in self.tallies)
        total = math.log(sum(each.rewards for each in self.tallies))
        return {
            each.name: (each.worth / best if best else 0.0) + self._width * math.sqrt(2 * total / each.rewards)
            for each in self.tallies
        }


def draw(seed: int, digest: str) -> Random:
    """Return the source of chance that belongs to a seed and a request's digest."""
    return Random(hashlib.sha256(f"{seed}:{digest}".encode()).digest())
