"""Experiments: populations beside their own parts, and ways of selecting beside each other, at the same budgets.

`experiment` lives every arm of one with every seed, each in a database of its own, and says what came of it.
"""

from __future__ import annotations

from .arms import Arm, Kind
from .living import Interrupted, experiment
from .parts import ArmResult, Critique, Gain, Pair, SeedResult, Synergy
from .result import Experiment

__all__ = [  # noqa: RUF022 - in an order that teaches
    "experiment",
    "Experiment",
    "Kind",
    "Arm",
    "ArmResult",
    "SeedResult",
    "Pair",
    "Gain",
    "Critique",
    "Synergy",
    "Interrupted",
]
