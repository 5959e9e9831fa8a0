"""The audit finds and names whatever is not as it was written: rows, schema, the end, and the head file."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import Audit, Damaged, Entry, ModelCall, NotFound, Store, Transaction, audit
from tests.storage.tampering import KINDS, tamper

Everything = Callable[[Store, Transaction], tuple[Entry, ...]]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def original(everything: Everything) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "zoo.db"
        with Store.create(path) as store:
            entries = store.write(partial(everything, store))
            run = next(entry.run_id for entry in entries if entry.kind == "run")
            assert run is not None
            for n in range(5):
                store.write(partial(store.board.post, topic="t", body=f"post {n}"))
            session = store.write(
                partial(store.sessions.begin, run_id=run, workers=1, tier="zygote", guard='{"rules.py":"a"}')
            )
            store.write(partial(store.sessions.end, session_id=session, outcome="turns", guard='{"rules.py":"a"}'))
            for n in range(3):
                store.journal.record(ModelCall(n, "m", f"ask {n}", f"answer {n}", 1, 1, 0.1, 0.1, "stop"))
            store.write(lambda tx: tx.blob("a text that no row names"))
        yield path


def copied(original: Path, folder: Path) -> Path:
    for rest in ("", ".head"):
        shutil.copy(f"{original}{rest}", folder / f"copy.db{rest}")
    return folder / "copy.db"


def changed(path: Path, *statements: str) -> Audit:
    """Audit after those statements were run by someone who dropped the triggers and put them back."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in (*statements, *(sql for _, sql in triggers)):
            connection.execute(statement)
    return audit(path)


def told(found: Audit) -> list[str]:
    return [f"{each.kind} {each.table} {each.id}" for each in found.findings]


def test_an_untouched_database_holds_with_every_row_under_a_seal(original: Path) -> None:
    found = audit(original)

    with Store.open(original) as store:
        assert (found.seq, found.history_hash) == (store.last_seq(), store.history_hash())
    with closing(sqlite3.connect(original)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        counted = sum(connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables)
    assert found.holds and found.notes == () and found.rows == counted


@settings(max_examples=40, deadline=None)
@given(kind=st.sampled_from(KINDS), seed=st.integers(0, 2**32))
def test_any_tampering_with_one_row_of_any_table_is_found(original: Path, kind: str, seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = copied(original, Path(folder))
        done = tamper(path, kind=kind, rng=Random(seed))

        found = audit(path)

    assert any(each.table == done.table for each in found.findings), done


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE post SET body = 'other' WHERE id = 3", "altered post 3"),
        ("UPDATE event SET at = at + 1 WHERE seq = 4", "altered event 4"),
        ("UPDATE event SET digest = x'00' WHERE seq = 4", "altered event 4"),
        ("UPDATE evaluation SET tier = 'rlimit' WHERE id = 1", "altered evaluation 1"),
        ("UPDATE run SET budget = '{}7' WHERE id = 1", "altered run 1"),
        ("UPDATE session SET pid = 1 WHERE id = 2", "altered session 2"),
        ("UPDATE model_call SET usd = 0 WHERE id = 2", "altered model_call 2"),
        ("UPDATE post SET body = cast(x'ff' AS TEXT) WHERE id = 3", "altered post 3"),
        ("UPDATE post SET body = x'ff' WHERE id = 3", "altered post 3"),
        ("DELETE FROM model_call WHERE id = 3", "removed model_call 3"),
        ("DELETE FROM event WHERE seq = 7", "removed event 7"),
        ("DELETE FROM seal WHERE id = 4", "removed seal 4"),
        ("UPDATE seal SET marks = zeroblob(length(marks)) WHERE id = 4", "seal seal 4"),
        ("UPDATE seal SET digest = x'00' WHERE id = 4", "seal seal 4"),
        ("UPDATE seal SET spans = '{}' WHERE id = 4", "seal seal 4"),
        ("UPDATE seal SET at = 5 WHERE id = 4", "seal seal 4"),
        ("INSERT INTO post SELECT 7, seq, agent_id, topic, body, thread_id, retracts_id FROM post WHERE id = 3",
         "inserted post 7"),
        ("UPDATE post SET id = 99 WHERE id = 3", "moved post 99"),
    ],
)  # fmt: skip
def test_one_changed_row_is_the_one_finding(original: Path, tmp_path: Path, statement: str, expected: str) -> None:
    assert told(changed(copied(original, tmp_path), statement)) == [expected]


