"""Work from any version, drawn by lot: what the other strategies are measured against."""

from __future__ import annotations

from collections.abc import Sequence

from ..states import VersionState


class Lot:
    """All versions alike."""

    def weights(self, versions: Sequence[VersionState]) -> list[float]:
        """Return 1 for each version."""
        return [1.0] * len(versions)
