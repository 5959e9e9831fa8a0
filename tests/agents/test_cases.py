"""Claims about how a case reads in a prompt, and about what is said of comparing."""

from __future__ import annotations

import dataclasses

import pytest

from agents.cases import call_text, case_text, equality
from governance import same
from storage import Case, Task

CASES = (Case("visible", "1", args="(0, 1, 9)"),)
TASK = Task("clamp", "clamp", "", CASES)
PLAIN = Case("visible", "True", call="bool(clamp(1, 2, 3) == set([2]))")


def test_what_a_case_runs_is_shown_as_statements_and_then_an_expression() -> None:
    case = Case("visible", "[2]", setup="if True:\n    a = clamp(2, 1, 3)\n\nb = [a]", call="b")

    assert case_text(TASK, case, 3, gave="[1]") == (
        "case 3\n    statements:\n        if True:\n            a = clamp(2, 1, 3)\n        b = [a]\n"
        "    expression: b\n    should give: [2]\n    gave: [1]"
    )


def test_a_case_that_compares_for_itself_is_shown_as_what_is_asked() -> None:
    assert case_text(TASK, PLAIN, 1) == "case 1\n    call: clamp(1, 2, 3)\n    should equal: {2}"


def test_a_very_long_line_is_cut_in_the_middle_under_one_mark() -> None:
    shown = case_text(TASK, Case("visible", "'b'", args=f"('{'a' * 5_000}',)"), 1)

    assert " [4249 characters left out] " in shown and "..." not in shown and len(shown) < 900


@pytest.mark.parametrize(
    ("args", "call"),
    [
        ("()", "f()"), ("(1,)", "f(1)"), ("((1, 2), 'a, b')", "f((1, 2), 'a, b')"), ("1, 2", "f(1, 2)"), ("3", "f(*3)"),
        ("(1", "f(*(1)"), (" ( [1] , {2: 3} ) ", "f([1], {2: 3})"),
    ],
)  # fmt: skip
def test_arguments_are_shown_as_a_call(args: str, call: str) -> None:
    assert call_text("f", args) == call


@pytest.mark.parametrize("compare", ["exact", "close"])
@pytest.mark.parametrize("lists", [False, True])
def test_what_is_said_of_comparing_is_how_results_are_compared(compare: str, lists: bool) -> None:
    task = dataclasses.replace(TASK, compare=compare, lists=lists)  # type: ignore[arg-type]
    said = equality(task, CASES)

    def alike(one: object, other: object) -> bool:
        return same([one], [other], compare=task.compare, lists=task.lists)

    assert said.startswith("A result must equal the expected value and be of the same type, nested values too: ")
    assert "`True` is not `1`" in said and not alike(True, 1)
    assert ("`1` is not `1.0`" in said) == (not alike(1, 1.0))
    assert ("an int may stand for a float" in said) == alike(1, 1.0)
    assert ("floats may differ by one millionth" in said) == alike(0.3, 0.1 + 0.2)
    assert ("a tuple is no list" in said) == (not alike((1,), [1]))
    assert ("tuples and lists are alike" in said) == alike((1,), [1]) == ("a returned generator" in said)


def test_where_a_case_compares_for_itself_it_is_said_what_decides() -> None:
    assert equality(TASK, [PLAIN]) == "A result must equal the expected value; Python's `==` decides."
    assert equality(TASK, [PLAIN, *CASES]).endswith('Where a case says "should equal", Python\'s `==` alone decides.')
    assert "should equal" not in equality(TASK, CASES) and "should equal" not in equality(TASK, [])
