"""The rows of one table in the order of their keys, held against the keys they must have.

Promises: constant memory; values come as SQLite holds them.
Does not promise: that the rows are right; that is for whoever compares digests.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from .row import SHAPES, Columns

_KEYS = {"event": "seq", "blob": "rowid"}


class RowStream:
    """One table, read once from its lowest key to its highest; `due` is the key that is to be taken next."""

    def __init__(self, connection: sqlite3.Connection, name: str) -> None:
        self.key = _KEYS.get(name, "id")
        self.due = 1
        self._columns = [column for column, _, _ in SHAPES[name].columns]
        listed = ", ".join(f'"{column}"' for column in self._columns)
        self._cursor = connection.execute(f'SELECT {self.key}, {listed} FROM "{name}" ORDER BY {self.key}')
        self._next: tuple[int, Columns] | None = None
        self._step()

    def before(self, key: float) -> Iterator[tuple[int, Columns]]:
        """Yield the rows that stand before a key and were not taken."""
        while self._next and self._next[0] < key:
            found = self._next
            self._step()
            yield found

    def take(self, key: int) -> Columns | None:
        """Return the row of a key, None where there is none."""
        self.due = key + 1
        if self._next is None or self._next[0] != key:
            return None
        values = self._next[1]
        self._step()
        return values

    def _step(self) -> None:
        found = self._cursor.fetchone()
        self._next = (found[0], dict(zip(self._columns, found[1:], strict=True))) if found else None
