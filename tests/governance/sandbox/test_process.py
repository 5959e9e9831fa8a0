"""Zygotes begin, end, and are replaced without leaving anything behind."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from governance.sandbox import Call, Limits, Program, Sandbox
from governance.sandbox.addresses import ADDR_NO_RANDOMIZE, settled
from governance.sandbox.forks import Forks

ROOT = Path(__file__).parents[3]
ONE = Program("def f():\n    return 1\n", "f", (Call("()"),))

proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes in /proc")


def family(root: int) -> set[int]:
    """Return the numbers of all processes below `root`, zombies too."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
    found = {root}
    for _ in range(8):
        found |= {child for child, parent in parents.items() if parent in found}
    return found - {root}


def gone(processes: set[int], *, within: float = 5.0) -> bool:
    """Whether none of `processes` exists any more, or only as a zombie somebody else must reap."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if not any(_alive(process) for process in processes):
            return True
        time.sleep(0.02)
    return False


def _alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


@proc
def test_closing_leaves_no_process_and_no_zombie() -> None:
    before = family(os.getpid())
    for tier in ("namespaces", "zygote", "rlimit"):
        try:
            sandbox = Sandbox(tier)
        except Exception:
            continue
        sandbox.run(ONE)
        sandbox.close()

    assert family(os.getpid()) == before


@proc
def test_a_sandbox_that_was_forgotten_is_closed_too() -> None:
    before = family(os.getpid())
    sandbox = Sandbox("rlimit")
    sandbox.run(ONE)

    del sandbox

    assert family(os.getpid()) == before


@proc
def test_a_zygote_that_died_is_started_again(any_tier: Sandbox) -> None:
    assert isinstance(any_tier._inside, Forks) and any_tier._inside._zygote is not None
    zygote = any_tier._inside._zygote
    for process in family(os.getpid()) & (family(zygote._process.pid) | {zygote._process.pid}):
        os.kill(process, signal.SIGKILL)

    assert any_tier.run(ONE).results[0].value == 1


PARENT = """
import os, sys, threading, time
from governance.sandbox import Call, Limits, Program, Sandbox
from governance.sandbox.addresses import ADDR_NO_RANDOMIZE, settled
from governance.sandbox.forks import Forks
sandbox = Sandbox(sys.argv[1])
print("ready", flush=True)
source = "import sys\\ndef f():\\n    lock = sys.modules['_thread'].allocate_lock()\\n"
source += "    lock.acquire()\\n    lock.acquire()\\n"
if sys.argv[2] == "busy":
    sandbox.run(Program(source, "f", (Call("()"),)), Limits(wall_s=60))
time.sleep(60)
"""


@proc
@pytest.mark.parametrize("state", ["idle", "busy"])
def test_a_zygote_and_its_child_die_with_a_parent_that_was_killed(any_tier: Sandbox, state: str) -> None:
    command = [sys.executable, "-c", PARENT, any_tier.tier, state]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None and parent.stdout.readline() == b"ready\n"
        time.sleep(0.3)
        below = family(parent.pid)
        parent.kill()

    assert below and gone(below)


@proc
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_forked_bystander_does_not_keep_a_zygote_alive(any_tier: Sandbox) -> None:
    sandbox = Sandbox(any_tier.tier)
    bystander = os.fork()
    if not bystander:
        time.sleep(30)
        os._exit(0)
    below = family(os.getpid())
    started = time.monotonic()

    sandbox.close()

    assert time.monotonic() - started < 2.0
    assert isinstance(sandbox._inside, Forks) and sandbox._inside._zygote is None
    assert len(family(os.getpid())) < len(below)
    os.kill(bystander, signal.SIGKILL)
    os.waitpid(bystander, 0)


def _work(tier: str, answers: multiprocessing.Queue[object]) -> None:
    with Sandbox(tier) as sandbox:  # type: ignore[arg-type]
        answers.put([sandbox.run(ONE).results[0].value for _ in range(5)])


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_worker_processes_each_have_their_own(any_tier: Sandbox, method: str) -> None:
    context: Any = multiprocessing.get_context(method)
    answers = context.Queue()
    workers = [context.Process(target=_work, args=(any_tier.tier, answers)) for _ in range(2)]
    for worker in workers:
        worker.start()

    assert [answers.get(timeout=30) for _ in workers] == [[1] * 5] * 2
    for worker in workers:
        worker.join()


def test_two_sandboxes_in_one_process_do_not_meet(any_tier: Sandbox) -> None:
    with Sandbox(any_tier.tier) as other:
        answers = [box.run(ONE).results[0].value for box in (any_tier, other, any_tier, other)]

    assert answers == [1] * 4


def test_opening_and_closing_leaks_no_descriptor() -> None:
    with Sandbox("rlimit") as sandbox:
        sandbox.run(ONE)
    before = len(os.listdir("/dev/fd"))

    for _ in range(3):
        with Sandbox("rlimit") as sandbox:
            sandbox.run(ONE)
            sandbox.run_variants([ONE] * 3)

    assert len(os.listdir("/dev/fd")) == before


def test_a_secret_in_the_environment_of_the_parent_is_not_inside(
    any_tier: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ECOLOGY_TEST_SECRET", "hunter2")
    source = "import os\ndef f():\n    return dict(os.environ), [n for n in range(5, 64) if held(n)]\n"
    source += (
        "def held(n):\n    try:\n        os.fstat(n)\n    except OSError:\n        return False\n    return True\n"
    )

    with Sandbox(any_tier.tier) as sandbox:
        value = sandbox.run(Program(source, "f", (Call("()"),))).results[0].value

    assert value == ({}, [])


def test_sets_ordered_by_address_iterate_alike_in_every_new_sandbox(any_tier: Sandbox) -> None:
    source = "class A: ...\nclass B: ...\ndef f():\n"
    source += "    return [getattr(x, '__name__', x) for x in {A, B, f, len, None, 5}]\n"
    program = Program(source, "f", (Call("()"),))
    with settled():
        allowed = ctypes.CDLL(None).personality(ctypes.c_ulong(0xFFFFFFFF)) & ADDR_NO_RANDOMIZE
    if not allowed:
        pytest.skip("this machine does not let a process settle its addresses")

    seen = []
    for _ in range(4):
        with Sandbox(any_tier.tier) as sandbox:
            seen.append(sandbox.run(program).results[0].value)

    # A sandbox that has run other programs has its memory laid out by those.
    assert seen == seen[:1] * 4


def test_this_process_keeps_its_random_addresses() -> None:
    before = ctypes.CDLL(None).personality(ctypes.c_ulong(0xFFFFFFFF))

    with settled():
        pass

    assert ctypes.CDLL(None).personality(ctypes.c_ulong(0xFFFFFFFF)) == before


def test_a_child_that_lets_go_of_its_stream_is_killed_soon(any_tier: Sandbox) -> None:
    source = "import os, sys\ndef f():\n    os.close(3)\n    lock = sys.modules['_thread'].allocate_lock()\n"
    source += "    lock.acquire()\n    lock.acquire()\n"
    started = time.monotonic()

    run = any_tier.run(Program(source, "f", (Call("()"),)), Limits(wall_s=60))

    assert run.results[0].outcome == "killed" and time.monotonic() - started < 10
