"""A copy is one moment of a database, and compacting loses nothing."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from storage import Busy, Damaged, NotFound, StorageError, Store, audit, backup, compact


def filled(path: Path, posts: int = 200) -> Path:
    with Store.create(path) as store:
        for n in range(posts):
            store.submit(partial(store.board.post, topic="t", body=f"{n} " * 200))
        store.write(lambda tx: [tx.blob(f"text {n}") for n in range(50)])
    return path


def test_a_copy_made_while_a_run_writes_is_one_whole_moment(tmp_path: Path) -> None:
    path = filled(tmp_path / "zoo.db")
    with Store.open(path, write=True) as store:
        for n in range(400):
            pending = store.submit(partial(store.board.post, topic="t", body=f"more {n}"))
        seqs = [backup(path, tmp_path / f"copy{n}.db") for n in range(3)]
        pending.durable()
        hashes = {entry.seq: None for entry in store.history()}

    assert seqs == sorted(seqs) and set(seqs) <= set(hashes)
    for n, seq in enumerate(seqs):
        found = audit(tmp_path / f"copy{n}.db")
        assert found.holds and found.seq == seq, found.findings
        with Store.open(tmp_path / f"copy{n}.db", write=True) as store:
            store.write(lambda tx: tx.record("note"))
        assert audit(tmp_path / f"copy{n}.db").holds


def test_a_copy_is_never_laid_over_a_file(tmp_path: Path) -> None:
    path = filled(tmp_path / "zoo.db", posts=1)
    (tmp_path / "copy.db").write_text("mine")

    with pytest.raises(StorageError, match="is there already"):
        backup(path, tmp_path / "copy.db")
    with pytest.raises(NotFound):
        backup(tmp_path / "nowhere.db", tmp_path / "other.db")

    assert (tmp_path / "copy.db").read_text() == "mine"
    assert not (tmp_path / "other.db").exists()


def test_a_damaged_database_is_not_copied_in_silence(tmp_path: Path) -> None:
    path = filled(tmp_path / "zoo.db", posts=300)
    with path.open("r+b") as file:
        for page in range(4096 * 40, os.path.getsize(path) - 4096, 4096):
            file.seek(page)
            file.write(b"\xff" * 300)

    with pytest.raises(Damaged):
        backup(path, tmp_path / "copy.db")

    assert {each.name for each in tmp_path.iterdir()} >= {"zoo.db"} and not (tmp_path / "copy.db").exists()


def test_compacting_keeps_every_row_and_its_seals(tmp_path: Path) -> None:
    path = filled(tmp_path / "zoo.db")
    before = audit(path)

    done = compact(path)

    after = audit(path)
    assert after.holds and (after.rows, after.history_hash) == (before.rows, before.history_hash)
    assert done.history_hash == before.history_hash and 0 < done.after <= done.before


def test_compacting_rebuilds_a_broken_index(tmp_path: Path) -> None:
    path = filled(tmp_path / "zoo.db")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        break_index(connection)
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] != "ok"

    compact(path)

    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert audit(path).holds


def break_index(connection: sqlite3.Connection) -> None:
    """Empty an index behind SQLite's back: it changes pages with one that holds nothing, and that is dropped."""
    connection.execute("CREATE INDEX spare ON post (seq) WHERE id < 0")
    pages = dict(connection.execute("SELECT name, rootpage FROM sqlite_master WHERE name IN ('spare', 'ix_post_seq')"))
    connection.execute("PRAGMA writable_schema = ON")
    for name, page in (("spare", pages["ix_post_seq"]), ("ix_post_seq", pages["spare"])):
        connection.execute("UPDATE sqlite_master SET rootpage = ? WHERE name = ?", (page, name))
    connection.execute("PRAGMA writable_schema = RESET")
    connection.execute("DROP INDEX spare")


def test_a_database_under_way_is_not_compacted(tmp_path: Path) -> None:
    path = filled(tmp_path / "zoo.db", posts=1)
    with Store.open(path, write=True), pytest.raises(Busy):
        compact(path)


def test_a_copy_can_take_the_place_of_a_lost_database(tmp_path: Path) -> None:
    path = filled(tmp_path / "zoo.db")
    backup(path, tmp_path / "copy.db")
    with Store.open(path, write=True) as store:
        store.write(lambda tx: tx.record("note"))

    for rest in ("", ".head"):
        shutil.copy(tmp_path / f"copy.db{rest}", f"{path}{rest}")

    assert audit(path).holds
    Store.open(path, write=True).close()
