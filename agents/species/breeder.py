"""The mind of the offline breeder: it answers unmet signals with a child of whoever has earned most.

Promises: one child a turn at most, its genome a small variation of a living parent's, moved to the niche that is called
for where nobody alive serves it. Does not promise: that the child may live; the rule layer decides.
"""

from __future__ import annotations

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
    view, rng = runtime.context.view, runtime.context.rng
    if not view.kin:
        return Thought(actions=[Pass(reason="nobody alive to breed from")])
    called = rng.choice(view.unmet) if view.unmet else ""
    parent = _parent(view, called)
    genome = parent.genome.vary(rng)
    if called and genome.niche != called:
        species, _slash, family = called.partition("/")
        genome = genome.model_copy(update={"species": species, "family": family})
    reason = f"nobody alive serves {called}" if called else "strong signals stay unanswered"
    return Thought(actions=[Spawn(parent_id=parent.id, genome=genome, reason=reason)])


def _parent(view: View, called: str) -> Candidate:
    """Choose whoever earned most of those that serve the niche, else of all, and that can feed a child."""
    able = [each for each in view.kin if each.energy >= _ENOUGH]
    own = [each for each in able if each.genome.niche == called]
    if found := own or able:
        return max(found, key=lambda each: (each.earned, each.energy, -each.id))
    return max(view.kin, key=lambda each: (each.energy, -each.id))
