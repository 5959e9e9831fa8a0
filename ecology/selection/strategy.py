"""The one protocol of selection strategies: which versions of a tool are worth working from, and how much.

Promises: a strategy is a pure function of the versions, so that it decides alike wherever it is asked.
Does not promise: that any is best; `ecology experiment` compares them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..states import VersionState


class Strategy(Protocol):
    """Weighs versions as parents of the next rewrites."""

    def weights(self, versions: Sequence[VersionState]) -> list[float]:
        """Return a weight, 0 or more, for each version of a tool, oldest first; 0 leaves it alone."""
        ...


def share_passed(version: VersionState) -> float:
    """Return the share of visible cases that a version passes, 0 where none were run."""
    visible = version.bitmap.partition("|")[0]
    return visible.count("1") / len(visible) if visible else 0.0


def children(versions: Sequence[VersionState]) -> dict[int, int]:
    """Return how many of the versions were made from each."""
    counts = {version.id: 0 for version in versions}
    for version in versions:
        if version.basis_id in counts:
            counts[version.basis_id] += 1
    return counts
