"""Our own task format: what is wrong is named with line, field, value and cure; what is right reads back equal."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecology.tasks import load_tasks, read_tasks, write_tasks
from storage import RINGS, Case, Task, TaskError

GOOD: dict[str, Any] = {
    "id": "adder",
    "entry_point": "add",
    "code": "def add(a, b):\n    return a - b\n",
    "visible": [{"args": "(1, 2)", "expect": "3"}],
    "gate": [{"setup": "x = 2", "call": "add(x, x)", "expect": "4"}],
}

Change = Callable[[dict[str, Any]], object]


def written(path: Path, *records: object) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def problem_of(folder: Path, **changes: object) -> str:
    file = written(folder / "tasks.jsonl", {"id": "first"} | GOOD | {"id": "other"}, GOOD | changes)
    with pytest.raises(TaskError) as caught:
        load_tasks(file)
    return str(caught.value)


def test_the_least_a_task_needs_is_enough(tmp_path: Path) -> None:
    (task,) = load_tasks(written(tmp_path / "a.jsonl", GOOD))

    assert task == Task(
        name="adder",
        entry_point="add",
        code=GOOD["code"],
        cases=(
            Case(ring="visible", args="(1, 2)", expect="3"),
            Case(ring="gate", setup="x = 2", call="add(x, x)", expect="4"),
        ),
    )


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"id": ""}, "id", "visible characters"),
        ({"id": "two\nlines"}, "id", "'two\\nlines'"),
        ({"id": 7}, "id", "7 is of the wrong type; give a text"),
        ({"entry_point": "ad"}, "entry_point", "did you mean `add`?"),
        ({"entry_point": "not a name"}, "entry_point", "no Python name"),
        ({"entry_point": "class"}, "entry_point", "no Python name"),
        ({"code": "def add(a, b:\n    return 1"}, "code", "line 1"),
        ({"code": "def add(a):\n  return 1\n return 2"}, "code", "line 3"),
        ({"code": "x: int"}, "entry_point", "defines no function"),
        ({"code": "def add(a, b):\0"}, "code", "no Python"),
        ({"code": "async def add(a, b):\n    return a"}, "entry_point", "async def"),
        ({"helper": "import"}, "helper", "line 1"),
        ({"compare": "exactly"}, "compare", "did you mean `exact`?"),
        ({"compare": ""}, "compare", "'' is no comparison"),
        ({"lists": 1}, "lists", "give true or false"),
        ({"description": "a\0b"}, "description", "NUL"),
        ({"licence": "\ud800"}, "licence", "surrogate"),
        ({"visible": []}, "visible", "no visible case"),
        ({"gate": []}, "gate", "no gate case"),
        ({"gate": {}}, "gate", "give a list of cases"),
        ({"sealed": ["(1,)"]}, "sealed[0]", "'(1,)' is of the wrong type"),
        ({"sealed": [{"args": "(1,)", "expects": "1"}]}, "sealed[0].expects", "did you mean `expect`?"),
        ({"sealed": [{"args": "(1,)"}]}, "sealed[0].expect", "is missing"),
        ({"sealed": [{"args": [1], "expect": "1"}]}, "sealed[0].args", "[1] is of the wrong type"),
        ({"sealed": [{"args": "(1)", "expect": "1"}]}, "sealed[0].args", "is a int, not a tuple; write"),
        ({"sealed": [{"args": "(x,)", "expect": "1"}]}, "sealed[0].args", "'(x,)' is no Python literal"),
        ({"sealed": [{"args": "(1,)", "expect": "f()"}]}, "sealed[0].expect", "'f()' is no Python literal"),
        ({"sealed": [{"args": "(" * 999, "expect": "1"}]}, "sealed[0].args", "too many nested"),
        ({"sealed": [{"args": "(-" + "-" * 99_999 + "1,)", "expect": "1"}]}, "sealed[0].args", "too deeply"),
        ({"sealed": [{"expect": "1"}]}, "sealed[0]", "neither `args` nor `call`"),
        ({"sealed": [{"args": "(1,)", "call": "add(1)", "expect": "1"}]}, "sealed[0]", "both"),
        ({"sealed": [{"call": "add(1", "expect": "1"}]}, "sealed[0].call", "no Python expression"),
        ({"sealed": [{"setup": "x =", "call": "add(1)", "expect": "1"}]}, "sealed[0].setup", "no Python statements"),
        ({"sealed": [{"call": "len([])", "expect": "0"}]}, "sealed[0].call", "never uses `add`"),
    ],
)
def test_each_fault_is_named_with_line_field_and_cure(
    tmp_path: Path, changes: dict[str, object], field: str, said: str
) -> None:
    text = problem_of(tmp_path, **changes)

    assert text.startswith(f"{tmp_path}/tasks.jsonl, line 2, field `{field}`: ")
    assert said in text
    assert "\n" not in text


def test_a_missing_field_is_named(tmp_path: Path) -> None:
    record = {name: value for name, value in GOOD.items() if name != "gate"}

    with pytest.raises(TaskError, match="line 1, field `gate`: is missing"):
        load_tasks(written(tmp_path / "a.jsonl", record))


def test_a_misspelt_field_is_reported_once_with_the_right_name(tmp_path: Path) -> None:
    record = {name: value for name, value in GOOD.items() if name != "entry_point"} | {"entrypoint": "add"}

    reading = read_tasks(written(tmp_path / "a.jsonl", record))

    (problem,) = reading.problems
    assert problem.field == "entrypoint"
    assert "did you mean `entry_point`?" in problem.text


def test_two_tasks_of_one_id_are_refused_with_both_lines(tmp_path: Path) -> None:
    file = written(tmp_path / "a.jsonl", GOOD, GOOD | {"id": "other"}, GOOD)

    with pytest.raises(TaskError, match="line 3, field `id`: 'adder' stands on line 1 already"):
        load_tasks(file)


def test_every_fault_of_a_file_is_found_and_its_sound_tasks_are_kept(tmp_path: Path) -> None:
    bad = GOOD | {"id": "bad", "compare": "near", "helper": "(", "visible": [{"args": "1", "expect": "x"}]}
    reading = read_tasks(written(tmp_path / "a.jsonl", GOOD, bad, []))

    assert [(problem.line, problem.field) for problem in reading.problems] == [
        (2, "helper"),
        (2, "compare"),
        (2, "visible[0].expect"),
        (2, "visible[0].args"),
        (3, ""),
    ]
    assert [task.name for task in reading.tasks] == ["adder"]
    with pytest.raises(TaskError, match=r"and|4 more problems; `ecology tasks check .*` lists all"):
        reading.require()


@pytest.mark.parametrize(
    "code",
    [
        "class add:\n    pass",
        "add = lambda a, b: a",
        "if True:\n    def add(a, b): pass",
        "try:\n    import x\nexcept ImportError:\n    def add(a, b): pass",
    ],
)
def test_the_entry_point_may_be_anything_callable_at_the_top_level(tmp_path: Path, code: str) -> None:
    assert load_tasks(written(tmp_path / "a.jsonl", GOOD | {"code": code}))


TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT | st.binary(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner, inner),
    max_leaves=5,
)
ARGS_CASES = st.builds(
    lambda args, expect: Case(ring="visible", args=repr(tuple(args)), expect=repr(expect)),
    st.lists(VALUES, max_size=3),
    VALUES,
)
CALL_CASES = st.builds(
    lambda value, expect: Case(ring="visible", setup=f"x = {value!r}", call="tool(x)", expect=repr(expect)),
    VALUES,
    VALUES,
)


@st.composite
def tasks(draw: st.DrawFn) -> Task:
    cases = [
        replace(case, ring=ring)
        for ring in RINGS
        for case in draw(st.lists(ARGS_CASES | CALL_CASES, min_size=0 if ring == "sealed" else 1, max_size=3))
    ]
    return Task(
        name=draw(st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=20)),
        entry_point="tool",
        code=f"def tool(*values):\n    return {draw(VALUES)!r}\n",
        cases=tuple(cases),
        description=draw(TEXT),
        helper=f"given = {draw(VALUES)!r}",
        compare=draw(st.sampled_from(["exact", "close"])),
        lists=draw(st.booleans()),
        source=draw(TEXT),
        licence=draw(TEXT),
    )


@settings(max_examples=60)
@given(many=st.lists(tasks(), min_size=1, max_size=4, unique_by=lambda task: task.name))
def test_what_is_written_reads_back_equal(tmp_path_factory: pytest.TempPathFactory, many: list[Task]) -> None:
    file = tmp_path_factory.mktemp("round") / "tasks.jsonl"

    write_tasks(many, file)

    assert load_tasks(file) == tuple(many)


def test_a_task_that_could_not_be_read_back_is_not_written(tmp_path: Path) -> None:
    task = Task(name="t", entry_point="f", code="def f(): pass", cases=())

    with pytest.raises(TaskError, match="task `t`, field `visible`: there is no visible case"):
        write_tasks([task], tmp_path / "out.jsonl")

    assert not (tmp_path / "out.jsonl").exists()


def test_two_tasks_of_one_name_are_not_written(tmp_path: Path) -> None:
    (task,) = load_tasks(written(tmp_path / "a.jsonl", GOOD))

    with pytest.raises(TaskError, match="`adder` comes twice"):
        write_tasks([task, task], tmp_path / "out.jsonl")


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(TaskError, match=r"absent/out\.jsonl: cannot be written"):
        write_tasks([], tmp_path / "absent" / "out.jsonl")
