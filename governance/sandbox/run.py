"""What goes into the sandbox and what comes out, as plain values.

Promises: nothing here runs code; a `Program` never holds an expected answer.
Does not promise: that a `Value` is true. Whatever came from a child is a claim, compared outside.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

# `refused`: it was not run here, whether it is too large, the sandbox was not to be had, or the tier cannot run it.
Outcome = Literal["ok", "error", "timeout", "killed", "memory", "output", "refused"]
Tier = Literal["namespaces", "zygote", "monty", "bubblewrap", "rlimit"]
# The strongest first; the last is an accident guard, not a sandbox.
TIERS: tuple[Tier, ...] = get_args(Tier)
GUARD: Tier = "rlimit"
GUARD_LABEL = "the rlimit tier is an accident guard, not a sandbox"
_LABELS: dict[str, str] = {
    GUARD: "an accident guard, not a sandbox",
    "monty": "an interpreter that cannot run every tool, whose verdicts may differ from Python's",
}


def labelled(tier: str) -> str:
    """Return a tier's name as every report shows it: with what its verdicts are not worth, where that is so."""
    return f"{tier} ({_LABELS[tier]})" if tier in _LABELS else tier


def suffices(tier: Tier, demanded: Tier) -> bool:
    """Return whether a tier is at least as strong as the one demanded."""
    return TIERS.index(tier) <= TIERS.index(demanded)


@dataclass(frozen=True, slots=True)
class Opaque:
    """A result that is no plain data (an object, a function): it equals nothing."""

    type_name: str

    def __eq__(self, other: object) -> bool:
        return False

    # By identity, as befits what equals nothing: many of one type in a set do not collide.
    __hash__ = object.__hash__


@dataclass(frozen=True, slots=True)
class Call:
    """One call: the entry point with a tuple literal `args`, or the `expression` after the `setup` statements."""

    args: str = ""
    setup: str = ""
    expression: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A version of another tool that a program requires: its source, entry point and its task's helper code.

    `tool_id` is the tool that it is a version of, `tool` that one's name.
    """

    version_id: int
    entry_point: str
    source: str
    helper: str = ""
    tool_id: int = 0
    tool: str = ""


@dataclass(frozen=True, slots=True)
class Program:
    """A tool's source, the helper code run before it, and the calls to make, in order.

    `parts` are the versions of other tools that it requires, and those that they require, each after its own.
    `generators_as_lists` reads a generator result into a list of at most 5,000 items.
    `trace` asks for the executed line numbers of `source` with each result (slower; for fault localisation).
    `hasty` makes no more calls once one ran out of fuel: the rest count as `timeout` too.
    """

    source: str
    entry_point: str
    calls: tuple[Call, ...]
    helper: str = ""
    generators_as_lists: bool = False
    trace: bool = False
    hasty: bool = False
    parts: tuple[Part, ...] = ()

    @property
    def size(self) -> int:
        """How many characters of code it runs."""
        return len(self.source) + len(self.helper) + sum(len(part.source) + len(part.helper) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may use. Fuel decides; everything else is a backstop.

    `fuel` counts loop iterations, comprehension steps and function entries of one call; `cpu_s` is CPU seconds for the
    whole run; `wall_s` wall seconds for the whole run; `memory_mb` address space above the zygote's own;
    `output_bytes` all result bytes of the run together.
    """

    fuel: int = 1_000_000
    cpu_s: int = 5
    wall_s: float = 30.0
    memory_mb: int = 256
    output_bytes: int = 1 << 20


@dataclass(frozen=True, slots=True)
class Result:
    """What one call claims: its outcome, and for `ok` the value, else the error's type and message (200 characters).

    `args_after` is the argument tuple as the call left it (None where the call had no `args`), `fuel` the units used,
    `lines` the executed lines of the source where tracing was asked for. All of it is the child's claim, fuel and
    `args_after` no less than the value, and nothing outside can check those two.
    """

    outcome: Outcome
    value: object = None
    error: str = ""
    args_after: object = None
    fuel: int = 0
    lines: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Run:
    """All results of one program, one for each call and in order, with what the parent itself observed.

    `machine_dependent` is true where a backstop (CPU, wall, memory or kill) ended the run rather than fuel.
    `cpu_s` is the child's rusage as the kernel told it.
    """

    results: tuple[Result, ...]
    tier: Tier
    cpu_s: float = 0.0
    machine_dependent: bool = False
    note: str = field(default="", compare=False)
