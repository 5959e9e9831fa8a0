"""A look at a damaged file says what is wrong with it and what to do."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from storage import NotFound, NotOurs, Store, backup, checkup
from tests.storage.test_backup import break_index, filled


def test_a_sound_database_is_said_to_be(tmp_path: Path) -> None:
    path = filled(tmp_path / "zoo.db", posts=20)

    looked = checkup(path)

    with Store.open(path) as store:
        assert looked.sound and (looked.entries, looked.history_hash) == (20, store.history_hash())


def test_damaged_pages_are_named_with_the_backup_that_can_take_their_place(tmp_path: Path) -> None:
    path = filled(tmp_path / "zoo.db", posts=300)
    backup(path, tmp_path / "zoo.db.backup-monday")
    with path.open("r+b") as file:
        for page in range(4096 * 40, path.stat().st_size - 4096, 4096):
            file.seek(page)
            file.write(b"\xff" * 300)

    looked = checkup(path)

    assert looked.backups == (str(tmp_path / "zoo.db.backup-monday"),)
    assert any("page" in each.what or "read it through" in each.what for each in looked.troubles)
    assert all("zoo.db.backup-monday" in each.cure or "compact" in each.cure for each in looked.troubles)
    assert any(".recover" in each.cure for each in looked.troubles)


def test_a_broken_index_is_told_from_a_broken_table(tmp_path: Path) -> None:
    path = filled(tmp_path / "zoo.db")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        break_index(connection)

    looked = checkup(path)

    assert any(
        "an index does not fit its table" in each.what and "ecology compact" in each.cure for each in looked.troubles
    )


def test_a_wal_left_behind_is_named(tmp_path: Path) -> None:
    path = tmp_path / "zoo.db"
    with Store.create(path) as store:
        for _ in range(5):
            store.write(lambda tx: tx.record("note"))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with Store.open(path, write=True) as store:
        for _ in range(5):
            store.write(lambda tx: tx.record("note"))
        early = Path(shutil.copy(path, tmp_path / "moved.db"))
    shutil.copy(tmp_path / "zoo.db.head", tmp_path / "moved.db.head")

    looked = checkup(early)

    assert "the file moved.db-wal is missing" in looked.troubles[0].what
    assert "copy the -wal file" in looked.troubles[0].cure


def test_another_number_in_the_header_is_named_and_the_cure_cures(tmp_path: Path) -> None:
    path = filled(tmp_path / "zoo.db", posts=3)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA application_id = 7")

    (trouble,) = checkup(path).troubles

    assert "another application's number" in trouble.what
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(trouble.cure.partition("'")[2].partition("'")[0])
    assert checkup(path).sound


def test_a_header_written_over_is_named(tmp_path: Path) -> None:
    path = filled(tmp_path / "zoo.db", posts=3)
    with path.open("r+b") as file:
        file.write(b"\0" * 100)

    (trouble,) = checkup(path).troubles

    assert "no longer begins like" in trouble.what and "ecology backup" in trouble.cure


def test_a_changed_row_is_among_the_troubles(tmp_path: Path) -> None:
    path = filled(tmp_path / "zoo.db", posts=3)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER post_no_UPDATE")
        connection.execute("UPDATE post SET body = 'x' WHERE id = 2")

    said = [each.what for each in checkup(path).troubles]

    assert said == ["the trigger post_no_UPDATE is missing", "post 2 is not what was written"]


def test_what_never_was_ours_is_refused_and_not_looked_at(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("just some text" * 100)

    with pytest.raises(NotOurs):
        checkup(tmp_path / "notes.txt")
    with pytest.raises(NotFound):
        checkup(tmp_path / "nowhere.db")
