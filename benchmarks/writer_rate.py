"""Posts a second and how long a durable acknowledgement takes, beside bare writers that wait for SQLite's busy handler.

    python benchmarks/writer_rate.py [--seconds 5]

Ours: threads that write through the store's one writer, several posts a turn, each waiting until its turn is durable.
Bare: as many threads, each with a connection of its own, `BEGIN IMMEDIATE`, plain inserts and a busy time-out.
Promises: both at `synchronous=FULL` in a real file of the same folder, one after the other.
Does not promise: what a disk of another machine does; compare the lines of one run.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1]))

from storage import Store, Transaction

POSTS = 8
BODY = "the third case still fails where the list is empty; the guard before the loop looks wrong " * 2
_HEAD = (
    f"{'':<12}{'producers':>10}{'turns/s':>10}{'posts/s':>10}{'p50 ms':>9}{'p99 ms':>9}{'max ms':>9}{'CPU us/post':>13}"
)
Turn = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Rate:
    """What some producers reached: the time each turn took until it was durable, in seconds, and processor time."""

    waits: list[float]
    wall_s: float
    cpu_s: float

    def row(self, name: str, producers: int) -> str:
        """Return one line of the table."""
        ordered = sorted(self.waits)
        at = [ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000 for share in (0.5, 0.99, 1.0)]
        turns = len(ordered) / self.wall_s
        cpu = self.cpu_s / (len(ordered) * POSTS) * 1e6
        times = "".join(f"{each:>9.1f}" for each in at)
        return f"{name:<12}{producers:>10}{turns:>10.0f}{turns * POSTS:>10.0f}{times}{cpu:>13.1f}"


def measure(turn_of: Callable[[int], Turn], *, producers: int, seconds: float) -> Rate:
    """Let producers take turns for some seconds; `turn_of` makes each one's turn in its own thread."""
    waits: list[list[float]] = [[] for _ in range(producers)]
    end = time.monotonic() + seconds

    def produce(number: int) -> None:
        take, count = turn_of(number), 0
        while time.monotonic() < end:
            began = time.monotonic()
            take(count)
            waits[number].append(time.monotonic() - began)
            count += 1

    threads = [threading.Thread(target=produce, args=(number,)) for number in range(producers)]
    began, cpu = time.monotonic(), time.process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Rate([each for one in waits for each in one], time.monotonic() - began, time.process_time() - cpu)


def ours(store: Store) -> Callable[[int], Turn]:
    """Return how a producer writes through the store."""

    def turn_of(number: int) -> Turn:
        def take(count: int) -> None:
            def posts(tx: Transaction) -> None:
                for place in range(POSTS):
                    store.board.post(tx, topic=f"tool/{number}", body=f"{count}.{place} {BODY}")

            store.write(posts)

        return take

    return turn_of


def bare(path: Path) -> Callable[[int], Turn]:
    """Return how a producer writes by itself."""
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE post (id INTEGER PRIMARY KEY, topic TEXT, body TEXT)")

    def turn_of(number: int) -> Turn:
        connection = sqlite3.connect(path, timeout=60, isolation_level=None)
        connection.execute("PRAGMA synchronous = FULL")

        def take(count: int) -> None:
            connection.execute("BEGIN IMMEDIATE")
            rows = [(f"tool/{number}", f"{count}.{place} {BODY}") for place in range(POSTS)]
            connection.executemany("INSERT INTO post (topic, body) VALUES (?, ?)", rows)
            connection.execute("COMMIT")

        return take

    return turn_of


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=5.0)
    options = parser.parse_args()
    print(f"{POSTS} posts a turn\n{_HEAD}", flush=True)
    with TemporaryDirectory() as folder:
        for producers in (1, 16, 32):
            with Store.create(Path(folder) / f"ours-{producers}.db") as store:
                found = measure(ours(store), producers=producers, seconds=options.seconds)
            print(found.row("one writer", producers), flush=True)
            found = measure(bare(Path(folder) / f"bare-{producers}.db"), producers=producers, seconds=options.seconds)
            print(found.row("bare", producers), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
