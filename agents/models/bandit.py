"""A bandit that learns which model earns the most for what it costs.

Promises: its choice depends on the seed, a digest and what is known of the models, on nothing else; a model of which
nothing is known is tried before any is preferred. Does not promise: a bound on regret, since rewards come late.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

# Models that cost nothing must still be comparable with one another.
_LEAST_COST = 1e-9


@dataclass(frozen=True, slots=True)
class Tally:
    """What is known of one model: how often it was rewarded, and the sums of its gains and costs, in any one unit.

    Raises: ValueError: a number is negative or not finite.
    """

    name: str
    rewards: int = 0
    gain: float = 0.0
    cost: float = 0.0

    def __post_init__(self) -> None:
        if self.rewards < 0 or not (0 <= self.gain < math.inf and 0 <= self.cost < math.inf):
            raise ValueError(f"gain and cost of {self.name} must be finite and from 0 up, not {self.gain}, {self.cost}")

    @property
    def worth(self) -> float:
        """Gain for each unit of cost."""
        return self.gain / max(self.cost, _LEAST_COST)


class Bandit:
    """Chooses by the upper confidence bound on accepted improvement per cost.

    The worth of each model is divided by that of the best, which brings it into 0 to 1 as the bound wants it; `width`
    scales the bound. `tallies` is what is known of them, and of others that are passed over.
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

    def choose(self, digest: str) -> str:
        """Return the model to ask; among those never rewarded, and among equals, the digest draws."""
        fresh = [each.name for each in self._tallies.values() if each.rewards == 0]
        if not fresh:
            bounds = self._bounds()
            highest = max(bounds.values())
            fresh = [name for name, bound in bounds.items() if bound == highest]
        return draw(self._seed, digest).choice(fresh)

    def _bounds(self) -> dict[str, float]:
        best = max(each.worth for each in self._tallies.values())
        total = math.log(sum(each.rewards for each in self._tallies.values()))
        return {
            each.name: (each.worth / best if best else 0.0) + self._width * math.sqrt(2 * total / each.rewards)
            for each in self._tallies.values()
        }


def draw(seed: int, digest: str) -> Random:
    """Return the source of chance that belongs to a seed and a request's digest."""
    return Random(hashlib.sha256(f"{seed}:{digest}".encode()).digest())
