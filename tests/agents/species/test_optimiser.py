"""Claims about the optimiser, who makes a solved tool cheaper and proves that it does the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents import AnyAction, Genome, Pass, Propose, Workbench
from agents.species.optimiser import optimiser
from storage import Case, Task
from tests.agents.conftest import Look
from tests.agents.species.study import Turn, take

HEAD = """def total(items):
    found = 0
    for item in items:
        found = found + item
    return found
"""
CASES = [("[2, 2]", "4"), ("[]", "0"), ("[1, 3]", "4"), ("[1, 2, 3]", "6")]
MIND = optimiser()


@pytest.fixture
def task() -> Task:
    return Task("total", "total", HEAD, tuple(Case("visible", want, args=f"({items},)") for items, want in CASES))


class Setting:
    """One solved tool and its optimiser."""

    def __init__(self, look: Look, bench: Workbench, task: Task, folder: Path) -> None:
        self._look, self._bench, self._task, self._folder = look, bench, task, folder

    def turn(self, *bodies: str, reflections: int = 1) -> Turn:
        genome = Genome(species="optimiser", model="scripted", reflections=reflections)
        lines = [f"It saves steps.\n```python\ndef total(items):\n{body}\n```" for body in bodies]
        view = self._look(genome, self._task, activity="improve")
        return take(MIND, view, *lines, folder=self._folder, bench=self._bench)


@pytest.fixture
def setting(look: Look, bench: Workbench, task: Task, tmp_path: Path) -> Setting:
    return Setting(look, bench, task, tmp_path)


def only(turn: Turn) -> AnyAction:
    (action,) = turn.actions
    return action


def test_the_same_for_fewer_steps_is_proposed(setting: Setting) -> None:
    turn = setting.turn("    return sum(items)")

    assert only(turn) == Propose(
        source="def total(items):\n    return sum(items)\n", basis_id=1, reason="It saves steps."
    )
    assert "takes 11 steps in all" in turn.requests[0][1][1]


def test_as_many_steps_in_less_code_are_proposed(setting: Setting) -> None:
    body = "    found = 0\n    for item in items:\n        found += item\n    return found"

    assert isinstance(only(setting.turn(body)), Propose)


def test_what_differs_on_a_generated_input_is_refused_with_that_input(setting: Setting) -> None:
    fitted = "    return sum(items) if len(items) < 4 else 10"

    turn = setting.turn(fitted, fitted.replace("10", "11"))

    assert isinstance(only(turn), Pass) and turn.thought["tried"] == 2
    told = turn.requests[1][-1][1]
    assert "does not do the same as the present code" in told
    assert "call: total([" in told and "yours gave: 10" in told and "the present code gave: " in told


def test_a_case_that_is_lost_is_shown(setting: Setting) -> None:
    turn = setting.turn("    return sum(items) + (not items)", "    return sum(items)")

    assert "case 2\n    call: total([])\n    should give: 0\n    gave: 1\n" in turn.requests[1][-1][1]
    assert isinstance(only(turn), Propose)


def test_what_saves_too_little_is_refused_with_the_figures(setting: Setting) -> None:
    longer = (
        "    found = 0\n    for item in items:\n        found = item + found\n    found = found + 0\n    return found"
    )

    turn = setting.turn(longer, reflections=1)

    assert isinstance(only(turn), Pass)
    assert "it saves too little: it takes" in turn.requests[1][-1][1]


def test_what_changes_its_arguments_is_refused(setting: Setting) -> None:
    turn = setting.turn("    got = sum(items)\n    items.clear()\n    return got", "    return sum(items)")

    assert "yours changed its arguments, which the present code leaves alone" in turn.requests[1][-1][1]


def test_an_error_that_the_present_code_does_not_raise_is_refused(setting: Setting) -> None:
    turn = setting.turn("    return items[0] + sum(items[1:]) if len(items) != 4 else None + 1", "    return 0")

    assert isinstance(only(turn), Pass)


def test_a_tool_whose_cases_are_calls_is_compared_on_those(look: Look, bench: Workbench, tmp_path: Path) -> None:
    cases = (Case("visible", "6", setup="items = [1, 2, 3]", call="total(items)"),)
    setting = Setting(look, bench, Task("total", "total", HEAD, cases), tmp_path)

    turn = setting.turn("    return sum(items)")

    assert isinstance(only(turn), Propose)
    assert "statements:\n        items = [1, 2, 3]\n    expression: total(items)" in turn.requests[0][1][1]
