"""What an agent inherits: its species, the edit family it owns, and a few dispositions.

Promises: a frozen value, the same on every machine; `vary` draws only from the generator it is given.
Does not promise: that a disposition helps. What helps is found out by what gets admitted.
"""

from __future__ import annotations

from random import Random
from typing import Self

from pydantic import BaseModel, ConfigDict, Field


class Genome(BaseModel):
    """The heritable part of an agent.

    `family` is the family of edit operators a specialist owns, empty for the other species. `batch` is how many
    variants it tries in one turn, `boldness` how many proposals it makes in one at most, `restlessness` how much
    less it bids on a tool for each turn already spent there, `probes` how many inputs a critic generates.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    species: str
    family: str = ""
    batch: int = Field(default=64, ge=8, le=256)
    boldness: int = Field(default=3, ge=1, le=8)
    restlessness: float = Field(default=0.5, ge=0.0, le=4.0)
    probes: int = Field(default=24, ge=4, le=128)

    @property
    def niche(self) -> str:
        """What the agent is for: its species, and its family where it owns one, as `specialist/guard`."""
        return f"{self.species}/{self.family}" if self.family else self.species

    def vary(self, rng: Random) -> Self:
        """Return a child's genome: one disposition, drawn at random, is changed by a step up or down."""
        gene = rng.choice(["batch", "boldness", "restlessness", "probes"])
        bounds: dict[str, tuple[float, float]] = {
            "batch": (8, 256),
            "boldness": (1, 8),
            "restlessness": (0.0, 4.0),
            "probes": (4, 128),
        }
        low, high = bounds[gene]
        factor = rng.choice([0.5, 2.0])
        value = min(max(getattr(self, gene) * factor, low), high)
        return self.model_copy(update={gene: value if gene == "restlessness" else round(value)})
