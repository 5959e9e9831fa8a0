"""The mind of an offline specialist: it owns one family of edits and tries them, the likeliest first.

Promises: no model is called; a turn tries at most `batch` edits and proposes at most `boldness` of them.
Does not promise: that what passes the visible cases is right; the rule layer and the critics say more.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from storage import Task

from ..actions import Pass, Propose
from ..mutation import Context, Edit, edits, suspicion
from ..view import VersionSeen, View
from ..workbench import Trace
from .mind import Desk, Mind, Thought

_AGAIN = " (again, on the new head)"


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
    task, base, genome = _task(desk.view), _base(desk.view), desk.view.me.genome
    trace = _trace(desk, task, base)
    options = _edits(task, base.source, genome.family, _suspicion(trace))
    start = desk.view.cursor
    batch = options[start : start + genome.batch]
    passes = desk.bench.attempt(task, [edit.apply(base.source) for edit in batch], base=trace)
    found = _worthwhile(passes, trace=trace, boldness=genome.boldness)
    cut = len(found) == genome.boldness
    end = start + (max(found) + 1 if cut else len(batch))
    return Thought(
        found=[start + place for place in found],
        tried=len(batch),
        cursor=end,
        exhausted=not cut and len(batch) < genome.batch,
    )


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
    task, base = _task(desk.view), _base(desk.view)
    trace = _trace(desk, task, base)
    options = _edits(task, base.source, desk.view.me.genome.family, _suspicion(trace))
    chosen = [options[place] for place in state["found"]]
    return Thought(
        actions=[Propose(source=edit.apply(base.source), basis_id=base.id, reason=edit.note) for edit in chosen]
    )


def _repropose(state: Thought, runtime: Runtime[Desk]) -> Thought:
    """Offer a rewrite again that was refused only because the tool had moved on meanwhile."""
    view = runtime.context.view
    again = [
        Propose(source=each.source, basis_id=each.basis_id, reason=f"{each.reason.removesuffix(_AGAIN)}{_AGAIN}")
        for each in view.proposals
    ]
    return Thought(actions=list(again))


def _rest(state: Thought) -> Thought:
    left = "none is left" if state["exhausted"] else "more are left"
    return Thought(actions=[Pass(reason=f"tried {state['tried']} edits, none better; {left}")])


def _trace(desk: Desk, task: Task, base: VersionSeen) -> Trace:
    key = (task.digest, base.source)
    if key not in _TRACES:
        if len(_TRACES) >= _TRACES_KEPT:
            del _TRACES[next(iter(_TRACES))]
        _TRACES[key] = desk.bench.trace(task, base.source)
    return _TRACES[key]


def _suspicion(trace: Trace) -> tuple[tuple[int, float], ...]:
    return tuple(suspicion(tuple(zip(trace.lines, trace.passed, strict=True))).items())


@lru_cache(maxsize=64)
def _edits(task: Task, source: str, family: str, weights: tuple[tuple[int, float], ...]) -> Sequence[Edit]:
    cases = task.ring("visible")
    context = Context(
        helper=task.helper,
        description=task.description,
        inputs=tuple(case.args or case.call for case in cases),
        outputs=tuple(case.expect for case in cases),
    )
    return edits(source, task.entry_point, family, suspicion=dict(weights), context=context)


def _task(view: View) -> Task:
    if view.task is None:
        raise ValueError(f"turn {view.turn}: a specialist was given no task")
    return view.task


def _base(view: View) -> VersionSeen:
    if view.base is None:
        raise ValueError(f"turn {view.turn}: a specialist was given no version to work from")
    return view.base


# One entry a tool version; a worker meets the same versions again and again.
_TRACES: dict[tuple[str, str], Trace] = {}
_TRACES_KEPT = 512
