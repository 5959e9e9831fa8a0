"""Databases of released schema versions, each as its release wrote it, built anew from its statements."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Released:
    """A database of a schema version: the last event and the history hash that its release reported for it."""

    version: int
    seq: int
    history_hash: str

    def build(self, path: Path) -> Path:
        """Make the database at a path and return that."""
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript((HERE / f"schema_{self.version}.sql").read_text(encoding="utf-8"))
            connection.execute("PRAGMA journal_mode = WAL")
        return path


# Eight turns of an offline population on one task, then a row in every table, three calls of a model among them.
RELEASED = (
    Released(2, 111, "c01ccc24312042765842b409252ce8bbb8f8431ec5ff8b3ebfc3ba21e0fe075e"),
    Released(3, 99, "dea85c38a1935ac4e8e73c92f3f01ef4ee151ecacf702b45a2244ee860fabbdb"),
    # That of schema 3, brought up to date by the release of schema 4, which then wrote a post.
    Released(4, 100, "6172ee232c6eec9db822ead0bdbce9a54b2834b5fb347effaeccba9d49053ced"),
)
