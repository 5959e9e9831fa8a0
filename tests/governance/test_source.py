"""Every text gets an answer: a reading, or the reason why it cannot be read."""

from __future__ import annotations

import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance import Reading, Unreadable, read
from governance.source import builtins_reached, names_in

BOMBS = {
    "brackets": "(" * 20_000 + ")" * 20_000,
    "lists": "x = " + "[" * 150 + "]" * 150,
    "signs": "x = " + "-" * 60_000 + "1",
    "nots": "x = " + "not " * 40_000 + "1",
    "dots": "x" + ".y" * 60_000,
    "sums": "x = " + "1+" * 60_000 + "1",
    "calls": "x" + "()" * 60_000,
    "lambdas": "x = " + "lambda: " * 20_000 + "1",
    "blocks": "".join(" " * depth + "if x:\n" for depth in range(99)) + " " * 99 + "pass",
    "digits": "x = " + "9" * 100_000,
    "a null byte": "x = 1\0",
    "a lone surrogate": "x = '\ud800'",
    "too long": "x = 1\n" * 100_000,
    "f-strings": "x = " + "f'{" * 3 + "1" + "}'" * 3,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_text_made_to_break_parsers_gets_an_answer(name: str) -> None:
    assert isinstance(read(BOMBS[name]), Reading | Unreadable)


@given(st.text(max_size=200))
def test_no_text_raises(text: str) -> None:
    assert isinstance(read(text), Reading | Unreadable)


def test_a_syntax_error_is_named_with_its_line() -> None:
    problem = read("def f(:\n    pass")

    assert isinstance(problem, Unreadable)
    assert problem.line == 1 and problem.problem


def test_a_doubtful_escape_reads_the_same_whatever_the_warning_filters() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert isinstance(read(r"x = '\d+'"), Reading)


def test_names_in_an_expression_are_found() -> None:
    assert names_in("bool(set(solve(x)) == set([1]))") == {"bool", "set", "solve", "x"}
    assert names_in("this is no python") == frozenset()


@pytest.mark.parametrize(
    ("source", "reached"),
    [
        ("def f(open):\n    return open + 1", False),
        ("def f(s):\n    open = s.count('(')\n    return open", False),
        ("def f():\n    open = 1\n    def g():\n        return open\n    return g", False),
        ("def f(open): ...\ndef g():\n    return open('/etc/passwd')", True),
        ("def f(open=open):\n    return open", True),
        ("class A:\n    open = 1\n    x = open", True),
        ("open = 1\ndef f():\n    return open", True),
        ("def f():\n    global open\n    open = 1", True),
        ("[open for open in (open,)]", True),
    ],
)
def test_a_builtin_name_bound_by_a_function_is_told_from_the_builtin(source: str, reached: bool) -> None:
    assert (builtins_reached(source, ["open"]) == {"open"}) is reached


def test_the_size_of_a_source_is_the_same_on_every_python() -> None:
    reading = read("def f(a, b=2):\n    return [f'{x:>{b}} of {a!r}' for x in a if x < b or x.y.z]\n")

    assert isinstance(reading, Reading)
    assert reading.size == 26
