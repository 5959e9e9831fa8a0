"""What is wrong with a database file, in plain words, and what can be done about it.

Promises: looks at everything that can be looked at, however damaged the file is, and changes nothing.
Does not promise: to find a backup that lies in another folder.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from .audit import audit
from .database import APPLICATION_ID, connect_reader, open_reader
from .errors import EcologyError, NotFound
from .head_file import head_path, last_line

_MAGIC = b"SQLite format 3\0"
_MOST = 20
_INDEX = ("missing from index", "wrong # of entries in index", "non-unique entry in index")


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong with a file: what, in one sentence, and what to do about it."""

    what: str
    cure: str


@dataclass(frozen=True, slots=True)
class Checkup:
    """What came of a look at a database; `entries` and `history_hash` as far as they could be read."""

    path: str
    entries: int
    history_hash: str
    troubles: tuple[Trouble, ...]
    backups: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.troubles


def checkup(database: str | Path) -> Checkup:
    """Look a database over: its header, pages, indexes, references, rows and end.

    Raises: NotFound: there is no such file; NotOurs, TooNew, TooOld: it is none of ours, or of another release.
    """
    path = Path(database)
    if not path.is_file():
        raise NotFound(f"no database at {path}; check the path, or make one with `ecology run`")
    # Looked for before anything is opened, for a reader makes an empty one.
    wal = path.with_name(f"{path.name}-wal")
    has_wal = wal.exists() and wal.stat().st_size > 0
    backups = tuple(str(each) for each in _backups(path))
    restore = _restore(path, backups)
    if trouble := _header(path, restore):
        return Checkup(str(path), 0, "", (trouble,), backups)
    open_reader(path).close()
    troubles = [*([] if has_wal else _missing_wal(path, restore)), *_pages(path, restore)]
    try:
        found = audit(path)
    except EcologyError as error:
        return Checkup(str(path), 0, "", (*troubles, Trouble(str(error), restore)), backups)
    readable = [each for each in found.findings if each.kind != "unreadable"]
    cure = f"`ecology audit {path}` lists all; {restore}"
    troubles += [Trouble(each.detail, cure) for each in readable[:_MOST]]
    return Checkup(str(path), found.seq, found.history_hash, tuple(troubles), backups, found.notes)


def _header(path: Path, restore: str) -> Trouble | None:
    """Return why a database of ours cannot be opened at all; of a file that never was one, opening it says enough."""
    with path.open("rb") as file:
        header = file.read(100)
    if header[:16] != _MAGIC and head_path(path).exists():
        return Trouble(f"{path} no longer begins like an SQLite database", restore)
    if header[:16] == _MAGIC and int.from_bytes(header[68:72]) != APPLICATION_ID and _looks_like_ours(path):
        mend = f"`sqlite3 {path} 'PRAGMA application_id = {APPLICATION_ID}'` gives it ours again"
        return Trouble(f"{path} has another application's number in its header", f"{mend}; {restore}")
    return None


def _looks_like_ours(path: Path) -> bool:
    try:
        with closing(connect_reader(path)) as connection:
            return bool(connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'event'").fetchone())
    except sqlite3.Error:
        return False


def _missing_wal(path: Path, restore: str) -> Iterator[Trouble]:
    """Yield where the head file knows of commits that were in the WAL, and the WAL is gone."""
    last = last_line(path)
    if last is None:
        return
    try:
        with closing(connect_reader(path)) as connection:
            (seal,) = connection.execute("SELECT coalesce(max(id), 0) FROM seal").fetchone()
    except sqlite3.Error:
        return
    if seal < last.mark.seal:
        yield Trouble(
            f"the file {path.name}-wal is missing: the database ends with commit {seal}, and its head file knows"
            f" {last.mark.seal}",
            f"copy the -wal file from where the database came from to its side; {restore}",
        )


def _pages(path: Path, restore: str) -> Iterator[Trouble]:
    """Yield what SQLite's own checks of pages, indexes and references say."""
    salvage = f"{restore}; what is left can be saved with `sqlite3 {path} .recover`"
    try:
        with closing(connect_reader(path)) as connection:
            for (said,) in connection.execute(f"PRAGMA integrity_check({_MOST})").fetchall():
                if any(words in said for words in _INDEX):
                    yield Trouble(f"an index does not fit its table: {said}", f"`ecology compact {path}` rebuilds it")
                elif said != "ok":
                    yield Trouble(f"a page is damaged: {' '.join(said.split())}", salvage)
            for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check").fetchmany(_MOST):
                yield Trouble(f"{table} {row} points to a row of {parent} that is missing", restore)
    except sqlite3.Error as error:
        yield Trouble(f"SQLite cannot read it through: {error}", salvage)


def _backups(path: Path) -> list[Path]:
    """Return what lies beside a database and can take its place, the newest first."""
    beside = [each for each in path.parent.glob(f"{path.name}.backup*") if not each.name.endswith((".head", ".new"))]
    return sorted(beside, key=lambda each: each.stat().st_mtime, reverse=True)


def _restore(path: Path, backups: tuple[str, ...]) -> str:
    if backups:
        return f"put {backups[0]} in its place, with its .head file (and without {path.name}-wal)"
    return "put a copy made by `ecology backup` in its place, with its .head file"
