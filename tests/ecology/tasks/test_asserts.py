"""Asserts and doctest examples as cases."""

from __future__ import annotations

import ast

import pytest

from ecology.tasks.asserts import case_of_assert, examples_of
from storage import Case


def case_of(source: str) -> Case | None:
    *before, last = ast.parse(source).body
    assert isinstance(last, ast.Assert)
    return case_of_assert(last.test, "f", within=before)


@pytest.mark.parametrize(
    ("source", "args", "call", "expect"),
    [
        ("assert f(1, 'a') == [2]", "(1, 'a')", "", "[2]"),
        ("assert f([]) is True", "([],)", "", "True"),
        ("assert f() == -1", "()", "", "-1"),
        ("assert f(1)", "", "bool(f(1))", "True"),
        ("assert not f(1)", "", "bool(f(1))", "False"),
        ("assert f(a=1) == 2", "", "f(a=1)", "2"),
        ("assert sorted(f((1, 2))) == [1, 2]", "", "sorted(f((1, 2)))", "[1, 2]"),
        ("assert tuple(f(1)) == tuple([1, 2])", "", "tuple(f(1))", "(1, 2)"),
        ("assert abs(f(1.33) - 0.33) < 1e-6", "(1.33,)", "", "0.33"),
        ("assert f(1) == float('inf')", "(1,)", "", "1e309"),
        ("assert f(float('-inf')) == 0", "(-1e309,)", "", "0"),
    ],
)
def test_a_plain_assert_is_a_case(source: str, args: str, call: str, expect: str) -> None:
    assert case_of(source) == Case(ring="sealed", args=args, call=call, expect=expect)


@pytest.mark.parametrize(
    "source",
    [
        "assert True",
        "assert g(1) == 2",
        "assert f(1) == g(1)",
        "assert f(1) == f(2)",
        "assert f(1) != 2",
        "assert f(1) < 2",
        "assert abs(f(1) - 2) < 0.5",
        "assert 1 < f(1) < 2",
        "assert f(1) == float('nan')",
        "assert f(unknown) == 2",
    ],
)
def test_what_is_no_input_with_a_literal_expectation_is_no_case(source: str) -> None:
    assert case_of(source) is None


def test_the_statements_before_an_assert_become_its_setup() -> None:
    case = case_of("a = Node(1)\nb = Node(2, a)\nassert f(b) == 2")

    assert case == Case(ring="sealed", setup="a = Node(1)\nb = Node(2, a)", call="f(b)", expect="2")


def test_a_call_assigned_just_before_is_put_in_the_place_of_its_name() -> None:
    assert case_of("found = f([1, 2])\nassert found == 2") == Case(ring="sealed", args="([1, 2],)", expect="2")
    assert case_of("found = f([1])\nassert not found") == Case(ring="sealed", call="bool(f([1]))", expect="False")


def test_one_line_doctest_examples_of_the_tool_are_cases() -> None:
    text = """
    >>> f(1, 2)
    3
    >>> sorted(f(2))
    [1, 2]
    >>> g(1)
    2
    >>> f(unknown)
    3
    >>> f(4)
    >>> f(5)
    five
    """

    assert list(examples_of(text, "f")) == [
        Case(ring="sealed", args="(1, 2)", expect="3"),
        Case(ring="sealed", call="sorted(f(2))", expect="[1, 2]"),
    ]
