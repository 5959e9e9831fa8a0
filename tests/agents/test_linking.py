"""Claims about tools put together from others."""

from __future__ import annotations

import ast
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents import Shelved
from agents.edits import Edited, EditProblem
from agents.linking import link, mentioned

DIGITS = '''"""Digits."""
from __future__ import annotations
import math
from typing import List


def _parts(number):
    return [int(digit) for digit in str(abs(number))]


# how many
def digits(number: int) -> List[int]:
    """The digits of a number."""
    return _parts(number)
'''
TOTAL = """from typing import List, Tuple
import math

def total(items: List[int]) -> int:
    return math.floor(sum(items))
"""
OWN = "def digit_sum(number):\n    return total(digits(number))\n\nprint(digit_sum(3))\n"


def part(source: str, entry_point: str, number: int = 7) -> Shelved:
    return Shelved(number, f"tool {entry_point}", entry_point, "", source)


def run(found: Edited | EditProblem, call: str) -> Any:
    """Return what a call of a linked source gives, run by this very process: the sources are this file's own."""
    assert isinstance(found, Edited), found
    space: dict[str, Any] = {}
    exec(compile(found.source, "linked", "exec"), space)
    return eval(call, space)


def refused(found: Edited | EditProblem) -> str:
    assert isinstance(found, EditProblem), found
    return found.message


def test_a_linked_source_needs_nothing_but_itself() -> None:
    found = link(OWN, "digit_sum", [part(DIGITS, "digits"), part(TOTAL, "total")])

    assert run(found, "digit_sum(-123)") == 6


def test_the_parts_come_first_with_their_imports_at_the_head_and_nothing_twice() -> None:
    found = link(OWN, "digit_sum", [part(DIGITS, "digits"), part(TOTAL, "total"), part(DIGITS, "digits")])

    assert isinstance(found, Edited)
    body = ast.parse(found.source).body
    assert [node.name for node in body if isinstance(node, ast.FunctionDef)] == [
        "_parts",
        "digits",
        "total",
        "digit_sum",
    ]
    assert found.source.startswith("from __future__ import annotations\nimport math\n")
    assert found.source.count("import math") == 1 and "print" not in found.source


def test_equal_parts_give_equal_sources() -> None:
    parts = [part(DIGITS, "digits"), part(TOTAL, "total")]

    assert link(OWN, "digit_sum", parts) == link(OWN, "digit_sum", parts)


def test_a_helper_that_two_parts_have_alike_is_put_in_once() -> None:
    one = part("def _half(n):\n    return n // 2\n\ndef left(n):\n    return _half(n)\n", "left")
    other = part("def right(n):\n    return n - _half(n)\n\ndef _half(n):\n    return n // 2  # alike\n", "right", 8)

    found = link("def both(n):\n    return left(n), right(n)\n", "both", [one, other])

    assert run(found, "both(5)") == (2, 3)
    assert isinstance(found, Edited) and found.source.count("def _half") == 1


def test_a_part_that_is_built_on_another_part_goes_with_it() -> None:
    linked = link(OWN, "digit_sum", [part(DIGITS, "digits"), part(TOTAL, "total")])
    assert isinstance(linked, Edited)

    own = "def root(number):\n    return number if number < 10 else root(total(digits(digit_sum(number))))\n"
    found = link(own, "root", [part(DIGITS, "digits"), part(linked.source, "digit_sum"), part(TOTAL, "total")])

    assert run(found, "root(989)") == 8


HELPER = "def _half(n):\n    return n / 2\n\ndef other(n):\n    return _half(n)\n"
STATE = "seen = []\n\ndef {0}(n):\n    seen.append(n)\n    return len(seen)\n"
NAME = "def _half(n):\n    return n // 2\n\ndef left(n):\n    return _half(n)\n"


@pytest.mark.parametrize(
    ("own", "parts", "words"),
    [
        (
            "def both(n):\n    return left(n) + other(n)\n",
            [(NAME, "left"), (HELPER, "other")],
            "both use the name `_half`",
        ),
        ("def both(n):\n    return a(n) + b(n)\n", [(STATE.format("a"), "a"), (STATE.format("b"), "b")], "`seen`"),
        ("def both(n):\n    return left(n)\n\ndef left(n):\n    return n\n", [(NAME, "left")], "defines `left` itself"),
        (
            "def _half(n):\n    return 0\n\ndef both(n):\n    return left(n) + _half(n)\n",
            [(NAME, "left")],
            "Call yours",
        ),
        ("def both(n):\n    return left(n) + _half(n)\n", [(NAME, "left")], "inner name of `left`"),
        ("def both(n):\n    return lacks(n)\n", [("def lacks(n):\n    return Node(n)\n", "lacks")], "it needs `Node`"),
        (
            "def both(n):\n    return star(n)\n",
            [("from math import *\ndef star(n):\n    return sqrt(n)\n", "star")],
            "`*`",
        ),
        (
            "def both(n):\n    return own(n)\n",
            [("def both():\n    1\ndef own(n):\n    return both()\n", "own")],
            "cannot be used",
        ),
        (
            "def both(n):\n    return low(n) + top(n)\n",
            [("def low(n):\n    return min(n, 0)\n", "low"), ("min = max\ndef top(n):\n    return min(n, 1)\n", "top")],
            "both use the name `min`",
        ),
        ("def max(n):\n    return low(n)\n", [("def low(n):\n    return max(n, 0)\n", "low")], "`max` itself"),
        ("def both(n:\n", [], "no valid Python"),
        ("x = 1\n", [], "defines no `both`"),
    ],
)
def test_names_that_would_mean_two_things_are_refused(own: str, parts: list[tuple[str, str]], words: str) -> None:
    entry_point = "max" if "def max" in own else "both"

    assert words in refused(link(own, entry_point, [part(*each, number=at) for at, each in enumerate(parts)]))


def test_what_is_nested_too_deeply_is_refused_in_words() -> None:
    deep = "def both(n):\n    return " + "+".join(["1"] * 30_000) + "\n"

    found = link(deep, "both", [part(NAME, "left")])

    assert isinstance(found, Edited | EditProblem)


def test_statements_on_one_line_are_not_doubled() -> None:
    found = link("def both(n):\n    return left(n) + A\nA = 1; B = 2\n", "both", [part(NAME, "left")])

    assert run(found, "both(4)") == 3 and isinstance(found, Edited) and found.source.count("A = 1") == 1


def test_mentioned_names_are_those_of_the_top_level() -> None:
    source = "def f(total):\n    items.digits = total\n    return [x for x in left(total)]\n"

    assert mentioned(source, ["total", "digits", "left", "f", "left"]) == ("left", "f")
    assert mentioned("def f(:", ["f"]) == ()


@settings(deadline=None)
@given(st.text(max_size=120), st.text(max_size=120))
def test_every_text_gets_an_answer(own: str, other: str) -> None:
    assert isinstance(link(own, "both", [part(other, "left")]), Edited | EditProblem)
