"""Claims about the founders and how agents introduce themselves."""

from __future__ import annotations

from typing import Any

import pytest

from agents import FAMILIES, Genome, bound, founders, introduce, usual_population
from agents.species import mind_of, thinking_mind_of
from storage import ConfigurationError


def test_every_family_has_a_founding_specialist_and_the_others_come_as_asked() -> None:
    niches = [genome.niche for genome in founders({"specialist": 1, "critic": 2, "breeder": 1})]

    assert niches == ["breeder", "critic", "critic", *(f"specialist/{family}" for family in FAMILIES)]


def test_the_founders_are_always_the_same() -> None:
    population = usual_population("gpt-5-mini")

    assert founders(population) == founders(dict(reversed(population.items())))


@pytest.mark.parametrize("genome", founders(usual_population("offline")), ids=lambda genome: genome.niche)
def test_every_founder_introduces_itself_and_says_that_it_calls_no_model(genome: Genome) -> None:
    words = introduce(genome)

    assert "calls no model" in words and genome.family in words and "$" not in words


@pytest.mark.parametrize("genome", founders(usual_population("offline")), ids=lambda genome: genome.niche)
def test_every_founder_has_a_mind(genome: Genome) -> None:
    assert mind_of(genome.species) is mind_of(genome.species)


def test_an_unknown_species_is_named() -> None:
    with pytest.raises(
        ConfigurationError, match="no mind for the species 'poet'; there are specialist, linker, critic, breeder"
    ):
        mind_of("poet")


@pytest.mark.parametrize("genome", founders(usual_population("gpt-5-mini")), ids=lambda genome: genome.niche)
def test_whoever_thinks_with_a_model_has_a_mind_and_says_which_model_it_is(genome: Genome) -> None:
    if genome.is_offline:
        assert mind_of(genome.species)
    else:
        assert thinking_mind_of(genome.species) and "gpt-5-mini" in introduce(genome)


def test_a_species_that_needs_a_model_takes_the_population_s_and_others_only_a_named_one() -> None:
    assert bound({"mender": 2, "critic": 1, "critic@a/b": 1}, model="gpt-5") == {
        "mender@gpt-5": 2, "critic": 1, "critic@a/b": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("population", "said"),
    [
        ({"mender": 1}, "a mender thinks with a language model"),
        ({"poet": 1}, "no species 'poet'"),
        ({"specialist/poetry": 1}, "no niche 'specialist/poetry'"),
        ({"specialist@gpt-5": 1}, "a specialist thinks with no model"),
        ({"critic": -1}, "it must be a number from 0 to 10000"),
        ({"critic": 1_000_000}, "'critic' is 1000000"),
        ({"critic": "2"}, "'critic' is '2'"),
        ({"critic": 0}, "the population is empty"),
    ],
)
def test_a_population_that_cannot_be_is_refused_with_its_reason(population: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        bound(population, model="offline")
