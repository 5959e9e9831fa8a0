"""The mind of the tester: it has a model think of cases that nobody wrote down yet, above all at the bounds.

Promises: what is offered is new, short and a literal, and at least one live source of the tool answers as it expects.
Does not promise: that a case is right. The engine admits one only where unrelated sources or testers agree.
"""

from __future__ import annotations

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from pydantic import BaseModel, Field

from storage import ModelError, Task

from ..actions import AnyAction, Pass
from ..claim import Claim, Said, form_of, input_of, read_claim
from ..view import View
from ..witnesses import known_cases
from .inquiry import cases_shown, inquire, request_of
from .mind import Study, ThinkingMind, Thought

_MOST_CASES = 3


class Cases(BaseModel):
    """The cases a model thought of; what is more than asked for is passed over."""

    cases: list[Said] = Field(json_schema_extra={"maxItems": _MOST_CASES})


def tester() -> ThinkingMind:
    """Return the compiled graph: one node that asks for cases and tries them."""
    graph = StateGraph(Thought, context_schema=Study)
    graph.add_node("test", _test)
    graph.add_edge(START, "test")
    graph.add_edge("test", END)
    return graph.compile()


async def _test(state: Thought, runtime: Runtime[Study]) -> Thought:
    study = runtime.context
    task = study.view.task
    sources = list(dict.fromkeys(each.source for each in study.view.rivals))
    if task is None or not sources:
        return Thought(actions=[Pass(reason="no live source to try a case on")])
    try:
        claims, problems = await _asked(study, task)
    except ModelError as error:
        return Thought(actions=[Pass(reason=f"the model offered no case ({error.kind})")])
    if not claims:
        return Thought(actions=[Pass(reason=f"no case to be used: {problems[0] if problems else 'none was offered'}")])
    results = await study.bench.compare(sources, calls=[claim.question.call for claim in claims])
    kept: list[AnyAction] = [
        claim.test
        for number, claim in enumerate(claims)
        if any(claim.question.answered_by(each[number]) for each in results)
    ]
    none = Pass(reason=f"{len(claims)} cases thought of, none of which any live source bears out")
    return Thought(actions=kept or [none], tried=len(sources))


async def _asked(study: Study, task: Task) -> tuple[list[Claim], list[str]]:
    """Return the new cases a model gave, and what was wrong with the others."""
    view = study.view
    request = request_of(study, "tester", cases=cases_shown(view), form=form_of(task))

    def faults(found: Cases) -> list[str]:
        claims, problems = _read(view, task, found)
        # One case to go on with is enough.
        return [] if claims else problems

    again = min(1, view.me.genome.reflections)
    return _read(view, task, await inquire(study.talk, request, Cases, faults=faults, again=again))


def _read(view: View, task: Task, found: Cases) -> tuple[list[Claim], list[str]]:
    claims: list[Claim] = []
    problems: list[str] = []
    taken = {input_of(task, case) for case in known_cases(view, task)}
    for number, said in enumerate(found.cases[:_MOST_CASES], start=1):
        try:
            claim = read_claim(task, said)
        except ValueError as problem:
            problems.append(f"case {number}: {problem}")
            continue
        if claim.input in taken:
            problems.append(f"case {number}: there is a case with that input already; take another input")
            continue
        taken.add(claim.input)
        claims.append(claim)
    return claims, problems
