"""Our own task format: one JSON object a line.

Fields: `id`, `entry_point`, `code`, `visible` and `gate` are needed; `description`, `helper`, `compare` (`exact` or
`close`), `lists` (true or false), `capabilities` (a list of names such as `clock`, or of modules), `properties`,
`source`, `licence` and `sealed` may be left out. A property is `{"kind", "argument", "function"}` (see
`storage.Property`). A case is `{"args", "expect"}` or
`{"setup", "call", "expect"}`, all texts of Python source.

Promises: what `write_tasks` wrote reads back equal, except that cases are grouped by ring.
Does not promise: order of cases across rings.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from operator import attrgetter
from pathlib import Path
from typing import cast

from storage import RINGS, Case, Comparison, Ring, Task, TaskError

from .properties import property_record, property_shape_faults, read_properties
from .reading import Fault, did_you_mean, shown
from .validate import task_faults

NEEDED = ("id", "entry_point", "code", "visible", "gate")
TEXTS = ("id", "entry_point", "code", "description", "helper", "compare", "source", "licence")
FIELDS = (
    "id", "source", "licence", "entry_point", "description", "code", "helper", "compare", "lists", "capabilities",
    "properties", *RINGS,
)  # fmt: skip
CASE_FIELDS = ("args", "setup", "call", "expect")


def read_task(record: Mapping[str, object]) -> tuple[Task | None, list[Fault]]:
    """Return the task that a JSON object describes (None after a fatal fault) and everything that is wrong with it."""
    faults = [*_name_faults(record), *_type_faults(record)]
    if faults:
        return None, faults
    task = _task(record)
    faults = list(task_faults(task))
    return (None if any(fault.fatal for fault in faults) else task), faults


def write_tasks(tasks: Iterable[Task], path: str | Path) -> None:
    """Write tasks to a file in our own format, one JSON object a line.

    Raises: TaskError: two tasks share a name, a task could not be read back, or the file cannot be written.
    """
    lines, seen = [], set[str]()
    for task in tasks:
        if task.name in seen:
            raise TaskError(f"{path}: the id `{task.name}` comes twice; rename one of the two tasks")
        for fault in filter(attrgetter("fatal"), task_faults(task)):
            raise TaskError(f"{path}: task `{task.name}`, field `{fault.field}`: {fault.text}")
        seen.add(task.name)
        lines.append(json.dumps(_record(task), ensure_ascii=False) + "\n")
    try:
        Path(path).write_text("".join(lines), encoding="utf-8", newline="\n")
    except OSError as error:
        raise TaskError(f"{path}: cannot be written ({error.strerror}); choose another place") from error


def _name_faults(record: Mapping[str, object]) -> list[Fault]:
    faults = [
        Fault(name, f"there is no such field; {did_you_mean(name, [*FIELDS])}") for name in record if name not in FIELDS
    ]
    hinted = " ".join(fault.text for fault in faults if "did you mean" in fault.text)
    absent = [name for name in NEEDED if name not in record and f"`{name}`" not in hinted]
    return faults + [Fault(name, f"is missing; a task needs {', '.join(NEEDED)}") for name in absent]


def _type_faults(record: Mapping[str, object]) -> list[Fault]:
    faults = [_wrong(name, record[name], "a text") for name in TEXTS if not isinstance(record.get(name, ""), str)]
    if not isinstance(record.get("lists", False), bool):
        faults.append(_wrong("lists", record["lists"], "true or false"))
    asked = record.get("capabilities", [])
    if not isinstance(asked, list) or not all(isinstance(name, str) for name in asked):
        faults.append(_wrong("capabilities", asked, "a list of names"))
    faults += property_shape_faults(record.get("properties", []))
    for ring in RINGS:
        faults += _ring_faults(ring, record.get(ring, []))
    return faults


def _ring_faults(ring: Ring, cases: object) -> list[Fault]:
    if not isinstance(cases, list):
        return [_wrong(ring, cases, "a list of cases")]
    return [fault for index, case in enumerate(cases) for fault in _shape_faults(case, f"{ring}[{index}]")]


def _shape_faults(case: object, place: str) -> list[Fault]:
    if not isinstance(case, dict):
        return [_wrong(place, case, "an object with `args` or `call`, and `expect`")]
    faults = [
        Fault(f"{place}.{name}", f"there is no such field; {did_you_mean(name, [*CASE_FIELDS])}")
        for name in case
        if name not in CASE_FIELDS
    ]
    faults += [
        _wrong(f"{place}.{name}", value, "a text of Python source")
        for name, value in case.items()
        if name in CASE_FIELDS and not isinstance(value, str)
    ]
    if "expect" not in case and not any("`expect`" in fault.text for fault in faults):
        faults.append(Fault(f"{place}.expect", "is missing; give the literal that the call must return"))
    return faults


def _wrong(name: str, value: object, wanted: str) -> Fault:
    return Fault(name, f"{shown(value)} is of the wrong type; give {wanted}")


def _task(record: Mapping[str, object]) -> Task:
    texts = {name: str(record.get(name, "")) for name in TEXTS}
    return Task(
        name=texts["id"],
        entry_point=texts["entry_point"],
        code=texts["code"],
        cases=tuple(case for ring in RINGS for case in _cases(record, ring)),
        description=texts["description"],
        helper=texts["helper"],
        compare=cast(Comparison, record.get("compare", "exact")),
        lists=bool(record.get("lists", False)),
        capabilities=tuple(cast("list[str]", record.get("capabilities", []))),
        properties=read_properties(record.get("properties", [])),
        source=texts["source"],
        licence=texts["licence"],
    )


def _cases(record: Mapping[str, object], ring: Ring) -> list[Case]:
    cases = cast("list[dict[str, str]]", record.get(ring, []))
    return [Case(ring=ring, **case) for case in cases]


def _record(task: Task) -> dict[str, object]:
    fields: dict[str, object] = {
        "id": task.name,
        "source": task.source,
        "licence": task.licence,
        "entry_point": task.entry_point,
        "description": task.description,
        "code": task.code,
        "helper": task.helper,
        "compare": task.compare,
        "lists": task.lists,
    }
    # Most tools only compute; their files need not say so.
    fields |= {"capabilities": list(task.capabilities)} if task.capabilities else {}
    if task.properties:
        fields["properties"] = [property_record(each) for each in task.properties]
    return fields | {ring: [_case_record(case) for case in task.ring(ring)] for ring in RINGS}


def _case_record(case: Case) -> dict[str, str]:
    inputs = {"setup": case.setup, "call": case.call} if case.call else {"args": case.args}
    return inputs | {"expect": case.expect}
