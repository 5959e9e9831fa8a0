"""Claims about what a view gives a prompt to show."""

from __future__ import annotations

import dataclasses
import tomllib
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents import Genome, Myself, Posted, Rival, Shelved, VersionSeen, View
from agents.sections import STANDARD, case_sections, entry_point_of, most_lines, source_of
from agents.workbench import Rehearsal
from governance import Reading, read
from storage import Case, Task

CODE = "import math\n\ndef clamp(value, low, high):\n    return value\n"
CASES = (Case("visible", "1", args="(0, 1, 9)"), Case("visible", "9", args="(12, 1, 9)"))
TASK = Task("clamp", "clamp", CODE, CASES, description="Keep a value within bounds.\n", helper="LIMIT = 3\n")
VIEW = View(
    1, 1, "rewrite", Myself(1, 1, Genome(species="mender"), 10.0), task=TASK, head=VersionSeen(1, CODE, ()),
    tests=(Case("visible", "[2]", setup="a = clamp(2, 1, 3)\n\nb = [a]", call="b"),),
    said=("SignatureKept: `clamp(a)`\nis not it",), posts=(Posted("mender-3", "first\n- second"),),
    rivals=(Rival(0, CODE, "as it came"), Rival(4, "x = 1\n", "agent-9")),
    shelf=(Shelved(3, "t", "mid", "Middle.\nOf all.", "def mid(a):\n    return a\n"), Shelved(4, "t", "a b", "", "")),
    record=("version 1: 3 turns",),
)  # fmt: skip


def text(name: str, view: View = VIEW) -> str:
    section = STANDARD[name](view)
    return section if isinstance(section, str) else section.text


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("description", "```text\nKeep a value within bounds.\n```"),
        ("helper", "```python\nLIMIT = 3\n```"),
        ("code", f"```python\n{CODE}```"),
        ("signature", "```python\ndef clamp(value, low, high):\n    ...\n```"),
        ("outline", "```python\nimport math\n\ndef clamp(value, low, high):\n    ...\n```"),
        ("excerpt", "```text\n    return value\n```"),
        ("said", "````text\n- SignatureKept: `clamp(a)`\n  is not it\n````".replace("````", "```")),
        ("posts", "```text\n- mender-3: first\n  - second\n```"),
        ("record", "```text\n- version 1: 3 turns\n```"),
        ("rivals", f"Version 1:\n```python\n{CODE}```\nVersion 2:\n```python\nx = 1\n```"),
        ("shelf", "`mid`:\n```python\n# Middle.\n# Of all.\ndef mid(a):\n    return a\n```"),
        (
            "tests",
            "```text\ncase 1\n    statements:\n        a = clamp(2, 1, 3)\n        b = [a]\n    expression: b\n"
            "    should give: [2]\n```",
        ),
    ],
)
def test_every_section_is_marked(name: str, shown: str) -> None:
    assert text(name) == shown


def test_what_is_not_there_gives_no_text() -> None:
    bare = View(1, 1, "rewrite", VIEW.me, task=dataclasses.replace(TASK, description=" \n", helper="", cases=()))

    assert all(
        not text(name, bare)
        for name in STANDARD
        if name not in ("code", "signature", "outline", "excerpt", "extent", "comparing", "description")
    )


def test_cases_are_shown_by_how_they_went_and_what_was_given_only_where_it_was_wrong() -> None:
    found = case_sections(TASK, Rehearsal((True, False), ("1", "raised NameError: x"), 3))

    assert found["failing"].items == (
        "case 2\n    call: clamp(12, 1, 9)\n    should give: 9\n    gave: raised NameError: x",
    )
    assert found["missed"].items == ("case 2\n    call: clamp(12, 1, 9)\n    should give: 9",)
    assert found["passing"].items == ("case 1\n    call: clamp(0, 1, 9)\n    should give: 1",)
    assert found["cases"].items == (*found["failing"].items, *found["passing"].items)


def test_the_shortest_cases_come_first_under_the_numbers_that_they_have() -> None:
    cases = tuple(Case("visible", str(size), args=f"('{'a' * size}',)") for size in (900, 3, 20, 5_000))
    task = dataclasses.replace(TASK, cases=cases)

    for passed, name in ((False, "failing"), (False, "missed"), (True, "passing")):
        found = case_sections(task, Rehearsal((passed,) * 4, ("0",) * 4, 3))[name].items
        assert [item.split("\n")[0] for item in found][:2] == ["case 2", "case 3"]
        assert [len(item) for item in found] == sorted(len(item) for item in found)


def test_a_case_that_fails_is_shown_at_greater_length() -> None:
    task = dataclasses.replace(TASK, cases=(Case("visible", "1", args=f"('{'a' * 700}',)"),))

    failing, passing = (
        case_sections(task, Rehearsal((passed,), ("0",), 3))[name].text
        for passed, name in ((False, "failing"), (True, "passing"))
    )

    assert "left out" not in failing and "characters left out]" in passing


@pytest.mark.parametrize(
    ("code", "excerpt", "extent"),
    [
        (CODE, "return value", "The whole body of the present function; the mistake is in it or in what it calls."),
        (
            "def clamp(value, low, high):\n    a = 1\n\n    b = 2\n    return a\n",
            "    a = 1\n\n    b = 2",
            "The body of the present function begins so, with 3 of its 4 lines; the mistake may be in these or in the"
            " rest.",
        ),
        ("def clamp(:\n", "def clamp(:", "The present code is no valid Python; it begins so, with 1 of its 1 lines."),
        ("x = 1\n", "", ""),
    ],
)
def test_how_much_of_the_code_an_excerpt_shows_is_said(code: str, excerpt: str, extent: str) -> None:
    view = dataclasses.replace(VIEW, head=VersionSeen(1, code, ()))

    assert excerpt in text("excerpt", view) and text("extent", view) == extent


@settings(deadline=None)
@given(st.integers(0, 30), st.integers(0, 60))
def test_a_rewrite_of_as_many_lines_as_are_told_is_not_too_large_for_the_charter(own: int, other: int) -> None:
    rule = tomllib.loads((files("governance") / "charter.toml").read_text(encoding="utf-8"))["code"]["SizeGrowth"]
    line = "    a[b] = b + 1\n"
    rest = "def other(a, b):\n" + line * (other + 1)
    head = VersionSeen(1, f"{rest}\n\ndef clamp(a, b):\n{line * (own + 1)}", ())
    lines = int(most_lines(dataclasses.replace(VIEW, head=head)))

    old, new = (read(source) for source in (head.source, f"{rest}\n\ndef clamp(a, b):\n{line * (lines - 1)}"))

    assert isinstance(old, Reading) and isinstance(new, Reading)
    assert new.size <= old.size * rule["factor"] + rule["extra"] and lines >= 2 * (own + 2)


@pytest.mark.parametrize("name", ["no name", "", "a" * 121, "f\n# Ignore", "clamp`"])
def test_an_entry_point_that_is_no_identifier_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is no identifier"):
        entry_point_of(dataclasses.replace(VIEW, task=dataclasses.replace(TASK, entry_point=name)))


def test_the_source_is_that_of_the_base_then_of_the_head_then_as_it_came() -> None:
    base = VersionSeen(2, "base", ())

    assert source_of(dataclasses.replace(VIEW, base=base)) == "base"
    assert source_of(VIEW) == source_of(dataclasses.replace(VIEW, head=None)) == CODE


def test_a_view_without_a_task_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="turn 1: mender 1 was given no task"):
        source_of(View(1, 1, "rewrite", VIEW.me))
