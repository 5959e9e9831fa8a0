"""The mind of a breeder that thinks with a language model: it has the model choose a parent and the child's genome.

Promises: one child a turn at most, of a living parent, within the ranges of a genome, and in the niche that is called
for where one is; where the model fails, the child is the one that an offline breeder would choose.
Does not promise: that the child may live; the rule layer decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from random import Random

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from pydantic import BaseModel, Field

from storage import ModelError

from ..actions import Pass, Spawn
from ..claim import one_line
from ..genome import Genome
from ..marks import Section
from ..mutation import FAMILIES
from ..view import Candidate, View
from .breeder import able_parents, offspring
from .inquiry import inquire, request_of
from .mind import Study, ThinkingMind, Thought

_LONGEST_REASON = 200
_DISPOSITIONS = ("batch", "boldness", "restlessness", "probes", "reflections")


class Child(BaseModel):
    """The birth that a model asks for."""

    parent: int = Field(description="the number of the parent")
    genome: Genome
    reason: str = Field(default="", description="why, in one sentence")


def model_breeder() -> ThinkingMind:
    """Return the compiled graph: one node that asks for a child, or chooses one itself."""
    graph = StateGraph(Thought, context_schema=Study)
    graph.add_node("breed", _breed)
    graph.add_edge(START, "breed")
    graph.add_edge("breed", END)
    return graph.compile()


async def _breed(state: Thought, runtime: Runtime[Study]) -> Thought:
    study = runtime.context
    view = study.view
    if not view.kin:
        return Thought(actions=[Pass(reason="nobody alive to breed from")])
    request = request_of(
        study, "model_breeder", parents=_parents(view), niches=_offered(view), calling=_calling(view), **_ranges()
    )
    try:
        child = await inquire(study.talk, request, Child, faults=lambda found: _faults(view, found), again=1)
    except ModelError:
        return Thought(actions=[offspring(view, study.rng)])
    return Thought(actions=[_born(view, child, study.rng)])


def _born(view: View, child: Child, rng: Random) -> Spawn | Pass:
    """Return the birth asked for, moved to a niche that is called for; an offline breeder's where it cannot be."""
    if _no_parent(view, child):
        return offspring(view, rng)
    genome = child.genome
    if genome.niche not in _niches(view):
        if not view.unmet:
            return offspring(view, rng)
        genome = genome.moved(rng.choice(view.unmet))
    reason = one_line(child.reason)[:_LONGEST_REASON] or f"a {genome.niche}, by a language model"
    return Spawn(parent_id=child.parent, genome=genome, reason=reason)


def _faults(view: View, child: Child) -> list[str]:
    """Return what in a birth cannot be used."""
    niches = _niches(view)
    wrong = [_no_parent(view, child)]
    if child.genome.niche not in niches:
        wrong.append(f"the genome is of the niche {child.genome.niche!r}; it must be one of: {', '.join(niches)}")
    return [each for each in wrong if each]


def _no_parent(view: View, child: Child) -> str:
    able = [each.id for each in _able(view)]
    return "" if child.parent in able else f"{child.parent} is no parent; there are {', '.join(map(str, able))}"


def _able(view: View) -> list[Candidate]:
    """Return those that may become parents: who can feed a child, or all where nobody can."""
    return able_parents(view) or list(view.kin)


def _niches(view: View) -> list[str]:
    """Return the niches to choose from: those called for, else those that are served and every specialist's."""
    if view.unmet:
        return list(view.unmet)
    served = {each.genome.niche for each in view.kin}
    return sorted(served | {f"specialist/{family}" for family in FAMILIES})


def _parents(view: View) -> Section:
    lines = [
        f"{each.id}: {_spelled(each.genome)}, energy {each.energy:.1f}, earned {each.earned:.1f};"
        f" {', '.join(f'{name} {getattr(each.genome, name):g}' for name in _DISPOSITIONS)}"
        for each in sorted(_able(view), key=lambda each: (-each.earned, -each.energy, each.id))
    ]
    return Section(tuple(lines), rank=1, least=1)


def _offered(view: View) -> Section:
    return Section(tuple(_spelled(Genome(species="").moved(niche)) for niche in _niches(view)), least=1)


def _spelled(genome: Genome) -> str:
    return f'species "{genome.species}", family "{genome.family}", model "{genome.model}"'


def _calling(view: View) -> str:
    """Say, in our own words, what sort of child is wanted."""
    if view.unmet:
        return "Nobody alive serves the niche that is called for; the child must be of it."
    return "No niche is called for in particular, but tools stay broken for long. Choose what is most wanting."


@cache
def _ranges() -> Mapping[str, str]:
    """Return the least and the most of each disposition."""
    known = Genome.model_json_schema()["properties"]
    return {name: f"{known[name]['minimum']:g} to {known[name]['maximum']:g}" for name in _DISPOSITIONS}
