"""Opening and making databases, what is refused, and in which words."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from storage import Busy, Damaged, NotFound, NotOurs, ReadOnly, StorageError, Store, TooNew, TooOld
from storage.tables import ALL

ROOT = Path(__file__).resolve().parents[2]


def make(path: Path, *statements: str) -> Path:
    """Run statements on an SQLite file, without any of our pragmas."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)
    return path


def filled(path: Path, *, posts: int = 50) -> Path:
    with Store.create(path) as store:
        for n in range(posts):
            store.submit(partial(store.board.post, topic="t", body=f"{n} " * 200))
    return path


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"no database at .*nowhere\.db"):
        Store.open(tmp_path / "nowhere.db")
    with pytest.raises(NotFound):
        Store.open(tmp_path / "nowhere.db", write=True)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"just some text, and enough of it to fill a header" * 40])
def test_a_file_that_is_no_database_is_not_ours(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)

    with pytest.raises(NotOurs, match=r"notes\.txt"):
        Store.open(path)

    assert path.read_bytes() == content


def test_a_database_of_another_program_is_not_ours(tmp_path: Path) -> None:
    path = make(tmp_path / "other.db", "CREATE TABLE event (seq INTEGER)")

    with pytest.raises(NotOurs, match="not one of ours"):
        Store.open(path, write=True)


def test_a_database_of_a_newer_release_is_too_new(tmp_path: Path) -> None:
    path = make(filled(tmp_path / "zoo.db"), "PRAGMA user_version = 9")

    with pytest.raises(TooNew, match="schema 9 and this release knows 5"):
        Store.open(path)


def test_a_database_of_an_older_release_is_too_old(tmp_path: Path) -> None:
    path = make(filled(tmp_path / "zoo.db"), "PRAGMA user_version = 1")

    with pytest.raises(TooOld, match="schema 1 and this release reads 5; use the release that made it"):
        Store.open(path)


def test_a_folder_is_not_a_database(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        Store.open(tmp_path)


def test_creating_over_a_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "zoo.db"
    path.write_text("mine")

    with pytest.raises(StorageError, match="is there already"):
        Store.create(path)

    assert path.read_text() == "mine"


def test_creating_in_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="zoo"):
        Store.create(tmp_path / "missing" / "zoo.db")


def test_an_unfinished_file_of_a_killed_creation_is_cleared_away(tmp_path: Path) -> None:
    (tmp_path / "zoo.db.new").write_bytes(b"half a database")

    Store.create(tmp_path / "zoo.db").close()

    assert sorted(path.name for path in tmp_path.iterdir()) == ["zoo.db", "zoo.db.head", "zoo.db.lock"]


@pytest.mark.parametrize("name", ["a b.db", "what?mode=ro.db", "100%23#.db", "ünïcode.db"])
def test_any_file_name_will_do(tmp_path: Path, name: str) -> None:
    filled(tmp_path / name)

    with Store.open(str(tmp_path / name)) as store:
        assert store.last_seq() == 50


def test_a_second_writer_is_told_who_holds_the_database(tmp_path: Path) -> None:
    with Store.create(tmp_path / "zoo.db"), pytest.raises(Busy, match=f"process {os.getpid()}"):
        Store.open(tmp_path / "zoo.db", write=True)

    Store.open(tmp_path / "zoo.db", write=True).close()


def test_readers_read_while_another_process_writes(tmp_path: Path) -> None:
    path = filled(tmp_path / "zoo.db")
    script = f"from storage import Store\nwith Store.open({str(path)!r}) as store: print(store.last_seq())"

    with Store.open(path, write=True) as store:
        store.write(lambda tx: tx.record("note"))
        seen = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True)

    assert seen.stdout.strip() == "51"


FORKING = """
import os, sys, time
from storage import Store

store = Store.open(sys.argv[1], write=True)
child = os.fork()
if child == 0:
    os.close(1)
    time.sleep(60)
print(child, flush=True)
time.sleep(60)
"""


def test_the_lock_dies_with_its_process_although_a_child_lives_on(tmp_path: Path) -> None:
    path = filled(tmp_path / "zoo.db")
    parent = subprocess.Popen([sys.executable, "-c", FORKING, str(path)], stdout=subprocess.PIPE, cwd=ROOT)
    assert parent.stdout is not None
    with parent.stdout as lines:
        child = int(lines.readline())
    with pytest.raises(Busy, match=f"process {parent.pid}"):
        Store.open(path, write=True)

    parent.send_signal(signal.SIGKILL)
    parent.wait()

    try:
        Store.open(path, write=True).close()
    finally:
        os.kill(child, signal.SIGKILL)


