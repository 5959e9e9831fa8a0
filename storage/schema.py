"""Whether a database has the tables, indexes and triggers that this release makes, and no others.

Promises: names every object that is missing, extra or different; tables are compared column by column, for a migration
may have written them in other words.
Does not promise: anything about rows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

from .database import lay_out_in_memory

Objects = Mapping[tuple[str, str], object]


def differences(connection: sqlite3.Connection) -> Iterator[tuple[str, str, str]]:
    """Yield kind, name and what is wrong for every object of the schema that is not as it should be."""
    with closing(lay_out_in_memory()) as model:
        wanted, found = objects(model), objects(connection)
    for kind, name in sorted({*wanted, *found}):
        if (kind, name) not in found:
            yield kind, name, f"the {kind} {name} is missing"
        elif (kind, name) not in wanted:
            yield kind, name, f"the {kind} {name} is none of ours"
        elif wanted[kind, name] != found[kind, name]:
            yield kind, name, f"the {kind} {name} was changed"


def objects(connection: sqlite3.Connection) -> Objects:
    """Return what makes up each object of a schema, by kind and name; SQLite's own are left out."""
    sql = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite@_%' ESCAPE '@'"
    found = connection.execute(sql)
    return {
        (kind, name): _table(connection, name) if kind == "table" else (of, _words(sql))
        for kind, name, of, sql in found.fetchall()
    }


def _table(connection: sqlite3.Connection, name: str) -> object:
    quoted = name.replace('"', '""')

    def told(pragma: str) -> list[tuple[Any, ...]]:
        return connection.execute(f'PRAGMA {pragma}("{quoted}")').fetchall()

    columns = sorted(tuple(column[1:]) for column in told("table_xinfo"))
    keys = sorted(tuple(key[2:]) for key in told("foreign_key_list"))
    # Indexes with a statement of their own are objects of their own; these are the ones that constraints made.
    made = [index for index in told("index_list") if index[3] != "c"]
    unique = sorted([column[2] for column in connection.execute(f'PRAGMA index_info("{index[1]}")')] for index in made)
    (sql,) = connection.execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)).fetchone()
    special = sorted(word for word in ("check", "strict", "without", "generated", "collate") if word in _words(sql))
    return columns, keys, unique, special


def _words(sql: str | None) -> list[str]:
    """Return the words of a statement, without quotes, layout and case."""
    plain = (sql or "").replace('"', " ").replace("(", " ( ").replace(")", " ) ").replace(",", " , ")
    return plain.lower().split()