def test_all_that_was_changed_is_named_and_not_only_the_first(original: Path, tmp_path: Path) -> None:
    found = changed(
        copied(original, tmp_path),
        "UPDATE post SET topic = 'other' WHERE id IN (2, 4)",
        "DELETE FROM session WHERE id = 1",
        "UPDATE model_call SET latency_s = 9 WHERE id = 1",
    )

    assert sorted(told(found)) == ["altered model_call 1", "altered post 2", "altered post 4", "removed session 1"]
    assert all(each.seq for each in found.findings if each.table == "post")


def test_rows_that_changed_places_are_named_with_both_places(original: Path, tmp_path: Path) -> None:
    found = changed(
        copied(original, tmp_path),
        "UPDATE post SET id = 90 WHERE id = 2",
        "UPDATE post SET id = 2 WHERE id = 3",
        "UPDATE post SET id = 3 WHERE id = 90",
    )

    assert sorted(each.detail for each in found.findings) == [
        "post 2 holds what was written as post 3",
        "post 3 holds what was written as post 2",
    ]


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("DROP TRIGGER post_no_UPDATE", "the trigger post_no_UPDATE is missing"),
        ("CREATE TRIGGER more AFTER INSERT ON post BEGIN SELECT 1; END", "the trigger more is none of ours"),
        ("CREATE TABLE more (x)", "the table more is none of ours"),
        ("CREATE VIEW more AS SELECT 1", "the view more is none of ours"),
        ("DROP INDEX ix_post_seq", "the index ix_post_seq is missing"),
        ("ALTER TABLE post ADD COLUMN colour TEXT", "the table post was changed"),
    ],
)
def test_whatever_changed_in_the_schema_is_named(original: Path, tmp_path: Path, statement: str, named: str) -> None:
    path = copied(original, tmp_path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)

    assert [each.detail for each in audit(path).findings] == [named]


