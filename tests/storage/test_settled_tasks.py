"""Tasks come back as they were settled."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import Case, Comparison, Judged, NotFound, Ring, Settled, Store, Task, TaskError

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
CASES = st.builds(Case, st.sampled_from(get_args(Ring)), TEXTS, args=TEXTS, setup=TEXTS, call=TEXTS)
TASKS = st.builds(
    Task,
    name=TEXTS,
    entry_point=TEXTS,
    code=TEXTS,
    cases=st.lists(CASES, max_size=5).map(tuple),
    description=TEXTS,
    helper=TEXTS,
    compare=st.sampled_from(get_args(Comparison)),
    lists=st.booleans(),
    source=TEXTS,
    licence=TEXTS,
    judged=st.sampled_from(get_args(Judged)),
    capabilities=st.lists(st.sampled_from(["clock", "os.path"]), max_size=2).map(tuple),
)


@settings(max_examples=20, deadline=None)
@given(st.lists(TASKS, max_size=4, unique_by=lambda task: task.name))
def test_any_task_reads_back_equal(tasks: list[Task]) -> None:
    with tempfile.TemporaryDirectory() as folder, Store.create(Path(folder) / "zoo.db") as store:
        ids = [store.write(partial(store.tasks.settle, task=task)) for task in tasks]

        assert [store.tasks.get(task.name) for task in tasks] == tasks
        assert [record.task for record in store.tasks.all()] == tasks
        assert [(record.id, record.tool_id) for record in store.tasks.all()] == [one[:2] for one in ids]
        assert [store.tools.source(one.version_id) for one in ids] == [task.code for task in tasks]
        store.verify()


def test_settling_is_one_event_that_names_task_and_tool(store: Store, settled: Settled) -> None:
    (event,) = store.history()

    assert (event.kind, event.task_id, event.tool_id) == ("settle", settled.task_id, settled.tool_id)
    assert [name for name, _ in event.rows] == ["task", *["task_case"] * 3, "tool", "tool_version"]


def test_settling_an_equal_task_again_writes_nothing(store: Store, settled: Settled, task: Task) -> None:
    again = store.write(lambda tx: store.tasks.settle(tx, task))

    assert again == settled
    assert store.last_seq() == 1


def test_a_task_says_how_its_rewrites_are_judged(store: Store, settled: Settled, task: Task) -> None:
    earning = replace(task, name="operator", judged="earnings")

    store.write(lambda tx: store.tasks.settle(tx, earning))

    assert (task.judged, store.tasks.get("operator").judged) == ("cases", "earnings")
    with pytest.raises(TaskError):
        store.write(lambda tx: store.tasks.settle(tx, replace(earning, judged="cases")))


def test_another_task_of_the_same_name_is_refused(store: Store, settled: Settled, task: Task) -> None:
    with pytest.raises(TaskError, match="another task named 'sort'"):
        store.write(lambda tx: store.tasks.settle(tx, replace(task, code="pass")))


def test_an_unknown_task_is_named(store: Store, settled: Settled) -> None:
    with pytest.raises(NotFound, match="no task named 'other'"):
        store.tasks.get("other")
    with pytest.raises(NotFound):
        store.tasks.get("sort", as_of=0)
    assert store.tasks.all(as_of=0) == []
