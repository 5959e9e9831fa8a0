"""The commands `ecology experiment` and `ecology run --seed-from` as a user types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from storage import Store
from tests.ecology.cli.command_line import EXAMPLES, Shell, Zoo

QUICK = ("--budget", "30", "--seeds", "1", "--workers", "1")


@pytest.fixture
def one(ecology: Shell) -> Path:
    file = ecology.folder / "one.jsonl"
    file.write_text(EXAMPLES.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    return file


def test_selection_sets_the_usual_way_beside_another_and_a_second_call_lives_nothing(ecology: Shell, one: Path) -> None:
    arms = ("--arms", "selection/newest", "--arms", "selection/random")

    said = ecology("experiment", "selection", one, *QUICK, *arms)
    again = ecology("experiment", "selection", one, *QUICK, *arms, "--json", "--quiet")

    assert said.code == 0 and said.out.startswith("selection: 1 task, 1 seed, 30 candidates a task"), said.err
    assert "1 of 2: selection/newest with seed 0" in said.err
    document = again.document()
    assert again.err == ""
    assert [arm["name"] for arm in document["arms"]] == ["selection/newest", "selection/random"]
    assert {pair["other"] for pair in document["pairs"]} == {"selection/random"}
    assert document["total"] == 30 and document["synergy"] is None
    assert ecology.files() == {"one.jsonl", "one-experiment"}


def test_an_experiment_that_cannot_be_is_refused_in_one_sentence(ecology: Shell, one: Path) -> None:
    assert "no arm 'x'; there are population" in ecology(
        "experiment", "emergence", one, *QUICK, "--arms", "x"
    ).complaint(4)
    assert "--budget" in ecology("experiment", "emergence", one).complaint(2)
    assert "no such file" in ecology("experiment", "selection", "none.jsonl", *QUICK).complaint(4)
    assert "is no folder" in ecology("experiment", "selection", one, *QUICK, "--out", one).complaint(4)
    assert ecology.files() == {"one.jsonl"}


def test_a_run_takes_its_founders_from_another_database_and_needs_it_no_more(
    ecology: Shell, one: Path, zoo: Zoo
) -> None:
    said = ecology(
        "run", one, "--db", "new.db", "--turns", "6", "--seed", "2", "--seed-from", zoo.database, "-q", "--json"
    )

    assert said.code == 0, said.err
    with Store.open(ecology.folder / "new.db") as store:
        run = store.runs.latest()
        assert run is not None and run.settings["heirs"]
        born = [json.dumps(agent.genome, sort_keys=True) for agent in store.agents.all()]
        assert all(json.dumps(heir, sort_keys=True) in born for heir in run.settings["heirs"])
    assert "no database at" in ecology("run", one, "--db", "x.db", "--seed-from", "none.db").complaint(3)
    assert not (ecology.folder / "x.db").exists()
