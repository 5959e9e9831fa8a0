"""Claims about the line in which a model says what it did."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.species.reason import reason_in

CODE = "```python\ndef f():\n    'A docstring.'\n```"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"The bound was off by one.\n\n{CODE}", "The bound was off by one."),
        (f"Here is the function:\n{CODE}\nIt compared with the wrong bound.", "It compared with the wrong bound."),
        (f"Here is the function:\n{CODE}", "Here is the function:"),
        (f"## **Fixed** the `<` in `clamp`\n{CODE}", "Fixed the < in clamp"),
        (f"1. Use `>`\n2. Return early\n{CODE}", "Use >"),
        (f"<think>\nHm. Perhaps\n</think>\nThe bound was wrong.\n{CODE}", "The bound was wrong."),
        (f"{CODE}\n\n---\n", ""),
        ("```python\nnever closed\nThe bound", ""),
        ("Too few.\n<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE", "Too few."),
        ("<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\nToo few.", "Too few."),
        ("", ""),
        ("a\x07b\u202ec \u2003 d", "a b c d"),
        ("3 items were left out", "3 items were left out"),
        (f"Let me see.\nIt may be the bound.\nChange: the bound was off.\n{CODE}", "the bound was off."),
        (f"`Change:` one\n{CODE}\nNo.\n- **Change:** two\n{CODE}\nDone.", "two"),
        (f"Change:\nThe bound was off.\n{CODE}", "The bound was off."),
        (f"Change:\n{CODE}", "Change:"),
        ("```python\n# Change: in the code\nChange: in the code\n```\nThe bound.", "The bound."),
        ("note\n" * 10_000 + f"change: the bound\n{CODE}", "the bound"),
    ],
)
def test_the_reason_is_what_is_said_to_be_the_change_or_the_first_line_of_prose(text: str, reason: str) -> None:
    assert reason_in(text) == reason


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("ab`~<>=# \n\r.:*"), max_size=200) | st.text(max_size=300))
def test_a_reason_is_always_one_short_printable_line(text: str) -> None:
    reason = reason_in(text)

    assert len(reason) <= 120 and reason.isprintable() and reason == " ".join(reason.split())
