"""Claims about the founders and how agents introduce themselves."""

from __future__ import annotations

import pytest

from agents import FAMILIES, Genome, founders, introduce
from agents.species import mind_of
from storage import ConfigurationError


def test_every_family_has_a_founding_specialist_and_the_others_come_as_asked() -> None:
    niches = [genome.niche for genome in founders(critics=2, breeders=1)]

    assert niches == [*(f"specialist/{family}" for family in FAMILIES), "critic", "critic", "breeder"]


def test_the_founders_are_always_the_same() -> None:
    assert founders(critics=3, breeders=2) == founders(critics=3, breeders=2)


@pytest.mark.parametrize("genome", founders(critics=1, breeders=1), ids=lambda genome: genome.niche)
def test_every_founder_introduces_itself_and_says_that_it_calls_no_model(genome: Genome) -> None:
    words = introduce(genome)

    assert "calls no model" in words and genome.family in words and "$" not in words


@pytest.mark.parametrize("genome", founders(critics=1, breeders=1), ids=lambda genome: genome.niche)
def test_every_founder_has_a_mind(genome: Genome) -> None:
    assert mind_of(genome.species) is mind_of(genome.species)


def test_an_unknown_species_is_named() -> None:
    with pytest.raises(ConfigurationError, match="no species 'poet'; there are specialist, critic, breeder"):
        mind_of("poet")
