"""The mind of an offline specialist: it tries the edits of its family, or of its operator tool, one by one.

Promises: no model is called; a turn tries at most `batch` edits and proposes at most `boldness` of them.
Does not promise: that what passes the visible cases is right; the rule layer and the critics say more.
"""

from __future__ import annotations

from collections.abc import Sequence

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from ..actions import Pass, Propose
from ..findings import Finding, Findings
from ..mutation import Edit
from ..view import View
from ..workbench import Trace
from .again import offered_again
from .mind import Desk, Mind, Thought
from .searching import base_in, hopes, options_of, promise, survey_of, task_in, trace_of

# A turn tries at least so many edits, and at least a share of those that its family tried here before: a long search
# is not cut into ever more turns for nothing.
_LEAST = 8
_SHARE = 6


def specialist() -> Mind:
    """Return the compiled graph: search, then propose what was found, or pass."""
    graph = StateGraph(Thought, context_schema=Desk)
    graph.add_node("search", _search)
    graph.add_node("propose", _propose)
    graph.add_node("repropose", _repropose)
    graph.add_node("rest", _rest)
    graph.add_conditional_edges(START, _activity, ["search", "repropose"])
    graph.add_conditional_edges("search", _anything_found, ["propose", "rest"])
    for last in ("propose", "repropose", "rest"):
        graph.add_edge(last, END)
    return graph.compile()


def _activity(state: Thought, runtime: Runtime[Desk]) -> str:
    return "repropose" if runtime.context.view.activity == "repropose" else "search"


def _search(state: Thought, runtime: Runtime[Desk]) -> Thought:
    """Try the next batch of the family's edits on the base version."""
    desk = runtime.context
    task, base = task_in(desk.view), base_in(desk.view)
    trace = trace_of(desk, task, base)
    options = options_of(desk, task, base, trace)
    start = desk.view.cursor
    batch = _batch(options, start, desk.view)
    passes = desk.bench.attempt(task, [edit.apply(base.source) for edit in batch], base=trace)
    found = _worthwhile(passes, trace=trace, boldness=desk.view.me.genome.boldness)
    cut = len(found) == desk.view.me.genome.boldness
    end = start + (max(found) + 1 if cut else len(batch))
    ahead = promise(options, end)
    survey, mass = survey_of(desk, task, base, trace)
    made, dead_ends = _made(desk, batch, found, solves=[all(passes[place]) for place in found])
    return Thought(
        found=[start + place for place, each in zip(found, made, strict=True) if each],
        tried=len(batch),
        cursor=end,
        exhausted=ahead is None,
        findings=Findings(
            promise=ahead or 0.0,
            survey=survey,
            mass=mass,
            tried=hopes(batch[: end - start]),
            made=tuple(each for each in made if each),
            dead_ends=dead_ends,
        ),
    )


def _batch(options: Sequence[Edit], start: int, view: View) -> list[Edit]:
    """Return the next edits: at least a few, then as long as nobody else has better ones, within the allowance."""
    search = view.search
    chosen = list(options[start : start + min(view.me.genome.batch, search.allowance)])
    least = max(_LEAST, start // _SHARE)
    below = next((at for at, edit in enumerate(chosen) if at >= least and edit.score < search.floor), len(chosen))
    return chosen[:below]


def _made(
    desk: Desk, batch: Sequence[Edit], found: Sequence[int], *, solves: Sequence[bool]
) -> tuple[list[Finding | None], int]:
    """Return what is known of each rewrite found, None for one that leads nowhere new, and how many those are."""
    task, base, search = task_in(desk.view), base_in(desk.view), desk.view.search
    made: list[Finding | None] = []
    for place, solved in zip(found, solves, strict=True):
        edit = batch[place]
        behaviour = desk.bench.behaviour(task, edit.apply(base.source))
        # What passes all cases behaves alike on them; of the rest one of a kind is enough.
        known = not solved and behaviour in search.dead_ends
        origin = search.ingredients[edit.origin - 1].version_id if edit.origin else 0
        made.append(None if known else Finding(edit.kind, behaviour, place + 1, origin))
    return made, made.count(None)


def _worthwhile(passes: Sequence[tuple[bool, ...]], *, trace: Trace, boldness: int) -> list[int]:
    """Return the places of variants that lose no visible case and win some: full passes first, else the one best."""
    won = [
        (place, sum(passed))
        for place, passed in enumerate(passes)
        if sum(passed) > sum(trace.passed) and not _loses(passed, trace.passed)
    ]
    full = [place for place, count in won if count == len(trace.passed)]
    if full:
        return full[:boldness]
    best = max(won, key=lambda each: (each[1], -each[0]), default=None)
    return [best[0]] if best else []


def _loses(passed: Sequence[bool], before: Sequence[bool]) -> bool:
    return any(was and not now for now, was in zip(passed, before, strict=True))


def _anything_found(state: Thought) -> str:
    return "propose" if state["found"] else "rest"


def _propose(state: Thought, runtime: Runtime[Desk]) -> Thought:
    desk = runtime.context
    task, base = task_in(desk.view), base_in(desk.view)
    options = options_of(desk, task, base, trace_of(desk, task, base))
    chosen = [options[place] for place in state["found"]]
    return Thought(
        actions=[Propose(source=edit.apply(base.source), basis_id=base.id, reason=edit.note) for edit in chosen]
    )


def _repropose(state: Thought, runtime: Runtime[Desk]) -> Thought:
    """Offer a rewrite again that was refused only because the tool had moved on meanwhile."""
    return Thought(actions=offered_again(runtime.context.view))


def _rest(state: Thought) -> Thought:
    left = "none is left" if state["exhausted"] else "more are left"
    dead = state["findings"].dead_ends
    known = f", {dead} of them like an earlier rewrite" if dead else ", none better"
    return Thought(actions=[Pass(reason=f"tried {state['tried']} edits{known}; {left}")])
