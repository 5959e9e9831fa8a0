"""HumanEval and its kin, in small files of our own in their layouts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ecology.tasks import Reading, load_tasks, read_tasks
from storage import TaskError

PROMPT = '''from typing import List


def top(numbers: List[int]) -> int:
    """ Return the largest number.
    >>> top([1, 2])
    2
    >>> top([3])
    9
    """
'''
TEST = """
METADATA = {"author": "us"}


def check(candidate):
    assert candidate([5, 6, 4]) == 6
    assert candidate([1, 2]) == 2, "a message"
    assert candidate([3]) == 3
    assert candidate([-1, -2]) == -1
    assert candidate([0]) == 0
    assert candidate([7, 7]) == 7
    assert True
"""
PLAIN: dict[str, Any] = {
    "task_id": "HumanEval/900",
    "prompt": PROMPT,
    "entry_point": "top",
    "canonical_solution": "    return THE_SECRET\n",
    "test": TEST,
}
FIX = PLAIN | {
    "task_id": "Python/900",
    "declaration": "from typing import List\n\n\ndef top(numbers: List[int]) -> int:\n",
    "buggy_solution": "    return min(numbers)\n",
    "docstring": "Return the largest number.",
    "example_test": "def check(top):\n    assert top([0]) == 0\ncheck(top)\n",
    "test": TEST.replace("candidate", "top") + "\ncheck(top)",
}


def read(folder: Path, *records: object) -> Reading:
    path = folder / "problems.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return read_tasks(path)


def test_a_plain_problem_starts_as_its_prompt_without_a_body(tmp_path: Path) -> None:
    reading = read(tmp_path, PLAIN)
    (task,) = reading.require()

    assert reading.layout == "humaneval"
    assert task.code == PROMPT + "    raise NotImplementedError\n"
    assert task.description.startswith("Return the largest number.")
    assert (task.name, task.source, task.licence, task.compare) == ("HumanEval/900", "humaneval", "MIT", "close")


def test_a_fix_problem_starts_as_its_buggy_solution(tmp_path: Path) -> None:
    (task,) = read(tmp_path, FIX).require()

    assert task.code == FIX["declaration"] + FIX["buggy_solution"]
    assert (task.description, task.source) == ("Return the largest number.", "humanevalfix")
    assert len(task.cases) == 6


def test_a_fix_problem_without_a_declaration_starts_as_prompt_and_buggy_solution(tmp_path: Path) -> None:
    (task,) = read(tmp_path, FIX | {"declaration": ""}).require()

    assert task.code == PROMPT + FIX["buggy_solution"]


def test_the_solution_is_nowhere_in_the_task(tmp_path: Path) -> None:
    for record in (PLAIN, FIX):
        (task,) = read(tmp_path, record).require()
        assert "THE_SECRET" not in repr(task)


def test_examples_are_visible_and_the_test_overrules_a_wrong_one(tmp_path: Path) -> None:
    (task,) = read(tmp_path, PLAIN).require()

    assert {(case.args, case.expect) for case in task.ring("visible")} == {("([1, 2],)", "2"), ("([3],)", "3")}
    assert len(task.ring("gate")) == 2


def test_the_example_test_of_a_fix_problem_is_visible(tmp_path: Path) -> None:
    (task,) = read(tmp_path, FIX).require()

    assert "([0],)" in {case.args for case in task.ring("visible")}


def test_inputs_and_results_of_an_evalplus_test_are_cases(tmp_path: Path) -> None:
    test = """
def check(candidate):
    inputs = [[[1, 2]], [[3, 1]], [[float('inf')]]]
    results = [2, 3, float('inf')]
    for i, (inp, exp) in enumerate(zip(inputs, results)):
        assertion(candidate(*inp), exp, 0)
"""
    (task,) = read(tmp_path, PLAIN | {"test": test, "prompt": "def top(numbers):\n"}).require()

    assert {(case.args, case.expect) for case in task.cases} == {
        ("([1, 2],)", "2"),
        ("([3, 1],)", "3"),
        ("([1e309],)", "1e309"),
    }


@pytest.mark.parametrize(
    "loop",
    [
        "for inp in inputs:\n        assertion(candidate(*inp), ref(*inp), 0)",
        "for inp, exp in zip(inputs, results):\n        assert near(candidate(*inp), exp)",
    ],
)
def test_results_that_are_compared_otherwise_are_no_cases(tmp_path: Path, loop: str) -> None:
    test = f"def check(candidate):\n    inputs = [[[1]], [[2]]]\n    results = [1, 2]\n    {loop}\n"

    reading = read(tmp_path, PLAIN | {"test": test, "prompt": "def top(numbers):\n"})

    assert not reading.tasks
    assert str(reading.skipped[0]) == "HumanEval/900: only 0 of its cases can be read as data; 2 are needed"


def test_evalplus_inputs_without_outputs_are_left_out_and_counted(tmp_path: Path) -> None:
    plus = PLAIN | {"base_input": [[[0]], [[7, 7]]], "plus_input": [[[8, 9]], [[10]]], "contract": "", "atol": 0}

    reading = read(tmp_path, plus)

    (task,) = reading.require()
    (skipped,) = reading.skipped
    assert (task.source, task.licence) == ("evalplus", "Apache-2.0")
    assert not skipped.whole
    assert "2 of 4 inputs in base_input and plus_input have no expected output" in skipped.reason


def test_a_problem_with_random_tests_is_skipped_and_the_others_load(tmp_path: Path) -> None:
    random = PLAIN | {
        "task_id": "HumanEval/901",
        "prompt": "def top(numbers):\n",
        "test": "def check(candidate):\n    for _ in range(9):\n        assert candidate([_]) == _\n",
    }

    reading = read(tmp_path, PLAIN, random)

    assert [task.name for task in reading.tasks] == ["HumanEval/900"]
    assert [skipped.name for skipped in reading.skipped] == ["HumanEval/901"]


def test_a_file_of_nothing_but_skipped_problems_is_refused(tmp_path: Path) -> None:
    read(tmp_path, PLAIN | {"test": "", "prompt": "def top(numbers):\n"})

    with pytest.raises(
        TaskError, match="none of its 1 tasks has cases that can be read as data; the first, HumanEval/900"
    ):
        load_tasks(tmp_path / "problems.jsonl")


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"entry_point": "topp"}, "entry_point", "did you mean `top`?"),
        ({"prompt": "def top(:\n"}, "code", "no Python"),
        ({"test": 5}, "test", "5 is of the wrong type"),
        ({"buggy_solution": "  return ("}, "code", "no Python"),
    ],
)
def test_a_malformed_problem_is_named_with_line_and_field(
    tmp_path: Path, changes: dict[str, object], field: str, said: str
) -> None:
    reading = read(tmp_path, PLAIN, PLAIN | {"task_id": "other"} | changes)

    assert [(problem.line, problem.field) for problem in reading.problems] == [(2, field)]
    assert said in reading.problems[0].text


def test_a_problem_that_comes_twice_is_named_with_both_lines(tmp_path: Path) -> None:
    with pytest.raises(TaskError, match="line 2, field `task_id`: 'HumanEval/900' stands on line 1 already"):
        read(tmp_path, PLAIN, PLAIN).require()
