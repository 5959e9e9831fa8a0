"""How critics judge rival rewrites of a tool: what to try them on, what speaks against one, and which to support.

Promises: an objection always carries an input that shows it; among proposals that agree with most others the earliest
is supported. Does not promise: to know the right answer; agreement of independent rewrites is all there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from governance import Call, Result, generate
from storage import Task

from .actions import Critique, Post
from .evidence import Evidence, Trials
from .view import ProposalSeen, View


def calls_to_try(task: Task, *, probes: int, rng: Random) -> tuple[Call, ...]:
    """Return the visible cases' calls and, where they have arguments, as many more as `probes` says."""
    shown = [Call(args=case.args, setup=case.setup, expression=case.call) for case in task.ring("visible")]
    made = generate(task, count=probes, rng=rng)
    return (*shown, *(Call(args=text) for text in made))


def judge(
    proposals: Sequence[ProposalSeen],
    trials: Trials,
    *,
    results: Sequence[Sequence[Result]],
    against: Sequence[Evidence | None],
) -> list[Critique]:
    """Support the earliest of the sound proposals that most others agree with; object to the rest that differ.

    `results` of the trials and what was found `against` each by itself come in the order of the proposals.
    """
    objections = [objection(proposals[place], fault) for place, fault in enumerate(against) if fault]
    sound = [place for place, fault in enumerate(against) if fault is None]
    if not sound:
        return objections
    agreeing = {place: _agreeing(place, sound, trials, results=results) for place in sound}
    chosen = max(sound, key=lambda place: (agreeing[place], -place))
    for place in sound:
        if place != chosen and (differs := trials.disagreement(results[place], results[chosen])):
            objections.append(objection(proposals[place], differs))
    tried: dict[str, str | int] = {
        "calls tried": len(trials.calls),
        "proposals that agree": agreeing[chosen],
        "proposals": len(proposals),
    }
    support = Critique(
        proposal_id=proposals[chosen].id,
        stance="support",
        kind="no fault found",
        evidence=tried if trials.calls else {},
    )
    return [*objections, support]


def objection(proposal: ProposalSeen, found: Evidence) -> Critique:
    """Return the objection that a finding is."""
    evidence: dict[str, str | int] = {"input": found.input, "seen": found.seen}
    return Critique(proposal_id=proposal.id, stance="object", kind=found.kind, evidence=evidence)


def posts_on(view: View, critiques: Sequence[Critique]) -> list[Post]:
    """Put what was objected on the blackboard, where the authors of the next rewrites see it."""
    return [
        Post(
            topic=f"tool/{view.tool_id}",
            body=f"proposal {each.proposal_id}: {each.kind} on {each.evidence['input']}: {each.evidence['seen']}",
        )
        for each in critiques
        if each.stance == "object"
    ]


def _agreeing(place: int, sound: Sequence[int], trials: Trials, *, results: Sequence[Sequence[Result]]) -> int:
    """Return how many of the sound proposals, itself included, answer every call alike."""
    return sum(trials.disagreement(results[place], results[other]) is None for other in sound)
