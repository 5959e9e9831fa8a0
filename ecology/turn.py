"""The part of a turn that runs in a worker: think, then have the rule layer examine what was proposed.

Promises: a job is a pure function of its message and the kit, so it may be done twice or anywhere; nothing is written.
Does not promise: admission, which looks at the present state and is the engine's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from agents import AnyAction, Propose, View, Workbench, visible_only
from agents.species import Desk, mind_of
from governance import Bench, Charter, Council, Proposal, Scorecard, Trial, Verdict
from storage import Task

from .settings import SandboxChoice


@dataclass(frozen=True, slots=True)
class Kit:
    """What every worker is given when it starts: the tasks by id, sealed cases taken away, and the charter."""

    tasks: Mapping[int, Task]
    charter: Charter
    sandbox: SandboxChoice
    allow_rlimit: bool


@dataclass(slots=True)
class Station:
    """A worker's own: its kit, bench and council, kept from job to job."""

    kit: Kit
    bench: Bench
    council: Council


@dataclass(frozen=True, slots=True)
class Tested:
    """How a source did, as far as it is recorded: scorecard, behaviour signature, outcome and the sandbox tier."""

    card: Scorecard
    signature: str
    outcome: str
    tier: str


@dataclass(frozen=True, slots=True)
class Examined:
    """What the rule layer found on one proposal: its verdicts, and the test unless a code rule stopped it before."""

    verdicts: tuple[Verdict, ...]
    tested: Tested | None


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
    """A turn to take: what the agent sees, and the seed of its own chance."""

    view: View
    task_id: int | None
    seed: str

    def do(self, station: Station) -> Deed:
        """Let the mind think, then examine each rewrite it proposes."""
        task = station.kit.tasks[self.task_id] if self.task_id is not None else None
        view = replace(self.view, task=visible_only(task) if task else None)
        desk = Desk(view, Workbench(station.bench), Random(self.seed))
        thought: dict[str, Any] = mind_of(view.me.genome.species).invoke({"actions": [], "tried": 0}, context=desk)
        actions = tuple(thought["actions"])
        proposals = [action for action in actions if isinstance(action, Propose)]
        return Deed(
            actions=actions,
            examined=tuple(examine(station, view, task, each) for each in proposals) if task else (),
            tried=thought["tried"],
            cursor=thought.get("cursor", 0),
            exhausted=thought.get("exhausted", False),
        )


@dataclass(frozen=True, slots=True)
class Weigh:
    """A tool as it came, to be scored on its visible and gate cases."""

    task_id: int
    source: str

    def do(self, station: Station) -> Tested:
        """Score the source."""
        return _tested(station.bench.score(station.kit.tasks[self.task_id], self.source))


@dataclass(frozen=True, slots=True)
class Seal:
    """A tool as it ended, to be run on its sealed cases; the task comes along since no worker keeps those."""

    task: Task
    source: str

    def do(self, station: Station) -> tuple[bool, ...]:
        """Return which sealed cases pass."""
        return station.bench.seal(self.task, self.source)


@dataclass(frozen=True, slots=True)
class Tier:
    """The question which sandbox tier the worker got."""

    def do(self, station: Station) -> str:
        """Return the tier's name."""
        return station.bench.sandbox.tier


Job = Take | Weigh | Seal | Tier


def gate_kept(task: Task) -> Task:
    """Return the task as workers may hold it: sealed cases are taken away."""
    return replace(task, cases=(*task.ring("visible"), *task.ring("gate")))


def examine(station: Station, view: View, task: Task, action: Propose) -> Examined:
    """Have the council examine one proposed rewrite of the view's tool."""
    if view.head is None:
        raise ValueError(f"turn {view.turn}: a rewrite was proposed of no tool")
    proposal = Proposal(
        task=task,
        source=action.source,
        parent_source=view.head.source,
        author_id=view.me.id,
        author_lineage=view.me.founder_id,
        tool_id=0,
        parent_id=view.head.id,
        basis_id=action.basis_id,
        family=view.me.genome.family,
        reason=action.reason,
    )
    examination = station.council.examine(proposal, station.bench)
    return Examined(examination.verdicts, _tested(examination.trial) if examination.trial else None)


def _tested(trial: Trial) -> Tested:
    return Tested(trial.scorecard, trial.signature, trial.outcome, trial.tier)