def test_a_trigger_that_was_made_anew_without_teeth_is_named(original: Path, tmp_path: Path) -> None:
    path = copied(original, tmp_path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER post_no_DELETE")
        connection.execute("CREATE TRIGGER post_no_DELETE BEFORE DELETE ON post BEGIN SELECT 1; END")

    assert [each.detail for each in audit(path).findings] == ["the trigger post_no_DELETE was changed"]


def test_an_end_cut_off_whole_is_found_by_the_head_file(original: Path, tmp_path: Path) -> None:
    path = copied(original, tmp_path)
    cut = [f"DELETE FROM {table} WHERE rowid = (SELECT max(rowid) FROM {table})" for table in ("blob", "seal")]

    found = changed(path, *cut)

    assert [each.kind for each in found.findings] == ["head"]
    assert "its end is gone" in found.findings[0].detail
    with pytest.raises(Damaged, match="does not hold the commit"):
        Store.open(path, write=True)


def test_what_was_added_in_order_after_closing_is_found_by_the_head_file(original: Path, tmp_path: Path) -> None:
    path = copied(original, tmp_path)
    head = (tmp_path / "copy.db.head").read_bytes()
    with Store.open(path, write=True) as store:
        store.write(lambda tx: tx.record("note"))
    (tmp_path / "copy.db.head").write_bytes(head)

    found = audit(path)

    assert [each.kind for each in found.findings] == ["head"]
    assert "were added after the database was closed" in found.findings[0].detail
    with pytest.raises(Damaged, match="was changed after it was closed"):
        Store.open(path, write=True)


KILLED = """
import os, sys
from storage import Store

store = Store.create(sys.argv[1])
for n in range(20):
    store.write(lambda tx: tx.record("note"))
os.kill(os.getpid(), 9)
"""


def test_a_crash_before_the_head_was_told_is_no_tampering(tmp_path: Path) -> None:
    path = tmp_path / "zoo.db"
    died = subprocess.run([sys.executable, "-c", KILLED, path], cwd=ROOT, check=False)
    assert died.returncode == -signal.SIGKILL

    found = audit(path)

    assert found.holds and found.seq == 20
    assert "or died: 20 commits after the last line" in found.notes[0]
    with Store.open(path, write=True) as store:
        store.write(lambda tx: tx.record("note"))
    assert audit(path).holds and audit(path).notes == ()


def test_a_missing_head_file_is_named_and_a_copy_serves_instead(original: Path, tmp_path: Path) -> None:
    path = copied(original, tmp_path)
    shutil.move(tmp_path / "copy.db.head", tmp_path / "kept elsewhere")

    assert [each.kind for each in audit(path).findings] == ["head"]
    assert audit(path, head=tmp_path / "kept elsewhere").holds
    with pytest.raises(NotFound, match="no head file at"):
        audit(path, head=tmp_path / "nowhere")


def test_a_changed_or_missing_line_of_the_head_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "zoo.db"
    for n in range(3):
        with Store.create(path) if n == 0 else Store.open(path, write=True) as store:
            store.write(lambda tx: tx.record("note"))
    head = tmp_path / "zoo.db.head"
    lines = head.read_text().splitlines(keepends=True)
    fields = json.loads(lines[1])

    head.write_text("".join([*lines[:2], *lines[3:]]))
    assert "line 3 of zoo.db.head does not follow" in audit(path).findings[0].detail
    head.write_text("".join([lines[0], json.dumps({**fields, "time": 1.0}) + "\n", *lines[2:]]))
    assert "line 2 of zoo.db.head is none that an engine writes" in audit(path).findings[0].detail


def test_an_audit_of_a_live_database_sees_one_moment(tmp_path: Path) -> None:
    with Store.create(tmp_path / "zoo.db") as store:
        for _ in range(300):
            pending = store.submit(lambda tx: tx.record("note"))
        seen = [audit(tmp_path / "zoo.db") for _ in range(3)]
        pending.durable()

    assert all(found.holds for found in seen)


def test_a_text_known_from_an_earlier_session_is_written_and_sealed_once(tmp_path: Path) -> None:
    path = tmp_path / "zoo.db"
    with Store.create(path) as store:
        store.write(lambda tx: [tx.blob("one"), tx.blob("two")])
    with Store.open(path, write=True) as store:
        store.write(lambda tx: [tx.blob("two"), tx.blob("three"), tx.blob("one")])
        store.write(lambda tx: [tx.blob("three"), tx.blob("four")])

    assert audit(path).holds


def test_a_damaged_page_is_a_finding_and_no_crash(tmp_path: Path) -> None:
    path = tmp_path / "zoo.db"
    with Store.create(path) as store:
        for n in range(300):
            store.submit(partial(store.board.post, topic="t", body=f"{n} " * 200))
    with path.open("r+b") as file:
        for page in range(4096 * 40, os.path.getsize(path) - 4096, 4096):
            file.seek(page)
            file.write(b"\xff" * 300)

    assert "unreadable" in {each.kind for each in audit(path).findings}


def test_rule_files_that_changed_in_a_session_are_named_and_between_sessions_noted(tmp_path: Path) -> None:
    path = tmp_path / "zoo.db"
    with Store.create(path) as store:
        run = store.write(
            lambda tx: store.runs.start(
                tx, seed=1, window=1, model="offline", turns_target=1, charter_hash="c", settings={}
            )
        )
        for before, after in (("a", "a"), ("b", "c")):
            listings = [json.dumps({"rules.py": each, "same.py": "1"}) for each in (before, after)]
            number = store.write(
                partial(store.sessions.begin, run_id=run.id, workers=1, tier="zygote", guard=listings[0])
            )
            store.write(partial(store.sessions.end, session_id=number, outcome="turns", guard=listings[1]))

    found = audit(path)

    assert [each.detail for each in found.findings] == ["rule files changed while session 3 worked on run 1: rules.py"]
    assert found.notes == ("run 1 went on in session 3 with other rule files than before: rules.py",)
