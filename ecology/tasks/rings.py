"""How cases are dealt to the three rings where their source knows no rings.

The rule: cases with the same input count once, the first given. Examples from the description are visible. The rest
are ordered by the sha256 of the task's name and the case, so that the deal depends on nothing else; a fifth of all (at
least 2, at most 12) is visible, two fifths (at least 1, at most 24) are gate, and of the rest 100 at most are sealed.
At least one case is always left for the gate, even if an example must go there.

Promises: the same cases give the same rings, in whatever order they come; no code is run.
Does not promise: that a buggy tool fails a visible case; `check_tasks` with a sandbox tells, and `reveal` mends it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from storage import RINGS, Case, Ring, Task

FEWEST_CASES = 2
MOST_VISIBLE = 12
MOST_GATE = 24
MOST_SEALED = 100

Inputs = tuple[str, str, str]


def deal(name: str, cases: Iterable[Case], *, examples: Collection[Inputs] = ()) -> tuple[Case, ...]:
    """Return the cases with their rings set: visible ones first, then gate, then sealed.

    Args: name: the task's; cases: their own rings are ignored; examples: inputs shown in the description.
    Raises: ValueError: fewer than two different cases, which cannot fill a visible and a gate ring.
    """
    distinct: dict[Inputs, Case] = {}
    for case in cases:
        distinct.setdefault(inputs(case), case)
    if len(distinct) < FEWEST_CASES:
        raise ValueError(f"only {len(distinct)} of its cases can be read as data; {FEWEST_CASES} are needed")

    ordered = sorted(distinct.values(), key=lambda case: (inputs(case) not in examples, _digest(name, case)))
    shown = sum(inputs(case) in examples for case in ordered)
    visible, gate = _shares(len(ordered), shown)
    kept = visible + gate + MOST_SEALED
    return tuple(replace(case, ring=_ring_at(at, visible, gate)) for at, case in enumerate(ordered[:kept]))


def reveal(task: Task, passed: Sequence[bool]) -> Task:
    """Return the task with a failing case shown, where its code fails only hidden ones.

    The first failing gate case (or else sealed one) changes places with the last visible case. For tasks that `deal`
    dealt blindly; rings that a task's author chose are better left alone.
    Args: passed: for each of `task.cases`, whether the task's own code passed it.
    """
    cases = list(task.cases)
    failing = [index for index, ok in enumerate(passed) if not ok]
    visible = [index for index, case in enumerate(cases) if case.ring == "visible"]
    if not failing or not visible or set(failing) & set(visible):
        return task
    hidden = min(failing, key=lambda index: RINGS.index(cases[index].ring))
    ring = cases[hidden].ring
    cases[hidden], cases[visible[-1]] = replace(cases[visible[-1]], ring=ring), replace(cases[hidden], ring="visible")
    return replace(task, cases=tuple(cases))


def inputs(case: Case) -> Inputs:
    """Return what a case puts in, without what it expects."""
    return (case.args, case.setup, case.call)


def _ring_at(place: int, visible: int, gate: int) -> Ring:
    if place < visible:
        return "visible"
    return "gate" if place < visible + gate else "sealed"


def _shares(total: int, examples: int) -> tuple[int, int]:
    gate = min(max(1, round(total * 2 / 5)), MOST_GATE)
    wanted = max(min(max(2, round(total / 5)), MOST_VISIBLE), examples)
    visible = min(wanted, total - 1)
    return visible, min(gate, total - visible)


def _digest(name: str, case: Case) -> str:
    return hashlib.sha256("\0".join((name, *inputs(case), case.expect)).encode()).hexdigest()
