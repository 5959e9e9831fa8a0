"""Claims about the toolsmith, who writes a tool anew."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from agents import Genome, Propose, Workbench
from agents.species.toolsmith import toolsmith
from storage import Task
from tests.agents.conftest import Look
from tests.agents.species.study import take

SMITH = Genome(species="toolsmith", model="scripted")
BODY = "\n".join(f"    step_{number} = {number}" for number in range(12))
INNER = "import math\n\n\ndef inner(x):\n    return secret(x)\n\n\n"
CODE = f"{INNER}def clamp(value, low, high):\n{BODY}\n    return step_0\n"
RIGHT = "def clamp(value, low, high):\n    return max(low, min(value, high))"


def test_a_tool_is_written_anew_from_what_it_is_for(look: Look, bench: Workbench, clamp: Task, tmp_path: Path) -> None:
    task = dataclasses.replace(clamp, code=CODE, description="Keep a value within bounds.")

    turn = take(
        toolsmith(), look(SMITH, task, activity="rewrite"), f"Bounds it.\n```python\n{RIGHT}\n```",
        folder=tmp_path, bench=bench,
    )  # fmt: skip

    (action,) = turn.actions
    assert isinstance(action, Propose) and action.reason == "Bounds it."
    assert action.source == f"{INNER}{RIGHT}\n"


def test_the_model_sees_what_the_code_defines_and_little_of_how(
    look: Look, bench: Workbench, clamp: Task, tmp_path: Path
) -> None:
    task = dataclasses.replace(clamp, code=CODE, description="Keep a value within bounds.")

    ((_, (_, user)),) = take(
        toolsmith(), look(SMITH, task), f"```python\n{RIGHT}\n```", folder=tmp_path, bench=bench
    ).requests

    assert "Keep a value within bounds." in user and "def inner(x):\n    ..." in user and "secret" not in user
    assert "step_6 = 6" in user and "step_7" not in user and "begins so, with 7 of its 13 lines" in user
    assert "fails these cases:\n```text\ncase 1\n    call: clamp(0, 1, 9)\n    should give: 1\n" in user
    assert "case 2\n    call: clamp(12, 1, 9)\n    should give: 9" in user and "gave:" not in user


def test_the_model_sees_which_cases_must_not_be_lost(look: Look, bench: Workbench, clamp: Task, tmp_path: Path) -> None:
    ((_, (_, user)),) = take(
        toolsmith(), look(SMITH, clamp), f"```python\n{RIGHT}\n```", folder=tmp_path, bench=bench
    ).requests

    fails, passes = user.split("It passes these, and your version must too:")

    assert "case 2\n" in fails and "case 3\n" in fails and "case 1\n" in passes


def test_the_whole_function_is_asked_for_even_where_the_model_is_tried_with_another_form(
    look: Look, bench: Workbench, clamp: Task, tmp_path: Path
) -> None:
    turn = take(toolsmith(), look(SMITH, clamp), f"```python\n{RIGHT}\n```", folder=tmp_path, bench=bench, draw=0.0)

    assert "<<<<<<< SEARCH" not in turn.requests[0][0][1] and isinstance(turn.actions[0], Propose)
