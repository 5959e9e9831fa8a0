"""Claims about the marks around what others wrote."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.marks import Section, marked

# Texts rich in what could end a mark.
HOSTILE = st.text(alphabet=st.sampled_from("`~-#<>$ \n\r\t\x0b\x85\u2028abc"), max_size=80) | st.text(max_size=80)


def outside(text: str) -> str:
    """Return what of a Markdown text stands outside of its fenced blocks, read as CommonMark reads them."""
    kept, fence = [], ""
    for line in text.split("\n"):
        if fence:
            closing = re.fullmatch(r" {0,3}(`{3,})[ \t]*", line)
            if closing and len(closing[1]) >= len(fence):
                fence = ""
            continue
        opening = re.match(r" {0,3}(`{3,})([^`]*)$", line)
        if opening:
            fence = opening[1]
            continue
        kept.append(line)
    assert not fence, "a block is left open"
    return "\n".join(kept)


@settings(deadline=None)
@given(HOSTILE)
def test_no_text_can_end_its_mark(text: str) -> None:
    assert outside(f"before\n{marked(text)}\nafter") == "before\nafter"


@settings(deadline=None)
@given(HOSTILE)
def test_a_marked_text_is_there_as_it_is(text: str) -> None:
    assert text in marked(text)


@settings(deadline=None)
@given(st.lists(HOSTILE, max_size=5), st.integers(0, 400), st.booleans())
def test_no_item_of_a_section_can_end_its_mark_however_it_is_cut(items: list[str], excess: int, labelled: bool) -> None:
    labels = tuple(f"Item {number}:" for number in range(len(items))) if labelled else ()
    section = Section(tuple(items), labels=labels, shorter="`````")

    for smaller in (section, section.shrunk(excess)[0], section.clipped(excess)[0]):
        said = outside(smaller.text)
        left = re.sub(r"^Item \d:$|^\(\d+ more left out for want of room\)$|^\(cut short .*\)$", "", said, flags=re.M)
        assert not left.strip()


def test_what_no_file_can_hold_is_replaced() -> None:
    assert "a\ufffdb" in marked("a\ud800b")


@pytest.mark.parametrize(("drops", "left"), [("first", ("c",)), ("last", ("a",))])
def test_items_go_from_the_end_that_is_named(drops: str, left: tuple[str, ...]) -> None:
    section = Section(("a", "b", "c"), drops="first" if drops == "first" else "last", least=1)

    smaller, excess = section.shrunk(1_000)

    assert smaller.items == left and smaller.dropped == 2 and excess > 0
    assert smaller.text.endswith("(2 more left out for want of room)")


def test_no_more_items_go_than_must() -> None:
    section = Section(tuple(letter * 100 for letter in "abcd"), drops="first")

    smaller, excess = section.shrunk(120)

    assert smaller.items == ("c" * 100, "d" * 100) and excess <= 0


def test_a_section_without_items_is_no_text() -> None:
    assert Section(()).text == "" and Section((), labels=()).clipped(100)[0].text == ""


def test_what_is_shorter_stands_in_before_anything_is_cut() -> None:
    section = Section(("x" * 1_000,), shorter="y" * 50)

    assert section.clipped(300)[0].items == ("y" * 50,)
    assert section.clipped(300)[0].text.endswith("(cut short for want of room)")


def test_a_text_is_cut_at_the_end_of_a_line_where_one_is_near() -> None:
    section = Section(("a line of words\n" * 40,))

    (item,) = section.clipped(200)[0].items

    assert item.endswith("words") and len(item) < 640 - 200
