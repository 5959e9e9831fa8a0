"""The arms of an experiment: which populations live, with what budget, and without what.

Promises: the same tasks, budget and cap give the same arms; the shares of a budget add up to it.
Does not promise: that an arm uses its budget up. One that has nothing left to try ends before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from importlib.util import find_spec
from typing import Any, Literal

from agents import FAMILIES
from storage import ConfigurationError

from ..selection import STRATEGIES

Kind = Literal["emergence", "selection"]
KINDS: tuple[Kind, ...] = ("emergence", "selection")
POPULATION, UNION = "population", "union"
SINGLE, ISOLATED, STRICT = "single/", "isolated/", "strict/"
USUAL_SELECTION = "selection/newest"
# Each thing that the population can do without, tried one by one.
_ABLATED = ("reads", "critics", "signals", "ingredients", "learning")
# What makes the order of edits the same for all, whatever is learnt and however promising they look.
_UNIFORM = ("priors", "signals", "learning")
# What no lone specialist has: others to read, and their solved tools to take fragments from.
_LONE = ("reads", "ingredients")
# A lone specialist may spend so much energy for each candidate, which is more than the dearest turn takes.
_ENERGY, _ENERGY_A_CANDIDATE = 100.0, 0.25


@dataclass(frozen=True, slots=True)
class Arm:
    """One way to live: its settings beside the seed, and its population (None: the usual one).

    `pooled` are those with a whole population, whose critics have something to choose from.
    """

    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    population: Mapping[str, int] | None = None

    @property
    def pooled(self) -> bool:
        """Whether a whole population lives in it."""
        return self.population is None

    @property
    def turns(self) -> int:
        """The most turns to take: more than a budget of candidates leaves anything to do in."""
        return 2 * int(self.settings["candidates"]) + 1_000


def arms_of(kind: Kind, *, tasks: int, budget: int, per_task: int, strict: bool = False) -> tuple[Arm, ...]:
    """Return the arms of an experiment on so many tasks.

    Args: budget: candidates a task, pooled over all tasks; per_task: the most that one task may have of them; strict:
        only the population, and lone specialists with thirteen times its whole budget each.
    Raises: ConfigurationError: a budget is out of range.
    """
    if not 1 <= budget <= 1_000_000:
        raise ConfigurationError(f"budget is {budget}; give 1 to 1000000 candidates a task")
    if not 1 <= per_task <= 1_000_000:
        raise ConfigurationError(f"per_task is {per_task}; give 1 to 1000000 candidates")
    usual = {"candidates": budget * tasks, "candidates_per_task": per_task}
    if kind == "selection":
        return tuple(Arm(f"selection/{name}", {**usual, "selection": name}) for name in _selections())
    if strict:
        whole = {name: most * len(FAMILIES) for name, most in usual.items()}
        return (Arm(POPULATION, usual), *(_lone(STRICT, family, whole) for family in FAMILIES))
    return (*_ablations(usual), *_parts(usual))


def _ablations(usual: Mapping[str, int]) -> tuple[Arm, ...]:
    return (
        Arm(POPULATION, usual),
        *(Arm(f"without/{switch}", {**usual, "without": (switch,)}) for switch in _ABLATED),
        Arm("selection/random", {**usual, "selection": "random"}),
        Arm("uniform", {**usual, "without": _UNIFORM}),
    )


def _parts(usual: Mapping[str, int]) -> tuple[Arm, ...]:
    shares = shared_out(usual["candidates"], len(FAMILIES))
    return (
        *(_lone(SINGLE, family, usual) for family in FAMILIES),
        *(
            _lone(ISOLATED, family, {**usual, "candidates": share})
            for family, share in zip(FAMILIES, shares, strict=True)
            if share
        ),
    )


def _lone(kind: str, family: str, budget: Mapping[str, int]) -> Arm:
    """Return the arm of one specialist with critics and a breeder; neither hunger nor any other family ends it."""
    energy = _ENERGY + _ENERGY_A_CANDIDATE * budget["candidates"]
    population = {f"specialist/{family}": 1, "critic": 3, "breeder": 1}
    return Arm(f"{kind}{family}", {**budget, "without": _LONE, "start_energy": energy}, population)


def shared_out(whole: int, parts: int) -> tuple[int, ...]:
    """Return a whole in parts as equal as they can be, the larger ones first."""
    each, left = divmod(whole, parts)
    return tuple(each + (place < left) for place in range(parts))


def _selections() -> Sequence[str]:
    return [name for name in STRATEGIES if name != "map-elites" or find_spec("ribs")]


def chosen(arms: Sequence[Arm], patterns: Sequence[str]) -> tuple[Arm, ...]:
    """Return the arms that match one of the patterns (`single/*`), all where there are none.

    Raises: ConfigurationError: a pattern matches nothing.
    """
    for pattern in patterns:
        if not any(fnmatchcase(arm.name, pattern) for arm in arms):
            raise ConfigurationError(f"no arm {pattern!r}; there are {', '.join(arm.name for arm in arms)}")
    return tuple(arm for arm in arms if not patterns or any(fnmatchcase(arm.name, each) for each in patterns))
