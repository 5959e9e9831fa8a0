"""Whatever commit a process dies after, resuming ends in the history of a run that was left alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ecology import Ecology, Store, load_tasks
from ecology.engine import Standing

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples" / "everyday.jsonl"
# The writer calls this after each commit; the process then dies as abruptly as by SIGKILL.
DYING = """
import os, sys
from storage.writer import Writer
commit, made = Writer._commit, [0]
def dying(self, jobs):
    result = commit(self, jobs)
    made[0] += bool(jobs)
    if made[0] == int(sys.argv[2]):
        os._exit(9)
    return result
Writer._commit = dying
from ecology import Ecology, load_tasks
with Ecology(sys.argv[1], seed=3, workers=1, window=3) as ecology:
    ecology.settle(task for task in load_tasks("examples/everyday.jsonl") if task.entry_point in ("slug", "pages"))
    ecology.run(30)
print(made[0])
"""


def live(path: Path, *, commits: int) -> subprocess.CompletedProcess[str]:
    arguments = [sys.executable, "-c", DYING, str(path), str(commits)]
    return subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, int]:
    """The hash of a run left alone, and how many commits it made."""
    path = tmp_path_factory.mktemp("calm") / "calm.db"
    ran = live(path, commits=-1)
    assert ran.returncode == 0, ran.stderr
    with Store.open(path) as store:
        return store.history_hash(), int(ran.stdout)


@pytest.mark.parametrize("commit", [2, 3, 4, 6, -12, -4, -3, -2, -1])
def test_a_death_after_any_commit_is_resumed_to_the_same_history(
    tmp_path: Path, undisturbed: tuple[str, int], commit: int
) -> None:
    expected, commits = undisturbed
    path = tmp_path / "dead.db"
    assert live(path, commits=commit % commits).returncode == 9

    with Ecology(path, workers=1) as ecology:
        report = ecology.resume()

    assert report.history_hash == expected
    with Store.open(path) as store:
        sealed = [each.version_id for each in store.tools.evaluations(ring_set="sealed")]
    assert len(sealed) == len(set(sealed))


def test_the_loss_of_every_worker_at_once_changes_nothing(tmp_path: Path, undisturbed: tuple[str, int]) -> None:
    chosen = [task for task in load_tasks(EXAMPLES) if task.entry_point in ("slug", "pages")]
    lost: list[int] = []

    def strike(standing: Standing) -> None:
        if standing.turn in (4, 11):
            for pid in workers():
                os.kill(pid, signal.SIGKILL)
                lost.append(pid)

    with Ecology(tmp_path / "struck.db", seed=3, workers=3, window=3) as ecology:
        ecology.settle(chosen)
        report = ecology.run(30, watch=strike)

    assert len(set(lost)) >= 4
    assert report.history_hash == undisturbed[0]


def workers() -> list[int]:
    """Return the worker processes below this one."""
    listed = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    pids = [int(pid) for each in listed for pid in each.read_text().split()]
    return [pid for pid in pids if b"ecology.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()]
