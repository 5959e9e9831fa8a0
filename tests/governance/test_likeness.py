"""Two sources are one program where their syntax trees are equal, documentation aside."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.likeness import program_digest, same_program

ONE = '"""A tool."""\n\ndef f(a, b=1):\n    """Add."""\n    # Both.\n    return (a + b)\n'
EXPRESSIONS = st.recursive(
    st.sampled_from(["a", "b", "1", "1.0", "True", "'x'", "b'x'", "None"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-<"), inner).map(lambda parts: f"({' '.join(parts)})"),
        inner.map(lambda text: f"f({text}, k={text})"),
        inner.map(lambda text: f"[{text} for c in {text} if c]"),
    ),
    max_leaves=6,
)


@pytest.mark.parametrize(
    "other",
    [
        ONE,
        ast.unparse(ast.parse(ONE)),
        "def f(a, b = 1):\n  return a+b",
        "def f(a, b=1):\n    'Other words.'\n    return a + b\n",
    ],
)
def test_layout_comments_and_documentation_do_not_count(other: str) -> None:
    assert same_program(ONE, other) and same_program(other, ONE)


@pytest.mark.parametrize(
    "other",
    [
        "def f(a, b=2):\n    return a + b\n",
        "def f(a, b=1.0):\n    return a + b\n",
        "def f(a, b=True):\n    return a + b\n",
        "def f(a, c=1):\n    return a + c\n",
        "def f(a, b=1):\n    pass\n    return a + b\n",
        "def f(a, *, b=1):\n    return a + b\n",
        "async def f(a, b=1):\n    return a + b\n",
        "def f(a, b=1):\n    return b + a\n",
        "def f(a, b=1):\n    return a + 'b'\n",
        "def f(a, b=1:\n",
        "\0",
        "\ud800",
        "",
    ],
)
def test_anything_else_counts(other: str) -> None:
    assert not same_program(ONE, other) and not same_program(other, ONE)


def test_what_cannot_be_read_is_like_nothing_not_even_itself() -> None:
    assert not same_program("def f(:\n", "def f(:\n")


@given(EXPRESSIONS, EXPRESSIONS)
def test_two_programs_are_the_same_exactly_where_their_trees_are(one: str, other: str) -> None:
    trees = [ast.dump(ast.parse(f"x = {text}")) for text in (one, other)]

    assert same_program(f"x = {one}", f"x =  ( {other} )") == (trees[0] == trees[1])


def test_a_very_deep_program_is_compared_without_recursion() -> None:
    deep = "x = " + "-" * 90 + "1\n"

    assert same_program(deep, f"{deep}# again\n") and not same_program(deep, deep.replace("1", "2"))


MANY = """class A(B, c=1):
    async def f(self, *a, k: int = 1, **b):
        x = [i async for i in a if i]
        match x:
            case {"k": [1, *_]}: return u"t"
try:
    import os as o, sys
except* ValueError as e:
    raise e from None
"""


def test_a_digest_is_the_same_on_every_python() -> None:
    """Histories hold these digests, so the constants were taken on 3.11; newer ones have nodes with more fields."""
    assert program_digest(MANY) == "a73c01d1873d7ba2d5305a6877394050"
    assert program_digest("def f(a): return lambda: a") == "0607999e26bc37afe00dbd01c602fb4c"
