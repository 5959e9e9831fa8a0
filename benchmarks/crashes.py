"""Kill engines, workers and zygotes at random moments, go on, and compare with a run that was left alone.

    python benchmarks/crashes.py [--kills 200] [--seconds S] [--every 1.5] [--seed 1]   # a soak: 9999, 600 s

Now and then a worker is only held up for a while (SIGSTOP), so that timings change.
Promises: SIGKILL at real processes; an event counts as lost where it was acknowledged (its commit was durable) and is
not in the database afterwards with the same digest. The writer is a thread of the engine and dies with it.
Does not promise: that the power went off; `power_loss.py` does that.
"""

from __future__ import annotations

import argparse
import math
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1]))

from ecology import Store
from ecology.executors import WorkerLost

SCRIPT = Path(__file__).with_name("crash_run.py")
# So many of ten kills are for the engine, the others for its workers and their zygotes.
_SHARES = (*["engine"] * 5, *["worker"] * 3, *["zygote"] * 2, *["held"] * 2)
_HELD_S = 0.7
_LOST = WorkerLost.__name__
_LONGEST_S = 300.0


@dataclass
class Tally:
    """What came of the faults: how many of each kind of process, and what was wrong afterwards."""

    faults: Counter[str] = field(default_factory=Counter)
    runs: int = 0
    same: int = 0
    acknowledged: int = 0
    lost: int = 0
    doubled: int = 0
    given_up: int = 0

    @property
    def kills(self) -> int:
        """How many processes were killed."""
        return sum(self.faults.values()) - self.faults["held"]

    @property
    def sound(self) -> bool:
        """Whether nothing was lost or doubled and every run ended with the undisturbed history."""
        return self.same == self.runs and not self.lost and not self.doubled

    def shown(self) -> str:
        """Return the lines of the table."""
        killed = ", ".join(f"{count} {kind}" for kind, count in sorted(self.faults.items()))
        return (
            f"kills: {self.kills} ({killed})\nruns that gave up over a job killed three times, and went on:"
            f" {self.given_up}\nruns ended with the undisturbed history: {self.same} of {self.runs}\n"
            f"acknowledged commits: {self.acknowledged}, lost {self.lost}, doubled {self.doubled}"
        )


@dataclass(frozen=True, slots=True)
class Limit:
    """How many kills, until when by `time.monotonic`, and how many seconds apart on average."""

    kills: int
    end: float
    every_s: float = 1.5

    def reached(self, tally: Tally) -> bool:
        """Whether that is enough."""
        return tally.kills >= self.kills or time.monotonic() >= self.end


def begin(database: Path, acknowledged: Path) -> subprocess.Popen[str]:
    """Start a run, or go on with it."""
    return subprocess.Popen(
        [sys.executable, str(SCRIPT), str(database), str(acknowledged)], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def descendants(pid: int) -> list[int]:
    """Return the processes below one, parents before children."""
    found: list[int] = []
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(child) for child in listed.read_text().split()]
        except OSError:
            continue  # it ended just now
        for child in children:
            found += [child, *descendants(child)]
    return found


def victims(engine: int, kind: str) -> list[int]:
    """Return the processes of a kind that a run has now."""
    if kind == "engine":
        return [engine]
    mark = "start.py" if kind == "zygote" else "ecology.worker"
    found = []
    for pid in descendants(engine):
        try:
            command = Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
        except OSError:
            continue
        if mark in command:
            found.append(pid)
    return found


def disturb(process: subprocess.Popen[str], rng: Random, tally: Tally, *, until: Limit) -> None:
    """Kill something of a run after a while, until its engine is dead or it is over."""
    deadline = time.monotonic() + _LONGEST_S
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(rng.expovariate(1 / until.every_s))
        if until.reached(tally):
            process.wait(_LONGEST_S)
            return
        kind = rng.choice(_SHARES)
        if process.poll() is None and (found := victims(process.pid, kind)):
            strike(rng.choice(found), kind, tally)
            if kind == "engine":
                process.wait(_LONGEST_S)


def strike(pid: int, kind: str, tally: Tally) -> None:
    """Kill a process, or hold it up for a while; one that has just ended is let be."""
    try:
        if kind == "held":
            os.kill(pid, signal.SIGSTOP)
            time.sleep(_HELD_S)
            os.kill(pid, signal.SIGCONT)
        else:
            os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    tally.faults[kind] += 1


def check(database: Path, acknowledged: Path, tally: Tally) -> None:
    """Count what was acknowledged, and what of it is not there once and as it was."""
    lines = dict(line.split() for line in acknowledged.read_text().splitlines() if line)
    with Store.open(database) as store:
        store.verify()
        digests = {str(row.seq): row.digest.hex() for row in store._reader.raw("SELECT seq, digest FROM event")}
        rows = store._reader.raw("SELECT count(*) FROM event")[0][0]
        noted = [row.seq for row in store._reader.raw("SELECT seq FROM milestone ORDER BY id")]
        if noted != list(range(20, rows + 1, 20)):
            raise RuntimeError(f"the milestones {noted} do not fit {rows} events, one every 20")
    tally.acknowledged += len(lines)
    tally.lost += sum(digests.get(seq) != digest for seq, digest in lines.items())
    tally.doubled += rows - len(digests)


def disturbed(folder: Path, rng: Random, tally: Tally, *, until: Limit) -> str:
    """Live one run through its kills, and return the hash it ended with."""
    database, acknowledged = folder / "run.db", folder / "acknowledged"
    while True:
        process = begin(database, acknowledged)
        disturb(process, rng, tally, until=until)
        said, failed = process.communicate(timeout=_LONGEST_S)
        if process.returncode == 0:
            check(database, acknowledged, tally)
            return said.strip()
        if process.returncode == WorkerLost.exit_code and _LOST in failed:
            # Three kills in a row hit one job; the engine cannot tell them from a job that kills its worker.
            tally.given_up += 1
        elif process.returncode != -signal.SIGKILL:
            raise RuntimeError(f"a run ended by itself with {process.returncode}: {failed}")


def main() -> int:
    """Print the table; exit with 1 where anything was lost."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=math.inf, help="kill nothing more after so many seconds")
    parser.add_argument("--every", type=float, default=1.5, help="seconds between faults, on average")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng, tally = Random(options.seed), Tally()
    until = Limit(options.kills, time.monotonic() + options.seconds, options.every)
    with TemporaryDirectory() as folder:
        expected = disturbed(_made(folder, "calm"), rng, Tally(), until=Limit(0, 0.0))
        while not until.reached(tally):
            found = disturbed(_made(folder, str(tally.runs)), rng, tally, until=until)
            tally.runs += 1
            tally.same += found == expected
            print(f"run {tally.runs}: {tally.kills} kills so far, same history: {found == expected}", flush=True)
    print(tally.shown())
    return 0 if tally.sound else 1


def _made(top: str, name: str) -> Path:
    folder = Path(top) / name
    folder.mkdir()
    return folder


if __name__ == "__main__":
    raise SystemExit(main())
