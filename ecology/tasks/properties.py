"""Properties that a task states of its tool: read, written, and checked against the task.

Promises: every fault names the property by its place, the value and the cure. Does not promise: that a property is
true of the tool as it ought to be; a wrong one stops right rewrites.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from typing import cast

from storage import PROPERTIES, Property, PropertyKind, Task

from .reading import Fault, did_you_mean, shown

_FIELDS = ("kind", "argument", "function")


def property_shape_faults(given: object) -> list[Fault]:
    """Return what is wrong with the shape of a `properties` field."""
    if not isinstance(given, list):
        return [Fault("properties", f"{shown(given)} is of the wrong type; give a list of properties")]
    return [fault for place, each in enumerate(given) for fault in _shape_faults(each, f"properties[{place}]")]


def read_properties(given: object) -> tuple[Property, ...]:
    """Return the properties of a field whose shape is sound."""
    return tuple(
        Property(
            cast(PropertyKind, each["kind"]),
            argument=int(cast(int, each.get("argument", 0))),
            function=str(each.get("function", "")),
        )
        for each in cast("list[Mapping[str, object]]", given)
    )


def property_record(each: Property) -> dict[str, object]:
    """Return a property as it stands in a file."""
    if each.kind == "inverse_of":
        return {"kind": each.kind, "function": each.function}
    return {"kind": each.kind, "argument": each.argument}


def property_faults(task: Task, defined: Collection[str]) -> Iterator[Fault]:
    """Yield what does not fit between a task's properties, its cases and the functions that are `defined`."""
    arity = _most_arguments(task)
    for place, each in enumerate(task.properties):
        where = f"properties[{place}]"
        if arity == 0:
            yield Fault(where, "needs cases with `args`; leave it out of a task whose cases are calls")
        elif each.kind != "inverse_of" and each.argument + (each.kind == "symmetric") >= arity:
            text = f"{each.argument} is none of its {arity} arguments, counted from 0"
            yield Fault(f"{where}.argument", f"{text}; name one that it has")
        if each.kind == "inverse_of" and each.function not in defined:
            hint = did_you_mean(each.function, sorted(defined)) if defined else "define it in `helper`"
            yield Fault(f"{where}.function", f"{shown(each.function)} is not defined in `helper` or `code`; {hint}")


def _shape_faults(each: object, where: str) -> list[Fault]:
    if not isinstance(each, dict):
        return [Fault(where, f"{shown(each)} is of the wrong type; give an object with `kind`")]
    faults = [
        Fault(f"{where}.{name}", f"there is no such field; {did_you_mean(name, [*_FIELDS])}")
        for name in each
        if name not in _FIELDS
    ]
    kind = each.get("kind")
    if kind not in PROPERTIES:
        text = str(kind) if kind is not None else ""
        faults.append(Fault(f"{where}.kind", f"{shown(kind)} is no property; {did_you_mean(text, [*PROPERTIES])}"))
    argument = each.get("argument", 0)
    if not isinstance(argument, int) or isinstance(argument, bool) or argument < 0:
        faults.append(Fault(f"{where}.argument", f"{shown(argument)} is no place; give a whole number from 0"))
    if not isinstance(each.get("function", ""), str):
        faults.append(Fault(f"{where}.function", f"{shown(each['function'])} is no text; give a function's name"))
    if bool(each.get("function")) != (kind == "inverse_of"):
        faults.append(Fault(f"{where}.function", "goes with `inverse_of`, and only with that; give it there"))
    return faults


def _most_arguments(task: Task) -> int:
    """Return how many arguments every visible case with arguments has at least; 0 where there is no such case."""
    counts = []
    for case in task.ring("visible"):
        try:
            value = ast.literal_eval(case.args) if case.args else None
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            continue
        counts += [len(value)] if isinstance(value, tuple) else []
    return min(counts, default=0)
