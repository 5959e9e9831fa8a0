"""The sandbox as minds in the engine's process reach it: by jobs to the workers, awaited.

Promises: equal questions are asked once as long as their answer is remembered; jobs are pure, so nobody can tell.
Does not promise: memory of everything; the oldest answers are forgotten.
"""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Sequence
from typing import Any

from agents import Rehearsal
from governance import NOTHING_AROUND, Call, Objected, Result, Surroundings

from .executors import Pool
from .turn import Compare, Job, Rehearse, Rehearsed

_REMEMBERED = 2_000


class Answers:
    """What workers answered, by what was asked; belongs to one event loop."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._known: dict[Hashable, asyncio.Future[Any]] = {}

    async def of(self, key: Hashable, job: Job) -> Any:
        """Return a job's answer, known by its key.

        Raises: WorkerLost: the job killed its worker several times; SandboxError.
        """
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = asyncio.wrap_future(self._pool.submit(job))
        self._forget()
        # Whoever is cancelled leaves the answer to the others who wait for it.
        return await asyncio.shield(found)

    def tell(self, key: Hashable, answer: object) -> None:
        """Remember an answer that came along with another."""
        if key not in self._known:
            self._known[key] = asyncio.get_running_loop().create_future()
            self._known[key].set_result(answer)
            self._forget()

    def _forget(self) -> None:
        if len(self._known) > _REMEMBERED:
            del self._known[next(iter(self._known))]


def examination(
    task_id: int, source: str, parent_source: str, objections: Sequence[Objected], *, around: Surroundings
) -> Hashable:
    """Return the key of what the rule layer finds on a rewrite."""
    return ("examine", task_id, source, parent_source, tuple(objections), around)


class TaskBench:
    """A `DistantBench` on one task (None: nothing to run).

    `parent_source` is what a rewrite would replace, `objections` what was shown against earlier ones, `around` what
    stands around the tool.
    """

    def __init__(
        self,
        answers: Answers,
        task_id: int | None,
        parent_source: str,
        *,
        objections: tuple[Objected, ...] = (),
        around: Surroundings = NOTHING_AROUND,
    ) -> None:
        self._answers = answers
        self._task_id = task_id
        self._parent_source = parent_source
        self._objections = objections
        self._around = around

    async def rehearse(self, source: str) -> Rehearsal:
        """Run a source on the visible cases."""
        job = Rehearse(self._task(), source, self._parent_source, self._objections, self._around)
        found: Rehearsed = await self._answers.of(job, job)
        if found.examined:
            key = examination(job.task_id, source, self._parent_source, self._objections, around=self._around)
            self._answers.tell(key, found.examined)
        return found.rehearsal

    async def compare(self, sources: Sequence[str], *, calls: Sequence[Call]) -> list[tuple[Result, ...]]:
        """Return what each source gives on each of the calls."""
        job = Compare(self._task(), tuple(sources), tuple(calls), around=self._around)
        found: list[tuple[Result, ...]] = await self._answers.of(job, job)
        return found

    async def repeat(self, source: str, *, calls: Sequence[Call]) -> tuple[Result, ...]:
        """Return what a source gives on the calls under another hash seed."""
        job = Compare(self._task(), (source,), tuple(calls), again=True, around=self._around)
        found: list[tuple[Result, ...]] = await self._answers.of(job, job)
        return found[0]

    def _task(self) -> int:
        if self._task_id is None:
            raise ValueError("this turn is about no task, so there is nothing to run")
        return self._task_id
