"""The mind of an offline specialist: it tries the edits of its family, or of its operator tool, one by one.

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
from ..mutation import Context, Edit, difference, edits, suspicion
from ..view import VersionSeen, View
from ..workbench import Trace
from .again import offered_again
from .mind import Desk, Mind, Thought


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
    options = _options(desk, task, base, trace)
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
    options = _options(desk, task, base, _trace(desk, task, base))
    chosen = [options[place] for place in state["found"]]
    return Thought(
        actions=[Propose(source=edit.apply(base.source), basis_id=base.id, reason=edit.note) for edit in chosen]
    )


def _repropose(state: Thought, runtime: Runtime[Desk]) -> Thought:
    """Offer a rewrite again that was refused only because the tool had moved on meanwhile."""
    return Thought(actions=offered_again(runtime.context.view))


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


def _options(desk: Desk, task: Task, base: VersionSeen, trace: Trace) -> Sequence[Edit]:
    """Return the edits of the agent's operator tool where it has one, else those of its family."""
    if desk.view.operator is None:
        return _edits(task, base.source, desk.view.me.genome.family, _suspicion(trace))
    key = (task.digest, base.source, desk.view.operator.source)
    if key not in _OPERATED:
        if len(_OPERATED) >= _OPERATED_KEPT:
            del _OPERATED[next(iter(_OPERATED))]
        _OPERATED[key] = _operated(desk, task, base, trace)
    return _OPERATED[key]


def _operated(desk: Desk, task: Task, base: VersionSeen, trace: Trace) -> tuple[Edit, ...]:
    """Run the operator tool once; what it wrote anew without changing it stays as it was in the base."""
    operator = desk.view.operator
    assert operator is not None  # the caller looked
    lines = sorted(_suspicion(trace), key=lambda pair: (-pair[1], pair[0]))
    texts = desk.bench.operate(
        operator.source, source=base.source, entry_point=task.entry_point, task=task, lines=lines
    )
    found = [difference(base.source, text, family=desk.view.me.genome.family) for text in texts]
    return tuple({edit.splices: edit for edit in found if edit is not None}.values())


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
# Likewise for what each version of an operator tool made of each; these are larger.
_OPERATED: dict[tuple[str, str, str], tuple[Edit, ...]] = {}
_OPERATED_KEPT = 128
