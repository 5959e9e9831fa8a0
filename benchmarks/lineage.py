"""A million versions: how long the questions of lineage take, beside a plain recursive query.

Run: `python -m benchmarks.lineage [--versions 1000000] [--database FILE]`. The database is made where it is not there
yet: a thousand tools, their versions in turn, each from one of the newest 2,500, so that lines are about 800 deep; a
hundredth of them has a second parent. Times are the median of a number of calls; CPU beside wall time.
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from storage import Store

TOOLS, AGENTS, NEWEST, CHUNK = 1_000, 400, 2_500, 50_000
CTE_ANCESTORS = """WITH RECURSIVE line(id) AS (SELECT parent_id FROM tool_version WHERE id = ?
 UNION ALL SELECT v.parent_id FROM line JOIN tool_version v ON v.id = line.id WHERE v.parent_id IS NOT NULL)
SELECT v.* FROM line JOIN tool_version v ON v.id = line.id"""
CTE_COMMON = """WITH RECURSIVE a(id) AS (SELECT ?1 UNION ALL SELECT v.parent_id FROM a JOIN tool_version v
 ON v.id = a.id WHERE v.parent_id IS NOT NULL),
 b(id) AS (SELECT ?2 UNION ALL SELECT v.parent_id FROM b JOIN tool_version v
 ON v.id = b.id WHERE v.parent_id IS NOT NULL) SELECT max(id) FROM a WHERE id IN (SELECT id FROM b)"""
CTE_DESCENDANTS = """WITH RECURSIVE line(id) AS (SELECT id FROM tool_version WHERE parent_id = ?
 UNION ALL SELECT v.id FROM line JOIN tool_version v ON v.parent_id = line.id) SELECT id FROM line"""


def build(path: Path, versions: int) -> None:
    """Make a database with that many versions; rows are inserted in bulk, without a hash chain."""
    Store.create(path).close()
    rng = Random(1)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        _fill(connection, "blob", [("c", 1, b"x")])
        events = (_event(seq) for seq in range(1, TOOLS + AGENTS + versions + 1))
        _fill(connection, "event", events)
        _fill(connection, "task", ((n, n, f"task-{n}", "", "", "f", "c", "c", "c", "exact", 0, "cases", None, None, "d")
                                   for n in range(1, TOOLS + 1)))  # fmt: skip
        _fill(connection, "tool", ((n, n, n, f"tool-{n}") for n in range(1, TOOLS + 1)))
        _fill(connection, "agent", ((n, TOOLS + n, f"a{n}", f"s{n % 7}", max(n // 8, 1), n // 8 or None, 0, 1, "{}")
                                    for n in range(1, AGENTS + 1)))  # fmt: skip
        _fill(connection, "tool_version", _versions(versions, rng))
        _fill(connection, "version_parent", ((n, TOOLS + AGENTS + 100 * n, 100 * n, rng.randrange(1, 100 * n), "basis")
                                             for n in range(1, versions // 100)))  # fmt: skip
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _event(seq: int) -> tuple[Any, ...]:
    return (seq, None, seq, "save", None, None, None, None, "{}", b"d", 0.0)


def _versions(count: int, rng: Random) -> Iterator[tuple[Any, ...]]:
    depths, jumps = [0], [1]
    for number in range(count):
        parent = None if number < 1 else rng.randrange(max(number - NEWEST, 0), number) + 1
        depth, jump = 0, number + 1
        if parent:
            over = jumps[parent - 1]
            beyond = jumps[over - 1]
            level = depths[parent - 1] - depths[over - 1] == depths[over - 1] - depths[beyond - 1]
            depth, jump = depths[parent - 1] + 1, beyond if level else parent
            depths.append(depth)
            jumps.append(jump)
        author = rng.randrange(AGENTS) + 1
        yield (number + 1, TOOLS + AGENTS + number + 1, number % TOOLS + 1, number // TOOLS, parent, depth, jump,
               author, None, "c", 3, 4, 5, 6, 40, 20, "why", "")  # fmt: skip


def _fill(connection: sqlite3.Connection, table: str, rows: Any) -> None:
    waiting = iter(rows)
    while chunk := [row for row, _ in zip(waiting, range(CHUNK), strict=False)]:
        connection.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * len(chunk[0]))})", chunk)
    connection.commit()


def timed(call: Callable[[], object], *, times: int) -> tuple[float, float]:
    """Return the median wall time and the mean CPU time of a call, in milliseconds; the first is left out."""
    call()
    began, walls = time.process_time(), []
    for _ in range(times):
        start = time.perf_counter()
        call()
        walls.append(time.perf_counter() - start)
    return statistics.median(walls) * 1e3, (time.process_time() - began) / times * 1e3


def _plainly(plain: sqlite3.Connection, sql: str, *given: int) -> list[Any]:
    return plain.execute(sql, given).fetchall()


def report(path: Path) -> None:
    """Print what each question takes, the limit it is held to, and what a plain recursive query takes."""
    with Store.open(path) as store, closing(sqlite3.connect(path)) as plain:
        top = plain.execute("SELECT max(id), max(depth) FROM tool_version").fetchone()
        deep = plain.execute("SELECT id FROM tool_version WHERE depth = ? LIMIT 1", (top[1],)).fetchone()[0]
        leaf = top[0]
        print(f"{top[0]} versions, deepest line {top[1]}, {path.stat().st_size / 1e6:.0f} MB")
        rows: list[tuple[str, float, Callable[[], object], int, Callable[[], object] | None]] = [
            ("open the database", 200, lambda: Store.open(path).close(), 5, None),
            ("ancestors", 5, lambda: store.lineage.ancestors(deep), 50, partial(_plainly, plain, CTE_ANCESTORS, deep)),
            ("common ancestor", 1, lambda: store.lineage.common_ancestor(deep, leaf), 200,
             partial(_plainly, plain, CTE_COMMON, deep, leaf)),
            ("ancestor at a depth", 1, lambda: store.lineage.ancestor(deep, depth=7), 200, None),
            ("descendants of a leaf", 1, lambda: store.lineage.descendants(leaf), 200,
             partial(_plainly, plain, CTE_DESCENDANTS, leaf)),
            ("Muller table, 100 buckets", 2_000, lambda: store.ask.alive(buckets=100), 2, None),
            ("the same by author", 0, lambda: store.ask.alive(buckets=100, by="author"), 1, None),
            ("the same as of the middle", 0, lambda: store.ask.alive(buckets=100, as_of=top[0] // 2), 1, None),
        ]  # fmt: skip
        print(f"{'':<28}{'limit':>8}{'ms':>10}{'CPU ms':>10}{'plain ms':>10}")
        for name, limit, call, times, beside in rows:
            wall, cpu = timed(call, times=times)
            other = f"{timed(beside, times=min(times, 50))[0]:>10.2f}" if beside else ""
            print(f"{name:<28}{limit or '':>8}{wall:>10.2f}{cpu:>10.2f}{other}")


def main() -> None:
    """Make the database where it is not there, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--versions", type=int, default=1_000_000)
    parser.add_argument("--database", type=Path)
    given = parser.parse_args()
    path = given.database or Path(tempfile.gettempdir()) / f"lineage-{given.versions}.db"
    if not path.exists():
        build(path, given.versions)
    report(path)


if __name__ == "__main__":
    main()
