"""Right programs, for checking and for a simulated model alone: nothing that an agent can reach may read them.

Promises: each line is `{"id": ..., "reference": ...}`; ids that are no task's are passed over.
Does not promise: that a reference is right.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from storage import Task, TaskError

from .lines import read_records
from .reading import Problem


def load_references(path: Path, tasks: Iterable[Task]) -> dict[str, str]:
    """Return the right sources of tasks by entry point.

    Raises: TaskError: the file cannot be read, or a line of it is no reference.
    """
    entry_points = {task.name: task.entry_point for task in tasks}
    found: dict[str, str] = {}
    for record in read_records(path):
        if isinstance(record, Problem):
            raise TaskError(str(record))
        name, reference = record.fields.get("id"), record.fields.get("reference")
        if not isinstance(name, str) or not isinstance(reference, str):
            raise TaskError(f"{path}:{record.line}: a reference has an id and a reference, both texts")
        if name in entry_points:
            found[entry_points[name]] = reference
    return found
