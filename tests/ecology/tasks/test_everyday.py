"""Our own example tasks: each is broken where an agent can see it, and each can be repaired."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ecology.tasks import check_tasks, load_tasks, write_tasks
from governance import Sandbox, open_sandbox
from storage import RINGS, Task

ROOT = Path(__file__).parents[3]
EVERYDAY = ROOT / "examples" / "everyday.jsonl"
TASKS = load_tasks(EVERYDAY)
RIGHT = {
    record["id"]: record["reference"]
    for record in map(json.loads, (ROOT / "tests" / "examples_references.jsonl").read_text("utf-8").splitlines())
}
# The two tasks with two faults, and each fault's repair.
TWO_FAULTS = {
    "everyday/free_slots": [("start >= free_from", "start > free_from"), ("(end, closes)", "(free_from, closes)")],
    "everyday/basket_total": [
        ("coupon_percent // 10\n", "coupon_percent // 100\n"),
        ("5000 or items", "5000 and items"),
    ],
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with open_sandbox(allow_rlimit=True) as opened:
        yield opened


def passed(folder: Path, sandbox: Sandbox, *tasks: Task) -> list[list[int]]:
    write_tasks(tasks, folder / "tasks.jsonl")
    checks = check_tasks(folder / "tasks.jsonl", sandbox=sandbox).tasks
    return [[ring.cases - ring.passed for ring in check.rings] for check in checks]


def test_there_are_enough_tasks_and_each_has_a_right_version() -> None:
    assert len(TASKS) >= 14
    assert set(RIGHT) == {task.name for task in TASKS}


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.entry_point)
def test_each_task_is_described_and_has_enough_cases(task: Task) -> None:
    visible, gate, sealed = (len(task.ring(ring)) for ring in RINGS)

    assert task.description
    assert (task.source, task.licence) == ("everyday", "MIT")
    assert 3 <= visible <= 6 and 8 <= gate <= 12 and 8 <= sealed <= 12
    assert len({case.args for case in task.cases}) == len(task.cases)


def test_every_tool_fails_in_every_ring(sandbox: Sandbox) -> None:
    for check in check_tasks(EVERYDAY, sandbox=sandbox).tasks:
        assert check.flags == ()
        assert all(ring.passed < ring.cases for ring in check.rings), check


def test_every_right_version_passes_everything(tmp_path: Path, sandbox: Sandbox) -> None:
    repaired = [replace(task, code=RIGHT[task.name]) for task in TASKS]

    assert passed(tmp_path, sandbox, *repaired) == [[0, 0, 0]] * len(TASKS)


@pytest.mark.parametrize("name", TWO_FAULTS)
def test_of_two_faults_either_repair_alone_already_helps(tmp_path: Path, sandbox: Sandbox, name: str) -> None:
    task = next(task for task in TASKS if task.name == name)
    halves = [replace(task, name=old, code=task.code.replace(old, new)) for old, new in TWO_FAULTS[name]]

    before, *after = passed(
        tmp_path, sandbox, task, *(replace(half, name=f"half {at}") for at, half in enumerate(halves))
    )

    assert all(half.code != task.code for half in halves)
    assert all(sum(failing) > 0 for failing in after)
    assert all(now <= then for failing in after for now, then in zip(failing, before, strict=True))
    assert all(sum(failing) < sum(before) for failing in after)
