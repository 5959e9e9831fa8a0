"""A checkout of QuixBugs, in a small one of our own in its layout."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecology.tasks import load_tasks, read_tasks
from storage import Task, TaskError

TEXTS = {
    "python_programs/double.py": '''
def double(n):
    return n + 2


"""
Doubling

Example:
    >>> double(2)
    4
"""
''',
    "json_testcases/double.json": "[[2], 4]\n[[3], 6]\n[[0], 0]\n\n[5, 10]\n[[999], 1998]\n[[7], 14]\n",
    "python_testcases/test_double.py": """
import pytest
from load_testdata import load_json_testcases

testdata = load_json_testcases("double")


@pytest.mark.parametrize("input_data,expected", testdata)
def test_double(input_data, expected):
    if not pytest.run_slow and input_data == [999]:
        pytest.skip("Takes too long")
    assert double(*input_data) == expected
""",
    "python_programs/walk.py": "def walk(node):\n    while node:\n        node = node.successor\n    return node\n",
    "python_testcases/test_walk.py": """
import pytest
from node import Node

if pytest.use_correct:
    from correct_python_programs.walk import walk
else:
    from python_programs.walk import walk

end = Node(3)


def test1():
    \"\"\"A line of two\"\"\"

    start = Node(1, end)
    result = walk(start)
    assert result.value == 3


def test2():
    nodes = {"a": walk(end)}
    expected = {"a": float("inf")}
    assert nodes == expected


def test3():
    assert not walk(None)


def test4(capsys):
    assert walk(end) == 4
""",
    "python_testcases/node.py": "class Node:\n    pass\n",
    "python_programs/node.py": "class Node:\n    other = True\n",
    "python_programs/walk_test.py": "raise SystemExit\n",
    "python_programs/lost.py": "def lost():\n    pass\n",
    "correct_python_programs/double.py": "THE_SECRET = (",
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name, text in TEXTS.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def task_named(checkout: Path, name: str) -> Task:
    return next(task for task in load_tasks(checkout) if task.name == name)


def test_each_program_with_cases_is_a_task_and_the_rest_is_reported(checkout: Path) -> None:
    reading = read_tasks(checkout)

    assert reading.layout == "quixbugs"
    assert [task.name for task in reading.tasks] == ["quixbugs/double", "quixbugs/walk"]
    assert [str(skipped) for skipped in reading.skipped] == [
        "quixbugs/lost: has neither json_testcases/lost.json nor python_testcases/test_lost.py"
    ]


def test_the_text_after_a_program_is_its_description(checkout: Path) -> None:
    task = task_named(checkout, "quixbugs/double")

    assert task.code == "def double(n):\n    return n + 2\n"
    assert task.description.startswith("Doubling\n")
    assert (task.entry_point, task.source, task.licence) == ("double", "quixbugs", "MIT")


def test_json_cases_are_read_but_for_those_that_the_tests_skip(checkout: Path) -> None:
    task = task_named(checkout, "quixbugs/double")

    assert {case.args: case.expect for case in task.cases} == {
        "(2,)": "4",
        "(3,)": "6",
        "(0,)": "0",
        "(5,)": "10",
        "(7,)": "14",
    }
    assert "(2,)" in {case.args for case in task.ring("visible")}
    assert task.lists and task.compare == "exact"


def test_python_tests_are_read_with_their_setup_and_the_node_class(checkout: Path) -> None:
    task = task_named(checkout, "quixbugs/walk")

    assert task.helper == TEXTS["python_testcases/node.py"]
    assert not task.lists and task.compare == "close"
    assert {(case.setup, case.call, case.expect) for case in task.cases} == {
        ("end = Node(3)\nstart = Node(1, end)", "walk(start).value", "3"),
        ("end = Node(3)", "dict({'a': walk(end)})", "{'a': 1e309}"),
        ("end = Node(3)", "bool(walk(None))", "False"),
    }


def test_a_tolerance_taken_from_the_last_argument_becomes_part_of_the_call(checkout: Path) -> None:
    (checkout / "json_testcases/double.json").write_text("[[2, 0.5], 4]\n[[3, 0.1], 6.5]\n")
    (checkout / "python_testcases/test_double.py").write_text(
        "def test_double(input_data, expected):\n"
        "    assert double(*input_data) == pytest.approx(expected, abs=input_data[-1])\n"
    )

    calls = {case.call: case.expect for case in task_named(checkout, "quixbugs/double").cases}

    assert calls == {"abs(double(2, 0.5) - 4) <= 0.5": "True", "abs(double(3, 0.1) - 6.5) <= 0.1": "True"}


def test_correct_programs_are_never_opened(checkout: Path) -> None:
    (checkout / "correct_python_programs/double.py").unlink()
    (checkout / "correct_python_programs/double.py").mkdir()

    assert len(load_tasks(checkout)) == 2


def test_loading_twice_gives_the_same_tasks(checkout: Path) -> None:
    assert [task.digest for task in load_tasks(checkout)] == [task.digest for task in load_tasks(checkout)]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("json_testcases/double.json", "[[1], 2]\n[[1], 2, 3]\n", "double.json, line 2: '[[1], 2, 3]' is no case"),
        ("json_testcases/double.json", "[[1], 2]\nnope\n", "double.json, line 2: 'nope' is no case"),
        ("json_testcases/double.json", "[[1], NaN]\n", "double.json, line 1: '[[1], NaN]' is no case"),
        ("python_programs/double.py", "def duble(n):\n    return n\n", "field `entry_point`: `double` is not defined"),
        ("python_programs/double.py", "def double(n:\n", "field `code`: is no Python (line 1"),
    ],
)
def test_a_malformed_file_is_named(checkout: Path, name: str, text: str, said: str) -> None:
    (checkout / name).write_text(text)

    with pytest.raises(TaskError) as caught:
        load_tasks(checkout)

    assert said in str(caught.value)


def test_a_file_that_is_no_text_is_named(checkout: Path) -> None:
    (checkout / "python_programs/double.py").write_bytes(b"\xff\xfe")

    with pytest.raises(TaskError, match=r"double\.py: is no UTF-8 text"):
        load_tasks(checkout)


def test_the_folder_of_programs_alone_is_refused_with_the_right_one_named(checkout: Path) -> None:
    with pytest.raises(TaskError, match=f"give the checkout above it, {checkout}"):
        load_tasks(checkout / "python_programs")
