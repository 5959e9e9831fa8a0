"""Where sources are tried: a sandbox, the comparison with what was expected, and a memory of earlier trials.

Promises: expectations never enter a sandbox; all visible and gate cases of a source run in one fork; equal questions
are asked once; sealed cases run only where `seal` is called by name.
Does not promise: safety beyond the tier of its sandboxes, nor to be shared between threads.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Literal, TypeAlias, TypeVar

from storage import Ring, Task

from .fingerprint import canonical
from .fresh import FreshPlan
from .library import closure, library_of, text_digest
from .question import Question, ask, literal, program
from .reading import Reading
from .sandbox import Sandbox, open_sandbox
from .sandbox.run import GUARD, Call, Limits, Part, Program, Result, Run, Tier
from .source import read
from .trial import Trial, summarise

MOST_TRIALS = 2048
MOST_PLANS = 256
# An input that nobody chose may be a large one; where the parent needs more, nothing is asked of the rewrite.
FRESH_FUEL = 200_000

Tiers: TypeAlias = Tier | Literal["auto"]

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class _Plan:
    """The calls of some rings of a task, and what only the parent knows about them."""

    questions: tuple[Question, ...]
    arguments: tuple[str | None, ...]

    @property
    def calls(self) -> tuple[Call, ...]:
        """What goes into the sandbox."""
        return tuple(question.call for question in self.questions)


class Bench:
    """Tries sources on tasks in a sandbox of its own; a context manager.

    `limits` hold for one run; `second` opens a sandbox with another hash seed when one is first needed.
    """

    def __init__(self, sandbox: Sandbox, *, second: Callable[[], Sandbox], limits: Limits | None = None) -> None:
        self.sandbox = sandbox
        self.limits = limits or Limits()
        self._open_second = second
        self._second: Sandbox | None = None
        self._trials: OrderedDict[tuple[str, str], Trial] = OrderedDict()
        self._repeats: OrderedDict[tuple[str, str], tuple[str, ...]] = OrderedDict()
        self._fresh: OrderedDict[tuple[FreshPlan, str], tuple[Result, ...]] = OrderedDict()
        self._plans: OrderedDict[tuple[str, tuple[Ring, ...]], _Plan] = OrderedDict()
        self._siblings: dict[Limits, Bench] = {}
        # One object, which benches under other limits share.
        self.library: dict[int, Part] = {}

    @classmethod
    def open(
        cls, tier: Tiers = "auto", *, limits: Limits | None = None, allow_rlimit: bool = False, demanded: Tier = GUARD
    ) -> Bench:
        """Open a bench on the strongest tier that its probes prove, and on none below the one demanded.

        Raises: SandboxUnavailable: no tier that is allowed works here.
        """
        first = open_sandbox(tier, hash_seed=0, allow_rlimit=allow_rlimit, demanded=demanded)
        # The second run must not be weaker than the first.
        return cls(
            first,
            second=lambda: open_sandbox(first.tier, hash_seed=1, demanded=demanded),
            limits=limits,
        )

    def __enter__(self) -> Bench:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the sandboxes' processes."""
        self.sandbox.close()
        if self._second is not None:
            self._second.close()

    @property
    def second(self) -> Sandbox:
        """A sandbox like the first but with another hash seed, opened on the first use."""
        if self._second is None:
            self._second = self._open_second()
        return self._second

    def shelve(self, parts: Iterable[Part]) -> None:
        """Let sources require these versions and no others, as long as nothing else is said."""
        self.library.clear()
        self.library.update(library_of(parts))

    def program(self, task: Task, source: str, calls: Sequence[Call]) -> Program:
        """Return the program that makes calls of a source, with all that it requires."""
        asked = program(task, source, calls)
        return replace(asked, parts=parts) if (parts := closure(source, self.library)) else asked

    def score(self, task: Task, source: str) -> Trial:
        """Return how `source` does on the visible and gate cases of `task`; a second question costs nothing.

        Raises: TaskError: a case of the task holds no literal. SandboxError: the sandbox broke down.
        """
        key = self._key(task, source)
        if key not in self._trials:
            _remember(self._trials, key, self._try(task, source), most=MOST_TRIALS)
        self._trials.move_to_end(key)
        return self._trials[key]

    def repeat(self, task: Task, source: str) -> tuple[str, ...]:
        """Run the visible and gate cases last to first under another hash seed; return one fingerprint a case.

        The fingerprints are in the cases' own order: they are those of `score` where a case does not depend on others.
        """
        key = self._key(task, source)
        if key not in self._repeats:
            plan = self._plan(task, ("visible", "gate"))
            run = self.run(self.second, self.program(task, source, plan.calls[::-1]), self.limits)
            prints = summarise(run, passed=(), mutated=(), visible=0, size=0).prints[::-1]
            _remember(self._repeats, key, prints, most=MOST_TRIALS)
        return self._repeats[key]

    def under(self, limits: Limits) -> Bench:
        """Return a bench on the same sandboxes whose runs have other limits; this one where they are the same."""
        if limits == self.limits:
            return self
        if limits not in self._siblings:
            self._siblings[limits] = Bench(self.sandbox, second=lambda: self.second, limits=limits)
            self._siblings[limits].library = self.library
        return self._siblings[limits]

    def fresh(self, task: Task, source: str, plan: FreshPlan, *, again: bool = False) -> tuple[Result, ...]:
        """Return what a source gives on fresh calls of a task; a second question costs nothing.

        Args: again: under the second hash seed.
        What a backstop ended, which may have been the machine's fault, counts as `refused`.
        """
        key = (plan, f"{text_digest(source, closure(source, self.library))} {again}")
        if key not in self._fresh:
            limits = replace(self.limits, fuel=min(FRESH_FUEL, self.limits.fuel))
            box = self.second if again else self.sandbox
            run = self.run(box, self.program(task, source, plan.calls), limits)
            results = tuple(
                replace(each, outcome="refused") if run.machine_dependent and each.outcome != "ok" else each
                for each in run.results
            )
            _remember(self._fresh, key, results, most=MOST_PLANS)
        self._fresh.move_to_end(key)
        return self._fresh[key]

    def seal(self, task: Task, source: str) -> tuple[bool, ...]:
        """Run the sealed cases and return which passed. For the report alone: nothing of it may reach an agent."""
        plan = self._plan(task, ("sealed",))
        return _passed(self.run(self.sandbox, self.program(task, source, plan.calls), self.limits), plan)

    def _try(self, task: Task, source: str) -> Trial:
        plan = self._plan(task, ("visible", "gate"))
        run = self.run(self.sandbox, self.program(task, source, plan.calls), self.limits)
        reading = read(source)
        return summarise(
            run,
            passed=_passed(run, plan),
            mutated=_mutated(run, plan),
            visible=len(task.ring("visible")),
            size=reading.size if isinstance(reading, Reading) else len(source),
        )

    def run(self, sandbox: Sandbox, asked: Program, limits: Limits) -> Run:
        """Run a program in one of the bench's sandboxes, once more where a backstop ended it the first time."""
        run = sandbox.run(asked, limits)
        # What a backstop ended may have been the machine's fault; alone and once more, it is the program's.
        return sandbox.run(asked, limits) if run.machine_dependent else run

    def _key(self, task: Task, source: str) -> tuple[str, str]:
        return task.digest, text_digest(source, closure(source, self.library))

    def _plan(self, task: Task, rings: tuple[Ring, ...]) -> _Plan:
        key = (task.digest, rings)
        if key not in self._plans:
            _remember(self._plans, key, _plan(task, rings), most=MOST_PLANS)
        return self._plans[key]


def _plan(task: Task, rings: tuple[Ring, ...]) -> _Plan:
    cases = [case for ring in rings for case in task.ring(ring)]
    return _Plan(
        questions=tuple(ask(task, case) for case in cases),
        arguments=tuple(canonical(literal(task, case, case.args)) if case.args else None for case in cases),
    )


def _passed(run: Run, plan: _Plan) -> tuple[bool, ...]:
    """Compare each result with what was expected; a call without a result did not pass."""
    answers: Sequence[Result | None] = [*run.results, *[None] * len(plan.questions)]
    return tuple(
        answer is not None and question.answered_by(answer)
        for answer, question in zip(answers, plan.questions, strict=False)
    )


def _mutated(run: Run, plan: _Plan) -> tuple[bool, ...]:
    return tuple(
        before is not None and result.args_after is not None and canonical(result.args_after) != before
        for result, before in zip(run.results, plan.arguments, strict=False)
    )


def _remember(known: OrderedDict[_Key, _Value], key: _Key, value: _Value, *, most: int) -> None:
    known[key] = value
    if len(known) > most:
        known.popitem(last=False)
