"""Read a history back in the pieces in which a run was lived: what came before its turns, the turns, what came after.

Promises: entries come in the order of their seq, each exactly once, streamed. Does not promise: to be read twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from storage import Entry, Store


class Record:
    """The history of a database as its latest run left it; read `before`, then `turns`, then `after`."""

    def __init__(self, store: Store) -> None:
        latest = store.runs.latest()
        self._run_id = latest.id if latest else None
        self._groups = groupby(store.history(), key=self._turn_of)
        self._ahead: tuple[int, Iterator[Entry]] | None = next(self._groups, None)

    def before(self) -> Iterator[Entry]:
        """Yield what came before the first turn of the latest run."""
        while self._ahead and self._ahead[0] == 0:
            yield from self._ahead[1]
            self._ahead = next(self._groups, None)

    def turns(self) -> Iterator[tuple[Entry, ...]]:
        """Yield the entries of each turn that the latest run has taken."""
        while self._ahead and self._ahead[0] > 0:
            taken = tuple(self._ahead[1])
            # Step on before yielding: whoever has the last turn asks for no further one.
            self._ahead = next(self._groups, None)
            yield taken

    def after(self) -> Iterator[Entry]:
        """Yield what came after the last turn of the latest run."""
        return self.before()

    def _turn_of(self, entry: Entry) -> int:
        return entry.turn if entry.run_id == self._run_id else 0
