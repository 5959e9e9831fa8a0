"""What an agent inherits: its species, the edit family it owns, and a few dispositions.

Promises: a frozen value, the same on every machine; `vary` draws only from the generator it is given.
Does not promise: that a disposition helps. What helps is found out by what gets admitted.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

_BOUNDS: dict[str, tuple[float, float]] = {
    "batch": (8, 256),
    "boldness": (1, 8),
    "restlessness": (0.0, 4.0),
    "probes": (4, 128),
    "reflections": (0, 4),
}
_LEAST_FACTOR, _MOST_FACTOR, _MOST_LORE = 0.1, 10.0, 200
_OFFLINE = ("batch", "boldness", "restlessness", "probes")
_WITH_MODEL = ("boldness", "restlessness", "probes", "reflections")


Factor = Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]


class Genome(BaseModel):
    """The heritable part of an agent.

    `family` is the family of edit operators a specialist owns, empty for other species; `model` is what it thinks
    with, empty where it calls none. `batch` is how many variants it tries in one turn, `boldness` how many proposals
    it makes in one at most, `restlessness` how much less it bids on a tool for each turn already spent there, `probes`
    how many inputs a critic generates, `reflections` how often a mind with a model may answer to what came of its
    words. `lore` is what a specialist's forebears learnt of edits: by how much more often than usual a kind of edit
    (`guard/early`), its family, or its family on tools of a feature (`guard@takes:list`) proved right.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    species: str
    family: str = ""
    model: str = ""
    batch: int = Field(default=64, ge=8, le=256)
    boldness: int = Field(default=3, ge=1, le=8)
    restlessness: float = Field(default=0.5, ge=0.0, le=4.0)
    probes: int = Field(default=24, ge=4, le=128)
    reflections: int = Field(default=1, ge=0, le=4)
    lore: tuple[tuple[str, Factor], ...] = Field(default=(), max_length=200)

    @property
    def niche(self) -> str:
        """What the agent is for and with what it thinks: `specialist/guard`, `critic`, `mender@gpt-5-mini`."""
        own = f"{self.species}/{self.family}" if self.family else self.species
        return f"{own}@{self.model}" if self.model else own

    @property
    def is_offline(self) -> bool:
        """Whether it thinks without a language model, with a mind that ships for that."""
        return not self.model and self.species in ("specialist", "linker", "critic", "breeder")

    def moved(self, niche: str) -> Self:
        """Return this genome with the species, family and model of a niche."""
        own, _, model = niche.partition("@")
        species, _, family = own.partition("/")
        # What was learnt of one family's edits says nothing of another's.
        lore = self.lore if family == self.family else ()
        return self.model_copy(update={"species": species, "family": family, "model": model, "lore": lore})

    def taught(self, learnt: Mapping[str, float]) -> Self:
        """Return this genome with what its bearer has learnt laid over what it was born with."""
        known = dict(self.lore)
        for key, factor in learnt.items():
            known[key] = round(min(max(known.get(key, 1.0) * factor, _LEAST_FACTOR), _MOST_FACTOR), 3)
        return self.model_copy(update={"lore": tuple(sorted(known.items()))[:_MOST_LORE]})

    def vary(self, rng: Random) -> Self:
        """Return a child's genome: one disposition, drawn at random, is changed by a step up or down."""
        gene = rng.choice(_WITH_MODEL if self.model else _OFFLINE)
        low, high = _BOUNDS[gene]
        factor = rng.choice([0.5, 2.0])
        # Doubling leaves nothing where it is nothing.
        value = min(max((getattr(self, gene) or 0.5) * factor, low), high)
        varied = self.model_copy(update={gene: value if gene == "restlessness" else round(value)})
        if not self.lore:
            return varied
        # A child trusts one thing that it was told more, or less, than its parent.
        place, drift = rng.randrange(len(self.lore)), rng.choice([0.8, 1.25])
        key, known = self.lore[place]
        drifted = (key, round(min(max(known * drift, _LEAST_FACTOR), _MOST_FACTOR), 3))
        return varied.model_copy(update={"lore": (*self.lore[:place], drifted, *self.lore[place + 1 :])})
