"""Claims about what agents inherit."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from agents import FAMILIES, Genome

GENOMES = st.builds(
    Genome,
    species=st.sampled_from(["specialist", "critic", "breeder"]),
    family=st.sampled_from(["", *FAMILIES]),
    batch=st.integers(8, 256),
    boldness=st.integers(1, 8),
    restlessness=st.floats(0.0, 4.0),
    probes=st.integers(4, 128),
)


def test_a_niche_is_the_species_and_the_family_it_owns() -> None:
    assert Genome(species="specialist", family="guard").niche == "specialist/guard"
    assert Genome(species="critic").niche == "critic"


@given(genome=GENOMES, seed=st.integers())
def test_a_child_differs_from_its_parent_in_one_disposition_at_most_and_stays_within_bounds(
    genome: Genome, seed: int
) -> None:
    child = genome.vary(Random(seed))

    before, after = genome.model_dump(), child.model_dump()
    assert sum(before[name] != after[name] for name in before) <= 1
    assert child == Genome.model_validate(after) and child.niche == genome.niche


@given(genome=GENOMES, seed=st.integers())
def test_the_same_chance_gives_the_same_child(genome: Genome, seed: int) -> None:
    assert genome.vary(Random(seed)) == genome.vary(Random(seed))


@given(genome=GENOMES)
def test_a_genome_survives_the_database(genome: Genome) -> None:
    assert Genome.model_validate_json(genome.model_dump_json()) == genome


@pytest.mark.parametrize(
    "values", [{"batch": 7}, {"batch": 257}, {"boldness": 0}, {"restlessness": -0.1}, {"probes": 3}, {"courage": 1}]
)
def test_a_gene_out_of_its_range_or_unknown_is_refused(values: dict[str, int]) -> None:
    with pytest.raises(ValidationError, match=next(iter(values))):
        Genome.model_validate({"species": "critic", **values})


def test_a_genome_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Genome(species="critic").probes = 5