@pytest.mark.parametrize("table", ALL)
def test_every_table_has_triggers_against_update_and_delete(store: Store, table: str) -> None:
    with closing(sqlite3.connect(store.path)) as connection:
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", (table,))
        assert sorted(name for (name,) in found) == [f"{table}_no_DELETE", f"{table}_no_UPDATE"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE post SET body = 'other'",
        "DELETE FROM post",
        "INSERT OR REPLACE INTO post SELECT * FROM post",
        "UPDATE event SET digest = x''",
        "DELETE FROM blob",
    ],
)
def test_rows_can_be_neither_changed_nor_removed(tmp_path: Path, statement: str) -> None:
    path = filled(tmp_path / "zoo.db")
    with Store.open(path, write=True) as store:
        store.write(lambda tx: tx.blob("kept"))

    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA recursive_triggers = ON")
        with pytest.raises(sqlite3.IntegrityError, match="is append-only"):
            connection.execute(statement)


def test_a_store_for_reading_refuses_to_write(tmp_path: Path) -> None:
    with (
        Store.open(filled(tmp_path / "zoo.db")) as store,
        pytest.raises(ReadOnly, match="opened for reading"),
    ):
        store.write(lambda tx: tx.record("note"))


def test_a_damaged_page_is_reported_as_damage(tmp_path: Path) -> None:
    path = filled(tmp_path / "zoo.db", posts=300)
    with path.open("r+b") as file:
        size = path.stat().st_size
        for page in range(4096 * 40, size - 4096, 4096):
            file.seek(page)
            file.write(b"\xff" * 300)

    with Store.open(path) as store, pytest.raises(Damaged, match="restore a backup"):
        store.verify()


def test_a_damaged_database_stops_the_writer_with_the_reason(tmp_path: Path) -> None:
    path = filled(tmp_path / "zoo.db", posts=300)
    with path.open("r+b") as file:
        for page in range(4096, path.stat().st_size, 4096):
            file.seek(page)
            file.write(b"\xff" * 4096)

    with pytest.raises(Damaged, match=r"zoo\.db is damaged"):
        Store.open(path, write=True)


AS_NOBODY = """
import os, sys
from storage import ReadOnly, Store

path = sys.argv[1]
Store.open(path).close()
os.setgid(65534); os.setuid(65534)
with Store.open(path) as store:
    print(store.last_seq())
try:
    Store.open(path, write=True)
except ReadOnly as error:
    print(error)
try:
    Store.create(path + "2")
except ReadOnly as error:
    print(error)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become a user who may not write")
def test_a_read_only_folder_can_be_read_and_says_that_it_cannot_be_written() -> None:
    folder = Path(tempfile.mkdtemp(prefix="ecology-", dir="/tmp"))
    try:
        path = filled(folder / "zoo.db")
        (folder / "zoo.db.lock").unlink()
        folder.chmod(0o555)
        path.chmod(0o444)

        child = subprocess.run([sys.executable, "-c", AS_NOBODY, path], capture_output=True, text=True, cwd=ROOT)
    finally:
        shutil.rmtree(folder)

    assert child.returncode == 0, child.stderr
    read, opened, created = child.stdout.splitlines()
    assert read == "50"
    assert "cannot be written" in opened and "cannot be written" in created


def test_opening_looks_things_up_and_scans_nothing(tmp_path: Path) -> None:
    path = filled(tmp_path / "zoo.db")
    asked = [f"SELECT max(rowid) FROM {name}" for name in ALL]
    asked.append("SELECT digest FROM event ORDER BY seq DESC LIMIT 1")
    asked.append("SELECT digest FROM seal ORDER BY id DESC LIMIT 1")

    with closing(sqlite3.connect(path)) as connection:
        programs = [list(connection.execute(f"EXPLAIN {sql}")) for sql in asked]

    # `Last` goes to the end of a table in one step; `Next` and `Prev` would walk it.
    for program in programs:
        assert "Last" in {step[1] for step in program} and "Next" not in {step[1] for step in program}


def test_importing_storage_brings_in_nothing_heavy() -> None:
    script = (
        "import sys, storage; print(*sorted(set(sys.modules) & {'langgraph', 'litellm', 'openai', 'rich', 'asyncio'}))"
    )

    seen = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True)

    assert set(seen.stdout.split()) <= {"asyncio"}
