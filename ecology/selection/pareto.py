"""Work from versions that no other beats on every case, by how many cases each is among the best of.

Source: Agrawal et al., 2025, "GEPA: reflective prompt evolution can outperform reinforcement learning", algorithm 2.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..states import VersionState


class Pareto:
    """The front over the visible cases."""

    def weights(self, versions: Sequence[VersionState]) -> list[float]:
        """Return how many visible cases a version of the front is among the best on; 0 off the front."""
        marks = [version.bitmap.partition("|")[0] for version in versions]
        cases = range(max(map(len, marks)))
        kept = [not any(_beats(other, mine) for other in marks) for mine in marks]
        best = [max((mark[case] for mark in marks if case < len(mark)), default="0") for case in cases]
        wins = [sum(case < len(mark) and mark[case] == best[case] for case in cases) for mark in marks]
        # Without cases all are alike.
        return [float(max(won, 1)) if on_front else 0.0 for won, on_front in zip(wins, kept, strict=True)]


def _beats(one: str, other: str) -> bool:
    """Whether one passes all the cases that the other does, and more."""
    return (
        one != other and len(one) == len(other) and all(mine >= theirs for mine, theirs in zip(one, other, strict=True))
    )
