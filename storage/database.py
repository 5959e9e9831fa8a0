"""The SQLite file: made whole or not at all, opened with the right pragmas, its faults told in plain words.

Promises: a new database appears under its name only when complete; every table refuses UPDATE and DELETE by trigger;
commits survive power loss (WAL, `synchronous=FULL`); readers run outside transactions and never block the writer.
Does not promise: protection from a program that drops the triggers; `Store.verify` finds what it did.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, Executable, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool, Pool, QueuePool, StaticPool

from .column import Table
from .errors import Damaged, DiskFull, NotFound, NotOurs, ReadOnly, StorageError, TooNew, TooOld
from .tables import ALL
from .views import make_views

APPLICATION_ID = 0x45434F4C  # "ECOL"
SCHEMA_VERSION = 5
BUSY_S = 10.0
# The oldest schema that is brought up to date when a database is opened for writing.
OLDEST = 2

_WRITER_PRAGMAS = ("foreign_keys = ON", "recursive_triggers = ON", "synchronous = FULL", "journal_mode = WAL")
_READER_PRAGMAS = ("query_only = ON",)
# A long line of descent has its versions on as many pages, more than the 2 MB that SQLite keeps unless told.
_READER_CACHE = "PRAGMA cache_size = -16000"
APPEND_ONLY = """CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON "{table}"
BEGIN SELECT RAISE(ABORT, 'the table {table} is append-only'); END"""


class Reads(Protocol):
    """Whoever can answer a query: a `Reader` (what is committed) or a `Transaction` (that and its own rows)."""

    def rows(self, statement: Executable, parameters: Mapping[str, Any] | None = None) -> Sequence[Any]:
        """Return all rows of a query."""


class Reader:
    """Answers queries from what is committed; each query sees one moment and leaves no transaction open."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._engine = _engine(path, mode="ro", pool=QueuePool, max_overflow=-1)
        self._closed = False

    def rows(self, statement: Executable, parameters: Mapping[str, Any] | None = None) -> Sequence[Any]:
        """Return all rows of a query.

        Raises: Damaged, StorageError: SQLite could not read the file.
        """
        with telling(self._path), self._connect() as connection:
            return connection.execute(statement, parameters or {}).all()

    def raw(self, sql: str, parameters: tuple[Any, ...] = ()) -> Sequence[Any]:
        """Return all rows of a query in plain SQL, with the values as SQLite holds them."""
        with telling(self._path), self._connect() as connection:
            return connection.exec_driver_sql(sql, parameters).all()

    def close(self) -> None:
        """Close every connection; later queries are refused."""
        self._closed = True
        self._engine.dispose()

    def _connect(self) -> Connection:
        if self._closed:
            raise StorageError(f"{self._path} is closed; open it again to read")
        return self._engine.connect()


def open_reader(path: Path, *, oldest: int = SCHEMA_VERSION) -> Reader:
    """Open an ecology database for reading; one of an older schema than ours only from `oldest` on.

    Raises: NotFound: there is no such file; NotOurs: it is something else; TooNew, TooOld: another release
            made it, whose tables differ from ours.
    """
    if not path.is_file():
        raise NotFound(f"no database at {path}; check the path, or make one with `ecology run`")
    reader = Reader(path)
    try:
        application, version = _pragma(reader, "application_id"), _pragma(reader, "user_version")
        _check(path, application=application, version=version, oldest=oldest)
    except BaseException:
        reader.close()
        raise
    return reader


def connect_reader(path: Path) -> sqlite3.Connection:
    """Return a connection that only reads, with every value as it is held, even a text that is no UTF-8."""
    connection = _connector(path, mode="ro", pragmas=_READER_PRAGMAS)()
    connection.text_factory = partial(str, encoding="utf-8", errors="surrogateescape")
    return connection


def connect_writer(path: Path) -> Connection:
    """Return the one connection that writes; transactions on it are begun and ended by hand.

    Raises: ReadOnly: the file or its folder cannot be written.
    """
    with telling(path):
        connection = _engine(path, mode="rw", pool=NullPool).connect()
    if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        connection.close()
        raise ReadOnly(f"{path} or its folder cannot be written; copy it elsewhere or change the permissions")
    return connection


def connect_migrator(path: Path) -> Connection:
    """Return a connection that may rebuild tables; references are not watched on it, so check them before a commit.

    Raises: ReadOnly: the file or its folder cannot be written.
    """
    connection = connect_writer(path)
    connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
    return connection


def connect_upkeep(path: Path) -> sqlite3.Connection:
    """Return a plain connection that may write, for upkeep that no transaction can hold."""
    return _connector(path, mode="rw", pragmas=("synchronous = FULL",))()


def create_file(path: Path) -> None:
    """Make a new, empty database under that name, whole or not at all; the caller holds its lock.

    Raises: StorageError: a file of that name is there already; ReadOnly, DiskFull: it cannot be written.
    """
    if path.exists():
        raise StorageError(f"{path} is there already; open it, or choose another name")
    unfinished = path.with_name(f"{path.name}.new")
    _remove(unfinished)
    try:
        with telling(path), _engine(unfinished, mode="rwc", pool=NullPool).connect() as connection:
            _lay_out(connection)
        # A head file without its database tells of another one.
        path.with_name(f"{path.name}.head").unlink(missing_ok=True)
        unfinished.rename(path)
        sync_folder(path.parent)
    finally:
        _remove(unfinished)


