"""Who is there at the beginning: one specialist for each family of edits, some critics, some breeders.

Promises: the same founders in the same order every time. Does not promise: that they are enough; breeders see to that.
"""

from __future__ import annotations

from prompts import load_prompt

from .genome import Genome
from .mutation import FAMILIES, describe


def founders(*, critics: int, breeders: int) -> tuple[Genome, ...]:
    """Return the founding genomes of an offline population."""
    specialists = [Genome(species="specialist", family=family) for family in FAMILIES]
    others = [
        Genome(species=species) for species, count in (("critic", critics), ("breeder", breeders)) for _ in range(count)
    ]
    return (*specialists, *others)


def introduce(genome: Genome) -> str:
    """Return what an agent of this genome is and does, in its species' own words."""
    values = {
        "specialist": {"family": genome.family, "does": describe(genome.family) if genome.family else ""},
        "critic": {"probes": str(genome.probes)},
        "breeder": {},
    }
    return load_prompt(genome.species).fill(**values[genome.species])
