"""The mind of the offline breeder: it answers unmet signals with a child of whoever has earned most.

Promises: one child a turn at most, its genome a small variation of a living parent's, moved to the niche that is called
for where nobody alive serves it. Does not promise: that the child may live; the rule layer decides.
"""

from __future__ import annotations

from random import Random

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from ..actions import Pass, Spawn
from ..view import Candidate, View
from .mind import Desk, Mind, Thought

# A parent gives half of its energy away; with less than this neither would live long.
_ENOUGH = 10.0


def breeder() -> Mind:
    """Return the compiled graph: one node that chooses a parent and varies its genome."""
    graph = StateGraph(Thought, context_schema=Desk)
    graph.add_node("breed", _breed)
    graph.add_edge(START, "breed")
    graph.add_edge("breed", END)
    return graph.compile()


def _breed(state: Thought, runtime: Runtime[Desk]) -> Thought:
    return Thought(actions=[offspring(runtime.context.view, runtime.context.rng)])


def offspring(view: View, rng: Random) -> Spawn | Pass:
    """Return the birth that an offline breeder asks for, of a child varied from the best parent for what is called."""
    if not view.kin:
        return Pass(reason="nobody alive to breed from")
    called = rng.choice(view.unmet) if view.unmet else ""
    parent = _parent(view, called)
    genome = parent.genome.taught(dict(parent.learnt)).vary(rng)
    if called and genome.niche != called:
        genome = genome.moved(called)
    reason = f"nobody alive serves {called}" if called else "strong signals stay unanswered"
    return Spawn(parent_id=parent.id, genome=genome, reason=reason)


def able_parents(view: View) -> list[Candidate]:
    """Return those that can feed a child."""
    return [each for each in view.kin if each.energy >= _ENOUGH]


def _parent(view: View, called: str) -> Candidate:
    """Choose whoever earned most of those that serve the niche, else of all, and that can feed a child."""
    able = able_parents(view)
    own = [each for each in able if each.genome.niche == called]
    if found := own or able:
        return max(found, key=lambda each: (each.earned, each.energy, -each.id))
    return max(view.kin, key=lambda each: (each.energy, -each.id))
