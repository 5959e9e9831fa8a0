"""Properties in a task file: they come back as written, are kept in the store; every slip is named with its cure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ecology import Ecology, Store, load_tasks
from ecology.tasks.record import read_task, write_tasks
from storage import Property

RECORD: dict[str, Any] = {
    "id": "pair", "entry_point": "pair", "code": "def pair(a, b):\n    return a\n",
    "helper": "def back(x):\n    return x\n",
    "visible": [{"args": "(1, 2)", "expect": "1"}], "gate": [{"args": "(2, 3)", "expect": "2"}],
}  # fmt: skip


def test_properties_come_back_as_they_were_written_and_kept(tmp_path: Path) -> None:
    stated = [{"kind": "symmetric"}, {"kind": "monotone", "argument": 1}, {"kind": "inverse_of", "function": "back"}]
    task, faults = read_task({**RECORD, "properties": stated})
    assert task is not None and faults == []
    assert task.properties == (Property("symmetric"), Property("monotone", 1), Property("inverse_of", function="back"))

    write_tasks([task], tmp_path / "tasks.jsonl")
    with Ecology(tmp_path / "kept.db", workers=1) as ecology:
        ecology.settle(load_tasks(tmp_path / "tasks.jsonl"))
        ecology.run(1)
    with Store.open(tmp_path / "kept.db") as store:
        kept = store.tasks.get("pair")

    assert kept == task and kept.digest == task.digest


def test_a_task_without_properties_has_the_digest_it_always_had() -> None:
    bare, _ = read_task(RECORD)
    stated, _ = read_task({**RECORD, "properties": [{"kind": "symmetric"}]})

    assert bare and stated and bare.digest != stated.digest


@pytest.mark.parametrize(
    ("properties", "field", "words"),
    [
        ("symmetric", "properties", "give a list"),
        (["symmetric"], "properties[0]", "give an object"),
        ([{"kind": "symetric"}], "properties[0].kind", "did you mean `symmetric`"),
        ([{}], "properties[0].kind", "is no property"),
        ([{"kind": "monotone", "argumnt": 1}], "properties[0].argumnt", "did you mean `argument`"),
        ([{"kind": "monotone", "argument": -1}], "properties[0].argument", "a whole number from 0"),
        ([{"kind": "monotone", "argument": True}], "properties[0].argument", "a whole number from 0"),
        ([{"kind": "monotone", "argument": 2}], "properties[0].argument", "none of its 2 arguments"),
        ([{"kind": "symmetric", "argument": 1}], "properties[0].argument", "none of its 2 arguments"),
        ([{"kind": "inverse_of"}], "properties[0].function", "goes with `inverse_of`"),
        ([{"kind": "monotone", "function": "back"}], "properties[0].function", "goes with `inverse_of`"),
        ([{"kind": "inverse_of", "function": "bakc"}], "properties[0].function", "did you mean `back`"),
    ],
)
def test_every_slip_is_named_with_its_cure(properties: object, field: str, words: str) -> None:
    task, faults = read_task({**RECORD, "properties": properties})

    assert task is None
    assert any(each.field == field and words in each.text for each in faults), faults
