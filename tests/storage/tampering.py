"""Tamper with one row of a closed database, as someone would who knows SQLite and drops the triggers first.

Promises: the row really differs afterwards, and every trigger is back as it was, so that only the row tells.
Does not promise: foreign keys that hold; a tamperer does not care.
"""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from storage.row import SHAPES
from storage.tables import ALL

KINDS = ("update", "delete", "insert", "swap")
_TRIES = 200

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Tampering:
    """What was done: the kind, the table, the column (of an update), and the key of the row."""

    kind: str
    table: str
    column: str
    key: int


def tamper(path: Path, *, kind: str, rng: Random) -> Tampering:
    """Tamper with one row of a database, of a table and column drawn at random."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection, _without_triggers(connection):
        for _ in range(_TRIES):
            table = rng.choice(ALL)
            try:
                found = _DEEDS[kind](connection, table, rng)
            except sqlite3.IntegrityError:
                continue
            if found:
                return Tampering(kind, table, *found)
    raise AssertionError(f"no {kind} could be done in {_TRIES} tries")


@contextmanager
def _without_triggers(connection: sqlite3.Connection) -> Iterator[None]:
    triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    yield
    for _, sql in triggers:
        connection.execute(sql)


def _key(table: str) -> str:
    return {"event": "seq", "blob": "rowid"}.get(table, "id")


def _keys(connection: sqlite3.Connection, table: str) -> list[int]:
    return [key for (key,) in connection.execute(f'SELECT {_key(table)} FROM "{table}"')]


def _row(connection: sqlite3.Connection, table: str, key: int) -> Values | None:
    columns = [name for name, _, _ in SHAPES[table].columns]
    sql = f'SELECT {", ".join(columns)} FROM "{table}" WHERE {_key(table)} = ?'
    found = connection.execute(sql, (key,)).fetchone()
    return dict(zip(columns, found, strict=True)) if found else None


def _update(connection: sqlite3.Connection, table: str, rng: Random) -> tuple[str, int] | None:
    if not (keys := _keys(connection, table)):
        return None
    key = rng.choice(keys)
    column, kind, optional = rng.choice(SHAPES[table].columns)
    before = _row(connection, table, key)
    assert before is not None
    value = _other(before[column], kind, optional, rng)
    connection.execute(f'UPDATE "{table}" SET {column} = ? WHERE {_key(table)} = ?', (value, key))
    return None if _row(connection, table, key) == before else (column, key)


def _delete(connection: sqlite3.Connection, table: str, rng: Random) -> tuple[str, int] | None:
    if not (keys := _keys(connection, table)):
        return None
    key = rng.choice(keys)
    connection.execute(f'DELETE FROM "{table}" WHERE {_key(table)} = ?', (key,))
    return "", key


def _insert(connection: sqlite3.Connection, table: str, rng: Random) -> tuple[str, int]:
    keys = _keys(connection, table)
    like = _row(connection, table, rng.choice(keys)) if keys else None
    values = {
        name: like[name] if like and rng.random() < 0.8 else _other(like[name] if like else None, kind, False, rng)
        for name, kind, _ in SHAPES[table].columns
    }
    key = rng.choice([max(keys, default=0) + 1, max(keys, default=0) + rng.randint(2, 99), -rng.randint(0, 9)])
    if table == "blob":
        # A text with its right hash is the hardest to tell from a true one.
        text = str(rng.random()).encode()
        values = {"hash": hashlib.sha256(text).hexdigest(), "size": len(text), "data": zlib.compress(text)}
    names = {**values, _key(table): key}
    sql = f'INSERT INTO "{table}" ({", ".join(names)}) VALUES ({", ".join("?" * len(names))})'
    connection.execute(sql, tuple(names.values()))
    return "", key


def _swap(connection: sqlite3.Connection, table: str, rng: Random) -> tuple[str, int] | None:
    keys = _keys(connection, table)
    if len(keys) < 2:
        return None
    one, other = rng.sample(keys, 2)
    before = _row(connection, table, one), _row(connection, table, other)
    for old, new in ((one, 10**9), (other, one), (10**9, other)):
        connection.execute(f'UPDATE "{table}" SET {_key(table)} = ? WHERE {_key(table)} = ?', (new, old))
    same = (_row(connection, table, one), _row(connection, table, other)) == before
    return None if same else ("", one)


_DEEDS = {"update": _update, "delete": _delete, "insert": _insert, "swap": _swap}


def _other(value: Any, kind: type, optional: bool, rng: Random) -> Any:
    """Return another value of a column's type, now and then of another type or none at all."""
    if optional and value is not None and rng.random() < 0.2:
        return None
    if rng.random() < 0.1:
        return rng.choice([7, 0.5, "other", b"\xff\x00"])
    if kind is int:
        return (value or 0) + rng.choice([-1, 1, 1000])
    if kind is float:
        return (value or 0.0) + rng.choice([-1.0, 1e-6, 1e6])
    if kind is bytes:
        given = bytes(value or b"\0")
        at = rng.randrange(len(given))
        return given[:at] + bytes([given[at] ^ 1 << rng.randrange(8)]) + given[at + 1 :]
    at = rng.randrange(len(value) + 1) if value else 0
    return rng.choice([f"{value or ''}x", "", (value or "")[:at] + "é" + (value or "")[at + 1 :]])
