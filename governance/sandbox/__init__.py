"""Where candidates are tried: programs go in, claims about values come out, and the comparison stays outside.

Promises: no code of a candidate runs in the process that imports this; the strongest proved tier is used.
Does not promise: that what a candidate returns is true, or that the `rlimit` tier keeps anything in.
"""

from __future__ import annotations

from .compare import same
from .ladder import open_sandbox
from .probes import ProbeResult, run_probes
from .run import GUARD, GUARD_LABEL, TIERS, Call, Limits, Opaque, Outcome, Part, Program, Result, Run, Tier, labelled
from .sandbox import Sandbox
from .table import Column, examine

__all__ = [
    "GUARD",
    "GUARD_LABEL",
    "TIERS",
    "Call",
    "Column",
    "Limits",
    "Opaque",
    "Outcome",
    "Part",
    "ProbeResult",
    "Program",
    "Result",
    "Run",
    "Sandbox",
    "Tier",
    "examine",
    "labelled",
    "open_sandbox",
    "run_probes",
    "same",
]  # fmt: skip
