"""What an agent inherits: its species, the edit family it owns, and a few dispositions.

Promises: a frozen value, the same on every machine; `vary` draws only from the generator it is given.
Does not promise: that a disposition helps. What helps is found out by what gets admitted.
"""

from __future__ import annotations

from random import Random
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

_BOUNDS: dict[str, tuple[float, float]] = {
    "batch": (8, 256),
    "boldness": (1, 8),
    "restlessness": (0.0, 4.0),
    "probes": (4, 128),
    "reflections": (0, 4),
}
_OFFLINE = ("batch", "boldness", "restlessness", "probes")
_WITH_MODEL = ("boldness", "restlessness", "probes", "reflections")


class Genome(BaseModel):
    """The heritable part of an agent.

    `family` is the family of edit operators a specialist owns, empty for other species; `model` is what it thinks
    with, empty where it calls none. `batch` is how many variants it tries in one turn, `boldness` how many proposals
    it makes in one at most, `restlessness` how much less it bids on a tool for each turn already spent there, `probes`
    how many inputs a critic generates, `reflections` how often a mind with a model may answer to what came of its
    words.
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
        return self.model_copy(update={"species": species, "family": family, "model": model})

    def vary(self, rng: Random) -> Self:
        """Return a child's genome: one disposition, drawn at random, is changed by a step up or down."""
        gene = rng.choice(_WITH_MODEL if self.model else _OFFLINE)
        low, high = _BOUNDS[gene]
        factor = rng.choice([0.5, 2.0])
        # Doubling leaves nothing where it is nothing.
        value = min(max((getattr(self, gene) or 0.5) * factor, low), high)
        return self.model_copy(update={gene: value if gene == "restlessness" else round(value)})
