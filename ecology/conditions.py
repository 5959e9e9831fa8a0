"""The conditions of a run that shape what agents may see and how much they may try, as the engine looks at them.

Promises: plain values taken from the settings; a switch that is off changes nothing. Does not promise: that a
population does well without what is switched off. That is what an experiment finds out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

from .selection import Strategy, strategy_of

# What a population can be made to do without. `reads`: what agents of other niches wrote or learnt; `critics`: looks at
# rewrites before they are supported; `signals`: the draw of signals and promises; `ingredients`: fragments of solved
# tools; `learning`: what the run learnt of edits; `priors`: any order of edits but a random one.
Switch = Literal["reads", "critics", "signals", "ingredients", "learning", "priors"]
_NO_LIMIT = 1 << 30
SWITCHES: tuple[str, ...] = get_args(Switch)


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a run allows, and what it goes `without`.

    At most `in_all` candidates are run, and `candidates` on one task (0: no such limit). An improvement of a kind of
    tool is worth `price_fall` less when all others of its kind are solved. After the first rewrite that solves a tool,
    critics wait until `deliberation` times as many candidates more were tried, so that they have rivals to choose from;
    `selection` weighs the versions to work from.
    """

    candidates: int = 0
    in_all: int = 0
    without: frozenset[str] = frozenset()
    deliberation: float = 0.0
    price_fall: float = 0.0
    selection: Strategy = field(default_factory=lambda: strategy_of("newest"))

    def left(self, *, here: int, in_all: int) -> int:
        """Return how many candidates may still be run on a tool, where so many were run there and in all."""
        most = self.candidates - here if self.candidates else _NO_LIMIT
        return min(most, self.in_all - in_all) if self.in_all else most

    def has(self, switch: Switch) -> bool:
        """Whether the population has what a switch takes away."""
        return switch not in self.without
