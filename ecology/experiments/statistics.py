"""The few statistics of an experiment: means over seeds, bootstrap intervals over tasks and seeds, McNemar's test.

Promises: exact where it says so; the same numbers from the same generator. Does not promise: power. With few tasks an
interval is wide, and a test finds nothing.
Source: Efron and Tibshirani, 1993, "An introduction to the bootstrap", chapter 13 (percentile intervals); McNemar,
1947, "Note on the sampling error of the difference between correlated proportions" (here with the exact binomial tail).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil, comb
from random import Random
from statistics import median

# Whether each task (inner) came out well with each seed (outer).
Marks = Sequence[Sequence[bool]]
Interval = tuple[float, float]
Statistic = Callable[[Sequence[int], Sequence[int]], float]

_SHARE = 0.95


def mcnemar(only_one: int, only_other: int) -> float:
    """Return the two-sided exact p that as many pairs differ each way, of those in which only one came out well."""
    differ = only_one + only_other
    tail = sum(comb(differ, count) for count in range(min(only_one, only_other) + 1))
    return min(1.0, float(2 * tail / 2**differ))


def mean(marks: Marks, tasks: Sequence[int], seeds: Sequence[int]) -> float:
    """Return how many of these tasks came out well, on average over these seeds; either may name one several times."""
    return sum(marks[seed][task] for seed in seeds for task in tasks) / len(seeds)


def interval(statistic: Statistic, *, tasks: int, seeds: int, rng: Random, times: int = 1_000) -> Interval:
    """Return the 95 % interval of a statistic of tasks and seeds, both drawn anew, with replacement, so many times."""
    found = sorted(
        statistic(rng.choices(range(tasks), k=tasks), rng.choices(range(seeds), k=seeds)) for _ in range(times)
    )
    outside = (1 - _SHARE) / 2
    return found[int(outside * times)], found[ceil((1 - outside) * times) - 1]


def by_majority(marks: Marks) -> list[bool]:
    """Return, for each task, whether it came out well with more than half of the seeds."""
    return [2 * sum(seeds) > len(seeds) for seeds in zip(*marks, strict=True)]


def discordant(one: Sequence[bool], other: Sequence[bool]) -> tuple[int, int]:
    """Return how many tasks came out well only in the one, and how many only in the other."""
    pairs = list(zip(one, other, strict=True))
    return sum(mine and not theirs for mine, theirs in pairs), sum(theirs and not mine for mine, theirs in pairs)


def middle(values: Sequence[float]) -> float | None:
    """Return the median, None of nothing."""
    return median(values) if values else None
