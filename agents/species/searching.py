"""What a specialist searches through: the edits of its family or operator tool on one version, and how they promise.

Promises: the same view gives the same edits in the same order; what was made is remembered, for speed alone.
Does not promise: to try anything; the mind does.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from random import Random
from typing import TypeVar

from storage import Task

from ..mutation import FAMILIES, Context, Edit, EditList, difference, edits, suspicion
from ..view import Search, VersionSeen, View
from ..workbench import Trace
from .mind import Desk

Made = TypeVar("Made")

# How promising edits are taken to be that an operator tool makes: they come without a word on it.
_UNTOLD = 0.001
# A promise is the mean of so many edits: one that looks good by chance says little.
_AHEAD = 4


class Memory:
    """The latest things made, so many at most."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: OrderedDict[Hashable, object] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """Return what was made for a key before, or make it."""
        if key not in self._known:
            self._known[key] = make()
            if len(self._known) > self._most:
                self._known.popitem(last=False)
        self._known.move_to_end(key)
        return self._known[key]  # type: ignore[return-value]  # a key's maker gives one type


# A worker meets the same versions again and again; edits are the larger.
_TRACES = Memory(512)
_EDITS = Memory(256)


def task_in(view: View) -> Task:
    """Return the task of a turn. Raises: ValueError: it has none."""
    if view.task is None:
        raise ValueError(f"turn {view.turn}: a specialist was given no task")
    return view.task


def base_in(view: View) -> VersionSeen:
    """Return the version that a turn works from. Raises: ValueError: there is none."""
    if view.base is None:
        raise ValueError(f"turn {view.turn}: a specialist was given no version to work from")
    return view.base


def trace_of(desk: Desk, task: Task, base: VersionSeen) -> Trace:
    """Return how the base does on the visible cases."""
    return _TRACES.get((task.digest, base.source), lambda: desk.bench.trace(task, base.source))


def options_of(desk: Desk, task: Task, base: VersionSeen, trace: Trace) -> Sequence[Edit]:
    """Return the edits of the agent's operator tool where it has one, else those of its family."""
    operator = desk.view.operator
    if operator is not None:
        key = (task.digest, base.source, operator.source)
        return _EDITS.get(key, lambda: _operated(desk, task, base, trace))
    return family_edits(task, base.source, desk.view.me.genome.family, trace=trace, search=desk.view.search)


def family_edits(task: Task, source: str, family: str, *, trace: Trace, search: Search) -> EditList:
    """Return a family's edits of a source, most promising first by what the search knows."""
    chance = Random(f"{task.digest}:{family}") if search.uniform else None
    key = (task.digest, source, family, search.lore, search.ingredients, search.uniform)
    return _EDITS.get(key, lambda: _edits(task, source, family, trace, search, chance))


def promise(options: Sequence[Edit], at: int) -> float | None:
    """Return how promising the edits from a place on are, None where there are none."""
    ahead = options[at : at + _AHEAD]
    return round(sum(edit.score for edit in ahead) / len(ahead), 9) if ahead else None


def survey_of(desk: Desk, task: Task, base: VersionSeen, trace: Trace) -> tuple[tuple[tuple[str, float], ...], float]:
    """Return how promising each family is that the view asks about, 0 for one that has no edit here, and their mass."""
    search = desk.view.search
    asked = [family for family in search.survey if family in FAMILIES]
    options = {family: family_edits(task, base.source, family, trace=trace, search=search) for family in asked}
    mass = round(sum(each.mass for each in options.values()), 9)
    return tuple((family, promise(each, 0) or 0.0) for family, each in options.items()), mass


def hopes(batch: Sequence[Edit]) -> tuple[tuple[str, float], ...]:
    """Return the summed score of the edits of each kind."""
    sums: dict[str, float] = {}
    for edit in batch:
        sums[edit.kind] = sums.get(edit.kind, 0.0) + edit.score
    return tuple((kind, round(sums[kind], 9)) for kind in sorted(sums))


def _operated(desk: Desk, task: Task, base: VersionSeen, trace: Trace) -> tuple[Edit, ...]:
    """Run the operator tool once; what it wrote anew without changing it stays as it was in the base."""
    operator = desk.view.operator
    assert operator is not None  # the caller looked
    lines = sorted(_suspicion(trace), key=lambda pair: (-pair[1], pair[0]))
    texts = desk.bench.operate(
        operator.source, source=base.source, entry_point=task.entry_point, task=task, lines=lines
    )
    family = desk.view.me.genome.family
    found = [difference(base.source, text, family=family, score=_UNTOLD) for text in texts]
    return tuple({edit.splices: edit for edit in found if edit is not None}.values())


def _suspicion(trace: Trace) -> tuple[tuple[int, float], ...]:
    return tuple(suspicion(tuple(zip(trace.lines, trace.passed, strict=True))).items())


def _edits(task: Task, source: str, family: str, trace: Trace, search: Search, chance: Random | None) -> EditList:
    cases = task.ring("visible")
    context = Context(
        helper=task.helper,
        description=task.description,
        inputs=tuple(case.args or case.call for case in cases),
        outputs=tuple(case.expect for case in cases),
        ingredients=tuple(each.source for each in search.ingredients),
    )
    return edits(
        source, task.entry_point, family,
        suspicion=dict(_suspicion(trace)), context=context, lore=dict(search.lore), chance=chance,
    )  # fmt: skip
