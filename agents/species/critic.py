"""The mind of the offline critic: it runs rival rewrites on inputs of its own and says what it saw.

Promises: an objection always carries an input that shows it; among proposals that agree with most others it supports
the earliest. Does not promise: to know the right answer; agreement of independent rewrites is all it has.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from governance import Result
from storage import Task

from ..actions import AnyAction, Critique, Pass
from ..evidence import Evidence, answer, crash, disagreement, mutation, nondeterminism
from ..inputs import generate
from ..view import ProposalSeen
from .mind import Desk, Mind, Thought

Answers = tuple[str, ...]


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
    inputs = (
        *(case.args for case in view.task.ring("visible") if case.args),
        *generate(view.task, count=view.me.genome.probes, rng=desk.rng),
    )
    sources = [view.head.source, *(each.source for each in view.proposals)]
    head, *results = desk.bench.compare(view.task, sources, inputs=inputs)
    against = [
        _fault(desk, view.task, proposal, inputs=inputs, results=mine, head=head)
        for proposal, mine in zip(view.proposals, results, strict=True)
    ]
    actions = _judge(view.proposals, inputs=inputs, results=results, against=against)
    return Thought(actions=actions, tried=len(sources) * bool(inputs))


def _fault(
    desk: Desk,
    task: Task,
    proposal: ProposalSeen,
    *,
    inputs: Sequence[str],
    results: Sequence[Result],
    head: Sequence[Result],
) -> Evidence | None:
    """Return the first thing wrong with a proposal by itself, or None."""
    if found := crash(inputs, results, head) or mutation(inputs, results, head):
        return found
    again = desk.bench.repeat(task, proposal.source, inputs=inputs)
    return nondeterminism(inputs, results, again)


def _judge(
    proposals: Sequence[ProposalSeen],
    *,
    inputs: Sequence[str],
    results: Sequence[Sequence[Result]],
    against: Sequence[Evidence | None],
) -> list[AnyAction]:
    """Support the earliest of the sound proposals that most others agree with; object to the rest that differ."""
    answers = [tuple(answer(each) for each in mine) for mine in results]
    sound = [place for place, fault in enumerate(against) if fault is None]
    actions: list[AnyAction] = [
        _objection(proposals[place], fault) for place, fault in enumerate(against) if fault is not None
    ]
    if not sound:
        return actions
    weight = Counter(answers[place] for place in sound)
    chosen = max(sound, key=lambda place: (weight[answers[place]], -place))
    for place in sound:
        differs = disagreement(inputs, results[place], results[chosen])
        if place != chosen and differs:
            actions.append(_objection(proposals[place], differs))
    agreeing = weight[answers[chosen]]
    return [*actions, _support(proposals[chosen], tried=len(inputs), agreeing=agreeing, rivals=len(proposals))]


def _objection(proposal: ProposalSeen, found: Evidence) -> Critique:
    evidence: dict[str, str | int] = {"input": found.input, "seen": found.seen}
    return Critique(proposal_id=proposal.id, stance="object", kind=found.kind, evidence=evidence)


def _support(proposal: ProposalSeen, *, tried: int, agreeing: int, rivals: int) -> Critique:
    evidence: dict[str, str | int] = {"inputs tried": tried, "proposals that agree": agreeing, "proposals": rivals}
    return Critique(proposal_id=proposal.id, stance="support", kind="no fault found", evidence=evidence)
