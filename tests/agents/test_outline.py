"""Claims about outlines of sources."""

from __future__ import annotations

import ast

from hypothesis import given, settings
from hypothesis import strategies as st

from agents.outline import outline

SOURCE = '''import math
LIMIT = 3  # most


@trace
def helper(a, *, b: int = 2) -> int:
    return secret(a, b)


class Pile:
    """Things."""

    def push(self, item): self.items.append(item)


def clamp(value, low=0, high=LIMIT):  # as it is
    """Keep a value within bounds."""
    if value < low:
        return low

    return value
'''


def test_an_outline_names_what_is_defined_and_leaves_out_how() -> None:
    text = outline(SOURCE, "clamp").text

    assert "import math" in text and "LIMIT = 3" in text and "@trace\ndef helper(a, *, b: int=2) -> int:" in text
    assert "def push(self, item):" in text and "secret" not in text and "append" not in text
    assert 'def clamp(value, low=0, high=LIMIT):\n    """Keep a value within bounds."""\n    ...' in text


def test_the_signature_is_that_of_the_entry_point_alone() -> None:
    assert outline(SOURCE, "clamp").signature.startswith("def clamp(value, low=0, high=LIMIT):\n")
    assert outline(SOURCE, "absent").signature == ""


def test_the_excerpt_is_the_first_half_of_the_entry_points_body() -> None:
    assert outline(SOURCE, "clamp").excerpt == "    if value < low:\n        return low"


def test_a_long_body_is_shown_by_eight_lines() -> None:
    source = "def f():\n" + "".join(f"    a = {number}\n" for number in range(30))

    assert outline(source, "f").excerpt.splitlines()[-1] == "    a = 7"


def test_what_is_no_python_is_shown_by_its_first_lines() -> None:
    assert outline("def clamp(:\n  pass\n", "clamp") == ("", "", "def clamp(:")


def test_the_outline_of_python_is_python() -> None:
    ast.parse(outline(SOURCE, "clamp").text)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_every_text_has_an_outline(source: str) -> None:
    outline(source, "clamp")
