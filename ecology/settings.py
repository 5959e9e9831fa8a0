"""What a run is told before it starts: `Settings` decide its history, `Resources` only how fast it gets there.

Promises: the same settings and tasks (and, where a model thinks, its replies) give the same history, whatever the
resources. Does not promise: that a setting is wise.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agents import Genome, Manner
from governance import TIERS
from storage import ConfigurationError

from .conditions import Conditions, Switch
from .selection import strategy_of

SandboxChoice = Literal["auto", "namespaces", "zygote", "monty", "bubblewrap", "rlimit"]

OFFLINE_WINDOW = 8
MODEL_WINDOW = 64
_LONGEST_S = 7 * 86_400


class Settings(BaseModel):
    """Everything that shapes history; kept in the run's row.

    `window` is how many turns are in flight at most: turn i sees the world as of the commit of turn i - window.
    `model` names what those agents think with that no niche of the `population` (agents by niche) binds to another;
    with `bandit` a turn's model is chosen by what each has brought for its cost, else drawn by weight. `temperature`,
    `max_tokens` and `prompt_tokens` are the manner in which models are spoken to. `charter` is the TOML text by which
    the rules differ from those that ship, `shadow` that of a charter judged beside it, None for no such charter.
    Searches end after `candidates` in all and `candidates_per_task` on one tool (0: no such limit), those that critics
    ran counted in; reviews of what waits by then still take place. `without` is what the
    population must do without, `selection` how versions to work from are weighed; after the first rewrite that solves a
    tool, `deliberation` times as many candidates more are tried before critics choose. `price_fall` is by how much less
    an improvement of a kind of tool brings when all others of that kind are solved. `heirs` are genomes that found the
    population in the place of newborn ones of their niches. Half-lives are in turns, energies in the ledger's own unit;
    `patience` is how many turns in vain on one tool call for a child, `idleness` after how many turns without one an
    agent retires (0: never). `royalty` is what the author of a version earns when another's tool comes to require it
    (0: nothing), `redundant_share` the part of an improvement's reward for a tool that answers as a solved one does and
    does not require it (1: all of it).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = Field(default=0, ge=-(2**63), lt=2**63)
    window: int = Field(default=OFFLINE_WINDOW, ge=1, le=4096)
    model: str = "offline"
    bandit: bool = False
    population: dict[str, int] = Field(default_factory=dict)
    temperature: float = Manner().temperature
    max_tokens: int = Manner().max_tokens
    prompt_tokens: int = Manner().prompt_tokens
    charter: str = ""
    shadow: str | None = None
    start_energy: float = Field(default=100.0, gt=0)
    turn_cost: float = Field(default=0.05, ge=0)
    candidate_cost: float = Field(default=0.004, ge=0)
    improvement_reward: float = Field(default=40.0, ge=0)
    critique_reward: float = Field(default=4.0, ge=0)
    royalty: float = Field(default=4.0, ge=0)
    redundant_share: float = Field(default=0.5, ge=0, le=1)
    open_half_life: float = Field(default=400.0, gt=0)
    patience: int = Field(default=120, ge=1)
    idleness: int = Field(default=0, ge=0)
    candidates: int = Field(default=0, ge=0, le=1_000_000_000)
    candidates_per_task: int = Field(default=0, ge=0, le=10_000_000)
    without: tuple[Switch, ...] = ()
    selection: str = "newest"
    deliberation: float = Field(default=0.5, ge=0, le=100)
    price_fall: float = Field(default=0.5, ge=0, le=1)
    heirs: tuple[Genome, ...] = ()

    @classmethod
    def checked(cls, **values: Any) -> Self:
        """Return settings made of these values.

        Raises: ConfigurationError: a value is out of its range or a name is unknown; the sentence names it.
        """
        try:
            settings = cls(**values)
            settings.manner  # noqa: B018 - made once here so that its ranges are checked
            settings.conditions  # noqa: B018 - likewise for the name of the selection
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            raise ConfigurationError(f"setting {place!r} is {first['input']!r}: {first['msg'].lower()}") from None
        return settings

    @property
    def conditions(self) -> Conditions:
        """What agents may see and try."""
        return Conditions(
            candidates=self.candidates_per_task,
            in_all=self.candidates,
            without=frozenset(self.without),
            deliberation=self.deliberation,
            price_fall=self.price_fall,
            selection=strategy_of(self.selection),
        )

    @property
    def manner(self) -> Manner:
        """How models are spoken to."""
        return Manner(temperature=self.temperature, max_tokens=self.max_tokens, prompt_tokens=self.prompt_tokens)


_NUMBERS: dict[str, tuple[type, ...]] = {
    "workers": (int,),
    "calls_at_once": (int,),
    "reply_s": (int, float),
    "mailbox_s": (int, float),
}
_PATHS = ("prices", "replay", "references", "signing_key")


@dataclass(frozen=True, slots=True)
class Resources:
    """What a run may use: worker processes, the sandbox tier, and how it reaches its models.

    `calls_at_once`: calls under way at one endpoint at most; `prices`: a TOML file of prices before our own;
    `replay`: a database whose journal answers in the models' place; `references`: a JSONL file of right sources,
    which only a `simulated` model is shown; `signing_key`: an Ed25519 key to sign the head file with; `reply_s`:
    seconds that a call may take; `mailbox_s`: those that a letter may wait.
    """

    workers: int = 2
    sandbox: SandboxChoice = "auto"
    calls_at_once: int = 64
    reply_s: float = 600.0
    mailbox_s: float = 3600.0
    prices: Path | None = None
    replay: Path | None = None
    references: Path | None = None
    signing_key: Path | None = None

    @classmethod
    def checked(cls, **values: Any) -> Self:
        """Return resources made of these values.

        Raises: ConfigurationError: a value is out of its range or a name is unknown; the sentence names it.
        """
        names = [each.name for each in fields(cls)]
        for name, value in values.items():
            if name not in names:
                raise ConfigurationError(f"no resource {name!r}; there are {', '.join(names)}")
            if name in _NUMBERS and (isinstance(value, bool) or not isinstance(value, _NUMBERS[name])):
                raise ConfigurationError(f"{name} is {value!r:.60}; it must be a number")
        paths = {name: Path(values[name]) for name in _PATHS if values.get(name) is not None}
        return cls(**{**values, **paths})

    def __post_init__(self) -> None:
        if not 1 <= self.workers <= 256:
            raise ConfigurationError(f"workers is {self.workers}; it must be 1 to 256")
        if self.sandbox not in ("auto", *TIERS):
            raise ConfigurationError(f"no sandbox tier {self.sandbox!r}; there are auto, {', '.join(TIERS)}")
        if not 1 <= self.calls_at_once <= 4096:
            raise ConfigurationError(f"calls_at_once is {self.calls_at_once}; it must be 1 to 4096")
        for name, seconds in (("reply_s", self.reply_s), ("mailbox_s", self.mailbox_s)):
            if not 0 < seconds <= _LONGEST_S:
                raise ConfigurationError(f"{name} is {seconds}; it must be above 0 and at most {_LONGEST_S} seconds")
