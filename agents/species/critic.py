"""The mind of the offline critic: it runs rival rewrites on inputs of its own and says what it saw.

Promises: an objection always carries an input that shows it; among proposals that agree with most others it supports
the earliest. Does not promise: to know the right answer; agreement of independent rewrites is all it has.
"""

from __future__ import annotations

from collections.abc import Sequence

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from governance import Result

from ..actions import Critique, Pass
from ..evidence import Evidence, Trials
from ..judgement import calls_to_try, judge, posts_on
from ..view import ProposalSeen
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
    if view.unseeing:
        return Thought(
            actions=[Critique(proposal_id=view.proposals[0].id, stance="support", kind="no look taken", evidence={})]
        )
    trials = Trials(view.task, calls_to_try(view.task, probes=view.me.genome.probes, rng=desk.rng))
    sources = [view.head.source, *(each.source for each in view.proposals)]
    head, *results = desk.bench.compare(view.task, sources, calls=trials.calls)
    against = [
        _fault(desk, trials, proposal, results=mine, head=head)
        for proposal, mine in zip(view.proposals, results, strict=True)
    ]
    critiques = judge(view.proposals, trials, head=view.head.source, results=results, against=against)
    return Thought(actions=[*critiques, *posts_on(view, critiques)], tried=len(sources))


def _fault(
    desk: Desk, trials: Trials, proposal: ProposalSeen, *, results: Sequence[Result], head: Sequence[Result]
) -> Evidence | None:
    """Return the first thing wrong with a proposal by itself, or None."""
    if found := trials.crash(results, head) or trials.mutation(results, head):
        return found
    again = desk.bench.repeat(trials.task, proposal.source, calls=trials.calls)
    return trials.nondeterminism(results, again)
