"""Claims about the mender, and with it about all who write code with a language model."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from agents import AnyAction, Genome, Pass, Propose, Rival, Workbench
from agents.species.mender import mender
from prompts import prompt_names
from storage import Task
from tests.agents.conftest import Look
from tests.agents.species.study import Line, Turn, take

MENDER = Genome(species="mender", model="scripted", reflections=1)
MIND = mender()

RIGHT = """def clamp(value, low, high):
    if value < low:
        return low
    return high if value > high else value"""
HALF = "def clamp(value, low, high):\n    return high if value > high else low"
WORSE = "def clamp(value, low, high):\n    return value"
SLOW = "def clamp(value, low, high):\n    while True:\n        pass"


def said(code: str, words: str = "It compared with the wrong bound.") -> str:
    return f"{words}\n\n```python\n{code}\n```\n"


@dataclasses.dataclass
class Setting:
    """One tool, one agent, and a model that says what it is told to."""

    look: Look
    bench: Workbench
    clamp: Task
    folder: Path

    def turn(self, *lines: Line, reflections: int = 1, change: dict[str, Any] | None = None, **options: Any) -> Turn:
        genome = MENDER.model_copy(update={"reflections": reflections})
        view = dataclasses.replace(self.look(genome, self.clamp, activity="rewrite"), **(change or {}))
        return take(MIND, view, *lines, folder=self.folder, bench=self.bench, **options)


@pytest.fixture
def setting(look: Look, bench: Workbench, clamp: Task, tmp_path: Path) -> Setting:
    return Setting(look, bench, clamp, tmp_path)


def only(turn: Turn) -> AnyAction:
    (action,) = turn.actions
    return action


def last_words(turn: Turn) -> str:
    """Return the last message that the model was sent."""
    return turn.requests[-1][-1][1]


def test_a_good_reply_is_proposed_with_the_models_own_reason(setting: Setting) -> None:
    turn = setting.turn(said(RIGHT))

    assert only(turn) == Propose(source=f"{RIGHT}\n", basis_id=1, reason="It compared with the wrong bound.")
    assert turn.thought["tried"] == 1 and len(turn.requests) == 1


def test_a_reply_without_words_gets_a_reason_all_the_same(setting: Setting) -> None:
    action = only(setting.turn(f"```python\n{RIGHT}\n```"))

    assert isinstance(action, Propose) and action.reason == "a repair by a language model"


def test_the_model_sees_the_code_and_what_fails(setting: Setting) -> None:
    ((system, user),) = setting.turn(said(RIGHT)).requests

    assert system[0] == "system" and "`clamp`" in system[1] and "if value < low" not in system[1]
    assert setting.clamp.code in user[1]
    assert "case 2\n    call: clamp(12, 1, 9)\n    should give: 9\n    gave: 12\n" in user[1]
    assert "your version must too:\n```text\ncase 1\n    call: clamp(0, 1, 9)\n    should give: 1\n```" in user[1]


def test_the_model_is_told_how_many_lines_it_may_write(setting: Setting) -> None:
    ((system, _),) = setting.turn(said(RIGHT)).requests

    assert len(setting.clamp.code.splitlines()) == 6 and "more than about 32 lines" in system[1]


def test_of_a_reply_with_notes_the_last_block_is_taken_and_what_stands_after_change(setting: Setting) -> None:
    notes = f"Perhaps the lower bound?\n{said(WORSE, 'Change: nothing yet.')}\nNo, that loses case 1."

    turn = setting.turn(f"{notes}\n\n{said(RIGHT, '**Change:** the upper bound.')}")

    assert only(turn) == Propose(source=f"{RIGHT}\n", basis_id=1, reason="the upper bound.")


def test_no_hidden_case_is_shown(setting: Setting) -> None:
    ((_, user),) = setting.turn(said(RIGHT)).requests

    assert "7, 1, 8" not in user[1] and "-7, -1, 1" not in user[1] and "2, 0, 3" not in user[1]


def test_an_unreadable_reply_is_answered_with_what_is_wrong_and_then_a_good_one_is_taken(setting: Setting) -> None:
    turn = setting.turn("I would rather not.", said(RIGHT))

    assert isinstance(only(turn), Propose) and turn.thought["tried"] == 1
    assert [role for role, _ in turn.requests[1]] == ["system", "user", "assistant", "user"]
    assert turn.requests[1][2][1] == "I would rather not."
    assert "could not be used" in last_words(turn) and "holds no code block" in last_words(turn)


def test_a_wrong_reply_is_answered_with_the_cases_that_fail(setting: Setting) -> None:
    turn = setting.turn(said(WORSE), said(RIGHT))

    assert isinstance(only(turn), Propose) and turn.thought["tried"] == 2
    assert "passes 1 of the 3 cases shown; the code it is to replace passes 1" in last_words(turn)
    assert "What passed before must still pass: case 1." in last_words(turn)
    assert "case 1\n    call: clamp(0, 1, 9)\n    should give: 1\n    gave: 0\n" in last_words(turn)


def test_a_reply_that_never_ends_is_told_so(setting: Setting) -> None:
    turn = setting.turn(said(SLOW), said(RIGHT))

    assert "did not end within its fuel" in last_words(turn) and isinstance(only(turn), Propose)


def test_a_reply_that_was_cut_off_is_never_used_nor_shown_again(setting: Setting) -> None:
    turn = setting.turn({"text": said(RIGHT), "finish": "length"}, "No more.")

    assert only(turn) == Pass(reason="2 replies, the last one unusable (no-block)")
    assert turn.thought["tried"] == 0
    assert turn.requests[1][2][1] == "(a reply that was cut off)" and "was cut off" in last_words(turn)


@pytest.mark.parametrize("reflections", [0, 1, 3])
def test_feedback_is_given_as_often_as_the_genome_says(setting: Setting, reflections: int) -> None:
    turn = setting.turn(*[said(f"{WORSE} + {number}") for number in range(6)], reflections=reflections)

    assert isinstance(only(turn), Pass)
    assert len(turn.requests) == turn.thought["tried"] == reflections + 1


def test_what_wins_some_cases_is_kept_while_the_model_tries_for_more(setting: Setting) -> None:
    kept = only(setting.turn(said(HALF, "Now the upper bound holds."), said(WORSE)))
    better = only(setting.turn(said(HALF), said(RIGHT)))

    assert isinstance(kept, Propose) and kept.reason == "Now the upper bound holds."
    assert isinstance(better, Propose) and better.source == f"{RIGHT}\n"


def test_what_wins_some_cases_is_proposed_where_the_model_then_fails(setting: Setting) -> None:
    action = only(setting.turn(said(HALF), {"error": "timeout", "order": 2}))

    assert isinstance(action, Propose) and action.source == f"{HALF}\n"


@pytest.mark.parametrize("kind", ["timeout", "refused", "budget"])
def test_without_a_reply_the_agent_passes_and_says_why(setting: Setting, kind: str) -> None:
    assert only(setting.turn({"error": kind})) == Pass(reason=f"no reply: {kind}")


def test_an_agent_without_a_model_passes(setting: Setting) -> None:
    assert only(setting.turn()) == Pass(reason="no reply: refused")


def test_where_all_shown_cases_pass_other_code_that_passes_them_is_proposed(setting: Setting) -> None:
    head = setting.look(MENDER, dataclasses.replace(setting.clamp, code=f"{RIGHT}\n")).head
    other = RIGHT.replace("value < low", "low > value")

    turn = setting.turn(said(RIGHT), said(other), change={"head": head, "base": head})

    assert "passes all 3 cases shown, but other cases, which are hidden, fail" in turn.requests[0][1][1]
    assert "is the function as it stands" in last_words(turn)
    assert only(turn) == Propose(source=f"{other}\n", basis_id=1, reason="It compared with the wrong bound.")


def test_a_version_that_there_is_already_is_not_proposed_again(setting: Setting) -> None:
    turn = setting.turn(said(RIGHT), "No.", change={"rivals": (Rival(3, f"{RIGHT}\n", "mender-3"),)})

    assert isinstance(only(turn), Pass) and "there is already" in last_words(turn)


def test_a_helper_that_was_written_anew_in_vain_is_named(setting: Setting) -> None:
    code = "def low_of(a):\n    return a\n\n\n" + setting.clamp.code
    head = dataclasses.replace(setting.look(MENDER, setting.clamp).head or _never(), source=code)
    block = "def low_of(a):\n    return 0\n\n\n" + WORSE

    turn = setting.turn(said(block), "No.", change={"head": head, "base": head})

    assert "also defines `low_of`, which the module has already" in last_words(turn)


def test_search_and_replace_is_asked_for_where_the_model_is_tried_with_it(setting: Setting) -> None:
    blocks = "Wrong way.\n<<<<<<< SEARCH\n    if value < high:\n=======\n    if value > high:\n>>>>>>> REPLACE\n"

    turn = setting.turn(blocks, draw=0.0)

    action = only(turn)
    assert isinstance(action, Propose) and "if value > high" in action.source and action.reason == "Wrong way."
    assert "<<<<<<< SEARCH" in turn.requests[0][0][1]


def test_what_was_refused_as_stale_is_offered_again_without_asking(setting: Setting) -> None:
    view = setting.look(MENDER, setting.clamp, f"{RIGHT}\n", activity="repropose")

    turn = setting.turn(change={"activity": "repropose", "proposals": view.proposals})

    assert only(turn) == Propose(source=f"{RIGHT}\n", basis_id=1, reason="a note (again, on the new head)")


def test_a_tool_that_earns_by_its_edits_has_a_prompt_of_its_own(setting: Setting) -> None:
    if "operator" not in prompt_names():
        pytest.skip("there is no prompt for operator tools yet")
    task = dataclasses.replace(setting.clamp, judged="earnings")

    turn = setting.turn(said(RIGHT), change={"task": task, "record": ("version 3: 20 turns, earned 4",)})

    assert isinstance(only(turn), Propose)
    assert "version 3: 20 turns, earned 4" in turn.requests[0][-1][1]


def _never() -> Any:
    raise AssertionError("a view has a head")
