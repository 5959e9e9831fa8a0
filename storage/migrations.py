"""Bring a database of an older release up to this one, whole or not at all, with a backup first.

Promises: everything happens in one transaction, so that a kill anywhere leaves the old database or the new one; no row
is removed and the history hash stays; triggers and indexes that SQLite drops with a rebuilt table are made again; the
backup `<database>.backup-v<schema>` is complete before anything is changed.
Does not promise: to go back; put the backup in the database's place for that.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Connection, ForeignKey, inspect
from sqlalchemy import Table as CoreTable

from .backup import copy_database
from .database import APPEND_ONLY, SCHEMA_VERSION, connect_migrator, told
from .errors import Damaged, StorageError
from .history import verify
from .schema import differences
from .seal_past import seal_past
from .tables import ALL, table
from .tree import tree_hash
from .views import drop_views, make_views

# The tables that this one points to need not be looked at.
_ALONE: dict[str, Any] = {"recreate": "always", "reflect_kwargs": {"resolve_fks": False}}
_SOURCES = """SELECT hash, data FROM blob WHERE hash IN (SELECT code_hash FROM task UNION SELECT code_hash FROM proposal
 UNION SELECT code_hash FROM tool_version) ORDER BY rowid"""
_EMPTY: dict[type, str] = {str: "", int: "0", float: "0", bytes: ""}


def migrate(path: Path, *, at: float) -> int | None:
    """Bring a database up to this release; return the schema version it had, None where there was nothing to do.

    Args: at: wall time, seconds, for the seals of rows that were written before there were any.
    Raises: Damaged: its history does not verify, or its schema is not that of its release; nothing was changed then.
        DiskFull, ReadOnly, StorageError: likewise.
    """
    with closing(connect_migrator(path)) as connection:
        before = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
        if before >= SCHEMA_VERSION:
            return None
        copy_database(path, backup_path(path, before), replace=True)
        try:
            _migrate(connection, path, before, at)
        except StorageError:
            connection.exec_driver_sql("ROLLBACK")
            raise
        except Exception as error:
            connection.exec_driver_sql("ROLLBACK")
            raise told(error, path=path) from error
    return before


def backup_path(path: Path, version: int) -> Path:
    """Return where a database of an older schema is kept before it is migrated."""
    return path.with_name(f"{path.name}.backup-v{version}")


class Within:
    """Reads inside the transaction of a migration."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def raw(self, sql: str, parameters: tuple[Any, ...] = ()) -> Sequence[Any]:
        """Return all rows of a query in plain SQL."""
        return self._connection.exec_driver_sql(sql, parameters).all()


def _migrate(connection: Connection, path: Path, before: int, at: float) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    drop_views(connection)
    operations = Operations(MigrationContext.configure(connection))
    for name in ALL:
        _level(operations, connection, table(name))
    _guard_rows(connection)
    verify(Within(connection))
    for version in range(before + 1, SCHEMA_VERSION + 1):
        _STEPS[version](connection, at)
    make_views(connection)
    _require_whole(connection, path)
    connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")
    connection.exec_driver_sql("COMMIT")


def _level(operations: Operations, connection: Connection, wanted: CoreTable) -> None:
    """Give a table the columns and indexes that it has in this release."""
    found = inspect(connection)
    if not found.has_table(wanted.name):
        wanted.create(connection)
        return
    known = {column["name"] for column in found.get_columns(wanted.name)}
    missing = [column for column in wanted.columns if column.name not in known]
    if filled := [column for column in missing if not column.nullable]:
        _rebuild(operations, wanted, filled)
    for column in missing:
        if column.nullable:
            operations.add_column(wanted.name, _like(column, nullable=True), inline_references=True)
    # SQLAlchemy's own inspection passes over indexes on expressions.
    present = {each.name for each in connection.exec_driver_sql(f'PRAGMA index_list("{wanted.name}")')}
    for index in wanted.indexes:
        if index.name not in present:
            index.create(connection)


def _rebuild(operations: Operations, wanted: CoreTable, filled: Sequence[Column[Any]]) -> None:
    """Add columns that may not be empty: SQLite takes them with a default only, which a second rebuild takes away."""
    with operations.batch_alter_table(wanted.name, **_ALONE) as batch:
        for column in filled:
            batch.add_column(_like(column, nullable=False, server_default=_empty(column)))
    with operations.batch_alter_table(wanted.name, **_ALONE) as batch:
        for column in filled:
            batch.alter_column(column.name, server_default=None)


def _like(column: Column[Any], **options: Any) -> Column[Any]:
    keys = [ForeignKey(key.target_fullname) for key in column.foreign_keys]
    return Column(column.name, column.type, *keys, **options)


def _empty(column: Column[Any]) -> str:
    return _EMPTY[getattr(column.type, "impl", column.type).python_type]


def _guard_rows(connection: Connection) -> None:
    """Make the triggers against changes that are not there: those of new tables and of rebuilt ones."""
    found = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    present = {each.name for each in found}
    for name in ALL:
        for verb in ("UPDATE", "DELETE"):
            if f"{name}_no_{verb}" not in present:
                connection.exec_driver_sql(APPEND_ONLY.format(table=name, verb=verb))


def _require_whole(connection: Connection, path: Path) -> None:
    raw = connection.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    for _, _, said in differences(raw):
        raise Damaged(f"{path} cannot be brought up to date: {said}; `ecology doctor` says more")
    if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise Damaged(f"{path} cannot be brought up to date: {broken[0]} {broken[1]} points to a row that is missing")


def _to_3(connection: Connection, at: float) -> None:
    """Note the syntax trees of sources, and seal what was written before there were seals."""
    trees = [(row.hash, tree_hash(zlib.decompress(row.data).decode())) for row in connection.exec_driver_sql(_SOURCES)]
    noted = [each for each in trees if each[1]]
    if noted:
        connection.exec_driver_sql("INSERT INTO syntax (code_hash, tree_hash) VALUES (?, ?)", noted)
    seal_past(connection, Within(connection), at=at)


def _to_4(connection: Connection, at: float) -> None:
    """Nothing but tables and indexes: the writer notes the milestones of the past in its first commit."""


def _to_5(connection: Connection, at: float) -> None:
    """Nothing but the table of requirements: no older code requires anything."""


_STEPS: dict[int, Callable[[Connection, float], None]] = {3: _to_3, 4: _to_4, 5: _to_5}
