"""Work from what scores well and has few children yet.

Source: Zhang, Hu, Lu, Lange and Clune, 2025, "Darwin Goedel Machine: open-ended evolution of self-improving agents",
appendix on parent selection: a sigmoid of the score around its midpoint times 1 / (1 + children).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

from ..states import VersionState
from .strategy import children, share_passed

_STEEPNESS = 10.0


class ScoreAndNovelty:
    """Each version by score, less with each child that it has."""

    def weights(self, versions: Sequence[VersionState]) -> list[float]:
        """Return the sigmoid of each score around the middle of all scores, divided by one more than its children."""
        scores = [share_passed(version) for version in versions]
        middle = (max(scores) + min(scores)) / 2
        born = children(versions)
        return [
            1 / (1 + exp(-_STEEPNESS * (score - middle))) / (1 + born[version.id])
            for score, version in zip(scores, versions, strict=True)
        ]
