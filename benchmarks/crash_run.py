"""One small run in a process of its own, for those who kill it: it begins the run or goes on with it.

    python benchmarks/crash_run.py DATABASE ACKNOWLEDGED [--workers 2] [--turns 60]

Promises: after each commit, and before anybody else is told of it, a line with the last seq and its digest is appended
to ACKNOWLEDGED; whatever stands there was acknowledged. Does not promise: to end, it is there to be killed.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from ecology import Ecology, Store, load_tasks
from storage import transaction
from storage.writer import Writer

EXAMPLES = Path(__file__).parents[1] / "examples" / "everyday.jsonl"
CHOSEN = ("everyday/slug", "everyday/pages", "everyday/running_balance", "everyday/days_in_month")


def acknowledge(path: Path) -> None:
    """Have each commit noted once it is durable."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    commit = Writer._commit

    def noted(writer: Writer, jobs: list[object]) -> None:
        commit(writer, jobs)  # type: ignore[arg-type]
        if jobs and not writer._fault:
            os.write(descriptor, f"{writer._head.seq} {writer._head.digest.hex()}\n".encode())

    Writer._commit = noted  # type: ignore[method-assign, assignment]


def live(database: Path, *, workers: int, turns: int) -> str:
    """Begin the run, or go on with it, and return the hash of its history."""
    with Ecology(database, seed=11, workers=workers, window=4) as ecology:
        with Store.open(database) as store:
            begun = store.runs.latest() is not None
        if begun:
            return ecology.resume().history_hash
        ecology.settle(task for task in load_tasks(EXAMPLES) if task.name in CHOSEN)
        return ecology.run(turns).history_hash


def main() -> int:
    """Live the run and print the hash of its history."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("database", type=Path)
    parser.add_argument("acknowledged", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--turns", type=int, default=60)
    options = parser.parse_args()
    # So small a run would come to no milestone otherwise.
    transaction.EVERY = 20  # type: ignore[attr-defined]
    acknowledge(options.acknowledged)
    print(live(options.database, workers=options.workers, turns=options.turns), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
