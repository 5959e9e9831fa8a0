"""Tampering with the file, in any row, is found and named."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import Damaged, Entry, ModelCall, Store, Transaction
from storage.row import SHAPES
from storage.tables import HISTORY, table

Everything = Callable[[Store, Transaction], tuple[Entry, ...]]

CLOCKS = {("event", "at"), ("evaluation", "tier"), ("run", "budget")}


@pytest.fixture(scope="module")
def original(everything: Everything) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "zoo.db"
        with Store.create(path) as store:
            store.write(partial(everything, store))
            for n in range(5):
                store.write(partial(store.board.post, topic="t", body=f"post {n}"))
            store.write(lambda tx: tx.record("end"))
            store.journal.record(ModelCall(1, "m", "ask", "answer", 1, 1, 0.1, 0.1, "stop"))
        yield path


def tampered(original: Path, folder: Path, *statements: str) -> Path:
    """Return a copy on which those statements were run by someone who first dropped all triggers."""
    path = Path(shutil.copy(original, folder / "copy.db"))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
    return path


def verify(path: Path, *, head: str | None = None) -> None:
    with Store.open(path) as store:
        store.verify(head=head)


def columns() -> list[tuple[str, str]]:
    return [(name, column.name) for name in ("event", *HISTORY) for column in table(name).columns]


def test_an_untouched_copy_verifies(original: Path, tmp_path: Path) -> None:
    verify(tampered(original, tmp_path))


@pytest.mark.parametrize(("name", "column"), [pair for pair in columns() if pair not in CLOCKS])
def test_a_changed_value_is_found_in_any_column(original: Path, tmp_path: Path, name: str, column: str) -> None:
    kinds = {column: kind for column, kind, _ in SHAPES[name].columns}
    others: dict[type, str] = {bytes: "x'00'", str: "'[7]'"}
    path = tampered(original, tmp_path, f"UPDATE {name} SET {column} = {others.get(kinds[column], 77)} WHERE rowid = 1")

    with pytest.raises(Damaged):
        verify(path)


@pytest.mark.parametrize("name", HISTORY)
def test_a_removed_row_is_found(original: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(Damaged):
        verify(tampered(original, tmp_path, f"DELETE FROM {name} WHERE id = 1"))


@settings(max_examples=40, deadline=None)
@given(pair=st.sampled_from(columns()), row=st.integers(1, 30), value=st.integers(-3, 3) | st.text("ab\0", max_size=2))
def test_any_value_in_any_row_is_either_the_same_or_found(
    original: Path, pair: tuple[str, str], row: int, value: int | str
) -> None:
    name, column = pair
    with tempfile.TemporaryDirectory() as folder:
        path = tampered(original, Path(folder))
        with closing(sqlite3.connect(path)) as connection, connection:
            before = connection.execute(f"SELECT {column} FROM {name} WHERE rowid = ?", (row,)).fetchone()
            try:
                connection.execute(f"UPDATE {name} SET {column} = ? WHERE rowid = ?", (value, row))
            except sqlite3.IntegrityError:
                return
            # A column of another affinity may turn the value into what was there.
            stored = connection.execute(f"SELECT {column} FROM {name} WHERE rowid = ?", (row,)).fetchone()

        if stored == before or pair in CLOCKS:
            verify(path)
            return
        with pytest.raises(Damaged):
            verify(path)


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE post SET body = 'other' WHERE id = 3", r"event \d+ \(post\) or what it wrote \(post 3\)"),
        ("DELETE FROM event WHERE seq = 4", "event 3 is followed by event 5"),
        ("DELETE FROM event WHERE seq = 1", "event 0 is followed by event 2"),
        ("UPDATE event SET seq = 999 WHERE seq = 22", "event 21 is followed by event 999"),
        ("UPDATE post SET seq = 900 WHERE id = 6", "post 6 belongs to event 900"),
        ("UPDATE post SET seq = seq - 1 WHERE id = 6", r"event \d+ \(post\) or what it wrote \(post 5, post 6\)"),
        (
            "INSERT INTO post SELECT 99, seq, agent_id, topic, body, thread_id, retracts_id FROM post WHERE id = 3",
            "post 6 is followed by post 99",
        ),
        (
            "INSERT INTO post SELECT 7, 9999, agent_id, topic, body, thread_id, retracts_id FROM post WHERE id = 3",
            "post 7 belongs to event 9999",
        ),
        ("UPDATE blob SET data = x'00' WHERE rowid = 2", "the text [0-9a-f]{12}"),
        ("UPDATE blob SET data = (SELECT data FROM blob WHERE rowid = 1) WHERE rowid = 2", "the text [0-9a-f]{12}"),
        ("DELETE FROM blob WHERE rowid = 1", "points to a row of blob that is missing"),
        ("UPDATE post SET id = 40 WHERE id = 2", "post 1 is followed by post 3"),
    ],
)
def test_the_message_names_what_does_not_fit(original: Path, tmp_path: Path, statement: str, named: str) -> None:
    with pytest.raises(Damaged, match=named):
        verify(tampered(original, tmp_path, statement))


def test_two_rows_that_changed_places_are_found(original: Path, tmp_path: Path) -> None:
    swap = (
        "UPDATE post SET id = 90 WHERE id = 2",
        "UPDATE post SET id = 2 WHERE id = 3",
        "UPDATE post SET id = 3 WHERE id = 90",
    )

    with pytest.raises(Damaged):
        verify(tampered(original, tmp_path, *swap))


def test_a_history_whose_end_was_removed_is_found_by_its_head(original: Path, tmp_path: Path) -> None:
    with Store.open(original) as store:
        head = store.history_hash()
    path = tampered(original, tmp_path, "DELETE FROM event WHERE kind = 'end'")

    verify(original, head=head)
    verify(path)
    with pytest.raises(Damaged, match="its end was removed"):
        verify(path, head=head)


def test_an_unreadable_payload_is_damage_and_no_crash(original: Path, tmp_path: Path) -> None:
    path = tampered(original, tmp_path, "UPDATE event SET payload = '{' WHERE seq = 2")

    with pytest.raises(Damaged, match="event 2"):
        verify(path)
