"""How plausible rewrites do on sealed cases: each run once, after all runs are over, and told to the report alone.

Promises: sources run in the sandbox, under the limits of the charter that ships; what is known is kept in the notebook
and not run again; nothing is written to a run's database, so nothing of it can reach an agent.
Does not promise: anything about rewrites that fail a visible or gate case; those are not run.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from governance import Bench, load_charter
from storage import Store, Task

from ..settings import SandboxChoice
from .notebook import Notebook
from .outcome import ToolOutcome


class Sealing:
    """Knows how sources did on sealed cases; a context manager that opens a sandbox when one is first needed."""

    def __init__(self, notebook: Notebook, *, sandbox: SandboxChoice) -> None:
        self._notebook = notebook
        self._known = notebook.sealed()
        self._sandbox = sandbox
        self._open = ExitStack()
        self._bench: Bench | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def right(self, path: Path, tasks: Sequence[Task], tools: Sequence[ToolOutcome]) -> list[tuple[bool, ...]]:
        """Return, for each tool of a database, which of its plausible rewrites pass all sealed cases.

        Raises: StorageError; SandboxUnavailable; SandboxError: the sandbox broke down.
        """
        digests = [task.digest for task in tasks]
        wanted = {
            code for digest, tool in zip(digests, tools, strict=True) for code in tool.plausible
            if (digest, code) not in self._known
        }  # fmt: skip
        if wanted:
            with Store.open(path) as store:
                sources = store.blobs.texts(sorted(wanted))
            for task, digest, tool in zip(tasks, digests, tools, strict=True):
                for code in tool.plausible:
                    if (digest, code) not in self._known:
                        self._seal(task, code, source=sources[code])
        return [
            tuple("0" not in self._known[digest, code] for code in tool.plausible)
            for digest, tool in zip(digests, tools, strict=True)
        ]

    def _seal(self, task: Task, code: str, *, source: str) -> None:
        marks = "".join("01"[passed] for passed in self._opened().seal(task, source))
        self._known[task.digest, code] = marks
        self._notebook.seal(task.digest, code, passed=marks)

    def _opened(self) -> Bench:
        if self._bench is None:
            charter = load_charter(None)
            self._bench = self._open.enter_context(
                Bench.open(self._sandbox, limits=charter.limits, allow_rlimit=True, demanded=charter.tier)
            )
        return self._bench
