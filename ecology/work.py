"""What runs in a worker: offline minds, the rule layer's examination of what was proposed, and minds' own trials.

Promises: a job is a pure function of its message and the kit, so it may be done twice or anywhere; nothing is written.
Does not promise: admission, which looks at the present state and is the engine's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import Any

from agents import Propose, Workbench, visible_only
from agents.species import Desk, mind_of
from governance import Bench, Council, Proposal, Result, Surroundings, Trial, ask
from storage import EcologyError, Task

from .turn import (
    AskTier,
    Compare,
    Corroborate,
    Deed,
    Examine,
    Examined,
    Job,
    Kit,
    Rehearse,
    Rehearsed,
    Seal,
    Take,
    Weigh,
    Weighed,
    proposal_of,
)

# Offering a late rewrite again, or following a later version, takes no thought, and so no model.
_THOUGHTLESS = {"repropose": "specialist", "upgrade": "linker"}


@dataclass(frozen=True, slots=True)
class Station:
    """A worker's own, kept from job to job: its kit, bench and council, and the council of a shadow charter."""

    kit: Kit
    bench: Bench
    council: Council
    shadow: Council | None = None

    def do(self, job: Job) -> object:
        """Do a job and return what its class says.

        Raises: SandboxError: the sandbox broke down.
        """
        # What a source may require is what came with the job, so that no job rests on the one before it.
        self.bench.shelve(job.around.parts)
        match job:
            case Take():
                return self._take(job)
            case Examine():
                return self._examine(replace(job.proposal, task=self.kit.tasks[job.task_id]))
            case Rehearse():
                return self._rehearse(job)
            case Compare():
                return self._compare(job)
            case Corroborate():
                return self._corroborate(job)
            case Weigh():
                return _weighed(self.bench.score(self.kit.tasks[job.task_id], job.source))
            case Seal():
                return self.bench.seal(job.task, job.source)
            case AskTier():
                return self.bench.sandbox.tier, self.bench.sandbox.proof

    def _seen(self, task_id: int) -> Task:
        return visible_only(self.kit.tasks[task_id])

    def _rehearse(self, job: Rehearse) -> Rehearsed:
        """Run a source once for both who wrote it and who judges it; only what may be proposed is judged."""
        task = self.kit.tasks[job.task_id]
        found = Workbench(self.bench).rehearse(task, job.source)
        parent = self.bench.score(task, job.parent_source)
        better = found.score > sum(parent.scorecard.visible) or all(found.passed)
        if not better or job.source == job.parent_source:
            return Rehearsed(found, None)
        proposal = Proposal(
            task,
            job.source,
            job.parent_source,
            author_id=0,
            author_lineage=0,
            tool_id=0,
            parent_id=0,
            objections=job.objections,
            around=job.around,
        )
        return Rehearsed(found, self._examine(proposal))

    def _compare(self, job: Compare) -> list[tuple[Result, ...]]:
        bench, task = Workbench(self.bench), self._seen(job.task_id)
        if job.again:
            return [bench.repeat(task, source, calls=job.calls) for source in job.sources]
        return bench.compare(task, job.sources, calls=job.calls)

    def _corroborate(self, job: Corroborate) -> tuple[bool, ...]:
        """Say which sources answer a case as it expects; one that is no case of the task's is answered by none."""
        task = self._seen(job.task_id)
        try:
            question = ask(task, job.case)
        except EcologyError:
            return (False,) * len(job.sources)
        found = Workbench(self.bench).compare(task, job.sources, calls=[question.call])
        return tuple(question.answered_by(results[0]) for results in found)

    def _take(self, job: Take) -> Deed:
        """Let the mind think, then examine each rewrite it proposes."""
        task = self.kit.tasks[job.task_id] if job.task_id is not None else None
        view = replace(job.view, task=visible_only(task) if task else None)
        desk = Desk(view, Workbench(self.bench), Random(job.seed))
        species = _THOUGHTLESS.get(view.activity, view.me.genome.species)
        thought: dict[str, Any] = mind_of(species).invoke({"actions": [], "tried": 0}, context=desk)
        actions = tuple(thought["actions"])
        view = replace(view, task=task)
        proposals = [action for action in actions if isinstance(action, Propose)]
        return Deed(
            actions=actions,
            examined=tuple(self._examine(proposal_of(view, each)) for each in proposals) if task else (),
            tried=thought["tried"],
            cursor=thought.get("cursor", 0),
            exhausted=thought.get("exhausted", False),
            findings=thought.get("findings"),
        )

    def _judged(self, around: Surroundings) -> Surroundings:
        """Return the surroundings with the dependants' tasks, gate cases among them, which stay here."""
        told = tuple(replace(each, task=self.kit.tasks[each.task_id]) for each in around.dependants)
        return replace(around, dependants=told)

    def _examine(self, proposal: Proposal) -> Examined:
        proposal = replace(proposal, around=self._judged(proposal.around))
        found = self.council.examine(proposal, self.bench)
        # Trials are remembered by the bench, so that the shadow's examination runs only what ours did not.
        beside = self.shadow and self.shadow.examine(proposal, self.bench.under(self.shadow.charter.limits))
        tested = _weighed(found.trial) if found.trial else None
        return Examined(found.verdicts, tested, beside.verdicts if beside else ())


def _weighed(trial: Trial) -> Weighed:
    return Weighed(trial.scorecard, trial.signature, trial.outcome, trial.tier)
