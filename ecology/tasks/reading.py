"""What reading a task file gives: the tasks, what is wrong, and what was left out.

Promises: plain values; every problem says file, line, field, value and cure in one sentence.
Does not promise: that a task without problems can be solved, or that its cases run (see `check`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Literal, NamedTuple

from storage import Task, TaskError

Layout = Literal["jsonl", "quixbugs", "humaneval"]


class Fault(NamedTuple):
    """What is wrong with one field of one task, before it is known where the task stands.

    One that is not `fatal` may be the very fault to repair, and counts only where much of a file has it.
    """

    field: str
    text: str
    fatal: bool = True


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that keeps a file, or one task in it, from being used; `line` is 0 where it is about the whole file."""

    path: str
    line: int
    field: str
    text: str

    def __str__(self) -> str:
        """Return the problem as one sentence."""
        line = f", line {self.line}" if self.line else ""
        name = f", field `{self.field}`" if self.field else ""
        return f"{self.path}{line}{name}: {self.text}"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A task that was left out, or (`whole` is false) inputs of a loaded task that were, with the reason."""

    name: str
    reason: str
    whole: bool = True

    def __str__(self) -> str:
        """Return the name and the reason."""
        return f"{self.name}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Reading:
    """A file or folder as read: `lines` tells at which line a task of that name stands (absent for folders)."""

    path: Path
    layout: Layout
    tasks: tuple[Task, ...]
    problems: tuple[Problem, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict)

    def require(self) -> tuple[Task, ...]:
        """Return the tasks.

        Raises: TaskError: the first problem, and how many more there are; or that there is no task at all.
        """
        if self.problems:
            raise TaskError(f"{self.problems[0]}{self._more()}")
        if not self.tasks:
            raise TaskError(f"{self.path}: {self._why_empty()}")
        return self.tasks

    def _more(self) -> str:
        others = len(self.problems) - 1
        plural = "s" if others > 1 else ""
        return f" ({others} more problem{plural}; `ecology tasks check {self.path}` lists all)" if others else ""

    def _why_empty(self) -> str:
        if not self.skipped:
            return "holds no task; write one JSON object a line"
        return f"none of its {len(self.skipped)} tasks has cases that can be read as data; the first, {self.skipped[0]}"


def did_you_mean(name: str, known: list[str]) -> str:
    """Return a question naming the known name most like this one, or the whole list where none is."""
    if near := get_close_matches(name, known, n=1, cutoff=0.6):
        return f"did you mean `{near[0]}`?"
    return f"known are {', '.join(known)}"


def shown(value: object) -> str:
    """Return a value as it may stand in a message: its repr, cut to 60 characters."""
    try:
        text = repr(value)
    except (RecursionError, ValueError):
        return f"a {type(value).__name__} too large to show"
    return text if len(text) <= 60 else f"{text[:57]}..."
