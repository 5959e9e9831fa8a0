"""How long a commit takes where checkpoints are made beside the writer, and where SQLite makes them within a commit.

    python benchmarks/checkpoints.py [--commits 6000]

Promises: equal changes, one at a time, each waited for until it is durable, in turns on two databases, so that whatever
else the machine does falls on both. Does not promise: figures of a quiet machine.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from sqlalchemy import text

sys.path.insert(0, str(Path(__file__).parents[1]))

from storage import Store


class Timed:
    """A database, the milliseconds of each commit in it, and the most bytes that its WAL had."""

    def __init__(self, path: Path, *, within: bool) -> None:
        self._store = Store.create(path)
        self._wal = path.with_name(f"{path.name}-wal")
        self.ms: list[float] = []
        self.wal_bytes = 0
        if within:
            self._store.write(lambda tx: tx.rows(text("PRAGMA wal_autocheckpoint = 1000")))

    def commit(self, number: int) -> None:
        """Make one commit and time it."""
        change = partial(self._store.board.post, topic="t", body=f"{number} " * 1500)
        began = time.perf_counter()
        self._store.write(change)
        self.ms.append((time.perf_counter() - began) * 1000)
        self.wal_bytes = max(self.wal_bytes, self._wal.stat().st_size)

    def row(self, name: str) -> str:
        """Return one line of the table."""
        ms = sorted(self.ms)
        parts = (*(ms[int(len(ms) * share)] for share in (0.5, 0.99, 0.999)), ms[-1])
        return f"{name:<20}{''.join(f'{each:>7.2f} ms' for each in parts)}{self.wal_bytes / 2**20:>7.1f} MB"

    def close(self) -> None:
        """Close the database."""
        self._store.close()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--commits", type=int, default=6000)
    commits = parser.parse_args().commits
    with tempfile.TemporaryDirectory() as folder:
        beside = Timed(Path(folder) / "beside.db", within=False)
        within = Timed(Path(folder) / "within.db", within=True)
        for number in range(commits):
            for each in (beside, within):
                each.commit(number)
        print(f"{'checkpoints':<20}{'p50':>10}{'p99':>10}{'p99.9':>10}{'longest':>10}{'WAL':>10}")
        print(beside.row("beside the writer"))
        print(within.row("within commits"))
        beside.close()
        within.close()


if __name__ == "__main__":
    main()
