"""Claims about what a view gives a prompt to show."""

from __future__ import annotations

import dataclasses

import pytest

from agents import Genome, Myself, Posted, Rival, Shelved, VersionSeen, View
from agents.sections import STANDARD, call_text, case_sections, case_text, entry_point_of, source_of
from agents.workbench import Rehearsal
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
            "```text\ncase 1\n    set-up:\n        a = clamp(2, 1, 3)\n        b = [a]\n    call: b\n"
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
        if name not in ("code", "signature", "outline", "excerpt", "comparing")
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, "be of the same type."),
        ({"lists": True}, "except that a tuple counts as the list"),
        ({"compare": "close", "lists": True}, "one millionth of each other are equal; a tuple"),
    ],
)
def test_what_counts_as_equal_is_said_in_our_own_words(change: dict[str, object], words: str) -> None:
    task = dataclasses.replace(TASK, **change)  # type: ignore[arg-type]

    assert words in text("comparing", dataclasses.replace(VIEW, task=task))


def test_cases_are_shown_by_how_they_went() -> None:
    found = case_sections(TASK, Rehearsal((True, False), ("1", "raised NameError: x"), 3))

    assert found["failing"].items == (
        "case 2\n    call: clamp(12, 1, 9)\n    should give: 9\n    gave: raised NameError: x",
    )
    assert len(found["passing"].items) == 1 and len(found["cases"].items) == 2


def test_a_case_that_compares_for_itself_is_shown_as_what_is_asked() -> None:
    case = Case("visible", "True", call="bool(clamp(1, 2, 3) == set([2]))")

    assert case_text(TASK, case, 1) == "case 1\n    call: clamp(1, 2, 3)\n    should give: {2}"


def test_a_very_long_line_is_cut_in_the_middle() -> None:
    shown = case_text(TASK, Case("visible", "'b'", args=f"('{'a' * 5_000}',)"), 1)

    assert "...(4009 characters left out)..." in shown and len(shown) < 1_300


@pytest.mark.parametrize(
    ("args", "call"),
    [
        ("()", "f()"), ("(1,)", "f(1)"), ("((1, 2), 'a, b')", "f((1, 2), 'a, b')"), ("1, 2", "f(1, 2)"), ("3", "f(*3)"),
        ("(1", "f(*(1)"), (" ( [1] , {2: 3} ) ", "f([1], {2: 3})"),
    ],
)  # fmt: skip
def test_arguments_are_shown_as_a_call(args: str, call: str) -> None:
    assert call_text("f", args) == call


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
