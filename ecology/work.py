"""The part of a turn that runs in a worker: think, then have the rule layer examine what was proposed.

Promises: a job is a pure function of its message and the kit, so it may be done twice or anywhere; nothing is written.
Does not promise: admission, which looks at the present state and is the engine's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import Any

from agents import Propose, View, Workbench, visible_only
from agents.species import Desk, mind_of
from governance import Bench, Council, Proposal, Trial
from storage import Task

from .turn import AskTier, Deed, Examined, Job, Kit, Seal, Take, Weigh, Weighed


@dataclass(frozen=True, slots=True)
class Station:
    """A worker's own, kept from job to job: its kit, bench and council."""

    kit: Kit
    bench: Bench
    council: Council

    def do(self, job: Job) -> object:
        """Do a job and return what its class says.

        Raises: SandboxError: the sandbox broke down.
        """
        match job:
            case Take():
                return self._take(job)
            case Weigh():
                return _weighed(self.bench.score(self.kit.tasks[job.task_id], job.source))
            case Seal():
                return self.bench.seal(job.task, job.source)
            case AskTier():
                return self.bench.sandbox.tier

    def _take(self, job: Take) -> Deed:
        """Let the mind think, then examine each rewrite it proposes."""
        task = self.kit.tasks[job.task_id] if job.task_id is not None else None
        view = replace(job.view, task=visible_only(task) if task else None)
        desk = Desk(view, Workbench(self.bench), Random(job.seed))
        thought: dict[str, Any] = mind_of(view.me.genome.species).invoke({"actions": [], "tried": 0}, context=desk)
        actions = tuple(thought["actions"])
        proposals = [action for action in actions if isinstance(action, Propose)]
        return Deed(
            actions=actions,
            examined=tuple(self._examine(job, task, each) for each in proposals) if task else (),
            tried=thought["tried"],
            cursor=thought.get("cursor", 0),
            exhausted=thought.get("exhausted", False),
        )

    def _examine(self, job: Take, task: Task, action: Propose) -> Examined:
        view: View = job.view
        if view.head is None or job.tool_id is None:
            raise ValueError(f"turn {view.turn}: a rewrite was proposed of no tool")
        proposal = Proposal(
            task=task,
            source=action.source,
            parent_source=view.head.source,
            author_id=view.me.id,
            author_lineage=view.me.founder_id,
            tool_id=job.tool_id,
            parent_id=view.head.id,
            basis_id=action.basis_id,
            family=view.me.genome.family,
            reason=action.reason,
        )
        found = self.council.examine(proposal, self.bench)
        return Examined(found.verdicts, _weighed(found.trial) if found.trial else None)


def _weighed(trial: Trial) -> Weighed:
    return Weighed(trial.scorecard, trial.signature, trial.outcome, trial.tier)
