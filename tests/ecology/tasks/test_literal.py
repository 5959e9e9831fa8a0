"""Python texts are read as data, and no text makes the reader fall over."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecology.tasks.literal import literal_source, parse, read_literal, write_literal

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
MANY = 100_000
DEEP = [
    "(" * MANY,
    "[" * MANY + "]" * MANY,
    "-" * MANY + "1",
    "1+" * MANY + "1",
    "2**" * MANY + "1",
    "{1:" * MANY + "1" + "}" * MANY,
    "not " * MANY + "1",
]


@given(PLAIN)
def test_plain_data_written_as_a_literal_reads_back_equal(value: object) -> None:
    assert read_literal(write_literal(value)) == value


@pytest.mark.parametrize("text", DEEP, ids=lambda text: text[:6])
def test_a_very_deep_literal_is_refused_and_does_not_crash(text: str) -> None:
    with pytest.raises(ValueError):
        read_literal(text)


@pytest.mark.parametrize("text", ["a.b" + ".c" * MANY, "f" + "()" * MANY, "1 if 1 else " * MANY + "1"])
def test_a_very_deep_program_is_refused_and_does_not_crash(text: str) -> None:
    with pytest.raises(ValueError, match="deeply"):
        parse(text)


@pytest.mark.parametrize("text", ["open('x')", "a", "{[]: 1}", "1 +", "", "\x00", "9" * 5000, "'\ud800'", "nan"])
def test_what_is_no_literal_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read_literal(text)


@pytest.mark.parametrize("text", ["return 1", "break", "await x", "def f(:\n  pass", "x = 1\n  y = 2"])
def test_what_python_would_not_compile_does_not_parse(text: str) -> None:
    with pytest.raises(ValueError, match=r"line [12]"):
        parse(text)


def test_a_doubtful_escape_in_a_text_is_no_error() -> None:
    parse(r"x = '\d'")

    assert read_literal(r"'\d'") == "\\d"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("float('inf')", float("inf")),
        ("[float('-inf'), 1]", [float("-inf"), 1]),
        ("tuple([1, 2])", (1, 2)),
        ("set([1])", {1}),
        ("list((1,))", [1]),
    ],
)
def test_conversions_of_literals_are_written_out(text: str, value: object) -> None:
    node = ast.parse(text, mode="eval").body

    assert read_literal(literal_source(node)) == value


@pytest.mark.parametrize("text", ["float('nan')", "float('ten')", "float([])", "tuple(x)", "len([1])", "f()"])
def test_what_cannot_be_written_as_a_literal_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        literal_source(ast.parse(text, mode="eval").body)
