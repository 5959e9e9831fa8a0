"""Tasks: buggy tools with the cases that judge them, read from files.

`load_tasks` is all that most need. `check_tasks` lists every problem of a file and, given a sandbox, says what its
tools pass. `write_tasks` writes our own format. `breed` puts faults into programs that are right.

Promises: loading never runs code; whatever is wrong with a file is one sentence with file, line, field and cure.
Does not promise: to repair anything.
"""

from __future__ import annotations

from .breeding import Bred, breed, repaired
from .check import RingCheck, TaskCheck, TaskReport, check_tasks, reveal_failures
from .loading import load_tasks, read_tasks
from .reading import Problem, Reading, Skipped
from .record import write_tasks
from .references import load_references
from .rings import reveal

__all__ = [  # noqa: RUF022 - in the order in which a reader meets them
    "load_tasks",
    "read_tasks",
    "Reading",
    "Problem",
    "Skipped",
    "check_tasks",
    "TaskReport",
    "TaskCheck",
    "RingCheck",
    "write_tasks",
    "load_references",
    "reveal",
    "reveal_failures",
    "breed",
    "Bred",
    "repaired",
]
