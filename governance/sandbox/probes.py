"""Hostile programs that a good sandbox contains, and what came of them in one.

Promises: each probe does its worst only as far as an uncontained one stays harmless (a file of a few bytes in the
temporary folder, one extra process that ends at once).
Does not promise: that what no probe tries is contained.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from . import attacks
from .raw_attacks import NATIVE, raw_attacks
from .run import Call, Limits, Opaque, Program, Run
from .sandbox import Sandbox

LIMITS = Limits(fuel=100_000, cpu_s=1, wall_s=10.0)

Cell = Literal["stopped", "not stopped", "not run"]


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """One cell of the table that `doctor` prints: what was tried, what came of it, and what was seen.

    `not run` says that the tier has no words for the attack, or no way to native code: nothing is known from it.
    """

    name: str
    cell: Cell
    detail: str

    @property
    def contained(self) -> bool:
        """Whether the attack was made and stopped."""
        return self.cell == "stopped"


@dataclass(frozen=True, slots=True)
class Bait:
    """What an escape would reach: a file of ours, a place to write to, and a text that only the parent knows."""

    victim: str
    target: str
    secret: str


@dataclass(frozen=True, slots=True)
class Probe:
    """Attacks under one name, and the judge of a run of each (the empty text means contained).

    `quick`: the self-test has it; `vital`: no tier is proved in which it was not run; `open`: no tier stops it.
    """

    name: str
    sources: tuple[str, ...]
    judge: Callable[[Run], str]
    quick: bool = False
    vital: bool = False
    open: bool = False


def _no_door(run: Run) -> str:
    """Contained when the attack came back with an empty list of open doors, or was stopped."""
    result = run.results[0]
    if result.outcome != "ok":
        return ""
    return "" if result.value == [] else f"open: {result.value!r:.200}"


def _ends(*outcomes: str) -> Callable[[Run], str]:
    def judge(run: Run) -> str:
        outcome = run.results[0].outcome
        return "" if outcome in outcomes else f"ended as {outcome}, not as {' or '.join(outcomes)}"

    return judge


def _opaque(run: Run) -> str:
    return "" if isinstance(run.results[0].value, Opaque) else f"came back as {run.results[0].value!r}"


def _knock(name: str, source: str, *, vital: bool = True) -> Probe:
    return Probe(name, (source,), _no_door, quick=True, vital=vital)


# Rows of raw calls of which the self-test makes the first: what bubblewrap or Landlock alone would leave open.
_QUICK_ROWS = ("io_uring", "kernel keys", "nested namespaces")

PROBES: tuple[Probe, ...] = (
    _knock("write outside", attacks.WRITE),
    _knock("read outside", attacks.READ),
    _knock("change a file outside", attacks.CHANGE),
    _knock("look at a file outside", attacks.METADATA),
    _knock("read /proc and devices", attacks.PROC),
    _knock("socket", attacks.SOCKET),
    _knock("another process", attacks.PROCESS),
    _knock("signal others", attacks.SIGNAL),
    _knock("environment and descriptors", attacks.INHERITED, vital=False),
    Probe("exit from inside", (attacks.EXIT,), _ends("killed"), quick=True),
    Probe("fork bomb", (attacks.FORK_BOMB,), _ends("killed", "error")),
    Probe("memory at once", (attacks.FOUR_GB,), _ends("memory")),
    Probe("memory by doubling", (attacks.MEMORY_BOMB,), _ends("memory", "timeout", "killed")),
    Probe("endless loop", (attacks.ENDLESS,), _ends("timeout")),
    Probe("endless loop that catches everything", (attacks.STUBBORN,), _ends("timeout")),
    Probe("endless loop in C", (attacks.ENDLESS_C,), _ends("timeout")),
    Probe("flood of results", (attacks.FLOOD,), _ends("output", "memory", "killed")),
    Probe("flood of prints", (attacks.PRINT_FLOOD,), _ends("ok", "timeout", "error")),
    Probe("kill the parent", (attacks.KILL_PARENT,), _no_door),
    Probe("run a program", (attacks.EXECUTE,), _ends("killed", "error")),
    Probe("deep recursion", (attacks.RECURSION,), _ends("error", "memory", "killed")),
    Probe("forged result", (attacks.FORGE,), _ends("killed")),
    # What is written by hand is a claim like any other; that it says little else than a value is all there is to it.
    Probe("answers written by hand, then exit", (attacks.FORGE_AND_EXIT,), _ends("killed", "error"), open=True),
    Probe("closed pipes, then endless", (attacks.ANSWER_PIPE,), _ends("killed", "timeout", "error")),
    Probe("object that equals everything", (attacks.EQUAL,), _opaque),
    Probe("stack walk", (attacks.STACK_WALK,), _no_door),
    Probe("raw system calls", (NATIVE,), _no_door, quick=True),
    *(Probe(row, texts, _no_door, quick=row in _QUICK_ROWS) for row, texts in raw_attacks().items()),
    Probe("read the clock", (attacks.CLOCK,), _no_door, open=True),
)


def run_probes(sandbox: Sandbox, *, quick: bool = False) -> list[ProbeResult]:
    """Try every probe (or the quick ones) in `sandbox` and return a row for each, in a fixed order.

    Raises: OSError: there is no temporary folder to lay bait in.
    """
    return [_try(sandbox, probe, quick=quick) for probe in PROBES if probe.quick or not quick]


def _try(sandbox: Sandbox, probe: Probe, *, quick: bool) -> ProbeResult:
    """Make the attacks of a probe, each on bait of its own, until one gets through."""
    row = ProbeResult(probe.name, "not run", "")
    for source in probe.sources[:1] if quick else probe.sources:
        with _bait() as bait:
            found = _attack(sandbox, probe, source, bait)
        if found.cell != "not run" or not row.detail:
            row = found
        if found.cell == "not stopped":
            break
    return row


def _attack(sandbox: Sandbox, probe: Probe, source: str, bait: Bait) -> ProbeResult:
    program = Program(source, "attack", (Call(args=repr((bait.victim, bait.target))),))
    run = sandbox.run(program, LIMITS)
    seen = run.results[0]
    if bait.secret in repr(run.results):
        return ProbeResult(probe.name, "not stopped", "found what only the parent knows")
    if touched := _traces(bait):
        return ProbeResult(probe.name, "not stopped", touched)
    if seen.outcome == "refused" or seen.value == attacks.NOT_RUN:
        return ProbeResult(probe.name, "not run", seen.error or "no way to native code was found")
    if escape := probe.judge(run):
        return ProbeResult(probe.name, "not stopped", escape)
    return ProbeResult(probe.name, "stopped", f"{seen.outcome}{': ' if seen.error else ''}{seen.error}")


@contextmanager
def _bait() -> Iterator[Bait]:
    with tempfile.TemporaryDirectory(prefix="ecology-probe-") as folder:
        victim = Path(folder, "victim")
        bait = Bait(victim=str(victim), target=str(Path(folder, "escaped")), secret=secrets.token_hex(16))
        victim.write_text(bait.secret, encoding="ascii")
        victim.chmod(0o644)
        os.utime(victim, (1, 1))
        yield bait


def _traces(bait: Bait) -> str:
    """Return what an escape left behind, the empty text if nothing."""
    victim = Path(bait.victim)
    if os.path.lexists(bait.target):
        return "a file was written"
    if not victim.exists() or victim.read_text(encoding="ascii") != bait.secret:
        return "a file was removed or overwritten"
    state = victim.stat()
    return "" if (state.st_mode & 0o777, int(state.st_mtime)) == (0o644, 1) else "a file's mode or time was changed"
