"""How cases without rings are dealt, and how a hidden failure is shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecology.tasks import reveal
from ecology.tasks.rings import deal
from storage import Case, Ring, Task


def cases_of(count: int) -> list[Case]:
    return [Case(ring="sealed", args=f"({number},)", expect=str(number)) for number in range(count)]


def sizes(cases: tuple[Case, ...]) -> tuple[int, int, int]:
    rings = [case.ring for case in cases]
    return rings.count("visible"), rings.count("gate"), rings.count("sealed")


@pytest.mark.parametrize(
    ("count", "dealt"),
    [
        (2, (1, 1, 0)),
        (3, (2, 1, 0)),
        (5, (2, 2, 1)),
        (10, (2, 4, 4)),
        (50, (10, 20, 20)),
        (500, (12, 24, 100)),
    ],
)
def test_a_fifth_is_visible_and_two_fifths_are_gate(count: int, dealt: tuple[int, int, int]) -> None:
    assert sizes(deal("t", cases_of(count))) == dealt


@given(order=st.permutations(cases_of(12)))
def test_the_deal_does_not_depend_on_the_order_of_the_cases(order: list[Case]) -> None:
    assert deal("t", order) == deal("t", cases_of(12))


def test_the_deal_depends_on_the_name_of_the_task() -> None:
    assert deal("one", cases_of(12)) != deal("two", cases_of(12))


@given(count=st.integers(2, 200), shown=st.integers(0, 200))
def test_something_is_always_visible_and_something_kept_back(count: int, shown: int) -> None:
    examples = {(f"({number},)", "", "") for number in range(shown)}

    visible, gate, sealed = sizes(deal("t", cases_of(count), examples=examples))

    assert visible >= 1
    assert gate >= 1
    assert visible + gate + sealed <= count


def test_examples_are_visible() -> None:
    examples = {("(3,)", "", ""), ("(7,)", "", ""), ("(9,)", "", "")}

    dealt = deal("t", cases_of(10), examples=examples)

    assert {case.args for case in dealt if case.ring == "visible"} == {"(3,)", "(7,)", "(9,)"}


def test_of_two_cases_with_one_input_the_first_counts() -> None:
    twice = [*cases_of(3), Case(ring="sealed", args="(1,)", expect="99")]

    assert sorted(case.expect for case in deal("t", twice)) == ["0", "1", "2"]


@pytest.mark.parametrize("count", [0, 1])
def test_too_few_cases_cannot_be_dealt(count: int) -> None:
    with pytest.raises(ValueError, match=f"only {count} of its cases can be read as data; 2 are needed"):
        deal("t", cases_of(count) * 2)


def task_of(*rings: Ring) -> Task:
    cases = tuple(Case(ring=ring, args=f"({at},)", expect="0") for at, ring in enumerate(rings))
    return Task(name="t", entry_point="f", code="def f(a): return 0", cases=cases)


def test_a_hidden_failure_changes_places_with_the_last_visible_case() -> None:
    task = reveal(task_of("visible", "visible", "gate", "gate", "sealed"), [True, True, True, False, False])

    assert [case.args for case in task.ring("visible")] == ["(0,)", "(3,)"]
    assert [case.args for case in task.ring("gate")] == ["(2,)", "(1,)"]


def test_a_gate_failure_is_shown_rather_than_a_sealed_one() -> None:
    task = reveal(task_of("visible", "sealed", "gate"), [True, False, False])

    assert [case.args for case in task.ring("visible")] == ["(2,)"]


@pytest.mark.parametrize("passed", [[True, True, True], [False, True, False]])
def test_a_task_that_fails_nothing_or_fails_visibly_stays_as_it_is(passed: list[bool]) -> None:
    task = task_of("visible", "gate", "sealed")

    assert reveal(task, passed) == task
