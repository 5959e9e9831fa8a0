"""A database of any release is brought up to this one, whole or not at all."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from storage import Busy, Damaged, Store, TooNew, TooOld, audit, transaction
from storage.database import OLDEST, SCHEMA_VERSION
from storage.tables import ALL
from tests.storage.released.databases import RELEASED, Released

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(params=RELEASED, ids=lambda each: f"schema {each.version}")
def released(request: pytest.FixtureRequest) -> Released:
    found: Released = request.param
    return found


def version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of every table of an old database by the columns that it had."""
    with closing(sqlite3.connect(path)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: connection.execute(f'SELECT * FROM "{name}" ORDER BY rowid').fetchall() for name in names}


def test_every_schema_that_is_migrated_has_a_database_here() -> None:
    assert [each.version for each in RELEASED] == list(range(OLDEST, SCHEMA_VERSION))


def test_opening_for_writing_migrates_and_the_history_stays(released: Released, tmp_path: Path) -> None:
    path = released.build(tmp_path / "zoo.db")

    with Store.open(path, write=True) as store:
        assert (store.last_seq(), store.history_hash()) == (released.seq, released.history_hash)
        store.verify()
        store.write(lambda tx: store.board.post(tx, topic="t", body="after"))

    found = audit(path)
    assert version(path) == SCHEMA_VERSION
    assert found.holds and found.seq == released.seq + 1, found.findings


def test_the_backup_is_the_old_database_row_by_row(released: Released, tmp_path: Path) -> None:
    path = released.build(tmp_path / "zoo.db")
    before = rows(path)

    Store.open(path, write=True).close()

    kept = tmp_path / f"zoo.db.backup-v{released.version}"
    assert version(kept) == released.version and rows(kept) == before
    with closing(sqlite3.connect(path)) as connection:
        for name, old in before.items():
            assert connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] == len(old)


def test_the_past_of_an_old_database_has_its_milestones_as_soon_as_it_is_migrated(
    released: Released, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transaction, "EVERY", 20)
    path = released.build(tmp_path / "zoo.db")

    Store.open(path, write=True).close()

    with closing(sqlite3.connect(path)) as connection:
        seqs = [seq for (seq,) in connection.execute("SELECT seq FROM milestone ORDER BY id")]
    assert seqs == list(range(20, released.seq + 1, 20))
    assert audit(path).holds


def test_the_tables_are_append_only_as_before(
    released: Released, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transaction, "EVERY", 20)
    path = released.build(tmp_path / "zoo.db")

    Store.open(path, write=True).close()

    with closing(sqlite3.connect(path)) as connection:
        guards = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
        assert {f"{name}_no_{verb}" for name in ALL for verb in ("UPDATE", "DELETE")} <= guards
        # A table that is new in this release has no row that could be changed yet.
        for name in (each for each in ALL if connection.execute(f'SELECT 1 FROM "{each}"').fetchone()):
            for statement in (f'UPDATE "{name}" SET rowid = rowid', f'DELETE FROM "{name}"'):
                with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                    connection.execute(statement)


def test_reading_alone_changes_nothing_and_names_the_cure(released: Released, tmp_path: Path) -> None:
    path = released.build(tmp_path / "zoo.db")

    with pytest.raises(TooOld, match=r"`ecology migrate .*` brings it up to date"):
        Store.open(path)

    assert version(path) == released.version and not list(tmp_path.glob("*.backup*"))


def test_what_was_tampered_with_is_not_migrated(released: Released, tmp_path: Path) -> None:
    path = released.build(tmp_path / "zoo.db")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER post_no_UPDATE")
        connection.execute("UPDATE post SET body = 'other'")

    with pytest.raises(Damaged, match=r"event \d+ \(post\)"):
        Store.open(path, write=True)

    assert version(path) == released.version


def test_a_table_of_nobody_is_named_and_nothing_changed(released: Released, tmp_path: Path) -> None:
    path = released.build(tmp_path / "zoo.db")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE more (x)")

    with pytest.raises(Damaged, match="the table more is none of ours"):
        Store.open(path, write=True)

    assert version(path) == released.version


def test_a_database_under_way_elsewhere_is_not_migrated(released: Released, tmp_path: Path) -> None:
    path = released.build(tmp_path / "zoo.db")
    script = "import sys; from pathlib import Path; from storage.lock import Lock\n"
    script += "lock = Lock(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
    holder = subprocess.Popen(
        [sys.executable, "-c", script, str(path)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    with holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(Busy):
            Store.open(path, write=True)
        holder.kill()
    assert version(path) == released.version


def test_a_newer_database_is_refused(released: Released, tmp_path: Path) -> None:
    path = released.build(tmp_path / "zoo.db")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")

    with pytest.raises(TooNew):
        Store.open(path, write=True)


# Dies before the statement of that number, counted over everything that opening and migrating says to SQLite.
KILLED = """
import os, sys
from sqlalchemy import Engine, event
from storage import Store

last, said = int(sys.argv[2]), 0

@event.listens_for(Engine, "before_cursor_execute")
def count(*_):
    global said
    said += 1
    if said == last:
        os.kill(os.getpid(), 9)

Store.open(sys.argv[1], write=True).close()
print(said)
"""


def migrated_until(path: Path, statement: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", KILLED, str(path), str(statement)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_kill_at_any_statement_leaves_the_old_or_the_new_whole(released: Released, tmp_path: Path) -> None:
    whole = migrated_until(released.build(tmp_path / "whole.db"), -1)
    assert whole.returncode == 0, whole.stderr
    statements = int(whole.stdout)

    seen = set()
    for number, statement in enumerate([*range(3, statements, max(statements // 6, 1)), statements - 1]):
        path = released.build(tmp_path / f"{number}.db")
        assert migrated_until(path, statement).returncode == -signal.SIGKILL

        seen.add(version(path))
        with Store.open(path, write=True) as store:
            assert store.history_hash() == released.history_hash
        assert audit(path).holds
    assert seen <= {released.version, SCHEMA_VERSION} and released.version in seen
