"""Claims about fault localisation."""

from __future__ import annotations

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.mutation import suspicion

TRACES = st.lists(st.tuples(st.frozensets(st.integers(1, 9)), st.booleans()), max_size=8)


def test_a_line_that_only_failing_cases_ran_is_fully_suspicious() -> None:
    scores = suspicion([(frozenset({1, 2, 3}), False), (frozenset({1, 2}), True)])
    assert scores[3] == 1.0


def test_a_line_that_no_failing_case_ran_is_not_suspicious() -> None:
    assert suspicion([(frozenset({1}), False), (frozenset({1, 4}), True)])[4] == 0.0


def test_the_score_is_ochiais() -> None:
    scores = suspicion([(frozenset({1}), False), (frozenset({2}), False), (frozenset({1}), True)])
    assert scores[1] == pytest.approx(1 / sqrt(2 * (1 + 1)))


def test_without_failing_cases_nothing_is_suspicious() -> None:
    assert suspicion([(frozenset({1, 2}), True)]) == {1: 0.0, 2: 0.0}
    assert suspicion([]) == {}


@given(TRACES)
def test_scores_lie_between_zero_and_one_for_every_line_that_ran(traces: list[tuple[frozenset[int], bool]]) -> None:
    scores = suspicion(traces)
    assert set(scores) == {line for lines, _ in traces for line in lines}
    assert all(0.0 <= score <= 1.0 for score in scores.values())
