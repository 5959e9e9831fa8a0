"""Isolated candidates a second over a pool of worker processes, beside a bare `python -I -S` subprocess each.

    python benchmarks/sandbox_rate.py [--workers 2] [--seconds 3] [--tier auto]

Promises: every candidate has a process of its own and its value is checked; CPU counts parent, zygote and child.
Does not promise: figures that can be compared with those of a machine that was busy with something else.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from governance.sandbox import Call, Limits, Program, open_sandbox

SOURCE = """def clamp(values, low, high):
    result = []
    for value in values:
        if value < low:
            value = low
        elif value > high:
            value = high
        result.append(value)
    return result
"""
ARGUMENTS = "([5, -3, 40, 8, 12], 0, 10)"
EXPECT = [5, 0, 10, 8, 10]
CALLS = 8
VARIANTS = 64


@dataclass(frozen=True, slots=True)
class Rate:
    """What one way of running reached: candidates, wall seconds of the slowest worker, CPU seconds of all."""

    candidates: int
    wall_s: float
    cpu_s: float

    def row(self, name: str) -> str:
        """Return one line of the table."""
        per_candidate = self.cpu_s / self.candidates * 1000
        return f"{name:<44}{self.candidates / self.wall_s:>10.0f}/s{per_candidate:>12.3f} ms CPU"


def program(number: int) -> Program:
    """Return a small tool that differs from the others by a comment, with eight calls."""
    return Program(f"{SOURCE}# {number}\n", "clamp", (Call(ARGUMENTS),) * CALLS)


def isolated(tier: str, seconds: float) -> int:
    """Run candidates in forks of their own for `seconds` and return how many."""
    done = 0
    with open_sandbox(tier) as sandbox:  # type: ignore[arg-type]
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            run = sandbox.run(program(done), Limits())
            assert [result.value for result in run.results] == [EXPECT] * CALLS, run
            done += 1
    return done


def variants(tier: str, seconds: float) -> int:
    """Run candidates 64 to a fork for `seconds` and return how many."""
    done = 0
    with open_sandbox(tier) as sandbox:  # type: ignore[arg-type]
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            runs = sandbox.run_variants([program(done + n) for n in range(VARIANTS)], Limits())
            assert all(run.results[-1].value == EXPECT for run in runs)
            done += len(runs)
    return done


def bare(tier: str, seconds: float) -> int:
    """Run candidates in bare interpreters, which contain nothing, for `seconds` and return how many."""
    done = 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        code = f"{SOURCE}# {done}\nfor _ in range({CALLS}): print(clamp(*{ARGUMENTS}))\n"
        command = [sys.executable, "-I", "-S", "-c", code]
        lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
        assert lines == [str(EXPECT)] * CALLS
        done += 1
    return done


WAYS = {"isolated": isolated, "variants": variants, "bare": bare}


def _work(way: str, tier: str, seconds: float, answers: multiprocessing.Queue[tuple[int, float, float]]) -> None:
    started, cpu_before = time.monotonic(), _cpu_s()
    done = WAYS[way](tier, seconds)
    answers.put((done, time.monotonic() - started, _cpu_s() - cpu_before))


def _cpu_s() -> float:
    """CPU seconds of this process and of all processes below it that have ended."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def measure(way: str, *, tier: str, workers: int, seconds: float) -> Rate:
    """Run one way in `workers` processes at once."""
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    pool = [context.Process(target=_work, args=(way, tier, seconds, answers)) for _ in range(workers)]
    for process in pool:
        process.start()
    found = [answers.get() for _ in pool]
    for process in pool:
        process.join()
    return Rate(sum(done for done, _, _ in found), max(wall for _, wall, _ in found), sum(cpu for _, _, cpu in found))


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--tier", default="auto")
    options = parser.parse_args()
    with open_sandbox(options.tier) as sandbox:
        tier = sandbox.tier
    names = {
        "isolated": f"isolated, one fork each ({tier})",
        "variants": f"variants, {VARIANTS} to a fork ({tier})",
        "bare": "bare python -I -S, contains nothing",
    }
    print(f"{options.workers} workers, {CALLS} calls a candidate, the start of each sandbox included")
    for way, name in names.items():
        rate = measure(way, tier=tier, workers=options.workers, seconds=options.seconds)
        print(rate.row(name))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
