"""Hostile programs that a good sandbox contains, and the proof by them that a tier holds.

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

from storage import SandboxUnavailable

from . import attacks
from .process import TierRefused
from .run import Call, Limits, Opaque, Program, Run, Tier
from .sandbox import Sandbox

LIMITS = Limits(fuel=100_000, cpu_s=1, wall_s=10.0)


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """One row of the table that `doctor` prints: what was tried, whether it was contained, and what was seen."""

    name: str
    contained: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Bait:
    """What an escape would reach: a file of ours, a place to write to, and a text that only the parent knows."""

    victim: str
    target: str
    secret: str


@dataclass(frozen=True, slots=True)
class Probe:
    """An attack, the judge of its run (the empty text means contained), and whether the quick self-test has it."""

    name: str
    source: str
    judge: Callable[[Run], str]
    quick: bool = False


def _no_door(run: Run) -> str:
    """Contained when the attack came back with an empty list of open doors, or was stopped."""
    result = run.results[0]
    if result.outcome != "ok":
        return ""
    return "" if result.value == [] else f"open: {result.value!r}"


def _ends(*outcomes: str) -> Callable[[Run], str]:
    def judge(run: Run) -> str:
        outcome = run.results[0].outcome
        return "" if outcome in outcomes else f"ended as {outcome}, not as {' or '.join(outcomes)}"

    return judge


def _opaque(run: Run) -> str:
    return "" if isinstance(run.results[0].value, Opaque) else f"came back as {run.results[0].value!r}"


PROBES: tuple[Probe, ...] = (
    Probe("write outside", attacks.WRITE, _no_door, quick=True),
    Probe("read outside", attacks.READ, _no_door, quick=True),
    Probe("change a file outside", attacks.CHANGE, _no_door, quick=True),
    Probe("socket", attacks.SOCKET, _no_door, quick=True),
    Probe("another process", attacks.PROCESS, _no_door, quick=True),
    Probe("signal the parent", attacks.SIGNAL, _no_door, quick=True),
    Probe("raw system calls", attacks.NATIVE, _no_door, quick=True),
    Probe("environment and descriptors", attacks.INHERITED, _no_door, quick=True),
    Probe("exit from inside", attacks.EXIT, _ends("killed"), quick=True),
    Probe("fork bomb", attacks.FORK_BOMB, _ends("ok", "killed", "error")),
    Probe("4 GB", attacks.FOUR_GB, _ends("memory")),
    Probe("endless loop", attacks.ENDLESS, _ends("timeout")),
    Probe("endless loop that catches everything", attacks.STUBBORN, _ends("timeout")),
    Probe("endless loop in C", attacks.ENDLESS_C, _ends("timeout")),
    Probe("flood of results", attacks.FLOOD, _ends("output", "memory", "killed")),
    Probe("kill the parent", attacks.KILL_PARENT, _ends("ok", "killed", "error")),
    Probe("run a program", attacks.EXECUTE, _ends("killed", "error")),
    Probe("deep recursion", attacks.RECURSION, _ends("error", "memory", "killed")),
    Probe("forged result", attacks.FORGE, _ends("killed")),
    Probe("object that equals everything", attacks.EQUAL, _opaque),
    Probe("stack walk", attacks.STACK_WALK, _no_door),
)


def run_probes(sandbox: Sandbox, *, quick: bool = False) -> list[ProbeResult]:
    """Try every probe (or the quick ones) in `sandbox` and return a row for each, in a fixed order."""
    with _bait() as bait:
        rows = [_try(sandbox, probe, bait) for probe in PROBES if probe.quick or not quick]
        touched = _traces(bait)
    rows.append(ProbeResult("nothing was touched", not touched, touched or "the bait is as it was"))
    return rows


def prove(tier: Tier, *, hash_seed: int) -> Sandbox:
    """Return a sandbox of `tier` that contained every quick probe; a tier that once did so is not probed again.

    Raises: SandboxUnavailable: the tier cannot be entered here, or a probe was not contained.
    """
    try:
        sandbox = Sandbox(tier, hash_seed=hash_seed)
    except TierRefused as error:
        raise SandboxUnavailable(str(error)) from error
    if tier in _proved:
        return sandbox
    try:
        escaped = [row for row in run_probes(sandbox, quick=True) if not row.contained]
    except OSError as error:
        sandbox.close()
        raise SandboxUnavailable(f"the sandbox self-test needs a temporary folder it can write to: {error}") from error
    if escaped:
        sandbox.close()
        raise SandboxUnavailable(f"the sandbox tier {tier} let a probe out: {escaped[0].name} ({escaped[0].detail})")
    _proved.add(tier)
    return sandbox


_proved: set[Tier] = set()


def _try(sandbox: Sandbox, probe: Probe, bait: Bait) -> ProbeResult:
    program = Program(probe.source, "attack", (Call(args=repr((bait.victim, bait.target))),))
    run = sandbox.run(program, LIMITS)
    escape = probe.judge(run)
    if not escape and bait.secret in repr(run.results):
        escape = "found what only the parent knows"
    seen = run.results[0]
    return ProbeResult(probe.name, not escape, escape or f"{seen.outcome}{': ' if seen.error else ''}{seen.error}")


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
    if Path(bait.target).exists():
        return "a file was written"
    if not victim.exists() or victim.read_text(encoding="ascii") != bait.secret:
        return "a file was removed or overwritten"
    state = victim.stat()
    return "" if (state.st_mode & 0o777, int(state.st_mtime)) == (0o644, 1) else "a file's mode or time was changed"
