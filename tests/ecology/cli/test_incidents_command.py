"""`ecology incidents`, and the exit code of a run that the breaker ended."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecology import Task
from tests.ecology.cli.command_line import Shell, Zoo
from tests.ecology.storms import breed, storm


@pytest.fixture(scope="module")
def broken(few_tasks: tuple[Task, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("broken") / "broken.db"
    assert storm(path, few_tasks, breed, turns=140).ending == "breaker"
    return path


def test_it_tells_what_the_breaker_tripped_on(ecology: Shell, broken: Path) -> None:
    said = ecology("incidents", broken)

    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("incident 1: ") and "spawn > spawn" in said.out

    (one,) = ecology("incidents", broken, "1", "--json").document()["incidents"]
    assert one["edge"] == "spawn > spawn" and one["cascade"] and one["evidence"]["threshold"] == 0.95


def test_a_run_that_the_breaker_ended_exits_with_six_until_it_is_reset(ecology: Shell, broken: Path) -> None:
    said = ecology("resume", broken, "--json")

    assert said.code == 6 and said.document()["ending"] == "breaker"


def test_an_incident_that_never_was_is_one_sentence(ecology: Shell, broken: Path, zoo: Zoo) -> None:
    assert ecology("incidents", broken, "9").complaint(3).startswith("no incident 9 in ")
    assert "never tripped" in ecology("incidents", zoo.database, "1").complaint(3)
    assert ecology("incidents", zoo.database).out == "the breaker never tripped, and no guarded tool was touched\n"
