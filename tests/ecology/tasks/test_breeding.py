"""Bred tasks: several faults that each show, in programs that were right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ecology import load_tasks
from ecology.tasks import Bred, breed, load_references
from ecology.tasks.faults import OPERATORS, faults_of, with_faults
from governance import Bench
from tests.ecology import networks
from tests.ecology.cli.command_line import Shell

ROOT = Path(__file__).resolve().parents[3]
TASKS = load_tasks(ROOT / "examples" / "everyday.jsonl")[:5]
RIGHT = load_references(ROOT / "tests" / "examples_references.jsonl", TASKS)

BUMP = "def bump(n):\n    if n > 1:\n        n = n * 3\n        n += 1\n    return n\n"


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with Bench.open(allow_rlimit=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def bred(bench: Bench) -> Bred:
    return breed(TASKS, RIGHT, bench=bench, faults=2, each=2, seed=4)


def test_a_bred_task_fails_a_visible_case_and_its_right_program_none(bench: Bench, bred: Bred) -> None:
    assert len(bred.tasks) >= 5
    for task in bred.tasks:
        assert not all(bench.score(task, task.code).scorecard.visible), task.name
        assert bench.score(task, bred.right[task.name]).scorecard.solved, task.name


def test_its_faults_are_of_different_families(bred: Bred) -> None:
    for task in bred.tasks:
        operators = task.name.rpartition("-")[0].split("+")[1:]
        families = [OPERATORS[name].family for name in operators]
        assert len(families) == 2 == len(set(families)), task.name


def test_none_of_its_faults_is_hidden_by_another(bench: Bench) -> None:
    inputs = ((0,), (1,), (2,), (5,))
    parent = networks.task("bump", BUMP, lambda n: n * 3 + 1 if n > 1 else n, about="", pairs=inputs, gate=inputs)

    bred = breed([parent], {"bump": BUMP}, bench=bench, faults=2, each=40, seed=1).tasks

    codes = {each.code for each in bred}
    alone = {with_faults(BUMP, [each]) for each in faults_of(BUMP)}
    assert len(codes) >= 10 and not codes & alone


def test_the_same_seed_breeds_the_same_tasks(bench: Bench, bred: Bred) -> None:
    assert breed(TASKS, RIGHT, bench=bench, faults=2, each=2, seed=4) == bred
    assert breed(TASKS, RIGHT, bench=bench, faults=2, each=2, seed=5) != bred


def test_nothing_is_bred_from_a_program_that_is_not_right(bench: Bench) -> None:
    found = breed(TASKS[:1], {TASKS[0].entry_point: TASKS[0].code}, bench=bench)

    assert not found.tasks
    assert [skipped.reason for skipped in found.skipped] == ["its right program fails a case"]


def test_nothing_of_the_sealed_cases_is_lost(bred: Bred) -> None:
    for task in bred.tasks:
        parent = next(each for each in TASKS if task.name.startswith(each.name))
        assert replace(task, name="", code="", source="") == replace(parent, name="", code="", source="")


def test_the_command_writes_a_file_that_can_be_run(tmp_path: Path) -> None:
    ecology = Shell(tmp_path)
    examples, references = ROOT / "examples" / "everyday.jsonl", ROOT / "tests" / "examples_references.jsonl"

    said = ecology("tasks", "breed", examples, "--references", references, "--out", "hard.jsonl", "--json")
    again = ecology("tasks", "breed", examples, "--references", references, "--out", "hard.jsonl")
    neither = ecology("tasks", "breed", examples, "--out", "other.jsonl")

    assert said.code == 0, said.err
    assert len(load_tasks(tmp_path / "hard.jsonl")) == len(said.document()["tasks"]) >= 15
    assert "there already" in again.complaint(4)
    assert "--from DB or by --references" in neither.complaint(4)
