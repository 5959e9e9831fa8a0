"""One seed under every difference that must not matter: workers, hash seeds, timings, releases of Python.

    python benchmarks/determinism.py [--turns 60] [--python PATH]...

Each run is a process of its own; where a history differs, the first event that does is named.
Promises: timings are disturbed by sleeps of random length before and after each job. Does not promise: to install
anything; an interpreter that is named must have the project's requirements.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1]))

from ecology import Store
from storage import first_difference

ROOT = Path(__file__).parents[1]
LIVE = """
import random, sys, time
from ecology import Ecology, executors, load_tasks
database, workers, turns, sleepy = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4] == "sleepy"
if sleepy:
    settle, rng = executors._settle, random.Random()
    def late(*arguments):
        time.sleep(rng.random() * 0.1)
        settle(*arguments)
    executors._settle = late
with Ecology(database, seed=5, workers=workers, window=6) as ecology:
    ecology.settle(load_tasks("examples/everyday.jsonl")[:4])
    print(ecology.run(turns).history_hash)
"""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to live the run."""

    name: str
    workers: int = 2
    hash_seed: str = "random"
    timing: str = "plain"
    python: str = sys.executable


WAYS = (
    Way("2 workers"),
    Way("1 worker", workers=1),
    Way("4 workers", workers=4),
    Way("PYTHONHASHSEED=0", hash_seed="0"),
    Way("PYTHONHASHSEED=12345", hash_seed="12345"),
    Way("random sleeps, 2 workers", timing="sleepy"),
    Way("random sleeps, 4 workers", workers=4, timing="sleepy"),
)


def live(way: Way, database: Path, *, turns: int) -> str:
    """Live the run in one way and return the hash of its history."""
    command = [way.python, "-c", LIVE, str(database), str(way.workers), str(turns), way.timing]
    more = {"PYTHONHASHSEED": way.hash_seed, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, cwd=ROOT, env=os.environ | more, check=True, stdout=subprocess.PIPE, text=True
    ).stdout.strip()


def difference(ours: Path, theirs: Path) -> str:
    """Return what the first difference between two histories is, empty where there is none."""
    with Store.open(ours) as one, Store.open(theirs) as other:
        return str(first_difference(one, other) or "")


def main() -> int:
    """Print the table; exit with 1 where a history differs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--turns", type=int, default=60)
    parser.add_argument("--python", action="append", default=[], help="another interpreter; may be repeated")
    options = parser.parse_args()
    ways = [*WAYS, *(Way(path, python=path) for path in options.python)]
    differing = 0
    with TemporaryDirectory() as folder:
        first = Path(folder) / "0.db"
        for number, way in enumerate(ways):
            database = Path(folder) / f"{number}.db"
            digest = live(way, database, turns=options.turns)
            found = difference(first, database)
            differing += bool(found)
            print(f"{way.name:<40}{digest[:16]}  {found or 'the same'}", flush=True)
    return 1 if differing else 0


if __name__ == "__main__":
    raise SystemExit(main())
