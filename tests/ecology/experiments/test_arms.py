"""The arms of an experiment: budgets that add up, and lone specialists that are alone and never hungry."""

from __future__ import annotations

from importlib.util import find_spec

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents import FAMILIES
from ecology.experiments.arms import arms_of, chosen, shared_out
from ecology.settings import Settings
from storage import ConfigurationError


@given(whole=st.integers(0, 100_000), parts=st.integers(1, 40))
def test_shares_add_up_and_differ_by_one_at_most(whole: int, parts: int) -> None:
    shares = shared_out(whole, parts)

    assert sum(shares) == whole and len(shares) == parts and max(shares) - min(shares) <= 1


@given(tasks=st.integers(1, 200), budget=st.integers(1, 5_000))
def test_isolated_specialists_share_what_the_population_and_each_single_one_have_whole(tasks: int, budget: int) -> None:
    arms = {
        arm.name: arm.settings["candidates"] for arm in arms_of("emergence", tasks=tasks, budget=budget, per_task=9)
    }

    isolated = [most for name, most in arms.items() if name.startswith("isolated/")]
    assert sum(isolated) == arms["population"] == tasks * budget
    assert {most for name, most in arms.items() if not name.startswith("isolated/")} == {tasks * budget}
    assert sum(name.startswith("single/") for name in arms) == len(FAMILIES)


def test_a_strict_specialist_has_thirteen_times_the_budget_and_energy_for_all_of_it() -> None:
    population, *strict = arms_of("emergence", tasks=80, budget=5_000, per_task=5_000, strict=True)
    usual = Settings()

    assert len(strict) == len(FAMILIES)
    for arm in strict:
        most = arm.settings["candidates"]
        assert most == 13 * population.settings["candidates"]
        assert arm.settings["candidates_per_task"] == 13 * population.settings["candidates_per_task"]
        # A turn that runs a single candidate is the dearest.
        assert arm.settings["start_energy"] > most * (usual.turn_cost + usual.candidate_cost)


def test_a_lone_specialist_reads_nobody_and_has_critics() -> None:
    lone = next(arm for arm in arms_of("emergence", tasks=2, budget=5, per_task=5) if arm.name == "single/guard")

    assert lone.population == {"specialist/guard": 1, "critic": 3, "breeder": 1} and not lone.pooled
    assert lone.settings["without"] == ("reads", "ingredients")


def test_the_ways_of_selecting_are_those_that_are_installed() -> None:
    names = [arm.name for arm in arms_of("selection", tasks=2, budget=5, per_task=5)]

    assert names[0] == "selection/newest" and "selection/random" in names
    assert ("selection/map-elites" in names) == (find_spec("ribs") is not None)


def test_arms_are_chosen_by_patterns_and_an_unknown_one_is_told_with_those_there_are() -> None:
    arms = arms_of("emergence", tasks=2, budget=5, per_task=5)

    assert [arm.name for arm in chosen(arms, ["population", "without/*"])][:2] == ["population", "without/reads"]
    assert chosen(arms, []) == arms
    with pytest.raises(ConfigurationError, match=r"no arm 'alone/\*'; there are population, "):
        chosen(arms, ["alone/*"])


@pytest.mark.parametrize("wrong", [{"budget": 0}, {"budget": 10**7}, {"per_task": 0}])
def test_a_budget_out_of_range_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(wrong))):
        arms_of("emergence", tasks=1, budget=wrong.get("budget", 5), per_task=wrong.get("per_task", 5))