def lay_out_in_memory() -> sqlite3.Connection:
    """Return a new, empty database of this release, in memory."""
    database = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    engine = create_engine("sqlite://", creator=lambda: database, poolclass=StaticPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        _lay_out(connection)
    return database


def _remove(path: Path) -> None:
    for rest in ("", "-wal", "-shm"):
        path.with_name(path.name + rest).unlink(missing_ok=True)


def _lay_out(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    Table.metadata.create_all(connection, checkfirst=False)
    for name in ALL:
        for verb in ("UPDATE", "DELETE"):
            connection.exec_driver_sql(APPEND_ONLY.format(table=name, verb=verb))
    make_views(connection)
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")
    connection.exec_driver_sql("COMMIT")


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _engine(path: Path, *, mode: str, pool: type[Pool], **options: int) -> Engine:
    pragmas = _READER_PRAGMAS if mode == "ro" else _WRITER_PRAGMAS
    connect = _connector(path, mode=mode, pragmas=pragmas)
    return create_engine(
        "sqlite://", creator=connect, poolclass=pool, isolation_level="AUTOCOMMIT", pool_reset_on_return=None, **options
    )


def _connector(path: Path, *, mode: str, pragmas: tuple[str, ...]) -> Callable[[], sqlite3.Connection]:
    def connect() -> sqlite3.Connection:
        address = f"{path.absolute().as_uri()}?mode={mode}"
        if mode == "ro" and _frozen(path):
            address += "&immutable=1"
        connection = sqlite3.connect(address, uri=True, timeout=BUSY_S, check_same_thread=False, isolation_level=None)
        try:
            for pragma in pragmas:
                connection.execute(f"PRAGMA {pragma}")
            if mode == "ro":
                _widen(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    return connect


def _widen(connection: sqlite3.Connection) -> None:
    # This looks at the schema; where that is damaged, whoever reads it says so.
    with suppress(sqlite3.DatabaseError):
        connection.execute(_READER_CACHE)


def _frozen(path: Path) -> bool:
    """Whether SQLite could not make the WAL index that a reader needs, and no writer has one open."""
    return not os.access(path.parent, os.W_OK) and not path.with_name(path.name + "-wal").exists()


def _pragma(reader: Reader, name: str) -> int:
    return int(reader.raw(f"PRAGMA {name}")[0][0])


def _check(path: Path, *, application: int, version: int, oldest: int) -> None:
    if application != APPLICATION_ID:
        raise NotOurs(f"{path} is an SQLite database, but not one of ours; give the path of one that `ecology` made")
    if version > SCHEMA_VERSION:
        raise TooNew(f"{path} has schema {version} and this release knows {SCHEMA_VERSION}; upgrade the package")
    if version < oldest:
        cure = f"`ecology migrate {path}` brings it up to date" if version >= OLDEST else "use the release that made it"
        raise TooOld(f"{path} has schema {version} and this release reads {SCHEMA_VERSION}; {cure}")


def is_old(path: Path) -> bool:
    """Whether a database of ours has an older schema than this release."""
    reader = open_reader(path, oldest=OLDEST)
    try:
        return _pragma(reader, "user_version") < SCHEMA_VERSION
    finally:
        reader.close()


@contextmanager
def telling(path: Path) -> Iterator[None]:
    """Turn what SQLite and the operating system report inside into our own errors about that file."""
    try:
        yield
    except (DBAPIError, sqlite3.Error, OSError) as error:
        raise told(error, path=path) from error


def told(error: BaseException, *, path: Path) -> StorageError:
    """Return our error for one that SQLite or the operating system raised about that file."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    code = getattr(cause, "sqlite_errorcode", None)
    kind, sentence = _FAULTS.get(0 if code is None else code & 0xFF, _UNKNOWN)
    if isinstance(cause, OSError):
        kind, sentence = _SYSTEM_FAULTS.get(cause.errno or 0, _UNKNOWN)
    return kind(sentence.format(path=path, cause=cause))


def is_fault(error: BaseException) -> bool:
    """Return whether an error is about the file or the disk, rather than about one statement."""
    code = getattr(error.orig, "sqlite_errorcode", None) if isinstance(error, DBAPIError) else None
    return code is not None and code & 0xFF in _FAULTS and code & 0xFF != sqlite3.SQLITE_CONSTRAINT


_Fault = tuple[type[StorageError], str]
_UNKNOWN: _Fault = (StorageError, "{path} could not be used: {cause}; check the disk and the path")
_FULL: _Fault = (DiskFull, "the disk that holds {path} is full; free some space and resume, nothing saved is lost")
_READONLY: _Fault = (ReadOnly, "{path} or its folder cannot be written ({cause}); change its permissions or copy it")
_DAMAGED: _Fault = (Damaged, "{path} is damaged ({cause}); restore a backup, or salvage it with `sqlite3 .recover`")
_NOT_OURS: _Fault = (NotOurs, "{path} is no SQLite database; give the path of one that `ecology` made")
_IO: _Fault = (StorageError, "reading or writing {path} failed ({cause}); check the disk and its quota, then resume")
_HELD: _Fault = (StorageError, "{path} is held by another program ({cause}); close it and try again")
_REFUSED: _Fault = (StorageError, "{path} refused a row ({cause}); nothing of that change was kept")
_FAULTS: dict[int, _Fault] = {
    sqlite3.SQLITE_CONSTRAINT: _REFUSED,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: _READONLY,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _NOT_OURS,
    sqlite3.SQLITE_IOERR: _IO,
    sqlite3.SQLITE_BUSY: _HELD,
    sqlite3.SQLITE_LOCKED: _HELD,
    sqlite3.SQLITE_CANTOPEN: (StorageError, "{path} cannot be opened ({cause}); check the path and its permissions"),
}
_SYSTEM_FAULTS: dict[int, _Fault] = {28: _FULL, 122: _FULL, 13: _READONLY, 1: _READONLY, 30: _READONLY}
