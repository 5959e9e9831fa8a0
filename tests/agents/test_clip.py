"""Claims about texts that are cut in the middle."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from agents.clip import clipped


@given(st.text(max_size=400) | st.integers(0, 10**6).map(lambda size: "x" * size), st.integers(60, 300))
def test_what_is_cut_is_one_line_no_longer_than_asked_that_says_how_much_is_gone(text: str, most: int) -> None:
    line = " ".join(text.splitlines()) if "\n" in text else text

    short = clipped(text, most)

    assert len(short) <= most and "\n" not in short
    if short != line:
        found = re.search(r" \[(\d+) characters left out\] ", short)
        assert found and len(line) > most
        assert len(line) == len(short) - len(found[0]) + int(found[1])
        assert line.startswith(short[: found.start()]) and line.endswith(short[found.end() :])


def test_what_is_short_enough_stays_as_it_is() -> None:
    assert clipped("x" * 100, 100) == "x" * 100 and clipped("a\nb", 100) == "a b"
