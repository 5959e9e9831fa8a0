"""Runs in processes of their own, to be asked things while they go on."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ecology import Store

ROOT = Path(__file__).parents[3]
LIVE = """
import sys
from ecology import Ecology, load_tasks
with Ecology(sys.argv[1], seed=5, workers=1, window=4, charter=sys.argv[3] or None) as eco:
    eco.settle(task for task in load_tasks("examples/everyday.jsonl") if task.entry_point in ("slug", "pages"))
    report = eco.run(int(sys.argv[2]))
    print(report.ending, report.history_hash)
"""
RESUME = """
import sys
from ecology import Ecology
with Ecology(sys.argv[1], workers=1) as eco:
    report = eco.resume()
    print(report.ending, report.history_hash)
"""


@contextmanager
def living(path: Path, *, turns: int, charter: Path | None = None) -> Iterator[subprocess.Popen[str]]:
    """Start a run in a process of its own; end it where the test did not."""
    process = start(LIVE, str(path), str(turns), str(charter or ""))
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def start(script: str, *arguments: str) -> subprocess.Popen[str]:
    """Start a script."""
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def ended(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Wait for a run and return its ending and its history's hash."""
    out, err = process.communicate(timeout=180)
    assert process.returncode == 0, err
    ending, digest = out.split()
    return ending, digest


def resumed(path: Path) -> tuple[str, str]:
    """Go on with a run in a process of its own."""
    return ended(start(RESUME, str(path)))


def wait_until(true: Callable[[], bool], *, seconds: float = 90.0) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.02)


def turn_of(path: Path) -> int:
    """Return the last turn that is safe in a database, 0 before the first."""
    if not path.exists():
        return 0
    with Store.open(path) as store:
        return store.totals.last_turn()
