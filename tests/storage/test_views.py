"""The views are part of the file, have the columns their rows say, and come back when another release changed them."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import fields
from pathlib import Path

import pytest

from storage import VIEWS, Store, Transaction, meanings
from storage.column import Table
from tests.storage.questions.story import Story
from tests.storage.questions.test_questions import tell


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("views") / "zoo.db"

    def change(tx: Transaction) -> None:
        tell(Story(store, tx))

    with Store.create(path) as store:
        store.write(change)
    return path


def names(path: Path) -> dict[str, str]:
    with closing(sqlite3.connect(path)) as plain:
        return dict(plain.execute("SELECT name, sql FROM sqlite_master WHERE type = 'view'"))


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_has_the_columns_that_its_rows_explain(file: Path, name: str) -> None:
    view = VIEWS[name]
    with closing(sqlite3.connect(file)) as plain:
        columns = [column[0] for column in plain.execute(f"SELECT * FROM {name}").description]

    assert columns == [each.name for each in fields(view.row)] == list(meanings(view.row))
    assert all(meanings(view.row).values())


@pytest.mark.parametrize("name", VIEWS)
def test_the_example_of_a_view_finds_something(file: Path, name: str) -> None:
    with closing(sqlite3.connect(file)) as plain:
        assert plain.execute(VIEWS[name].example).fetchall()


@pytest.mark.skipif(shutil.which("sqlite3") is None, reason="there is no sqlite3 shell here")
def test_the_sqlite_shell_answers_from_a_view(file: Path) -> None:
    said = subprocess.run(
        ["sqlite3", str(file), "SELECT tool, score FROM v_head ORDER BY tool"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert said.stdout.splitlines() == ["pair|1.0", "sort|1.0"]


def test_views_of_another_release_are_replaced_on_writing_and_a_user_s_own_stay(file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    shutil.copy(file, copy)
    before = names(copy)
    with closing(sqlite3.connect(copy)) as plain:
        plain.executescript(
            "DROP VIEW v_head; DROP VIEW v_rule; CREATE VIEW v_rule AS SELECT 1; CREATE VIEW mine AS SELECT 2"
        )

    Store.open(copy).close()
    assert "v_head" not in names(copy), "a reader changes nothing"
    Store.open(copy, write=True).close()

    assert names(copy) == before | {"mine": "CREATE VIEW mine AS SELECT 2"}
    with Store.open(copy) as store:
        store.verify()


def test_every_column_of_every_table_says_what_it_means() -> None:
    columns = [column for table in Table.metadata.tables.values() for column in table.c]

    assert not [str(column) for column in columns if not column.comment]
