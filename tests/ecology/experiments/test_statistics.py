"""The statistics of an experiment, beside values known by hand, counted out, and from scipy where it is installed."""

from __future__ import annotations

from functools import partial
from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecology.experiments.statistics import by_majority, discordant, interval, mcnemar, mean, middle

tables = st.integers(1, 6).flatmap(
    lambda width: st.lists(st.lists(st.booleans(), min_size=width, max_size=width), min_size=1, max_size=5)
)


@pytest.mark.parametrize(
    ("ours", "theirs", "p"),
    [(0, 0, 1.0), (1, 0, 1.0), (5, 0, 0.0625), (6, 0, 0.03125), (8, 1, 20 / 512), (10, 2, 158 / 4096), (3, 3, 1.0)],
)
def test_mcnemar_gives_the_values_worked_out_by_hand(ours: int, theirs: int, p: float) -> None:
    assert mcnemar(ours, theirs) == pytest.approx(p) == mcnemar(theirs, ours)


@given(ours=st.integers(0, 6), theirs=st.integers(0, 6))
def test_mcnemar_is_the_share_of_all_ways_to_fall_that_are_as_uneven(ours: int, theirs: int) -> None:
    ways = list(product((0, 1), repeat=ours + theirs))
    as_uneven = [way for way in ways if min(sum(way), len(way) - sum(way)) <= min(ours, theirs)]

    assert mcnemar(ours, theirs) == pytest.approx(len(as_uneven) / len(ways))


def test_mcnemar_agrees_with_the_binomial_test_of_scipy() -> None:
    stats = pytest.importorskip("scipy.stats")

    for ours, theirs in product(range(13), range(13)):
        expected = stats.binomtest(ours, ours + theirs).pvalue if ours + theirs else 1.0
        assert mcnemar(ours, theirs) == pytest.approx(expected)


@settings(deadline=None)
@given(marks=tables)
def test_a_mean_is_what_counting_gives_and_lies_in_its_interval(marks: list[list[bool]]) -> None:
    tasks, seeds = range(len(marks[0])), range(len(marks))
    value = mean(marks, tasks, seeds)

    low, high = interval(partial(mean, marks), tasks=len(tasks), seeds=len(seeds), rng=Random(0), times=200)

    assert value == pytest.approx(sum(map(sum, marks)) / len(marks))
    assert 0 <= low <= high <= len(tasks)
    assert (low, high) == interval(partial(mean, marks), tasks=len(tasks), seeds=len(seeds), rng=Random(0), times=200)
    if all(all(row) for row in marks):
        assert low == high == len(tasks)


def test_an_interval_of_many_tasks_is_as_wide_as_the_normal_one() -> None:
    marks = [[place % 2 == 0 for place in range(400)]]

    low, high = interval(partial(mean, marks), tasks=400, seeds=1, rng=Random(1), times=2_000)

    # 200 of 400, with a standard error of 10.
    assert low == pytest.approx(200 - 19.6, abs=2.5) and high == pytest.approx(200 + 19.6, abs=2.5)


def test_seeds_that_differ_widen_an_interval_that_tasks_alone_would_leave_narrow() -> None:
    marks = [[True] * 20, [False] * 20]

    low, high = interval(partial(mean, marks), tasks=20, seeds=2, rng=Random(1))

    assert (low, high) == (0, 20)


@given(marks=tables)
def test_a_majority_is_more_than_half_and_pairs_are_counted_each_way(marks: list[list[bool]]) -> None:
    most = by_majority(marks)
    other = [not mark for mark in marks[0]]

    only, lost = discordant(marks[0], other)

    assert most == [sum(row[task] for row in marks) > len(marks) / 2 for task in range(len(marks[0]))]
    assert (only, lost) == (sum(marks[0]), len(other) - sum(marks[0]))
    assert discordant(marks[0], marks[0]) == (0, 0)


def test_the_middle_of_nothing_is_unknown() -> None:
    assert middle([]) is None and middle([3, 1, 2]) == 2
