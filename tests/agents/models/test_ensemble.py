from __future__ import annotations

import asyncio
from collections import Counter
from random import Random

import pytest

from agents.models.bandit import Bandit, Tally
from agents.models.ensemble import Ensemble, Member
from agents.models.message import Reply, Request
from agents.models.scripted import Line, ScriptedModel
from storage import ConfigurationError
from tests.agents.models.asking import asked, said


def model(name: str) -> ScriptedModel:
    return ScriptedModel([Line(text=name, match="")], name=name)


class StuckModel(ScriptedModel):
    """A model that cannot be closed."""

    async def complete(self, request: Request) -> Reply:
        raise NotImplementedError

    async def close(self) -> None:
        raise OSError("stuck")


class ClosingModel(ScriptedModel):
    """A model that remembers being closed."""

    closed = False

    async def close(self) -> None:
        self.closed = True


def test_requests_are_shared_by_weight_and_the_same_one_goes_the_same_way() -> None:
    ensemble = Ensemble([Member(model("a"), 3), Member(model("b"))], seed=1)

    chosen = Counter(said(ensemble, f"q {number}").text for number in range(800))

    assert ensemble.name == "a*3,b*1"
    assert 540 < chosen["a"] < 660 and chosen["a"] + chosen["b"] == 800
    assert {ensemble.pick(asked("q")).name for _ in range(9)} == {said(ensemble, "q").text}


def test_another_seed_shares_otherwise() -> None:
    one, two = (Ensemble([Member(model("a")), Member(model("b"))], seed=seed) for seed in (1, 2))
    requests = [asked(f"q {number}") for number in range(50)]

    assert [one.pick(each).name for each in requests] != [two.pick(each).name for each in requests]


@pytest.mark.parametrize("weights", [(), (1, 0), (1, -1), (1, float("inf")), (1, float("nan"))])
def test_an_ensemble_of_nobody_or_of_senseless_weights_is_refused(weights: tuple[float, ...]) -> None:
    with pytest.raises(ConfigurationError):
        Ensemble([Member(model(f"m{number}"), weight) for number, weight in enumerate(weights)])


def test_two_members_of_one_name_and_a_bandit_of_others_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="different models"):
        Ensemble([Member(model("a")), Member(model("a"))])
    with pytest.raises(ConfigurationError, match="bandit chooses among"):
        Ensemble([Member(model("a"))], bandit=Bandit(["b"]))


def test_all_members_are_closed_even_when_one_cannot_be() -> None:
    last = ClosingModel([], name="last")

    with pytest.raises(OSError, match="stuck"):
        asyncio.run(Ensemble([Member(StuckModel([], name="first")), Member(last)]).close())
    assert last.closed


def test_a_bandit_comes_to_prefer_what_gains_most_for_its_cost() -> None:
    rng = Random(3)
    bandit = Bandit(["dear and good", "cheap and fair", "cheap and poor"], seed=1)
    facts = {"dear and good": (0.9, 1.0), "cheap and fair": (0.5, 0.1), "cheap and poor": (0.05, 0.1)}

    chosen = Counter[str]()
    for number in range(600):
        name = bandit.choose(f"{number}")
        chance, cost = facts[name]
        chosen[name] += 1
        bandit.reward(name, gain=float(rng.random() < chance), cost=cost)

    assert chosen["cheap and fair"] > 400
    assert min(chosen.values()) >= 5


def test_a_bandit_tries_each_model_before_it_prefers_any() -> None:
    bandit = Bandit(["a", "b", "c"])
    bandit.reward("a", gain=1, cost=0)

    assert {bandit.choose(str(number)) for number in range(50)} == {"b", "c"}


def test_a_bandit_chooses_the_same_again_from_what_another_knew() -> None:
    first = Bandit(["a", "b"], seed=7)
    for number in range(20):
        first.reward("ab"[number % 2], gain=number % 3, cost=0.1)

    second = Bandit(["a", "b"], seed=7, tallies=first.tallies)

    assert second.tallies == first.tallies
    assert [first.choose(str(n)) for n in range(20)] == [second.choose(str(n)) for n in range(20)]


def test_a_bandit_in_an_ensemble_is_taught_by_rewards() -> None:
    ensemble = Ensemble([Member(model("a")), Member(model("b"))], bandit=Bandit(["a", "b"]))
    for _ in range(30):
        ensemble.reward("a", gain=0, cost=1)
        ensemble.reward("b", gain=1, cost=1)

    assert said(ensemble, "q").text == "b"


def test_a_bandit_refuses_what_makes_no_sense() -> None:
    bandit = Bandit(["a"], tallies=[Tally("gone", 3, 1.0, 1.0)])

    for gain, cost in ((-1, 0), (0, -1), (float("nan"), 0), (0, float("inf"))):
        with pytest.raises(ValueError, match="finite and from 0 up"):
            bandit.reward("a", gain=gain, cost=cost)
    with pytest.raises(ValueError, match="no model 'gone' here; there are a"):
        bandit.reward("gone", gain=1, cost=1)
    with pytest.raises(ValueError, match="distinct models"):
        Bandit([])
