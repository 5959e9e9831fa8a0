"""Claims about what an operator is told, and what of its answer is believed."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.operators import HELPER, MOST_CHARACTERS, MOST_REWRITES, fitting, question
from storage import Case, Task

SOURCE = "def f(a):\n    return a\n"
OTHER = "def f(a):\n    return -a\n"
TASK = Task(
    "f",
    "f",
    SOURCE,
    (
        Case("visible", "-1", args="(1,)"),
        Case("visible", "True", setup="b = 2", call="f(b) == -2"),
        Case("gate", "-918273", args="(918273,)"),
        Case("sealed", "-645342", args="(645342,)"),
    ),
)
TEXTS = st.sampled_from([SOURCE, OTHER, "f = abs\n", "def g(): pass\n", "def f(:", "", "\0", "\ud800"]) | st.text(
    max_size=9
)
ANSWERS = st.recursive(st.none() | st.integers() | TEXTS, lambda inner: st.lists(inner, max_size=80) | st.tuples(inner))


def test_an_operator_is_told_the_source_the_visible_cases_and_the_lines() -> None:
    asked = question("def edits(): ...", source=SOURCE, entry_point="f", task=TASK, lines=[(2, 1.0), (1, 0.25)])

    assert (asked.source, asked.entry_point, asked.helper) == ("def edits(): ...", "edits", HELPER)
    assert [ast.literal_eval(call.args) for call in asked.calls] == [
        (SOURCE, "f", ["(1,)", "f(b) == -2"], ["-1", "True"], [[2, 1.0], [1, 0.25]])
    ]


def test_an_operator_is_told_only_so_many_characters_of_cases() -> None:
    cases = tuple(Case("visible", "0", args=f"({'9' * 3_000},)") for _ in range(50))

    asked = question("", source=SOURCE, entry_point="f", task=Task("f", "f", SOURCE, cases), lines=[])

    assert 10_000 < len(asked.calls[0].args) < 25_000


def test_new_texts_that_define_the_function_are_used_in_their_order_and_once() -> None:
    assert fitting([OTHER, "f = abs\n", OTHER], source=SOURCE, entry_point="f") == (OTHER, "f = abs\n")


@pytest.mark.parametrize(
    "found",
    [
        None,
        7,
        OTHER,
        (OTHER,),
        {OTHER: OTHER},
        [None, 7, OTHER.encode(), [OTHER]],
        [SOURCE],
        ["def f(a:\n"],
        ["def g(a):\n    return -a\n"],
        ["def f(a):\n    return '\0'\n", "def f(a):\n    return '\ud800'\n"],
        [f"{OTHER}# {'x' * MOST_CHARACTERS}"],
        [f"def f(a):\n    return {'(' * 300}a{')' * 300}\n"],
    ],
)
def test_anything_else_is_dropped(found: object) -> None:
    assert fitting(found, source=SOURCE, entry_point="f") == ()


def test_of_too_many_texts_the_first_are_used() -> None:
    many = [f"def f(a):\n    return {number}\n" for number in range(200)]

    assert fitting(many, source=SOURCE, entry_point="f") == tuple(many[:MOST_REWRITES])


@given(ANSWERS)
def test_whatever_is_answered_only_usable_texts_come_of_it(found: object) -> None:
    used = fitting(found, source=SOURCE, entry_point="f")

    assert len(used) <= MOST_REWRITES and len(set(used)) == len(used) and SOURCE not in used
    for text in used:
        assert "f" in {
            name for node in ast.walk(ast.parse(text)) for name in (getattr(node, "id", ""), getattr(node, "name", ""))
        }
