"""Copy a database while it is written, and take the air out of one that is not.

Promises: a copy is one moment of the database, complete under its name or not there, with the head file's lines up to
it; compacting removes no row.
Does not promise: a small copy; compact it for that.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from .database import connect_reader, connect_upkeep, open_reader, sync_folder, telling
from .errors import Damaged, StorageError
from .head_file import Line, head_path, read_lines
from .lock import Lock


@dataclass(frozen=True, slots=True)
class Compacted:
    """Bytes of the database with its WAL before and after, and the history hash, which stayed."""

    before: int
    after: int
    history_hash: str


def backup(database: str | Path, copy: str | Path) -> int:
    """Copy a database to a new file, also while a run writes it; return the last seq in the copy.

    Raises: NotFound, NotOurs, TooNew, TooOld: it is none that can be copied; StorageError: the copy is there already;
        DiskFull, ReadOnly: it cannot be written; Damaged: it is damaged.
    """
    source, target = Path(database), Path(copy)
    open_reader(source).close()
    return copy_database(source, target, replace=False)


def copy_database(source: Path, target: Path, *, replace: bool) -> int:
    """Copy a database of any release; return the last seq in the copy. Raises: as `backup`."""
    if not replace:
        for place in (target, head_path(target)):
            if place.exists():
                raise StorageError(f"{place} is there already; name another file, or remove it")
    # The lines are read first, so that none tells of a commit later than the copy.
    with suppress(FileNotFoundError):
        lines = read_lines(head_path(source))
        _write(head_path(target), "".join(f"{line.text}\n" for line in lines if isinstance(line, Line)))
    unfinished = target.with_name(f"{target.name}.new")
    try:
        with telling(source), closing(connect_reader(source)) as reader:
            seq = _copied(reader, unfinished)
        with telling(target):
            _sync(unfinished)
            unfinished.rename(target)
            sync_folder(target.parent)
    except BaseException:
        for place in (unfinished, unfinished.with_name(f"{unfinished.name}-journal")):
            place.unlink(missing_ok=True)
        raise
    return seq


def _copied(reader: sqlite3.Connection, unfinished: Path) -> int:
    unfinished.unlink(missing_ok=True)
    with telling(unfinished), closing(sqlite3.connect(unfinished, isolation_level=None)) as writer:
        # All pages in one step: in WAL mode that holds up nobody, and no later commit makes it begin again.
        reader.backup(writer, pages=-1)
        for (said,) in writer.execute("PRAGMA quick_check(1)"):
            if said != "ok":
                raise Damaged(f"{unfinished} came out damaged ({said}); `ecology doctor` says what is wrong")
        # One file is complete without a WAL beside it; whoever opens it for writing goes back to one.
        writer.execute("PRAGMA journal_mode = DELETE")
        return int(writer.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()[0])


def compact(database: str | Path) -> Compacted:
    """Write a database anew without free pages, with its indexes rebuilt; nothing of its history goes.

    Raises: Busy: a process writes it; DiskFull: there is no room for the second copy that this takes; Damaged: the
        file is damaged; NotFound, NotOurs, TooNew, TooOld, ReadOnly.
    """
    path = Path(database)
    open_reader(path).close()
    lock = Lock(path)
    try:
        with telling(path), closing(connect_upkeep(path)) as connection:
            before = _bytes(path)
            digest = _digest(connection)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.execute("REINDEX")
            connection.execute("VACUUM")
            connection.execute("PRAGMA optimize")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            if _digest(connection) != digest:
                raise Damaged(f"{path} has another history than before; put a backup in its place")
            return Compacted(before, _bytes(path), digest)
    finally:
        lock.release()


def _digest(connection: sqlite3.Connection) -> str:
    found = connection.execute("SELECT digest FROM event ORDER BY seq DESC LIMIT 1").fetchone()
    return bytes(found[0] if found else bytes(32)).hex()


def _bytes(path: Path) -> int:
    wal = path.with_name(f"{path.name}-wal")
    return path.stat().st_size + (wal.stat().st_size if wal.exists() else 0)


def _write(path: Path, text: str) -> None:
    with telling(path):
        path.write_text(text)
        _sync(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
