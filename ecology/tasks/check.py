"""What `ecology tasks check` tells about a task file: every problem, and what its tools pass.

Promises: all problems are listed, not just the first; code runs in the given sandbox and nowhere else, and expected
values stay outside it.
Does not promise: that a task without flags can be repaired.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from governance import Limits, Result, Sandbox, ask, program
from storage import RINGS, Case, Ring, Task

from .loading import read_tasks
from .reading import Layout, Problem, Skipped
from .rings import reveal

UNWRITTEN = "NotImplementedError"


@dataclass(frozen=True, slots=True)
class RingCheck:
    """How one ring of a task went: how many cases there are, how many passed and how many returned a value."""

    ring: Ring
    cases: int
    passed: int
    returned: int


@dataclass(frozen=True, slots=True)
class TaskCheck:
    """One readable task; `line` is 0 where its source has none.

    `rings` is empty where no sandbox was given; `flags` are sentences on what makes the task useless as it stands.
    """

    name: str
    line: int
    rings: tuple[RingCheck, ...] = ()
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TaskReport:
    """Everything that was found out about a task file or folder."""

    path: str
    layout: Layout
    tasks: tuple[TaskCheck, ...]
    problems: tuple[Problem, ...]
    skipped: tuple[Skipped, ...]

    @property
    def sound(self) -> bool:
        """Tell whether `load_tasks` takes the path: tasks are there and none is malformed. Flags do not count."""
        return bool(self.tasks) and not self.problems


def check_tasks(path: str | Path, *, sandbox: Sandbox | None = None, limits: Limits | None = None) -> TaskReport:
    """Return every problem of a task file and, where a sandbox is given, what each tool passes in it.

    Args: limits: for one ring of one task; the sandbox's defaults where there are none.
    Raises: TaskError: the path as a whole cannot be read. SandboxError: the sandbox broke down.
    """
    reading = read_tasks(path)
    checks = [_check(task, reading.lines.get(task.name, 0), sandbox, limits=limits) for task in reading.tasks]
    return TaskReport(
        path=str(path),
        layout=reading.layout,
        tasks=tuple(checks),
        problems=reading.problems,
        skipped=reading.skipped,
    )


def reveal_failures(tasks: Sequence[Task], sandbox: Sandbox, *, limits: Limits | None = None) -> tuple[Task, ...]:
    """Return the tasks, each with a failing case shown where its code fails only hidden ones (see `reveal`).

    For tasks whose rings were dealt blindly. Raises: SandboxError: the sandbox broke down.
    """
    return tuple(reveal(task, _marks(task, _results(task, task.cases, sandbox, limits=limits))) for task in tasks)


def _marks(task: Task, results: Sequence[Result]) -> list[bool]:
    return [ask(task, case).answered_by(result) for case, result in zip(task.cases, results, strict=True)]


def _check(task: Task, line: int, sandbox: Sandbox | None, *, limits: Limits | None) -> TaskCheck:
    if sandbox is None:
        return TaskCheck(task.name, line)
    ran = {ring: _results(task, task.ring(ring), sandbox, limits=limits) for ring in RINGS if task.ring(ring)}
    rings = tuple(_ring_check(task, ring, results) for ring, results in ran.items())
    errors = [result.error or result.outcome for results in ran.values() for result in results]
    return TaskCheck(task.name, line, rings, tuple(_flags(rings, errors)))


def _results(task: Task, cases: Sequence[Case], sandbox: Sandbox, *, limits: Limits | None) -> Sequence[Result]:
    asked = program(task, task.code, [ask(task, case).call for case in cases])
    return sandbox.run(asked, limits or Limits()).results


def _ring_check(task: Task, ring: Ring, results: Sequence[Result]) -> RingCheck:
    cases = task.ring(ring)
    # A run that broke off gives fewer results than cases; what is missing did not pass.
    passed = sum(ask(task, case).answered_by(result) for case, result in zip(cases, results, strict=False))
    return RingCheck(ring, len(cases), passed, sum(result.outcome == "ok" for result in results))


def _flags(rings: Sequence[RingCheck], errors: Sequence[str]) -> list[str]:
    if all(ring.passed == ring.cases for ring in rings):
        return ["its code passes every case already; there is nothing to repair"]
    if not any(ring.returned for ring in rings) and not all(error.startswith(UNWRITTEN) for error in errors):
        first = errors[0] if errors else "no result at all"
        return [
            f"no case returns a value (the first: {first}); unless that is the fault to repair, mend helper or cases"
        ]
    if all(ring.passed == ring.cases for ring in rings if ring.ring == "visible"):
        return ["its code passes every visible case, so agents see no failure; move a failing case to `visible`"]
    return []
