"""How a new version is tried in service before it serves all."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Canary:
    """A new version serves a `share` of its tool's uses (0 to 1) for so many `turns`; with 0 turns, all from the start.

    Uses are the searches of an operator tool, the shelf of composers and the reviews of critics. It is taken back where
    it fails a case agreed on that the version before passes, where a critic shows a fault, or where it earns less.
    """

    turns: int = 0
    share: float = 0.25
