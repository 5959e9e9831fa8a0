"""Claims about choosing a model by what each has brought for its cost."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random

import pytest

from agents.models import Bandit, Tally


def rewarded(tally: Tally, *, gain: float, cost: float) -> Tally:
    return replace(tally, rewards=tally.rewards + 1, gain=tally.gain + gain, cost=tally.cost + cost)


def test_it_comes_to_prefer_what_gains_most_for_its_cost() -> None:
    rng = Random(3)
    facts = {"dear and good": (0.9, 1.0), "cheap and fair": (0.5, 0.1), "cheap and poor": (0.05, 0.1)}
    known = {name: Tally(name) for name in facts}

    chosen = Counter[str]()
    for number in range(600):
        name = Bandit([*facts], seed=1, tallies=known.values()).choose(f"{number}")
        chance, cost = facts[name]
        chosen[name] += 1
        known[name] = rewarded(known[name], gain=float(rng.random() < chance), cost=cost)

    assert chosen["cheap and fair"] > 400
    assert min(chosen.values()) >= 5


def test_it_tries_each_model_before_it_prefers_any() -> None:
    bandit = Bandit(["a", "b", "c"], tallies=[Tally("a", 1, 1.0, 0.0), Tally("gone", 3, 1.0, 1.0)])

    assert {bandit.choose(str(number)) for number in range(50)} == {"b", "c"}


def test_its_choice_depends_on_seed_digest_and_what_is_known_alone() -> None:
    def choices(seed: int) -> list[str]:
        return [Bandit(["a", "b"], seed=seed).choose(str(number)) for number in range(50)]

    assert choices(7) == choices(7) != choices(8)


def test_models_that_cost_nothing_can_be_told_apart() -> None:
    known = [Tally("a", 30, 0.0, 0.0), Tally("b", 30, 3.0, 0.0)]

    assert Bandit(["a", "b"], tallies=known).choose("q") == "b"


@pytest.mark.parametrize(("gain", "cost"), [(-1, 0), (0, -1), (float("nan"), 0), (0, float("inf"))])
def test_a_tally_without_sense_is_refused(gain: float, cost: float) -> None:
    with pytest.raises(ValueError, match="finite and from 0 up"):
        Tally("a", 1, gain, cost)


@pytest.mark.parametrize("names", [[], ["a", "a"]])
def test_it_wants_distinct_models(names: list[str]) -> None:
    with pytest.raises(ValueError, match="distinct models"):
        Bandit(names)
