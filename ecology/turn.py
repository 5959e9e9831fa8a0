"""What goes to a worker and what comes back, as plain values; `work` does it.

Promises: cheap to import and to send; a view's task is added by the worker, so that gate cases never travel in a view.
Does not promise: anything about how a job is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from agents import AnyAction, Compose, Findings, Propose, Rehearsal, Spoken, View
from governance import NOTHING_AROUND, Call, Charter, Objected, Proposal, Scorecard, Surroundings, Verdict
from storage import Case, Task

from .settings import SandboxChoice


@dataclass(frozen=True, slots=True)
class Kit:
    """What every worker is given when it starts: the tasks by id, sealed cases taken away, and the charter.

    `shadow` is a charter judged beside it, which decides nothing.
    """

    tasks: Mapping[int, Task]
    charter: Charter
    sandbox: SandboxChoice
    allow_rlimit: bool
    shadow: Charter | None = None


@dataclass(frozen=True, slots=True)
class Weighed:
    """How a source did, as far as it is recorded: scorecard, behaviour signature, outcome and the sandbox tier."""

    card: Scorecard
    signature: str
    outcome: str
    tier: str


@dataclass(frozen=True, slots=True)
class Examined:
    """What the rule layer found on one proposal: its verdicts, and the test unless a code rule stopped it before.

    `shadow` are the verdicts under the shadow charter, none where there is none.
    """

    verdicts: tuple[Verdict, ...]
    tested: Weighed | None
    shadow: tuple[Verdict, ...] = ()


@dataclass(frozen=True, slots=True)
class Deed:
    """What came of a turn: the actions, what was found on each, how far a search got, and what was said to a model.

    `examined` are the findings on each `Propose` and `Compose`, `backing` the lineages whose sources give what each
    `Test` expects, both in the order of the actions; `findings` are what a search learnt besides; `dropped` counts what
    came no further: the reason, the acts' name, and how many.
    """

    actions: tuple[AnyAction, ...]
    examined: tuple[Examined, ...] = ()
    backing: tuple[tuple[int, ...], ...] = ()
    tried: int = 0
    cursor: int = 0
    exhausted: bool = False
    findings: Findings | None = None
    spoken: Spoken | None = None
    dropped: tuple[tuple[str, str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Take:
    """A turn to take: what the agent sees, and the seed of its own chance. Gives a `Deed`."""

    view: View
    task_id: int | None
    seed: str

    @property
    def around(self) -> Surroundings:
        """What stands around the tool, as the view has it."""
        return self.view.around


@dataclass(frozen=True, slots=True)
class Rehearse:
    """A source to be run on the visible cases for a mind that thinks elsewhere. Gives a `Rehearsed`."""

    task_id: int
    source: str
    parent_source: str
    objections: tuple[Objected, ...] = ()
    around: Surroundings = NOTHING_AROUND


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """How a source did, and what the rule layer finds on it where it is so good that it will be proposed."""

    rehearsal: Rehearsal
    examined: Examined | None


@dataclass(frozen=True, slots=True)
class Compare:
    """Sources to be run on a mind's own calls, a second time under another hash seed where `again`.

    Gives the results of each source, in order.
    """

    task_id: int
    sources: tuple[str, ...]
    calls: tuple[Call, ...]
    again: bool = False
    around: Surroundings = NOTHING_AROUND


@dataclass(frozen=True, slots=True)
class Examine:
    """A proposal to be examined by the rule layer; its task's cases are the worker's. Gives an `Examined`."""

    task_id: int
    proposal: Proposal

    @property
    def around(self) -> Surroundings:
        """What stands around the tool, as the proposal has it."""
        return self.proposal.around


@dataclass(frozen=True, slots=True)
class Corroborate:
    """A case to be run on sources of a tool. Gives whether each answers as the case expects."""

    task_id: int
    case: Case
    sources: tuple[str, ...]
    around: Surroundings = NOTHING_AROUND


@dataclass(frozen=True, slots=True)
class Weigh:
    """A tool as it came, to be scored on its visible and gate cases. Gives a `Weighed`."""

    task_id: int
    source: str
    around: Surroundings = NOTHING_AROUND


@dataclass(frozen=True, slots=True)
class Seal:
    """A tool as it ended, to be run on its sealed cases, which no worker keeps. Gives which passed."""

    task: Task
    source: str
    around: Surroundings = NOTHING_AROUND


@dataclass(frozen=True, slots=True)
class AskTier:
    """The question which sandbox tier the worker got. Gives the tier's name and what its self-test found."""

    around: Surroundings = NOTHING_AROUND


Job = Take | Rehearse | Compare | Examine | Corroborate | Weigh | Seal | AskTier


def gate_kept(task: Task) -> Task:
    """Return the task as workers may hold it: sealed cases are taken away."""
    return replace(task, cases=(*task.ring("visible"), *task.ring("gate")))


def proposal_of(view: View, action: Propose | Compose) -> Proposal:
    """Return what an agent asks for as the council examines it.

    Raises: ValueError: the view is of no tool, so that nothing could be proposed.
    """
    if view.head is None or view.tool_id is None or view.task is None:
        raise ValueError(f"turn {view.turn}: a rewrite was proposed of no tool")
    return Proposal(
        task=view.task,
        source=action.source,
        parent_source=view.head.source,
        author_id=view.me.id,
        author_lineage=view.me.founder_id,
        tool_id=view.tool_id,
        parent_id=view.head.id,
        basis_id=action.basis_id,
        family=view.me.genome.family,
        reason=action.reason,
        objections=view.objections,
        around=view.around,
    )
