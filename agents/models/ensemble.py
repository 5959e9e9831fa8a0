"""Several models that share the turns: a seeded draw by their weights.

Promises: the same seed and digest draw the same model. Does not promise: that another steps in where one fails.
"""

from __future__ import annotations

from collections.abc import Sequence

from .bandit import draw


def drawn(members: Sequence[tuple[str, float]], *, seed: int, digest: str) -> str:
    """Return one of the models, each with its weight above 0; `digest` tells one draw from another.

    Raises: ValueError: there is none.
    """
    if not members:
        raise ValueError("a draw needs at least one model")
    names, weights = zip(*members, strict=True)
    return str(draw(seed, digest).choices(names, weights)[0])
