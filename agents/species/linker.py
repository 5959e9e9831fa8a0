"""The mind of the linker: it builds a tool on others that work, and follows their later versions. It calls no model.

Promises: only what the view's shelf shows is required; a turn tries at most `batch` rewrites and proposes at most
`boldness`; a tool that works is only given a body that costs less.
Does not promise: that what passes the visible cases is right; the rule layer and the critics say more.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice, zip_longest

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from governance import Call
from storage import Case, pins_in, repinned

from ..actions import AnyAction, Pass, Propose
from ..finding import Found, Wanted, find, places_of
from ..relinking import Relink, relinks, standing_in
from ..view import VersionSeen
from .again import offered_again
from .mind import Desk, Mind, Thought

# Between what already works only a saving of so much is worth proposing.
_SAVING = 0.95
_EXAMPLES = 6


def linker() -> Mind:
    """Return the compiled graph: one node for each thing that a linker is called upon for."""
    graph = StateGraph(Thought, context_schema=Desk)
    graph.add_node("link", _link)
    graph.add_node("upgrade", _upgrade)
    graph.add_node("repropose", _repropose)
    graph.add_conditional_edges(START, _activity, ["link", "upgrade", "repropose"])
    for last in ("link", "upgrade", "repropose"):
        graph.add_edge(last, END)
    return graph.compile()


def _activity(state: Thought, runtime: Runtime[Desk]) -> str:
    activity = runtime.context.view.activity
    return activity if activity in ("upgrade", "repropose") else "link"


def _repropose(state: Thought, runtime: Runtime[Desk]) -> Thought:
    return Thought(actions=offered_again(runtime.context.view))


def _upgrade(state: Thought, runtime: Runtime[Desk]) -> Thought:
    """Offer the head with its pins moved to the later versions, all together."""
    view = runtime.context.view
    base, moved = _base(runtime.context), dict(view.behind)
    source = repinned(base.source, moved)
    cursor = max(moved.values(), default=view.cursor)
    if source == base.source:
        return Thought(actions=[Pass(reason="nothing to follow")], tried=0, cursor=cursor, exhausted=False)
    names = sorted({pin.name for pin in pins_in(source)} & {pin.name for pin in pins_in(base.source)})
    told = ", ".join(f"version {old} to {new}" for old, new in sorted(moved.items()))
    reason = f"follows {', '.join(names)}: {told}"
    return Thought(
        actions=[Propose(source=source, basis_id=base.id, reason=reason)], tried=0, cursor=cursor, exhausted=False
    )


def _link(state: Thought, runtime: Runtime[Desk]) -> Thought:
    """Try the base with each tool of the shelf, the best fitting first, and propose what does better."""
    desk = runtime.context
    base, shelf = _base(desk), desk.view.shelf
    cursor = max([desk.view.cursor, *(each.version_id for each in shelf)])
    options = _options(desk, base)
    works = bool(base.passed) and all(base.passed)
    chosen = _cheaper(desk, base, options) if works else _better(desk, base, options)
    actions: list[AnyAction] = [Propose(source=each.source, basis_id=base.id, reason=each.note) for each in chosen]
    return Thought(
        actions=actions or [Pass(reason=f"tried {len(options)} calls of {len(shelf)} tools, none better")],
        # Each tool was run once on the examples before.
        tried=len(options) + len(shelf),
        cursor=cursor,
        exhausted=False,
    )


def _options(desk: Desk, base: VersionSeen) -> list[Relink]:
    """Return the rewrites to try, within the allowance, each tool's in turn, so that none uses all of the batch up."""
    entry_point = _task_entry(desk)
    ranked = [each.tool for each in _ranked(desk, base)]
    rest = [each for each in desk.view.shelf if each not in ranked]
    rows = zip_longest(*(relinks(base.source, entry_point, tool) for tool in (*ranked, *rest)))
    flat = (each for row in rows for each in row if each is not None)
    unique = {each.source: each for each in islice(flat, 4 * desk.view.me.genome.batch)}
    return list(unique.values())[: min(desk.view.me.genome.batch, desk.view.search.allowance - len(desk.view.shelf))]


def _ranked(desk: Desk, base: VersionSeen) -> Sequence[Found]:
    """Return the tools that can be called as the tool at hand is, after running them on its examples."""
    task, view = desk.view.task, desk.view
    assert task is not None  # the caller looked
    cases = tuple(each for each in task.ring("visible") if each.args)[:_EXAMPLES]
    wanted = Wanted(places_of(base.source, task.entry_point), f"{task.entry_point} {task.description}", cases)
    fitting = [each.tool for each in find(wanted, view.shelf) if each.tool.entry_point != task.entry_point]
    answers = desk.bench.compare(task, [standing_in(task.entry_point, each) for each in fitting], calls=_calls(cases))
    results = {tool.version_id: found for tool, found in zip(fitting, answers, strict=True)}
    return find(wanted, view.shelf, results=results)


def _calls(cases: Sequence[Case]) -> tuple[Call, ...]:
    return tuple(Call(args=case.args) for case in cases)


def _better(desk: Desk, base: VersionSeen, options: Sequence[Relink]) -> list[Relink]:
    """Return the rewrites that lose no visible case and win some: those that pass all, else the best one."""
    task = desk.view.task
    assert task is not None  # the caller looked
    trace = desk.bench.trace(task, base.source)
    passes = desk.bench.attempt(task, [each.source for each in options], base=trace)
    won = [
        (each, sum(passed))
        for each, passed in zip(options, passes, strict=True)
        if sum(passed) > sum(trace.passed)
        and not any(was and not now for now, was in zip(passed, trace.passed, strict=True))
    ]
    full = [each for each, count in won if count == len(trace.passed)]
    best = max(won, key=lambda pair: pair[1], default=None)
    return full[: desk.view.me.genome.boldness] or ([best[0]] if best else [])


def _cheaper(desk: Desk, base: VersionSeen, options: Sequence[Relink]) -> list[Relink]:
    """Return the rewrite that does the same for the least, where that saves enough."""
    task = desk.view.task
    assert task is not None  # the caller looked
    before = desk.bench.rehearse(task, base.source).fuel
    tried = [(desk.bench.rehearse(task, each.source), each) for each in options]
    same = [(found.fuel, place) for place, (found, _) in enumerate(tried) if all(found.passed)]
    best = min(same, default=None)
    return [options[best[1]]] if best and best[0] <= before * _SAVING else []


def _base(desk: Desk) -> VersionSeen:
    if desk.view.base is None:
        raise ValueError(f"turn {desk.view.turn}: a linker was given no version to work from")
    return desk.view.base


def _task_entry(desk: Desk) -> str:
    if desk.view.task is None:
        raise ValueError(f"turn {desk.view.turn}: a linker was given no task")
    return desk.view.task.entry_point
