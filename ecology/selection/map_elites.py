"""Work from the best version of each kind of behaviour: how many cases it passes, and how dear it is to run.

Source: Mouret and Clune, 2015, "Illuminating search spaces by mapping elites"; the archive is pyribs' `GridArchive`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import log2
from typing import Any

from storage import ConfigurationError

from ..states import VersionState
from .strategy import share_passed

# Cells by share of visible cases passed, and by fuel on a logarithmic scale.
_CELLS = (8, 8)
_MOST_FUEL = 24.0


class MapElites:
    """The elites of a grid over behaviour. Raises: ConfigurationError: pyribs is not installed."""

    def __init__(self) -> None:
        try:
            from ribs.archives import GridArchive
        except ImportError:
            raise ConfigurationError(
                'selection "map-elites" needs pyribs; `pip install "ecology[map-elites]"`, or select another way'
            ) from None
        self._archive_of = GridArchive
        self._elites = lru_cache(maxsize=1024)(self._found)

    def weights(self, versions: Sequence[VersionState]) -> list[float]:
        """Return 1 for the elite of each cell, 0 for the rest."""
        traits = tuple(
            (version.gate_share, share_passed(version), log2(1 + version.score.fuel)) for version in versions
        )
        elites = self._elites(traits)
        return [1.0 if place in elites else 0.0 for place in range(len(versions))]

    def _found(self, traits: tuple[tuple[float, float, float], ...]) -> frozenset[int]:
        archive: Any = self._archive_of(solution_dim=1, dims=_CELLS, ranges=[(0.0, 1.0), (0.0, _MOST_FUEL)])
        for place, (objective, passed, fuel) in enumerate(traits):
            archive.add_single([place], objective, [passed, fuel])
        return frozenset(int(solution[0]) for solution in archive.data("solution"))
