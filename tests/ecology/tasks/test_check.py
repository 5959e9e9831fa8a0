"""What checking a task file tells, with and without a sandbox."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from ecology.tasks import RingCheck, check_tasks
from governance import Limits, Sandbox, open_sandbox
from storage import TaskError


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with open_sandbox(allow_rlimit=True) as opened:
        yield opened


def file_of(folder: Path, *bodies: str, helper: str = "") -> Path:
    path = folder / "tasks.jsonl"
    records = [
        {
            "id": f"t{number}",
            "entry_point": "f",
            "code": f"def f(a):\n    {body}\n",
            "helper": helper,
            "visible": [{"args": "(1,)", "expect": "2"}],
            "gate": [{"args": "(2,)", "expect": "3"}, {"args": "(3,)", "expect": "4"}],
        }
        for number, body in enumerate(bodies)
    ]
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def flags(path: Path, sandbox: Sandbox) -> list[tuple[str, ...]]:
    return [task.flags for task in check_tasks(path, sandbox=sandbox).tasks]


def test_without_a_sandbox_nothing_runs_and_lines_are_told(tmp_path: Path) -> None:
    report = check_tasks(file_of(tmp_path, "return a", "return a * 2"))

    assert report.sound
    assert [(task.name, task.line, task.rings, task.flags) for task in report.tasks] == [
        ("t0", 1, (), ()),
        ("t1", 2, (), ()),
    ]


def test_all_problems_are_listed_beside_the_sound_tasks(tmp_path: Path) -> None:
    report = check_tasks(file_of(tmp_path, "return a", "return (", "return ]"))

    assert not report.sound
    assert [(problem.line, problem.field) for problem in report.problems] == [(2, "code"), (3, "code")]
    assert [task.name for task in report.tasks] == ["t0"]


def test_a_path_that_cannot_be_read_at_all_raises(tmp_path: Path) -> None:
    with pytest.raises(TaskError, match="there is no such file"):
        check_tasks(tmp_path / "nowhere")


def test_a_sandbox_tells_what_each_ring_passes(tmp_path: Path, sandbox: Sandbox) -> None:
    (task,) = check_tasks(file_of(tmp_path, "return a + 1 if a > 2 else 1 // (a - 2)"), sandbox=sandbox).tasks

    assert task.rings == (RingCheck("visible", 1, 0, 1), RingCheck("gate", 2, 1, 1))
    assert task.flags == ()


def test_code_that_passes_everything_is_flagged(tmp_path: Path, sandbox: Sandbox) -> None:
    assert flags(file_of(tmp_path, "return a + 1"), sandbox) == [
        ("its code passes every case already; there is nothing to repair",)
    ]


def test_code_whose_failures_are_hidden_is_flagged(tmp_path: Path, sandbox: Sandbox) -> None:
    (found,) = flags(file_of(tmp_path, "return 2 * a"), sandbox)

    assert "agents see no failure" in found[0]


def test_cases_that_cannot_run_are_flagged_with_the_error(tmp_path: Path, sandbox: Sandbox) -> None:
    (found,) = flags(file_of(tmp_path, "return unknown(a)"), sandbox)

    assert found[0].startswith("no case returns a value (the first: ")
    assert "unknown" in found[0]


def test_a_helper_that_fails_is_flagged(tmp_path: Path, sandbox: Sandbox) -> None:
    (found,) = flags(file_of(tmp_path, "return a", helper="import no_such_module"), sandbox)

    assert "no_such_module" in found[0]


def test_a_tool_that_is_still_to_be_written_is_not_flagged(tmp_path: Path, sandbox: Sandbox) -> None:
    assert flags(file_of(tmp_path, "raise NotImplementedError"), sandbox) == [()]


def test_an_endless_tool_costs_its_own_check_only(tmp_path: Path, sandbox: Sandbox) -> None:
    path = file_of(tmp_path, "while True: pass", "return a")

    first, second = check_tasks(path, sandbox=sandbox, limits=Limits(fuel=10_000)).tasks

    assert [ring.returned for ring in first.rings] == [0, 0]
    assert [ring.returned for ring in second.rings] == [1, 2]


def test_a_report_turns_into_json(tmp_path: Path, sandbox: Sandbox) -> None:
    report = check_tasks(file_of(tmp_path, "return a", "return ("), sandbox=sandbox)

    assert json.loads(json.dumps(asdict(report)))["tasks"][0]["rings"][0] == {
        "ring": "visible",
        "cases": 1,
        "passed": 0,
        "returned": 1,
    }
