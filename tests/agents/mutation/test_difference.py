"""Claims about making an edit out of a text that somebody else wrote anew."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.mutation import FAMILIES, difference, edits
from tests.agents.mutation.mutation_shapes import SOURCES
from tests.agents.mutation.test_mutation_edits import kept_outside


def dumped(source: str) -> str:
    return ast.dump(ast.parse(source))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(SOURCES)), st.sampled_from(FAMILIES), st.integers(0, 60))
def test_an_edit_says_what_the_rewritten_text_says_and_keeps_the_rest(shape: str, family: str, place: int) -> None:
    source = SOURCES[shape]
    made = edits(source, "f", family)[: place + 1]
    if not made:
        return
    wanted = ast.unparse(ast.parse(made[-1].apply(source)))

    edit = difference(source, wanted, family="operator/any")

    assert edit is not None and dumped(edit.apply(source)) == dumped(wanted)
    assert kept_outside(source, edit.apply(source), edit)
    assert edit.family == "operator/any" and edit.note.startswith(f"line {edit.line}: ")


@pytest.mark.parametrize("other", SOURCES)
@pytest.mark.parametrize("shape", SOURCES)
def test_any_tool_can_be_turned_into_any_other(shape: str, other: str) -> None:
    edit = difference(SOURCES[shape], SOURCES[other], family="any")

    assert (edit is None) == (shape == other)
    assert edit is None or dumped(edit.apply(SOURCES[shape])) == dumped(SOURCES[other])


@pytest.mark.parametrize("shape", SOURCES)
def test_a_text_that_only_looks_otherwise_is_no_edit(shape: str) -> None:
    assert difference(SOURCES[shape], ast.unparse(ast.parse(SOURCES[shape])), family="any") is None


@pytest.mark.parametrize("text", ["def f(:\n", "\0", "\ud800", "x = " + "-" * 400 + "1\n"])
def test_what_cannot_be_read_is_no_edit(text: str) -> None:
    source = "def f(x):\n    return x\n"

    found = difference(source, text, family="any")

    assert found is None or found.apply(source) == text


def test_comments_and_quotes_stay_where_nothing_changed() -> None:
    source = 'def f(a, b):  # of two\n    s = f"{a!r}"  # kept\n    t = "x"\n    return (s,   t, a + b)\n'

    edit = difference(source, ast.unparse(ast.parse(source.replace("a + b", "a - b"))), family="any")

    assert edit is not None and edit.apply(source) == source.replace("a + b", "a - b")
    assert (edit.line, edit.note) == (4, "line 4: `-` for `+`")


def test_an_inserted_statement_leaves_its_neighbours_alone() -> None:
    source = "def f(xs):\n    a = 1  # one\n    b = [ 2 ]  # two\n    return a, b\n"

    edit = difference(source, "def f(xs):\n    a = 1\n    a += 1\n    b = [2]\n    return (a, b)\n", family="any")

    assert edit is not None
    assert edit.apply(source) == source.replace("    b =", "    a += 1\n    b =")
