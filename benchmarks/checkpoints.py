"""How long a commit takes where checkpoints are made beside the writer, and where SQLite makes them within a commit.

    python benchmarks/checkpoints.py [--commits 6000]

Promises: equal changes, one at a time, each waited for until it is durable. Does not promise: figures of a quiet machine.
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


def latencies(path: Path, commits: int, *, within: bool) -> tuple[list[float], int]:
    """Return the milliseconds of each commit, shortest first, and the most bytes that the WAL had."""
    found, largest = [], 0
    wal = path.with_name(f"{path.name}-wal")
    with Store.create(path) as store:
        if within:
            store.write(lambda tx: tx.rows(text("PRAGMA wal_autocheckpoint = 1000")))
        for n in range(commits):
            change = partial(store.board.post, topic="t", body=f"{n} " * 1500)
            began = time.perf_counter()
            store.write(change)
            found.append((time.perf_counter() - began) * 1000)
            largest = max(largest, wal.stat().st_size)
    return sorted(found), largest


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--commits", type=int, default=6000)
    commits = parser.parse_args().commits
    print(f"{'checkpoints':<20}{'p50':>10}{'p99':>10}{'p99.9':>10}{'longest':>10}{'WAL':>10}")
    for name, within in (("beside the writer", False), ("within commits", True)):
        with tempfile.TemporaryDirectory() as folder:
            ms, wal = latencies(Path(folder) / "zoo.db", commits, within=within)
        parts = (ms[int(len(ms) * share)] for share in (0.5, 0.99, 0.999))
        shown = "".join(f"{each:>7.2f} ms" for each in (*parts, ms[-1]))
        print(f"{name:<20}{shown}{wal / 2**20:>7.1f} MB")


if __name__ == "__main__":
    main()
