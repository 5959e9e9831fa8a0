"""Work from what has led furthest for the turns spent on it, with a bonus for what was little tried.

Source: Auer, Cesa-Bianchi and Fischer, 2002, "Finite-time analysis of the multiarmed bandit problem" (UCB1).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log, sqrt

from ..states import VersionState
from .strategy import share_passed


class UpperConfidence:
    """Each version by the mean gain of its turns and how unsure that is."""

    def weights(self, versions: Sequence[VersionState]) -> list[float]:
        """Return the upper bound of each version's gain a turn; what nobody has tried has the largest of all."""
        turns = [sum(each.turns for each in version.progress.values()) for version in versions]
        # One turn on one version says nothing yet of how sure that is.
        total = max(sum(turns), 2)
        bounds = [
            _gain(version, versions) / spent + sqrt(2 * log(total) / spent) if spent else None
            for version, spent in zip(versions, turns, strict=True)
        ]
        best = max((bound for bound in bounds if bound is not None), default=1.0)
        return [1.0 + best if bound is None else bound for bound in bounds]


def _gain(version: VersionState, versions: Sequence[VersionState]) -> float:
    """Return by how much the version's children passed more of the visible cases than it does, summed up."""
    own = share_passed(version)
    return sum(max(share_passed(child) - own, 0.0) for child in versions if child.basis_id == version.id)
