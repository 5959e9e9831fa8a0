"""Who is there at the beginning: how many agents of each niche, and the genomes they are born with.

Promises: the same founders in the same order every time; a niche that nobody could fill is refused with a sentence.
Does not promise: that they are enough; breeders see to that.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from prompts import load_prompt
from storage import ConfigurationError

from .genome import Genome
from .mutation import FAMILIES, describe
from .operators import OPERATORS, is_operator, purpose_of
from .view import Activity

# What an agent of a species is called upon for. A species that a user registers rewrites.
ACTIVITIES: Mapping[str, Activity] = {
    "specialist": "search",
    "toolsmith": "rewrite",
    "mender": "rewrite",
    "composer": "rewrite",
    "optimiser": "improve",
    "tester": "test",
    "linker": "link",
    "critic": "review",
    "breeder": "breed",
}
_DOES: Mapping[str, str] = {
    "toolsmith": "writes a failing tool anew from what it is for",
    "mender": "repairs the code of a failing tool",
    "composer": "builds a failing tool out of tools that work",
    "optimiser": "makes a tool that works cheaper or simpler, and proves it on generated inputs",
    "tester": "proposes cases that unrelated sources must agree on",
    "critic": "looks for an input on which a rewrite goes wrong; the sandbox decides whether it does",
    "breeder": "chooses parents and writes the genomes of their children",
}
# Those that can do without a language model.
OFFLINE_SPECIES = ("specialist", "linker", "critic", "breeder")
_OFFLINE = "offline"
_MOST = 10_000


def activity_of(species: str) -> Activity:
    """Return what agents of a species are called upon for."""
    return ACTIVITIES.get(species, "rewrite")


def usual_population(model: str) -> dict[str, int]:
    """Return how many agents of each niche a population has that thinks with this model, `offline` with none."""
    if model == _OFFLINE:
        return {"specialist": 1, "critic": 3, "breeder": 1}
    with_model = {"mender": 2, "toolsmith": 1, "optimiser": 1, "composer": 1, "tester": 1, "critic": 1, "breeder": 1}
    thinking = {f"{species}@{model}": count for species, count in with_model.items()}
    return {"specialist": 1, "operator": 1, "critic": 2, **thinking}


def bound(population: Mapping[str, int], *, model: str, registered: Collection[str] = ()) -> dict[str, int]:
    """Return the population with a model named in every niche that needs one.

    `specialist` stands for one agent of each family of edits, `operator` for one of each operator tool; `critic` and
    `breeder` think without a model unless one is named (`critic@gpt-5-mini`); the other species take `model`, and those
    `registered` may go without. Raises: ConfigurationError: a species, family or count that is none.
    """
    found: dict[str, int] = {}
    for niche, count in population.items():
        if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count <= _MOST:
            raise ConfigurationError(f"population {niche!r} is {count!r:.40}; it must be a number from 0 to {_MOST}")
        name = _bound(niche, model=model, registered=registered)
        found[name] = found.get(name, 0) + count
    if not any(found.values()):
        raise ConfigurationError("the population is empty; give at least one niche, such as specialist=1")
    return {niche: count for niche, count in found.items() if count}


def _bound(niche: str, *, model: str, registered: Collection[str]) -> str:
    species, family, named = niche_parts(niche)
    if species not in (*ACTIVITIES, *registered, "operator"):
        known = ", ".join((*ACTIVITIES, "operator", *registered))
        raise ConfigurationError(f"no species {species!r} in the population; there are {known}")
    if family and (species != "specialist" or family not in (*FAMILIES, *OPERATORS)):
        known = ", ".join((*FAMILIES, *OPERATORS))
        raise ConfigurationError(f"no niche {niche!r}; a specialist has a family of {known}")
    if named or species in (*OFFLINE_SPECIES, "operator"):
        if named and species in ("specialist", "linker", "operator"):
            told = "linker" if species == "linker" else "specialist"
            raise ConfigurationError(f"{niche!r}: a {told} thinks with no model; bind a mender or another species")
        return niche
    if model != _OFFLINE:
        return f"{niche}@{model}"
    if species in registered:
        return niche
    raise ConfigurationError(f"a {species} thinks with a language model; name one, as {species}@gpt-5-mini or by model")


def is_niche(genome: Genome) -> bool:
    """Whether an agent of this genome could live here: its species is known, and has the family and model it needs."""
    if genome.moved(genome.niche) != genome or genome.species not in ACTIVITIES:
        return False
    if genome.species == "linker":
        return not (genome.family or genome.model)
    if genome.species == "specialist":
        return genome.family in (*FAMILIES, *OPERATORS) and not genome.model
    return not genome.family and bool(genome.model or genome.species in OFFLINE_SPECIES)


def niche_parts(niche: str) -> tuple[str, str, str]:
    """Return the species, the family and the model of a niche, each empty where it has none."""
    own, _, model = niche.partition("@")
    species, _, family = own.partition("/")
    return species, family, model


def founders(population: Mapping[str, int]) -> tuple[Genome, ...]:
    """Return the founding genomes of a bound population, niche by niche."""
    found: list[Genome] = []
    # In one order, however the population was written down.
    for niche, count in sorted(population.items()):
        species, family, model = niche_parts(niche)
        if species == "specialist" and not family:
            own = [Genome(species=species, family=each) for each in FAMILIES]
        elif species == "operator":
            own = list(operator_founders())
        else:
            own = [Genome(species=species, family=family, model=model)]
        found += [genome for genome in own for _ in range(count)]
    return tuple(found)


def inherited(newborn: Sequence[Genome], heirs: Sequence[Genome]) -> tuple[Genome, ...]:
    """Return the founders, those whose niche has heirs taken from these, in their order, as long as there are any."""
    left: dict[str, list[Genome]] = {}
    for genome in heirs:
        left.setdefault(genome.niche, []).append(genome)
    return tuple(left[each.niche].pop(0) if left.get(each.niche) else each for each in newborn)


def operator_founders() -> tuple[Genome, ...]:
    """Return a specialist for each operator tool that ships."""
    return tuple(Genome(species="specialist", family=family) for family in OPERATORS)


def introduce(genome: Genome) -> str:
    """Return what an agent of this genome is and does, in its species' own words."""
    if not genome.is_offline:
        does = _DOES.get(genome.species, "has a mind that the user registered")
        return f"A {genome.species} {does}. It thinks with {genome.model or 'no model of ours'}."
    values = {
        "specialist": {"family": genome.family, "does": _purpose(genome.family)},
        "linker": {},
        "critic": {"probes": str(genome.probes)},
        "breeder": {},
    }
    return load_prompt(genome.species).fill(**values[genome.species])


def _purpose(family: str) -> str:
    if is_operator(family):
        return f"Its edits come from a tool that agents rewrite. {purpose_of(family)}"
    return describe(family) if family else ""
