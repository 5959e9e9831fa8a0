"""The tasks settled here: each with its cases, its tool, and the tool's version 0.

Promises: a task comes back equal to the one settled; settling an equal task again writes nothing.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from typing import Any, NamedTuple, Unpack

from sqlalchemy import bindparam, select

from .blobs import texts
from .database import Reads
from .errors import NotFound, TaskError
from .moment import Moment, When
from .row import Row, canonical
from .tables import table
from .task import Case, Property, Task
from .transaction import Transaction
from .when import as_of_seq

_TASK, _CASE, _TOOL, _VERSION = table("task"), table("task_case"), table("tool"), table("tool_version")
_ALL = (
    select(_TASK, _TOOL.c.id.label("tool_id"))
    .join(_TOOL, _TOOL.c.task_id == _TASK.c.id)
    .where(_TASK.c.seq <= bindparam("as_of"))
    .order_by(_TASK.c.id)
)
_NAMED = _ALL.where(_TASK.c.name == bindparam("name"))
_CASES = select(_CASE).where(_CASE.c.task_id.in_(bindparam("tasks", expanding=True))).order_by(_CASE.c.id)
_SETTLED = (
    select(_TASK.c.digest, _TASK.c.id, _TOOL.c.id.label("tool_id"), _VERSION.c.id.label("version_id"))
    .join(_TOOL, _TOOL.c.task_id == _TASK.c.id)
    .join(_VERSION, (_VERSION.c.tool_id == _TOOL.c.id) & (_VERSION.c.number == 0))
    .where(_TASK.c.name == bindparam("name"))
)


class Settled(NamedTuple):
    """The ids under which a task, its tool and the tool's version 0 are kept."""

    task_id: int
    tool_id: int
    version_id: int


@dataclass(frozen=True, slots=True)
class TaskRecord:
    """A task and the ids of itself and its tool."""

    id: int
    seq: int
    tool_id: int
    task: Task


class Tasks:
    """The tasks of a store."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    def settle(self, tx: Transaction, task: Task, **moment: Unpack[Moment]) -> Settled:
        """Write a task, its cases, its tool and version 0 of that, in one event; an equal one is left as it is.

        Raises: TaskError: another task of that name is here.
        """
        if found := tx.rows(_SETTLED, {"name": task.name}):
            if found[0].digest != task.digest:
                raise TaskError(f"another task named {task.name!r} is settled here; rename it or use a new database")
            return Settled(*found[0][1:])
        ids = Settled(*(tx.next_id(name) for name in ("task", "tool", "tool_version")))
        tx.record("settle", *_rows(tx, task, ids), task_id=ids.task_id, tool_id=ids.tool_id, **moment)
        return ids

    def get(self, name: str, *, as_of: When = None) -> Task:
        """Return the task of that name.

        Raises: NotFound: there is (or was then) none.
        """
        found = _records(self._reads, self._reads.rows(_NAMED, {"name": name, "as_of": as_of_seq(self._reads, as_of)}))
        if not found:
            near = get_close_matches(name, [record.task.name for record in self.all(as_of=as_of)], n=3, cutoff=0.5)
            hint = f"did you mean {', '.join(near)}?" if near else "Store.tasks.all() lists them"
            raise NotFound(f"no task named {name!r} in this database; {hint}")
        return found[0].task

    def all(self, *, as_of: When = None) -> Sequence[TaskRecord]:
        """Return all tasks in the order in which they were settled."""
        return _records(self._reads, self._reads.rows(_ALL, {"as_of": as_of_seq(self._reads, as_of)}))


_PLAIN = ("name", "source", "licence", "entry_point", "compare", "judged", "digest")


def _rows(tx: Transaction, task: Task, ids: Settled) -> list[Row]:
    code = tx.code(task.code)
    hashes = {"description_hash": tx.blob(task.description), "helper_hash": tx.blob(task.helper), "code_hash": code}
    plain = {name: getattr(task, name) for name in _PLAIN}
    cases = [
        Row("task_case", {"task_id": ids.task_id, "position": position, **_case_values(case)})
        for position, case in enumerate(task.cases)
    ]
    root = {"tool_id": ids.tool_id, "number": 0, "depth": 0, "jump_id": ids.version_id, "code_hash": code}
    return [
        Row("task", {**plain, **hashes, "lists": task.lists, **_listed(task)}),
        *cases,
        Row("tool", {"task_id": ids.task_id, "name": task.name}),
        Row("tool_version", {**root, "size": len(task.code), "reason": "as it came", "model": ""}),
    ]


def _case_values(case: Case) -> dict[str, str]:
    return {name: getattr(case, name) for name in ("ring", "args", "setup", "call", "expect")}


def _records(reads: Reads, found: Sequence[Any]) -> list[TaskRecord]:
    names = [row._mapping[column] for row in found for column in ("description_hash", "helper_hash", "code_hash")]
    words = texts(reads, names)
    cases: dict[int, list[Case]] = defaultdict(list)
    for row in reads.rows(_CASES, {"tasks": [row.id for row in found]}):
        cases[row.task_id].append(Case(row.ring, row.expect, args=row.args, setup=row.setup, call=row.call))
    return [TaskRecord(row.id, row.seq, row.tool_id, _task(row._mapping, words, tuple(cases[row.id]))) for row in found]


def _task(values: Mapping[str, Any], words: Mapping[str, str], cases: tuple[Case, ...]) -> Task:
    return Task(
        name=values["name"],
        entry_point=values["entry_point"],
        code=words[values["code_hash"]],
        cases=cases,
        description=words[values["description_hash"]],
        helper=words[values["helper_hash"]],
        compare=values["compare"],
        lists=values["lists"],
        source=values["source"],
        licence=values["licence"],
        judged=values["judged"],
        capabilities=tuple(json.loads(values["capabilities"] or "[]")),
        properties=tuple(Property(**each) for each in json.loads(values["properties"] or "[]")),
    )


def _listed(task: Task) -> dict[str, str | None]:
    """Return the lists as texts, None for an empty one: that leaves its column out of the hash chain's digests."""
    lists = {"capabilities": list(task.capabilities), "properties": [asdict(each) for each in task.properties]}
    return {name: canonical(found) if found else None for name, found in lists.items()}
