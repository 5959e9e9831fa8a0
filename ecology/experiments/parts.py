"""The pieces of what an experiment found, as plain frozen values.

Promises: each says what its figures are of. Does not promise: a verdict. Whether a claim holds is for the reader, who
has the intervals and the tests.
"""

from __future__ import annotations

from dataclasses import dataclass

from .statistics import Interval

SEALED = "sealed_correct"
MEASURES = ("solved", SEALED)


@dataclass(frozen=True, slots=True)
class SeedResult:
    """One arm with one seed: the ids of the tasks `solved` and those `sealed_correct` as well.

    `cpu_s` is None where it is not known; the union of isolated specialists has no `database` and no `history_hash`.
    """

    seed: int
    database: str
    solved: tuple[str, ...]
    sealed_correct: tuple[str, ...]
    candidates: int
    turns: int
    cpu_s: float | None
    ending: str
    history_hash: str


@dataclass(frozen=True, slots=True)
class ArmResult:
    """One arm: tasks solved and sealed-correct on average over seeds, with 95 % intervals over tasks and seeds.

    `candidates` and `cpu_s` are means over seeds, `first_plausible` is the median of candidates up to a tool's first
    plausible rewrite, over all tools and seeds that had one.
    """

    name: str
    solved: float
    solved_interval: Interval
    sealed_correct: float
    sealed_correct_interval: Interval
    candidates: float
    cpu_s: float | None
    first_plausible: float | None
    seeds: tuple[SeedResult, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """The reference arm beside another, by one measure (`solved` or `sealed_correct`).

    `only_reference` and `only_other` count the tasks of which one arm got the measure in most seeds and the other did
    not, `p` is McNemar's for those, `p_by_seed` for each seed alone; `ratio` is None where the other got nothing. The
    two medians of candidates to the first plausible rewrite are over the `shared` pairs of task and seed that both
    solved.
    """

    other: str
    measure: str
    difference: float
    interval: Interval
    ratio: float | None
    only_reference: int
    only_other: int
    p: float
    p_by_seed: tuple[float, ...]
    shared: int
    first_plausible: tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class Gain:
    """The emergence gain G in shares of the tasks sealed-correct: `population` less the better of the other two."""

    value: float
    interval: Interval
    population: float
    best_single: float
    best_single_name: str
    union: float


@dataclass(frozen=True, slots=True)
class Critique:
    """What choosing among plausible rewrites was worth to one arm, on average over seeds.

    Of `tasks` with a plausible rewrite, so many were sealed-correct by the `first` one, by the head that was
    `admitted`, and by a `perfect` choice; `share` is what was won of what could be, None where nothing could.
    """

    arm: str
    tasks: float
    first: float
    admitted: float
    perfect: float
    share: float | None


@dataclass(frozen=True, slots=True)
class Synergy:
    """Tasks sealed-correct by the population and by no lone specialist of thirteen times its budget in any seed.

    `most`: in most seeds of the population, `every`: in each; `share` is that of `most` among all tasks, `p` McNemar's
    against what any lone specialist got in any seed.
    """

    most: tuple[str, ...]
    every: tuple[str, ...]
    share: float
    p: float
