"""A folder to run commands in, and one finished database for all who only read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ecology.cli.command_line import EXAMPLES, RUN, Shell, Zoo


@pytest.fixture
def ecology(tmp_path: Path) -> Shell:
    """The command line in an empty folder."""
    return Shell(tmp_path)


@pytest.fixture(scope="session")
def tasks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A task file with four of the examples."""
    file = tmp_path_factory.mktemp("tasks") / "four.jsonl"
    file.write_text("".join(EXAMPLES.read_text(encoding="utf-8").splitlines(keepends=True)[:4]), encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def zoo(tasks: Path, tmp_path_factory: pytest.TempPathFactory) -> Zoo:
    """A database in which the four tools were worked on for 24 turns with seed 1."""
    shell = Shell(tmp_path_factory.mktemp("zoo"))
    said = shell("run", tasks, "--db", "zoo.db", *RUN, "--json")
    assert said.code == 0, said.err
    return Zoo(shell.folder / "zoo.db", said)
