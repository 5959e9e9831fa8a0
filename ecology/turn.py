"""What goes to a worker and what comes back, as plain values; `work` does it.

Promises: cheap to import and to send; a view's task is added by the worker, so that gate cases never travel in a view.
Does not promise: anything about how a job is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from agents import AnyAction, View
from governance import Charter, Scorecard, Verdict
from storage import Task

from .settings import SandboxChoice


@dataclass(frozen=True, slots=True)
class Kit:
    """What every worker is given when it starts: the tasks by id, sealed cases taken away, and the charter."""

    tasks: Mapping[int, Task]
    charter: Charter
    sandbox: SandboxChoice
    allow_rlimit: bool


@dataclass(frozen=True, slots=True)
class Weighed:
    """How a source did, as far as it is recorded: scorecard, behaviour signature, outcome and the sandbox tier."""

    card: Scorecard
    signature: str
    outcome: str
    tier: str


@dataclass(frozen=True, slots=True)
class Examined:
    """What the rule layer found on one proposal: its verdicts, and the test unless a code rule stopped it before."""

    verdicts: tuple[Verdict, ...]
    tested: Weighed | None


@dataclass(frozen=True, slots=True)
class Deed:
    """What came of a turn: the actions, what was found on each `Propose` in order, and how far the search got."""

    actions: tuple[AnyAction, ...]
    examined: tuple[Examined, ...] = ()
    tried: int = 0
    cursor: int = 0
    exhausted: bool = False


@dataclass(frozen=True, slots=True)
class Take:
    """A turn to take: what the agent sees, and the seed of its own chance. Gives a `Deed`."""

    view: View
    tool_id: int | None
    task_id: int | None
    seed: str


@dataclass(frozen=True, slots=True)
class Weigh:
    """A tool as it came, to be scored on its visible and gate cases. Gives a `Weighed`."""

    task_id: int
    source: str


@dataclass(frozen=True, slots=True)
class Seal:
    """A tool as it ended, to be run on its sealed cases, which no worker keeps. Gives which passed."""

    task: Task
    source: str


@dataclass(frozen=True, slots=True)
class AskTier:
    """The question which sandbox tier the worker got. Gives the tier's name."""


Job = Take | Weigh | Seal | AskTier


def gate_kept(task: Task) -> Task:
    """Return the task as workers may hold it: sealed cases are taken away."""
    return replace(task, cases=(*task.ring("visible"), *task.ring("gate")))
