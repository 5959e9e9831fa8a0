"""What a run is told before it starts: `Settings` decide its history, `Resources` only how fast it gets there.

Promises: the same settings and tasks give the same history, whatever the resources.
Does not promise: that a setting is wise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from storage import ConfigurationError

SandboxChoice = Literal["auto", "namespaces", "zygote", "rlimit"]


class Settings(BaseModel):
    """Everything that shapes history; kept in the run's row.

    `window` is how many turns are in flight at most: turn i sees the world as of the commit of turn i - window.
    `charter` is the TOML text by which the rules differ from those that ship. Half-lives are in turns, energies in the
    ledger's own unit; `patience` is how many turns in vain on one tool call for a child.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = Field(default=0, ge=-(2**63), lt=2**63)
    window: int = Field(default=8, ge=1, le=4096)
    model: str = "offline"
    charter: str = ""
    critics: int = Field(default=3, ge=1, le=64)
    breeders: int = Field(default=1, ge=0, le=16)
    start_energy: float = Field(default=100.0, gt=0)
    turn_cost: float = Field(default=0.2, ge=0)
    candidate_cost: float = Field(default=0.01, ge=0)
    improvement_reward: float = Field(default=40.0, ge=0)
    critique_reward: float = Field(default=4.0, ge=0)
    open_half_life: float = Field(default=400.0, gt=0)
    patience: int = Field(default=120, ge=1)

    @classmethod
    def checked(cls, **values: Any) -> Self:
        """Return settings made of these values.

        Raises: ConfigurationError: a value is out of its range or a name is unknown; the sentence names it.
        """
        try:
            return cls(**values)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            raise ConfigurationError(f"setting {place!r} is {first['input']!r}: {first['msg'].lower()}") from None


@dataclass(frozen=True, slots=True)
class Resources:
    """What a run may use of this machine: worker processes and the sandbox tier."""

    workers: int = 2
    sandbox: SandboxChoice = "auto"

    def __post_init__(self) -> None:
        if not 1 <= self.workers <= 256:
            raise ConfigurationError(f"workers is {self.workers}; it must be 1 to 256")
        if self.sandbox not in ("auto", "namespaces", "zygote", "rlimit"):
            raise ConfigurationError(f"no sandbox tier {self.sandbox!r}; there are auto, namespaces, zygote, rlimit")
