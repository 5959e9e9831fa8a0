"""How people and other processes keep hold of an ecology: requests, the door they come by, what is in force."""

from __future__ import annotations

from .in_force import Hold, InForce, Waiting

__all__ = ["InForce", "Hold", "Waiting"]  # noqa: RUF022 - in the order in which a reader meets them
