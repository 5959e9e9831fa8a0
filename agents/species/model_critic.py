"""The mind of a critic that thinks with a language model: evidence or nothing.

Promises: the model names inputs and what they should give, the sandbox decides; a claim that is not borne out speaks
against nobody; where the model fails, proposals are judged as an offline critic judges them, and the evidence says so.
Does not promise: to find a fault. What nobody shows to be wrong is supported.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from pydantic import BaseModel, Field

from storage import ModelError, Task

from ..actions import Critique, Pass
from ..claim import Claim, Said, form_of, read_claim
from ..judgement import judge, posts_on
from ..marks import Section
from ..view import ProposalSeen, View
from .hearing import hear
from .inquiry import cases_shown, inquire, request_of
from .mind import Study, ThinkingMind, Thought

_MOST_FINDINGS = 32
_MOST_CLAIMS = 12
_RANK = 20


class About(BaseModel):
    """Which proposal a finding is about."""

    proposal: int = Field(description="the number of the proposal")
    wrong: bool = Field(description="whether some input shows it to be wrong")


class Finding(Said, About):
    """What a model holds of one proposal; the case is empty where nothing is wrong."""


class Review(BaseModel):
    """What a model holds of the proposals."""

    findings: list[Finding] = Field(max_length=_MOST_FINDINGS)


@dataclass(frozen=True, slots=True)
class _Charges:
    """Claims, each with the id of the proposal it was made against; `fault` is why the model made none."""

    made: tuple[tuple[int, Claim], ...] = ()
    fault: str = ""

    def against(self, proposal: ProposalSeen) -> list[int]:
        return [place for place, (number, _) in enumerate(self.made) if number == proposal.id]


def model_critic() -> ThinkingMind:
    """Return the compiled graph: one node that asks, tries what was claimed, and judges."""
    graph = StateGraph(Thought, context_schema=Study)
    graph.add_node("review", _review)
    graph.add_edge(START, "review")
    graph.add_edge("review", END)
    return graph.compile()


async def _review(state: Thought, runtime: Runtime[Study]) -> Thought:
    study = runtime.context
    view = study.view
    if view.task is None or view.head is None or not view.proposals:
        return Thought(actions=[Pass(reason="nothing to review")])
    charges = await _charges(study, view.task)
    hearing = await hear(study, view.task, view.head.source, [claim for _, claim in charges.made])
    against = await asyncio.gather(*(hearing.fault(each, charges.against(each)) for each in view.proposals))
    results = [hearing.tried[each.source] for each in view.proposals]
    judged = judge(view.proposals, hearing.trials, head=hearing.head, results=results, against=against)
    critiques = [_accounted(each, charges) for each in judged]
    return Thought(actions=[*critiques, *posts_on(view, critiques), *hearing.tests()], tried=hearing.size)


async def _charges(study: Study, task: Task) -> _Charges:
    """Ask the model which proposals are wrong, and on what input."""
    view = study.view
    request = request_of(study, "model_critic", proposals=_shown(view), cases=cases_shown(view), form=form_of(task))
    try:
        review = await inquire(
            study.talk,
            request,
            Review,
            faults=lambda found: list(_faults(view, task, found)),
            again=min(1, view.me.genome.reflections),
        )
    except ModelError as error:
        return _Charges(fault=error.kind)
    made = [(each.proposal, claim) for each in review.findings if (claim := _claim(view, task, each))]
    # Said twice of one proposal it is one claim; said of two it is one against each.
    distinct = {(number, claim.input): (number, claim) for number, claim in made}
    return _Charges(tuple(distinct.values())[:_MOST_CLAIMS])


def _shown(view: View) -> Section:
    """The proposals, each in a mark of its own under its number, with its author's reason as comments."""
    items = tuple(f"{_comment(each.reason)}{each.source}" for each in view.proposals)
    labels = tuple(f"Proposal {each.id}:" for each in view.proposals)
    return Section(items, rank=_RANK, tag="python", labels=labels, least=1)


def _comment(text: str) -> str:
    return "".join(f"# {line}\n" for line in text.splitlines())


def _faults(view: View, task: Task, review: Review) -> Iterator[str]:
    """Yield what in a review cannot be used."""
    known = [each.id for each in view.proposals]
    for number, each in enumerate(review.findings, start=1):
        if each.proposal not in known:
            yield f"finding {number}: no proposal {each.proposal} is shown; there are {', '.join(map(str, known))}"
        elif each.wrong:
            try:
                read_claim(task, each)
            except ValueError as problem:
                yield f"finding {number}: {problem}"


def _claim(view: View, task: Task, finding: Finding) -> Claim | None:
    if not finding.wrong or all(finding.proposal != each.id for each in view.proposals):
        return None
    try:
        return read_claim(task, finding)
    except ValueError:
        return None


def _accounted(critique: Critique, charges: _Charges) -> Critique:
    """Return a support with how many claims were tried, or why there were none."""
    if critique.stance == "object":
        return critique
    said: dict[str, str | int] = {"claims tried": len(charges.made)}
    if charges.fault:
        said = {"model": f"gave no usable reply ({charges.fault}); judged without it"}
    return critique.model_copy(update={"evidence": {**critique.evidence, **said}})
