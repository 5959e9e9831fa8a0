"""The pool: real worker processes, real jobs, and what happens when a worker dies or cannot work."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import Future
from pathlib import Path

import pytest

from ecology import Task, executors, load_charter
from ecology.executors import Pool
from ecology.turn import AskTier, Kit, Weigh, Weighed, gate_kept
from storage import ConfigurationError, SandboxError


@pytest.fixture
def kit(few_tasks: tuple[Task, ...]) -> Kit:
    tasks = {number: gate_kept(task) for number, task in enumerate(few_tasks)}
    return Kit(tasks, load_charter(), sandbox="auto", allow_rlimit=True)


def children() -> set[int]:
    listed = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    return {int(pid) for each in listed for pid in each.read_text().split()}


def test_jobs_come_back_with_what_they_promise(kit: Kit, few_tasks: tuple[Task, ...]) -> None:
    with Pool(kit, workers=2) as pool:
        futures = [pool.submit(Weigh(number, task.code)) for number, task in enumerate(few_tasks)]
        tested = [future.result(timeout=60) for future in futures]

    assert all(isinstance(each, Weighed) and not each.card.solved for each in tested)


def test_a_job_whose_worker_dies_is_done_again(kit: Kit, few_tasks: tuple[Task, ...]) -> None:
    before = children()
    with Pool(kit, workers=1) as pool:
        pool.submit(AskTier()).result(timeout=60)
        for worker in children() - before:
            os.kill(worker, signal.SIGKILL)

        assert pool.submit(Weigh(0, few_tasks[0].code)).result(timeout=60).card.visible


def test_the_loss_of_every_worker_at_once_loses_no_job(kit: Kit, few_tasks: tuple[Task, ...]) -> None:
    before = children()
    with Pool(kit, workers=3) as pool:
        for future in [pool.submit(AskTier()) for _ in range(6)]:
            future.result(timeout=60)
        futures = [pool.submit(Weigh(number % 4, few_tasks[number % 4].code)) for number in range(12)]
        for worker in children() - before:
            os.kill(worker, signal.SIGKILL)
        found = [future.result(timeout=120) for future in futures]

    assert [each.card for each in found[:4]] == [each.card for each in found[4:8]] == [each.card for each in found[8:]]


def test_whoever_has_more_jobs_than_may_wait_waits_with_them(
    kit: Kit, few_tasks: tuple[Task, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executors, "MOST", 2)
    before = children()
    with Pool(kit, workers=1, patience_s=60.0) as pool:
        pool.submit(AskTier()).result(timeout=60)
        (worker,) = children() - before
        os.kill(worker, signal.SIGSTOP)
        submitted: list[Future[Weighed]] = []
        job = Weigh(0, few_tasks[0].code)
        feeder = threading.Thread(target=lambda: submitted.extend(pool.submit(job) for _ in range(6)))
        feeder.start()
        feeder.join(timeout=1.0)
        was_waiting = feeder.is_alive()
        os.kill(worker, signal.SIGCONT)
        feeder.join(timeout=60)

        assert was_waiting and len(submitted) == 6
        assert all(each.result(timeout=60).card.visible for each in submitted)


def test_a_stuck_worker_is_replaced_and_its_job_done(kit: Kit, few_tasks: tuple[Task, ...]) -> None:
    before = children()
    with Pool(kit, workers=1, patience_s=2.0) as pool:
        pool.submit(AskTier()).result(timeout=60)
        (stuck,) = children() - before
        os.kill(stuck, signal.SIGSTOP)

        assert pool.submit(Weigh(0, few_tasks[0].code)).result(timeout=120).card.visible
        assert stuck not in children()


def test_what_a_job_raises_reaches_whoever_waits(kit: Kit) -> None:
    with Pool(kit, workers=1) as pool, pytest.raises(KeyError):
        pool.submit(Weigh(999, "")).result(timeout=60)


def test_closing_leaves_no_process_behind(kit: Kit) -> None:
    before = children()
    with Pool(kit, workers=2) as pool:
        pool.submit(AskTier()).result(timeout=60)
        assert children() - before

    assert children() == before


def test_workers_hold_no_sealed_case(kit: Kit) -> None:
    assert not [case for task in kit.tasks.values() for case in task.cases if case.ring == "sealed"]


def test_workers_see_no_key_of_the_engine(monkeypatch: pytest.MonkeyPatch, kit: Kit) -> None:
    monkeypatch.setenv("SECRET_API_KEY", "do-not-tell")
    before = children()

    with Pool(kit, workers=1) as pool:
        pool.submit(AskTier()).result(timeout=60)
        seen = [Path(f"/proc/{pid}/environ").read_bytes() for pid in children() - before]

    assert seen and not any(b"do-not-tell" in each for each in seen)


def test_a_worker_needs_no_main_guard_in_the_users_script(tmp_path: Path, few_tasks: tuple[Task, ...]) -> None:
    script = tmp_path / "bare.py"
    example = Path(__file__).resolve().parents[2] / "examples" / "everyday.jsonl"
    script.write_text(
        "from ecology import Ecology, load_tasks\n"
        f"eco = Ecology('bare.db', seed=1)\neco.settle(load_tasks({str(example)!r})[:1])\n"
        "print(eco.run(3).turns)\neco.close()\n"
    )

    ran = subprocess.run([sys.executable, script], cwd=tmp_path, capture_output=True, text=True, timeout=120)

    assert (ran.returncode, ran.stdout.strip(), ran.stderr) == (0, "3", "")


def test_a_sandbox_that_cannot_be_had_is_told_to_whoever_asks(kit: Kit) -> None:
    broken = Kit(kit.tasks, kit.charter, sandbox="no such tier", allow_rlimit=False)  # type: ignore[arg-type]

    with Pool(broken, workers=1) as pool, pytest.raises((SandboxError, ConfigurationError)):
        pool.submit(AskTier()).result(timeout=60)
