"""Claims about the composer, who builds a tool on others."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from agents import AnyAction, Compose, Genome, Pass, Shelved, View, Workbench
from agents.edits import Edited
from agents.linking import link
from agents.species.composer import composer
from storage import Case, Task
from tests.agents.conftest import Look
from tests.agents.species.study import Line, Turn, take

MIND = composer()
HEAD = "def digit_sum(number):\n    return number\n"
CASES = tuple(Case("visible", want, args=f"({number},)") for number, want in [("7", "7"), ("12", "3"), ("-405", "9")])
TASK = Task("digit_sum", "digit_sum", HEAD, CASES, description="The sum of a number's digits.")
SPLIT = """def _parts(text):
    return [int(each) for each in text]


def digits(number):
    return _parts(str(abs(number)))
"""
DIGITS = Shelved(31, "digits", "digits", "The digits of a number.", SPLIT)
TOTAL = Shelved(32, "total", "total", "Add up.\nAll of it.", "def total(items):\n    return sum(items)\n")
SAME = Shelved(33, "other", "digit_sum", "", "def digit_sum(number):\n    return 0\n")

BUILT = "def digit_sum(number):\n    return total(digits(number))"


def said(code: str) -> str:
    return f"Splits with digits, adds with total.\n```python\n{code}\n```"


class Setting:
    """One failing tool, a shelf, and a composer."""

    def __init__(self, look: Look, bench: Workbench, folder: Path) -> None:
        self.look, self.bench, self._folder = look, bench, folder

    def view(self, *shelf: Shelved) -> View:
        genome = Genome(species="composer", model="scripted")
        return dataclasses.replace(self.look(genome, TASK, activity="rewrite"), shelf=shelf)

    def turn(self, *lines: Line, shelf: tuple[Shelved, ...] = (DIGITS, SAME, TOTAL)) -> Turn:
        return take(MIND, self.view(*shelf), *lines, folder=self._folder, bench=self.bench)


@pytest.fixture
def setting(look: Look, bench: Workbench, tmp_path: Path) -> Setting:
    return Setting(look, bench, tmp_path)


def only(turn: Turn) -> AnyAction:
    (action,) = turn.actions
    return action


def test_a_tool_is_composed_of_others_and_what_is_linked_passes_its_cases(setting: Setting) -> None:
    turn = setting.turn(said(BUILT))

    action = only(turn)
    assert action == Compose(
        source=f"{BUILT}\n", basis_id=1, components=(31, 32), reason="Splits with digits, adds with total."
    )
    assert isinstance(action, Compose) and turn.thought["tried"] == 1
    linked = link(action.source, "digit_sum", [DIGITS, TOTAL])
    assert isinstance(linked, Edited) and setting.bench.rehearse(TASK, linked.source).passed == (True, True, True)


def test_the_model_sees_the_shelf_without_tools_of_the_same_name(setting: Setting) -> None:
    user = setting.turn(said(BUILT)).requests[0][1][1]

    assert f"`digits`:\n```python\n# The digits of a number.\n{DIGITS.source}```" in user
    assert "# Add up.\n# All of it.\ndef total(items):" in user and "return 0" not in user
    assert "def digit_sum(number):\n    ..." in user


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("def digit_sum(number):\n    return sum(int(each) for each in str(abs(number)))", "calls none of the tools"),
        (f"def total(items):\n    return sum(items)\n\n{BUILT}", "defines `total` itself"),
        (
            "def digit_sum(number):\n    return total(_parts(str(abs(number)))) + len(digits(1))",
            "inner name of `digits`",
        ),
        ("def digit_sum(number):\n    return total(digits(number))) + 1", "no valid Python"),
        ("def digit_sum(number):\n    return total(digits(number)) + 1", "passes 0 of the 3 cases shown"),
    ],
)
def test_what_cannot_be_used_is_told_and_may_be_mended(setting: Setting, code: str, told: str) -> None:
    turn = setting.turn(said(code), said(BUILT))

    assert isinstance(only(turn), Compose) and told in turn.requests[1][-1][1]


def test_words_alone_decline(setting: Setting) -> None:
    turn = setting.turn("None of these functions truly helps.")

    assert only(turn) == Pass(reason="None of these functions truly helps.") and len(turn.requests) == 1


@pytest.mark.parametrize("shelf", [(), (SAME,)])
def test_without_a_tool_to_build_on_nobody_is_asked(setting: Setting, shelf: tuple[Shelved, ...]) -> None:
    turn = setting.turn(said(BUILT), shelf=shelf)

    assert only(turn) == Pass(reason="no tool on the shelf to build on") and not turn.requests


def test_more_tools_than_a_composition_may_have_are_refused(setting: Setting) -> None:
    shelf = tuple(
        Shelved(number, f"t{number}", f"part_{number}", "", f"def part_{number}(x):\n    return x\n")
        for number in range(9)
    )
    calls = " + ".join(f"{each.entry_point}(number)" for each in shelf)

    turn = setting.turn(said(f"def digit_sum(number):\n    return {calls}"), said(BUILT), shelf=(*shelf, DIGITS, TOTAL))

    assert "calls 9 tools; use at most 8" in turn.requests[1][-1][1]
