"""Random tamperings of one row of a closed database that the audit finds, by kind, and rows audited a second.

    python benchmarks/audit.py [--count 1000] [--seed 1] [--rows 200000]

Promises: each tampering is of a fresh copy, in a table and column drawn at random; the triggers are dropped first and
put back; the database is that of a real run, with rows of models and of every other table added.
Does not promise: anything about tampering that writes all seals and the head file anew; see the threat model.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from functools import partial
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[1]))

from ecology import Ecology, load_tasks
from storage import Audit, ModelCall, Store, audit
from tests.storage.conftest import write_everything
from tests.storage.tampering import KINDS, Tampering, tamper

ROOT = Path(__file__).parents[1]


def lived(path: Path) -> None:
    """Make a database by a short run, and add rows of those tables that an offline run does not write."""
    with Ecology(path, seed=3, workers=1) as ecology:
        ecology.settle(load_tasks(ROOT / "examples" / "everyday.jsonl")[:4])
        ecology.run(40)
    with Store.open(path, write=True) as store:
        store.write(partial(write_everything, store))
        for n in range(20):
            store.journal.record(ModelCall(n, "m", f"ask {n}", f"answer {n}", 1, 1, 0.1, 0.1, "stop"))


def names_it(found: Audit, done: Tampering) -> bool:
    """Whether some finding names the table, and the row where it has a number."""
    named = f"{done.table} {done.key}"
    return any(
        each.table == done.table and (done.table == "blob" or each.id == done.key or each.detail.endswith(named))
        for each in found.findings
    )


def tampered(original: Path, folder: Path, *, kind: str, rng: Random) -> tuple[Tampering, Audit]:
    """Tamper with a fresh copy of a database and its head file, and audit it."""
    copy = folder / "copy.db"
    for rest in ("", ".head"):
        shutil.copy(f"{original}{rest}", f"{copy}{rest}")
    done = tamper(copy, kind=kind, rng=rng)
    return done, audit(copy)


def rate(folder: Path, rows: int) -> tuple[int, float]:
    """Return how many rows were audited, and the seconds of processor time it took."""
    path = folder / "large.db"
    with Store.create(path) as store:
        for n in range(rows // 3):
            store.submit(partial(store.board.post, topic="t", body=f"{n} " * 20))
    began = time.process_time()
    found = audit(path)
    assert found.holds, found.findings
    return found.rows, time.process_time() - began


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rows", type=int, default=200_000)
    given = parser.parse_args()
    rng, made, found, named = Random(given.seed), Counter[str](), Counter[str](), Counter[str]()
    touched: set[tuple[str, str]] = set()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        original = folder / "original.db"
        lived(original)
        untouched = audit(original)
        assert untouched.holds, untouched.findings
        for n in range(given.count):
            kind = KINDS[n % len(KINDS)]
            done, outcome = tampered(original, folder, kind=kind, rng=rng)
            touched.add((done.table, done.column))
            made[kind] += 1
            found[kind] += not outcome.holds
            named[kind] += names_it(outcome, done)
            if outcome.holds or not names_it(outcome, done):
                print("missed" if outcome.holds else "unnamed", done, outcome.findings[:2])
        print(f"{'kind':<10}{'found':>12}{'named':>12}")
        for kind in KINDS:
            print(f"{kind:<10}{f'{found[kind]}/{made[kind]}':>12}{f'{named[kind]}/{made[kind]}':>12}")
        print(f"{'all':<10}{f'{found.total()}/{made.total()}':>12}{f'{named.total()}/{made.total()}':>12}")
        print(f"{len({table for table, _ in touched})} tables, {len(touched)} columns and tables touched")
        audited, seconds = rate(folder, given.rows)
        print(f"audit: {audited} rows in {seconds:.2f} s of processor time, {audited / seconds:,.0f} rows/s")


if __name__ == "__main__":
    main()
