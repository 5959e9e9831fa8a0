"""The mind of the offline critic: it runs rival rewrites on inputs of its own and says what it saw.

Promises: an objection always carries an input that shows it; among proposals that agree with most others it supports
the earliest. Does not promise: to know the right answer; agreement of independent rewrites is all it has.
"""

from __future__ import annotations

from collections.abc import Sequence

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from governance import Call, Result
from storage import Task

from ..actions import Critique, Pass, Post
from ..evidence import Evidence, Trials
from ..inputs import generate
from ..view import ProposalSeen, View
from .mind import Desk, Mind, Thought


def critic() -> Mind:
    """Return the compiled graph: one node that tries the proposals and judges them."""
    graph = StateGraph(Thought, context_schema=Desk)
    graph.add_node("review", _review)
    graph.add_edge(START, "review")
    graph.add_edge("review", END)
    return graph.compile()


def _review(state: Thought, runtime: Runtime[Desk]) -> Thought:
    desk = runtime.context
    view = desk.view
    if view.task is None or view.head is None or not view.proposals:
        return Thought(actions=[Pass(reason="nothing to review")])
    trials = Trials(view.task, _calls(desk, view.task))
    sources = [view.head.source, *(each.source for each in view.proposals)]
    head, *results = desk.bench.compare(view.task, sources, calls=trials.calls)
    against = [
        _fault(desk, trials, proposal, results=mine, head=head)
        for proposal, mine in zip(view.proposals, results, strict=True)
    ]
    critiques = _judge(view.proposals, trials, results=results, against=against)
    return Thought(actions=[*critiques, *_said(view, critiques)], tried=len(sources))


def _calls(desk: Desk, task: Task) -> tuple[Call, ...]:
    """Return the visible cases' calls and, where they have arguments, as many more as the critic's genome says."""
    shown = [Call(args=case.args, setup=case.setup, expression=case.call) for case in task.ring("visible")]
    made = generate(task, count=desk.view.me.genome.probes, rng=desk.rng)
    return (*shown, *(Call(args=text) for text in made))


def _fault(
    desk: Desk, trials: Trials, proposal: ProposalSeen, *, results: Sequence[Result], head: Sequence[Result]
) -> Evidence | None:
    """Return the first thing wrong with a proposal by itself, or None."""
    if found := trials.crash(results, head) or trials.mutation(results, head):
        return found
    again = desk.bench.repeat(trials.task, proposal.source, calls=trials.calls)
    return trials.nondeterminism(results, again)


def _judge(
    proposals: Sequence[ProposalSeen],
    trials: Trials,
    *,
    results: Sequence[Sequence[Result]],
    against: Sequence[Evidence | None],
) -> list[Critique]:
    """Support the earliest of the sound proposals that most others agree with; object to the rest that differ."""
    objections = [_objection(proposals[place], fault) for place, fault in enumerate(against) if fault]
    sound = [place for place, fault in enumerate(against) if fault is None]
    if not sound:
        return objections
    agreeing = {place: _agreeing(place, sound, trials, results=results) for place in sound}
    chosen = max(sound, key=lambda place: (agreeing[place], -place))
    for place in sound:
        if place != chosen and (differs := trials.disagreement(results[place], results[chosen])):
            objections.append(_objection(proposals[place], differs))
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


def _agreeing(place: int, sound: Sequence[int], trials: Trials, *, results: Sequence[Sequence[Result]]) -> int:
    """Return how many of the sound proposals, itself included, answer every call alike."""
    return sum(trials.disagreement(results[place], results[other]) is None for other in sound)


def _objection(proposal: ProposalSeen, found: Evidence) -> Critique:
    evidence: dict[str, str | int] = {"input": found.input, "seen": found.seen}
    return Critique(proposal_id=proposal.id, stance="object", kind=found.kind, evidence=evidence)


def _said(view: View, critiques: Sequence[Critique]) -> list[Post]:
    """Put what was objected on the blackboard, where the authors of the next rewrites see it."""
    return [
        Post(
            topic=f"tool/{view.tool_id}",
            body=f"proposal {each.proposal_id}: {each.kind} on {each.evidence['input']}: {each.evidence['seen']}",
        )
        for each in critiques
        if each.stance == "object"
    ]
