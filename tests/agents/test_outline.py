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
    found = outline(SOURCE, "clamp")

    assert found.excerpt == "    if value < low:\n        return low" and (found.shown, found.of) == (2, 4)


def test_blank_lines_of_an_excerpt_are_kept_and_counted() -> None:
    found = outline("def f():\n    a = 1\n\n    b = 2\n    return a\n", "f")

    assert found.excerpt == "    a = 1\n\n    b = 2" and (found.shown, found.of) == (3, 4)


def test_a_body_of_one_line_is_shown_whole() -> None:
    found = outline("def f(a):\n    return a\n\n\nx = 1\n", "f")

    assert found.excerpt == "    return a" and found.shown == found.of == 1


def test_a_long_body_is_shown_by_eight_lines() -> None:
    source = "def f():\n" + "".join(f"    a = {number}\n" for number in range(30))

    found = outline(source, "f")

    assert found.excerpt.splitlines()[-1] == "    a = 7" and (found.shown, found.of) == (8, 30)


def test_a_long_line_of_an_excerpt_is_cut_under_a_mark() -> None:
    found = outline(f"def f():\n    return '{'a' * 400}'\n", "f").excerpt

    assert "characters left out]" in found and len(found) <= 160


def test_what_is_no_python_is_shown_by_its_first_lines() -> None:
    assert outline("def clamp(:\n  pass\n", "clamp") == ("", "", "def clamp(:", 1, 2)


def test_the_outline_of_python_is_python() -> None:
    ast.parse(outline(SOURCE, "clamp").text)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_every_text_has_an_outline(source: str) -> None:
    outline(source, "clamp")
