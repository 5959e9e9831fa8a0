"""Where a mind runs code while it thinks: visible cases and inputs of its own, in the sandbox.

Promises: code runs in the sandbox alone; expectations are compared out here; results never depend on speed.
Does not promise: a verdict. What a mind finds is a hint to itself; the rule layer examines a proposal afresh.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Protocol

from governance import Bench, Call, Limits, Result, Run, Sandbox, ask
from storage import Case, Task

from .evidence import answer, told
from .operators import fitting, question

# A mind looks at thousands of variants: what needs far more steps than the tool at hand is not worth waiting for.
_SEARCH_FUEL = 20_000
_TRACE_FUEL = 100_000
_COMPARE_FUEL = 200_000
_FUEL_FACTOR = 10
# The first cases that variants are run on: so many, unless so much fuel is used up by fewer.
_FIRST_CASES = 4
_FIRST_FUEL = 4_000


@dataclass(frozen=True, slots=True)
class Trace:
    """How a source did on the visible cases: which it passed, which lines each executed, and the fuel each took.

    A case that ran out of fuel says nothing of what a right tool needs and counts as 0.
    """

    passed: tuple[bool, ...]
    lines: tuple[frozenset[int], ...]
    fuel: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """How a source did on the visible cases, as whoever wrote it is told: which passed, and what each gave.

    `seen` holds each result as a short literal, or the kind of failure and its message; `fuel` is that of all together.
    """

    passed: tuple[bool, ...]
    seen: tuple[str, ...]
    fuel: int

    @property
    def score(self) -> int:
        """How many cases passed."""
        return sum(self.passed)


class DistantBench(Protocol):
    """A workbench in another process, bound to the task of one turn: what a mind in the engine's process awaits.

    Each raises SandboxError where the sandbox breaks down.
    """

    async def rehearse(self, source: str) -> Rehearsal:
        """Return how a source does on the visible cases."""
        ...

    async def compare(self, sources: Sequence[str], *, calls: Sequence[Call]) -> list[tuple[Result, ...]]:
        """Return what each source gives on each of the calls."""
        ...

    async def repeat(self, source: str, *, calls: Sequence[Call]) -> tuple[Result, ...]:
        """Return what a source gives on the calls under another hash seed."""
        ...


class Workbench:
    """The bench's sandboxes, as one mind uses them: the first, and one under another hash seed where it asks."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def trace(self, task: Task, source: str) -> Trace:
        """Run the visible cases, once as they will be judged and once more to see which lines they execute."""
        cases = task.ring("visible")
        asked = self._bench.program(task, source, _calls(task, cases))
        run = self._bench.run(self._bench.sandbox, asked, self._bench.limits)
        traced = self._bench.run(self._bench.sandbox, replace(asked, trace=True), self._limits(_TRACE_FUEL))
        return Trace(
            passed=_passed(task, cases, run),
            lines=tuple(result.lines for result in traced.results),
            fuel=tuple(0 if result.outcome == "timeout" else result.fuel for result in run.results),
        )

    def rehearse(self, task: Task, source: str) -> Rehearsal:
        """Return how a source does on the visible cases, by the run that would judge it; of others it tells nothing."""
        trial = self._bench.score(task, source)
        return Rehearsal(
            passed=trial.scorecard.visible,
            seen=tuple(told(result) for result in trial.visible),
            fuel=sum(result.fuel for result in trial.visible),
        )

    def attempt(self, task: Task, sources: Sequence[str], *, base: Trace) -> list[tuple[bool, ...]]:
        """Return which visible cases each source passes; all False for one that passes no case the base fails.

        The smallest cases that the base fails are run first, in one fork for all sources; only a source that passes
        one of them is run on the rest.
        """
        cases = task.ring("visible")
        first = _first(task, base)
        early = self._pass_maps(task, sources, cases=[cases[number] for number in first], base=base, numbers=first)
        promising = [place for place, passed in enumerate(early) if any(passed)]
        every = range(len(cases))
        full = self._pass_maps(task, [sources[place] for place in promising], cases=cases, base=base, numbers=every)
        found = dict(zip(promising, full, strict=True))
        return [found.get(place, (False,) * len(cases)) for place in range(len(sources))]

    def behaviour(self, task: Task, source: str) -> str:
        """Return how a source behaves on the visible cases, as a short text that is the same for all that do alike."""
        results = self._bench.run(
            self._bench.sandbox,
            self._bench.program(task, source, _calls(task, task.ring("visible"))),
            self._limits(_COMPARE_FUEL),
        ).results
        said = "\n".join(answer(result) for result in results)
        return sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def compare(self, task: Task, sources: Sequence[str], *, calls: Sequence[Call]) -> list[tuple[Result, ...]]:
        """Return what each source gives on each of the calls; what only this machine's speed ended is `refused`."""
        return [self._answers(self._bench.sandbox, task, source, calls=calls) for source in sources]

    def repeat(self, task: Task, source: str, *, calls: Sequence[Call]) -> tuple[Result, ...]:
        """Return what a source gives on the calls under another hash seed."""
        return self._answers(self._bench.second, task, source, calls=calls)

    def operate(
        self, operator_source: str, *, source: str, entry_point: str, task: Task, lines: Sequence[tuple[int, float]]
    ) -> tuple[str, ...]:
        """Run an operator tool on a source of a task and return those of its rewrites that can be used, in its order.

        An operator that crashes, never ends or returns anything else gives none. `lines` are pairs of a line number and
        how suspicious it is.
        """
        asked = question(operator_source, source=source, entry_point=entry_point, task=task, lines=lines)
        run = self._bench.run(self._bench.sandbox, asked, self._bench.limits)
        if run.machine_dependent or run.results[0].outcome != "ok":
            return ()
        return fitting(run.results[0].value, source=source, entry_point=entry_point)

    def _answers(self, sandbox: Sandbox, task: Task, source: str, *, calls: Sequence[Call]) -> tuple[Result, ...]:
        run = self._bench.run(sandbox, self._bench.program(task, source, calls), self._limits(_COMPARE_FUEL))
        if not run.machine_dependent:
            return run.results
        return tuple(result if result.outcome == "ok" else replace(result, outcome="refused") for result in run.results)

    def _limits(self, fuel: int) -> Limits:
        """Return the charter's own limits, with less fuel."""
        return replace(self._bench.limits, fuel=min(fuel, self._bench.limits.fuel))

    def _pass_maps(
        self, task: Task, sources: Sequence[str], *, cases: Sequence[Case], base: Trace, numbers: Sequence[int]
    ) -> list[tuple[bool, ...]]:
        """Return which of some cases each source passes; their `numbers` say how much fuel the base took for each."""
        if not sources:
            return []
        calls = _calls(task, cases)
        fuel = max(_SEARCH_FUEL, _FUEL_FACTOR * max((base.fuel[number] for number in numbers), default=0))
        asked = [replace(self._bench.program(task, source, calls), hasty=True) for source in sources]
        runs = self._bench.sandbox.run_variants(asked, self._limits(fuel))
        return [_passed(task, cases, run) for run in runs]


def _first(task: Task, base: Trace) -> list[int]:
    """Return the numbers of the cases to run first: the cheapest of those that the base fails."""
    cases = task.ring("visible")
    failing = [number for number, passed in enumerate(base.passed) if not passed]
    # What ran out of fuel counts as 0 there, and may be dear.
    cost = {number: base.fuel[number] or _FIRST_FUEL for number in failing}
    ranked = sorted(failing, key=lambda number: (cost[number], len(cases[number].args), number))
    first: list[int] = []
    for number in ranked[:_FIRST_CASES]:
        if first and sum(cost[each] for each in first) + cost[number] > _FIRST_FUEL:
            break
        first.append(number)
    return first


def _calls(task: Task, cases: Sequence[Case]) -> tuple[Call, ...]:
    return tuple(ask(task, case).call for case in cases)


def _passed(task: Task, cases: Sequence[Case], run: Run) -> tuple[bool, ...]:
    return tuple(ask(task, case).answered_by(result) for case, result in zip(cases, run.results, strict=True))
