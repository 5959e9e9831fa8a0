"""Fresh inputs: calls that no case shows, on which a rewrite is held against its parent and its task's properties.

Promises: they are made from the visible cases' own values, from boundary values of their types and from mutations of
both, by (task, charter) alone, so the same matter meets the same inputs everywhere; results are judged out here.
Does not promise: that an input lies in the tool's domain. Where the parent gives no answer nothing is asked.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from random import Random
from typing import Any

from storage import Property, Task

from .inputs import boundaries, generate, literal
from .objected import Objected, is_tuple
from .sandbox.run import Call, Result

GENERATED = 10
BOUNDARIES = 6
_PER_PROPERTY = 6


@dataclass(frozen=True, slots=True)
class Check:
    """A property to be held against the results of the calls `base` and, where one is needed, `other`.

    `args` is the tuple literal that both are about.
    """

    property: Property
    args: str
    base: int
    other: int | None


@dataclass(frozen=True, slots=True)
class FreshPlan:
    """The calls to make: the first `inputs` stand for themselves, the others belong to `checks` and `objections`.

    Each of the `objections` goes with the place of its call.
    """

    calls: tuple[Call, ...]
    inputs: int
    checks: tuple[Check, ...]
    objections: tuple[tuple[Objected, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Fresh:
    """What a rewrite and its parent gave on the calls of a plan, in their order.

    `again` are the results of both in a second run, by the place of the call, of what was shown to be unsteady.
    """

    plan: FreshPlan
    new: tuple[Result, ...]
    old: tuple[Result, ...]
    again: Mapping[int, tuple[Result, Result]] = field(default_factory=dict)


def plan_examination(task: Task, seed: str, objections: Sequence[Objected]) -> FreshPlan:
    """Return the fresh calls of a task, and after them those on which earlier rewrites were shown to be wrong."""
    plan = plan_fresh(task, seed)
    known = _visible_calls(task) if objections else {}
    meant = [(each, Call(args=each.args) if is_tuple(each.args) else known.get(each.args)) for each in objections]
    shown = [(each, call) for each, call in meant if call]
    if not shown:
        return plan
    placed = tuple((each, len(plan.calls) + number) for number, (each, _) in enumerate(shown))
    return replace(plan, calls=(*plan.calls, *(call for _, call in shown)), objections=placed)


def plan_again(plan: FreshPlan) -> tuple[FreshPlan, tuple[int, ...]]:
    """Return the calls of a plan on which a rewrite was shown to be unsteady, last first, and their places there."""
    places = tuple(place for each, place in reversed(plan.objections) if each.kind == "nondeterminism")
    return FreshPlan(tuple(plan.calls[place] for place in places), 0, ()), places


def _visible_calls(task: Task) -> dict[str, Call]:
    """Return the calls of visible cases by the text under which critics name them."""
    cases = [case for case in task.ring("visible") if case.call]
    return {f"{case.setup}\n{case.call}".strip(): Call(setup=case.setup, expression=case.call) for case in cases}


@lru_cache(maxsize=256)
def plan_fresh(task: Task, seed: str) -> FreshPlan:
    """Return the fresh calls of a task; none where its cases have no argument values to vary."""
    rng = Random(f"{task.digest}:{seed}")
    texts = list(dict.fromkeys([*generate(task, count=GENERATED, rng=rng), *boundaries(task, most=BOUNDARIES)]))
    calls = [Call(args=text) for text in texts]
    if not task.properties:
        return FreshPlan(tuple(calls), len(calls), ())
    shown = [case.args for case in task.ring("visible") if case.args]
    bases = list(dict.fromkeys([*shown[:_PER_PROPERTY], *texts]))
    places = {text: place for place, text in enumerate(texts)}
    checks = []
    for each in task.properties:
        fitting = [text for text in bases if _fits(each, ast.literal_eval(text))][:_PER_PROPERTY]
        for text in fitting:
            if text not in places:
                places[text] = len(calls)
                calls.append(Call(args=text))
            arguments = ast.literal_eval(text)
            other = _other(each, arguments, task.entry_point)
            checks.append(Check(each, text, places[text], len(calls) if other else None))
            calls += [other] if other else []
    return FreshPlan(tuple(calls), len(texts), tuple(checks))


def _fits(each: Property, arguments: Sequence[Any]) -> bool:
    """Whether a property says anything of these arguments."""
    if each.argument >= len(arguments):
        return False
    value = arguments[each.argument]
    match each.kind:
        case "permutation_invariant":
            return isinstance(value, list | tuple) and len(value) > 1
        case "monotone":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "length_preserved":
            return hasattr(value, "__len__")
        case "symmetric":
            return each.argument + 1 < len(arguments)
        case _:
            return True


def _other(each: Property, arguments: tuple[Any, ...], entry_point: str) -> Call | None:
    """Return the call whose result goes with that of the arguments themselves."""
    place, value = each.argument, arguments[each.argument]
    texts = [literal(one) for one in arguments]
    inner = f"{entry_point}({', '.join(texts)})"
    match each.kind:
        case "permutation_invariant":
            turned = [*value[1::2], *value[::2]]
            return _with(arguments, place, turned if isinstance(value, list) else tuple(turned))
        case "monotone":
            return _with(arguments, place, value + 1)
        case "symmetric":
            swapped = [*arguments]
            swapped[place], swapped[place + 1] = swapped[place + 1], swapped[place]
            return Call(args=literal(tuple(swapped)))
        case "idempotent":
            return Call(expression=f"{entry_point}({', '.join([*texts[:place], inner, *texts[place + 1 :]])})")
        case "inverse_of":
            return Call(expression=f"{each.function}({inner})")
        case "length_preserved":
            return None


def _with(arguments: tuple[Any, ...], place: int, value: object) -> Call:
    return Call(args=literal((*arguments[:place], value, *arguments[place + 1 :])))
