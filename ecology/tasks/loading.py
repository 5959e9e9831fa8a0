"""Finding out what a path holds, and reading it.

Promises: the layout is recognised by content, never by a file's name; nothing is run.
Does not promise: that a path stays as it was read; nothing is locked.
"""

from __future__ import annotations

from pathlib import Path

from storage import Task, TaskError

from .humaneval import is_humaneval, read_problem
from .lines import Record, read_records
from .quixbugs import PROGRAMS, is_quixbugs, read_checkout
from .reading import Fault, Layout, Problem, Reading, Skipped
from .record import read_task


def load_tasks(path: str | Path) -> tuple[Task, ...]:
    """Return the tasks of a file in our own JSONL, a HumanEval or EvalPlus JSONL, or a checkout of QuixBugs.

    Tasks whose cases are no data are left out; `read_tasks(path).skipped` tells which and why.
    Raises: TaskError: the path is missing or of an unknown layout, or anything in it is malformed.
    """
    return read_tasks(path).require()


def read_tasks(path: str | Path) -> Reading:
    """Return the tasks of a path together with every problem in it and everything left out.

    Raises: TaskError: the path as a whole cannot be read: missing, empty, too large or of an unknown layout.
    """
    path = Path(path)
    try:
        if path.is_dir():
            return _read_folder(path)
        if not path.exists():
            raise TaskError(f"{path}: there is no such file or folder; check the path")
        if not path.is_file():
            raise TaskError(f"{path}: is neither a file nor a folder; give a task file")
    except (OSError, ValueError) as error:
        raise TaskError(f"{path!s:.200}: is no usable path ({error}); check it") from error
    return _read_file(path)


def _read_folder(folder: Path) -> Reading:
    if not is_quixbugs(folder):
        raise TaskError(f"{folder}: is a folder of unknown layout; {_folder_hint(folder)}")
    found = list(read_checkout(folder))
    return Reading(
        path=folder,
        layout="quixbugs",
        tasks=tuple(item for item in found if isinstance(item, Task)),
        problems=tuple(item for item in found if isinstance(item, Problem)),
        skipped=tuple(item for item in found if isinstance(item, Skipped)),
    )


def _folder_hint(folder: Path) -> str:
    if is_quixbugs(folder.resolve().parent):
        return f"give the checkout above it, {folder.resolve().parent}"
    if files := sorted(folder.glob("*.jsonl")):
        return f"give one of its files, such as {files[0]}"
    return f"a checkout of QuixBugs has {PROGRAMS} and json_testcases, and everything else is one JSONL file"


def _read_file(path: Path) -> Reading:
    reader = _FileReader(path)
    for record in read_records(path):
        reader.take(record)
    return reader.reading()


class _FileReader:
    """Gathers what the lines of one file give."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.layout: Layout | None = None
        self.tasks: list[Task] = []
        self.problems: list[Problem] = []
        self.skipped: list[Skipped] = []
        self.lines: dict[str, int] = {}
        self.doubts: dict[str, list[Problem]] = {}

    def take(self, record: Record | Problem) -> None:
        """Read one line; the first object decides the layout of the file."""
        if isinstance(record, Problem):
            self.problems.append(record)
            return
        if self.layout is None:
            self.layout = "humaneval" if is_humaneval(record.fields) else "jsonl"
        task, faults = self._read(record)
        faults += self._repeat_faults(record)
        problems = [Problem(str(self.path), record.line, fault.field, fault.text) for fault in faults]
        if task is None or any(fault.fatal for fault in faults):
            self.problems += problems
            return
        self.tasks.append(task)
        if problems:
            self.doubts[task.name] = problems

    def reading(self) -> Reading:
        """Return everything gathered; a fault that half of the tasks have is the file's, not the tools'."""
        if 2 * len(self.doubts) >= len(self.tasks):
            self.tasks = [task for task in self.tasks if task.name not in self.doubts]
            self.problems += [problem for problems in self.doubts.values() for problem in problems]
        else:
            said = [(name, problem) for name, problems in self.doubts.items() for problem in problems]
            self.skipped += [Skipped(name, f"loaded, but {problem.text}", whole=False) for name, problem in said]
        return Reading(
            path=self.path,
            layout=self.layout or "jsonl",
            tasks=tuple(self.tasks),
            problems=tuple(self.problems),
            skipped=tuple(self.skipped),
            lines=self.lines,
        )

    def _read(self, record: Record) -> tuple[Task | None, list[Fault]]:
        if self.layout == "jsonl":
            return read_task(record.fields)
        task, faults, skipped = read_problem(record.fields)
        self.skipped += skipped
        return task, faults

    def _repeat_faults(self, record: Record) -> list[Fault]:
        field = "id" if self.layout == "jsonl" else "task_id"
        name = record.fields.get(field)
        if not isinstance(name, str):
            return []
        first = self.lines.setdefault(name, record.line)
        return [Fault(field, f"'{name}' stands on line {first} already; rename one")] if first != record.line else []
