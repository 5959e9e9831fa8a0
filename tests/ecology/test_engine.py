"""The engine's promise: one history for one seed, whatever the workers, the timing and the deaths in between."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ecology import Ecology, Store, Task

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "everyday.jsonl"
TURNS = 40
LIVE = """
import sys
from ecology import Ecology, load_tasks
with Ecology(sys.argv[1], seed=5, workers=2, window=4) as eco:
    eco.settle(task for task in load_tasks(sys.argv[2]) if task.name in sys.argv[4].split(","))
    eco.run(int(sys.argv[3]))
"""


def live(path: Path, tasks: tuple[Task, ...], *, workers: int, turns: int = TURNS, seed: int = 5) -> str:
    with Ecology(path, seed=seed, workers=workers, window=4) as ecology:
        ecology.settle(tasks)
        return ecology.run(turns).history_hash


@pytest.fixture(scope="module")
def undisturbed(few_tasks: tuple[Task, ...], tmp_path_factory: pytest.TempPathFactory) -> str:
    return live(tmp_path_factory.mktemp("calm") / "calm.db", few_tasks, workers=2)


def test_one_worker_and_three_make_the_same_history(
    tmp_path: Path, few_tasks: tuple[Task, ...], undisturbed: str
) -> None:
    alone = live(tmp_path / "one.db", few_tasks, workers=1)
    crowded = live(tmp_path / "three.db", few_tasks, workers=3)

    assert alone == crowded == undisturbed


def test_another_seed_makes_another_history(tmp_path: Path, few_tasks: tuple[Task, ...], undisturbed: str) -> None:
    assert live(tmp_path / "other.db", few_tasks, workers=2, seed=6) != undisturbed


@pytest.mark.parametrize("moment", range(3))
def test_a_run_killed_at_any_moment_is_resumed_to_the_same_history(
    tmp_path: Path, few_tasks: tuple[Task, ...], undisturbed: str, moment: int
) -> None:
    path = tmp_path / "killed.db"
    arguments = [str(path), str(EXAMPLES), str(TURNS), ",".join(task.name for task in few_tasks)]
    process = subprocess.Popen([sys.executable, "-c", LIVE, *arguments], cwd=EXAMPLES.parent.parent)
    wait_for_turn(path, process, turn=random.Random(moment).randint(0, TURNS - 5))
    process.send_signal(signal.SIGKILL)
    process.wait()

    with Ecology(path, workers=1) as ecology:
        resumed = ecology.resume()

    assert resumed.history_hash == undisturbed
    assert resumed.ending in ("turns", "settled")


def wait_for_turn(path: Path, process: subprocess.Popen[bytes], *, turn: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        if path.exists():
            with Store.open(path) as store:
                if store.runs.latest() and store.totals.last_turn() >= turn:
                    return
        time.sleep(0.02)


def test_a_finished_run_is_resumed_by_reporting_it(tmp_path: Path, few_tasks: tuple[Task, ...]) -> None:
    first = live(tmp_path / "done.db", few_tasks, workers=1, turns=5)

    with Ecology(tmp_path / "done.db") as ecology:
        again = ecology.resume()

    assert again.history_hash == first and again.turns == 5


def test_a_second_run_goes_on_from_where_the_first_ended(ecology: Ecology) -> None:
    first = ecology.run(6)
    second = ecology.run(7)

    assert (first.turns, second.turns) == (6, 13)


def test_a_run_ends_by_itself_once_nothing_is_left_to_do(tmp_path: Path, few_tasks: tuple[Task, ...]) -> None:
    right = next(task for task in few_tasks if task.name == "everyday/pages")

    with Ecology(tmp_path / "short.db", seed=1, workers=2) as ecology:
        ecology.settle([right])
        report = ecology.run(2_000)

    assert report.ending == "settled"
    assert report.turns < 2_000


def test_the_hash_of_the_history_is_found_again_from_the_rows(lived: Path) -> None:
    with Store.open(lived) as store:
        store.verify(head=store.history_hash())


def test_killing_every_worker_costs_nothing_but_time(
    tmp_path: Path, few_tasks: tuple[Task, ...], undisturbed: str
) -> None:
    killed: set[int] = set()

    def kill_once(standing: object) -> None:
        workers = workers_of(os.getpid()) - killed
        if workers and len(killed) < 4:
            killed.update(workers)
            for worker in workers:
                os.kill(worker, signal.SIGKILL)

    with Ecology(tmp_path / "bereft.db", seed=5, workers=2, window=4) as ecology:
        ecology.settle(few_tasks)
        report = ecology.run(TURNS, watch=kill_once)

    assert len(killed) >= 2
    assert report.history_hash == undisturbed


def workers_of(parent: int) -> set[int]:
    children = Path(f"/proc/{parent}/task").glob("*/children")
    pids = {int(pid) for listed in children for pid in listed.read_text().split()}
    return {pid for pid in pids if "ecology.worker" in Path(f"/proc/{pid}/cmdline").read_text(errors="replace")}
