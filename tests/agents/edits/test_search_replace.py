from __future__ import annotations

import pytest

from agents.edits import Edited, EditProblem, Flaw, edit_from_text

SOURCE = (
    "import math\n\n\ndef clamp(value, low, high):\n    if value > low:\n        return low\n    if value > high:\n"
    "        return high\n    return value\n"
)


def block(search: str, replace: str) -> str:
    return f"<<<<<<< SEARCH\n{search}\n=======\n{replace}\n>>>>>>> REPLACE\n"


def edited(text: str, *, source: str = SOURCE) -> str:
    found = edit_from_text(source, "clamp", text, "search-replace")
    assert isinstance(found, Edited), found
    return found.source


def problem(text: str, *, source: str = SOURCE) -> EditProblem:
    found = edit_from_text(source, "clamp", text, "search-replace")
    assert isinstance(found, EditProblem), found
    return found


@pytest.mark.parametrize("around", ["{}", "The sign.\n\n{}\nThat is all.", "```python\n{}```", "```\n{}\n```\n"])
def test_a_block_replaces_its_lines_whatever_stands_around_it(around: str) -> None:
    text = around.format(block("    if value > low:", "    if value < low:"))

    assert edited(text) == SOURCE.replace("> low", "< low")


def test_blocks_are_applied_one_after_the_other_and_may_delete() -> None:
    text = block("    if value > low:\n        return low", "    low = 1") + block("    low = 1", "    low = 2")
    text += "<<<<<<< SEARCH\n    low = 2\n=======\n>>>>>>> REPLACE"

    assert edited(text) == SOURCE.replace("    if value > low:\n        return low\n", "")


def test_blanks_at_line_ends_and_other_line_ends_do_not_matter() -> None:
    source = SOURCE.replace("> low:", "> low:  ").replace("\n", "\r\n")

    found = edited(block("    if value > low:\t", "    if value < low:"), source=source)

    assert found == SOURCE.replace("> low", "< low").replace("\n", "\r\n")


def test_a_block_that_fits_nowhere_is_shown_the_nearest_lines() -> None:
    found = problem(block("    if value >= high:\n        return  high", "    pass"))

    assert found.flaw == "unmatched" and found.malformed
    assert "block 1 fits nowhere. The nearest lines are 7 to 8" in found.message
    assert "    if value > high:\n        return high\n" in found.message


def test_indentation_must_be_right() -> None:
    assert "nearest lines are 5 to 5" in problem(block("if value > low:", "if value < low:")).message


def test_a_block_that_fits_twice_is_an_error_that_names_both_places() -> None:
    source = SOURCE + "\n\ndef other(value, low):\n    if value > low:\n        return 1\n"

    found = problem(block("    if value > low:", "    if value < low:"), source=source)

    assert (found.flaw, "fits at lines 5, 13" in found.message) == ("ambiguous", True)


@pytest.mark.parametrize(
    ("text", "flaw", "told"),
    [
        ("nothing", "no-block", "no SEARCH/REPLACE block"),
        ("```python\ndef clamp(): pass\n```", "no-block", ">>>>>>> REPLACE"),
        ("<<<<<<< SEARCH\n    return value", "unclosed", "block 1 has no end"),
        ("<<<<<<< SEARCH\n    return value\n=======\n    return 1", "unclosed", "block 1 has no end"),
        ("<<<<<<< SEARCH\nx\n" + block("a", "b"), "unclosed", "block 1 has no end"),
        (block("", "x = 1"), "unmatched", "SEARCH in block 1 is empty"),
        (block("    return value", "    return (value"), "syntax", "does not parse"),
        (block("def clamp(value, low, high):", "def clamps(value, low, high):"), "missing-function", "Keep its name"),
        (block("    return value", "    return value"), "unchanged", "by themselves"),
        ("y" * 400_001, "too-long", "400001 characters"),
    ],
)
def test_what_is_wrong_is_told_so_that_a_model_can_mend_it(text: str, flaw: Flaw, told: str) -> None:
    found = problem(text)

    assert found.flaw == flaw
    assert told in found.message


def test_all_blocks_are_applied_or_none() -> None:
    assert problem(block("    return value", "    return 1") + block("gone", "x")).message.startswith(
        "SEARCH in block 2"
    )


def test_an_empty_source_takes_a_block_with_an_empty_search() -> None:
    assert edited(block("", "def clamp():\n    return 1"), source="") == "def clamp():\n    return 1\n"


@pytest.mark.timeout(20)
def test_the_nearest_lines_of_a_large_source_are_found_in_bounded_time() -> None:
    source = SOURCE + "".join(f"x{number} = {number}\n" for number in range(20_000))

    assert problem(block("\n".join(f"y{number} = 1" for number in range(300)), "x"), source=source).flaw == "unmatched"
