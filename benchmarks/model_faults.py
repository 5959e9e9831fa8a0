"""What a run makes of a model server that fails: each fault, an outage in the middle, and its own sudden death.

    python benchmarks/model_faults.py [--turns 60] [--outage 30]

Promises: a table, and exit status 1 where a claim does not hold: a run goes on to its end, each fault is in the journal
with its cause, an outage multiplies no requests, and what was journalled before a death is not asked for again.
Does not promise: the same figures twice; clocks and chance are in them.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.model_load import TASKS, answers
from benchmarks.served import ServedModel
from ecology import Ecology, Report, Store, load_tasks
from storage import ModelCall

# What each way to fail is called in the journal; a second reply on the same connection is never read, so "" for it.
KINDS = {
    "429": "rate_limit", "500": "server", "timeout": "timeout", "reset": "connection", "truncated": "malformed",
    "invalid_json": "malformed", "html": "malformed", "html_502": "server", "content_type": "malformed",
    "huge": "malformed", "duplicate": "",
}  # fmt: skip
REPLY_S = 1.0
MOST_AMPLIFIED = 1.15
ALONE = """
import sys
from benchmarks.model_faults import live
live(sys.argv[1], sys.argv[2], turns=int(sys.argv[3]))
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended, the requests that the server counted, and the calls in the run's journal."""

    ending: str
    requests: int
    calls: tuple[ModelCall, ...]

    @property
    def amplification(self) -> float:
        """Requests for each call."""
        return self.requests / max(1, len(self.calls))

    @property
    def kinds(self) -> Counter[str]:
        """How often an attempt failed in each way."""
        return Counter(kind for call in self.calls for kind in call.faults)

    def row(self, name: str) -> str:
        """Return one line of the table."""
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(self.kinds.items())) or "none"
        lost = sum(bool(call.fault) for call in self.calls)
        figures = f"{self.requests:>9}{len(self.calls):>7}{self.amplification:>8.3f}{lost:>7}"
        return f"{name:<16}{self.ending:<10}{figures}  {kinds}"


def live(path: str | Path, address: str, *, turns: int, reply_s: float = REPLY_S) -> Report:
    """Live a small run of four menders on a few tools, or go on with the one that is there."""
    more: dict[str, Any] = {"workers": 1, "resources": {"reply_s": reply_s}}
    if Path(path).exists():
        with Ecology(path, **more) as ecology:
            return ecology.resume()
    with Ecology(path, model=f"{address}#parrot", population={"mender": 4}, window=8, seed=5, **more) as ecology:
        ecology.settle(load_tasks(TASKS)[:4])
        return ecology.run(turns=turns)


def outcome(report: Report, server: ServedModel) -> Outcome:
    """Return what came of a run."""
    return Outcome(report.ending, server.stats()["requests"], journalled(report.database))


def journalled(path: str | Path) -> tuple[ModelCall, ...]:
    """Return all calls in the journal of a database."""
    with Store.open(Path(path)) as store:
        return tuple(store.journal.past().values())


def faulted(server: ServedModel, folder: Path, faults: Sequence[str], *, turns: int) -> Outcome:
    """Live a run in which one request in five fails, in each of these ways by turns."""
    schedule = [step for fault in faults for step in ("ok", "ok", "ok", "ok", fault)] * (1 + turns // len(faults))
    server.become(schedule=schedule, retry_after="0.2", answers=answers("talk"))
    return outcome(live(folder / f"{'-'.join(faults)[:40]}.db", server.address, turns=turns), server)


def outage(server: ServedModel, folder: Path, *, seconds: float, turns: int) -> Outcome:
    """Live a run in the middle of which the server answers nothing but 503 for so long."""
    server.become(latency_s=0.02, answers=answers("talk"))

    def happen() -> None:
        while server.stats()["answered"] < turns // 4:
            time.sleep(0.02)
        server.change(faults={"503": 1.0})
        time.sleep(seconds)
        server.change(faults={})

    trouble = threading.Thread(target=happen, daemon=True)
    trouble.start()
    report = live(folder / "outage.db", server.address, turns=turns)
    trouble.join()
    return outcome(report, server)


@dataclass(frozen=True, slots=True)
class Death:
    """Calls journalled when the run was killed, requests that the server had answered by then, and what came after."""

    journalled: int
    answered: int
    after: Outcome
    same_history: bool

    @property
    def asked_again(self) -> int:
        """How many of the journalled calls were asked for again by the run that was taken up."""
        return self.after.requests - self.answered - (len(self.after.calls) - self.journalled)


def killed(server: ServedModel, folder: Path, *, turns: int) -> Death:
    """Kill a run by SIGKILL in the middle, take it up again, and compare with one that was left alone."""
    server.become(latency_s=0.05, answers=answers("talk"))
    calm = live(folder / "calm.db", server.address, turns=turns)
    server.become(latency_s=0.05, answers=answers("talk"))
    path = folder / "killed.db"
    command = [sys.executable, "-c", ALONE, str(path), server.address, str(turns)]
    process = subprocess.Popen(command, cwd=Path(__file__).parents[1])
    while server.stats()["answered"] < turns // 2 and process.poll() is None:
        time.sleep(0.01)
    process.kill()
    process.wait()
    time.sleep(0.2)  # for what is under way at the server
    answered, before = server.stats()["requests"], len(journalled(path))
    report = live(path, server.address, turns=turns)
    return Death(before, answered, outcome(report, server), report.history_hash == calm.history_hash)


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--turns", type=int, default=60)
    parser.add_argument("--outage", type=float, default=30.0, metavar="SECONDS")
    options = parser.parse_args()
    broken = []
    print(f"{'':<16}{'ending':<10}{'requests':>9}{'calls':>7}{'each':>8}{'lost':>7}  attempts that failed")
    with TemporaryDirectory() as name, ServedModel.start() as server:
        folder = Path(name)
        for fault, kind in KINDS.items():
            found = faulted(server, folder, [fault], turns=options.turns)
            print(found.row(fault), flush=True)
            if found.ending != "turns" or set(found.kinds) != {kind} - {""}:
                broken.append(fault)
        found = outage(server, folder, seconds=options.outage, turns=2 * options.turns)
        print(found.row(f"{options.outage:g} s outage"), flush=True)
        if found.ending != "turns" or found.amplification > MOST_AMPLIFIED:
            broken.append("outage")
        death = killed(server, folder, turns=options.turns)
        print(death.after.row("kill -9, resumed"))
        print(f"  {death.journalled} calls journalled of {death.answered} requests; asked again: {death.asked_again}; "
              f"{'the same history' if death.same_history else 'another history'} as without a death")  # fmt: skip
        if death.asked_again or not death.same_history:
            broken.append("kill -9")
    print(f"does not hold: {', '.join(broken)}" if broken else "all of it holds")
    return 1 if broken else 0


if __name__ == "__main__":
    raise SystemExit(main())
