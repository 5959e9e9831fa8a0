"""Claims about several models that share the turns by weight."""

from __future__ import annotations

from collections import Counter

import pytest

from agents.models import drawn

SHARED = (("a", 3.0), ("b", 1.0))


def test_models_are_drawn_in_proportion_to_their_weights() -> None:
    chosen = Counter(drawn(SHARED, seed=1, digest=str(number)) for number in range(800))

    assert 540 < chosen["a"] < 660 and chosen["a"] + chosen["b"] == 800


def test_the_same_seed_and_digest_draw_the_same_model() -> None:
    def draws(seed: int) -> list[str]:
        return [drawn(SHARED, seed=seed, digest=str(number)) for number in range(50)]

    assert draws(1) == draws(1) != draws(2)


def test_nobody_is_not_drawn_from() -> None:
    with pytest.raises(ValueError, match="at least one"):
        drawn((), seed=1, digest="q")
