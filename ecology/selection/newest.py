"""Work from the version that came first, since a partial repair may mislead, and from the newest."""

from __future__ import annotations

from collections.abc import Sequence

from ..states import VersionState

_NEWEST = 3


class Newest:
    """The root and the three newest versions, all alike."""

    def weights(self, versions: Sequence[VersionState]) -> list[float]:
        """Return 1 for the root and the newest, 0 for what lies between."""
        between = range(1, len(versions) - _NEWEST)
        return [0.0 if place in between else 1.0 for place in range(len(versions))]
