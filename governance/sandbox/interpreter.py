"""The `monty` tier: pydantic-monty, a small Python interpreter of its own, runs what it can and refuses the rest.

Promises: each program has a worker process of its own, without environment, files, network or clock limits of its own
making; results are plain values, checked for their exact types; what Monty cannot run is `refused`, never a pass.
Does not promise: Python to the letter. Fuel is loop iterations, comprehension steps and function entries alone: what
built-in functions do is limited by time and memory, so that a verdict here may differ from one of a stronger tier.
Executed lines are not noted, and set order does not follow the hash seed.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Sequence
from typing import Any

from storage import SandboxError

from .decode import ClaimError, decode
from .process import TierRefused
from .run import Limits, Program, Result, Run
from .translation import UNSUPPORTED, Names, Translation, Unsupported, lacking, translate
from .zygote.encode import Encoder, TooLarge

_ERROR_CHARACTERS = 200
# What a worker process may not do even if its interpreter failed: write to files, dump core, start others.
_FORBIDDEN = ("RLIMIT_FSIZE", "RLIMIT_CORE", "RLIMIT_NPROC")
_CPU_GRACE_S = 2


class Interpreter:
    """A pool of one worker process, replaced after each program. Raises TierRefused where Monty is not installed."""

    landlock_abi = 0

    def __init__(self) -> None:
        try:
            import pydantic_monty
        except ImportError as error:
            raise TierRefused(
                f'the sandbox tier monty needs pydantic-monty ({error}): pip install "ecology[monty]"'
            ) from error
        self._monty = pydantic_monty
        self._owner = os.getpid()
        self._pool: Any = pydantic_monty.Monty(max_processes=1, max_checkouts_per_worker=1)
        try:
            self._pool.__enter__()
        except (OSError, RuntimeError, pydantic_monty.MontyError) as error:
            raise TierRefused(f"the sandbox tier monty is not to be had here: {error}") from error

    def close(self) -> None:
        """End the worker; safe to call twice."""
        pool, self._pool = self._pool, None
        if pool is not None and self._owner == os.getpid():
            pool.__exit__(None, None, None)

    def run_some(self, programs: Sequence[Program], limits: Limits) -> list[Run]:
        """Run each program in a process of its own."""
        return [self.run(program, limits) for program in programs]

    def run(self, program: Program, limits: Limits) -> Run:
        """Run one program. Raises SandboxError: the sandbox was closed or forked."""
        if self._pool is None:
            raise SandboxError("the sandbox was closed; open a new one")
        if self._owner != os.getpid():
            raise SandboxError(f"the sandbox belongs to process {self._owner}; open one in each process")
        if program.parts:
            # One session has one namespace, in which tools would meet.
            return _all(program, Result("refused", error=f"{UNSUPPORTED}: tools that require others"))
        began = time.monotonic()
        names = Names()
        try:
            prepared = [translate(program.helper, names), translate(program.source, names)]
        except Unsupported as reason:
            return _all(program, Result("refused", error=str(reason)))
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            return _all(program, Result("error", error=f"{type(error).__name__}: {error}"[:_ERROR_CHARACTERS]))
        with self._session(limits) as session:
            work = _Work(self._monty, session, program, limits, names)
            run = work.run(prepared, deadline=began + min(limits.wall_s, limits.cpu_s))
        return run

    def _session(self, limits: Limits) -> Any:
        return self._pool.checkout(
            limits={
                "max_feed_duration_secs": float(min(limits.cpu_s, limits.wall_s)),
                "max_memory": limits.memory_mb << 20,
                "max_suspensions": 1,
            },
            os_policy={"sleep": "zero", "random_start": {"seed": 0}},
            assert_message_annotations=False,
        )


class _Stop(Exception):
    """The session cannot go on: it holds what every further call gives."""

    def __init__(self, result: Result) -> None:
        super().__init__(result.outcome)
        self.result = result


class _Work:
    """One program in one session."""

    def __init__(self, monty: Any, session: Any, program: Program, limits: Limits, names: Names) -> None:
        self._monty, self._session, self._program = monty, session, program
        self._limits, self._names = limits, names
        self._eager = False
        self._output_left = limits.output_bytes

    def run(self, prepared: list[Translation], *, deadline: float) -> Run:
        """Load the program and make its calls; one that the session did not survive ends it."""
        results: list[Result] = []
        try:
            _confine(self._session.worker_pid, cpu_s=self._limits.cpu_s)
            self._load(prepared)
            load_fuel = self._limits.fuel - self._left()
            for call in self._program.calls:
                if time.monotonic() > deadline:
                    raise _Stop(Result("timeout", error="more than the time that the run may take"))
                result = self._call(call.args, call.setup, call.expression)
                results.append(_with_fuel(result, load_fuel))
                load_fuel = 0
                if self._program.hasty and result.outcome == "timeout":
                    raise _Stop(Result("timeout"))
        except _Stop as stop:
            results += [stop.result] * (len(self._program.calls) - len(results))
            unsure = stop.result.outcome in ("timeout", "memory", "killed") and bool(stop.result.error)
            return Run(tuple(results), "monty", machine_dependent=unsure, note=stop.result.error)
        return Run(tuple(results), "monty")

    def _load(self, prepared: list[Translation]) -> None:
        helper, source = prepared
        self._eager = helper.eager or source.eager
        for text in (self._names.prelude(), self._refilled(helper.text), self._refilled(source.text)):
            problem = self._feed(text)[1]
            if problem is not None:
                raise _Stop(problem)
        if self._left() < 0:
            raise _Stop(Result("timeout"))

    def _call(self, args: str, setup: str, expression: str) -> Result:
        names, entry = self._names, self._program.entry_point
        try:
            if args:
                made = f"{names.arguments} = {translate(args, names, mode='eval').text}"
                asked = f"{names.value} = {entry}(*{names.arguments})"
            else:
                made = translate(setup, names).text
                asked = f"{names.value} = {translate(expression, names, mode='eval').text}"
        except Unsupported as reason:
            return Result("refused", error=str(reason))
        except (SyntaxError, ValueError, RecursionError) as error:
            return Result("error", error=f"{type(error).__name__}: {error}"[:_ERROR_CHARACTERS])
        problem = self._feed(self._refilled(made))[1] or self._feed(asked)[1]
        left = self._left()
        if left < 0:
            return Result("timeout", fuel=self._limits.fuel)
        result = problem or self._taken(args)
        return _with_fuel(result, self._limits.fuel - left)

    def _taken(self, args: str) -> Result:
        """Return what the call gave and what it left of its arguments; what is no plain data comes as an opaque."""
        value, problem = self._value(self._names.value)
        after, problem_after = self._value(self._names.arguments) if args else (None, None)
        if problem or problem_after:
            return problem or problem_after or Result("error")
        return Result("ok", value=value, args_after=after if isinstance(after, tuple) else None)

    def _value(self, name: str) -> tuple[object, Result | None]:
        names = self._names
        text = f"{names.left} = 0\n({names.plain}({name}), {name} if {names.plain}({name}) else None)"
        answer, problem = self._feed(text)
        if problem is not None and problem.error.startswith("RecursionError"):
            return decode({"o": "nested too deeply"}), None
        if problem is not None:
            return None, problem
        if not answer[0]:
            kind = str(self._feed(f"{names.stem}_name({name})")[0])
            return decode({"o": kind.removeprefix("<class '").removesuffix("'>")}), None
        return self._read(answer[1])

    def _read(self, value: object) -> tuple[object, Result | None]:
        """Send a value through the same needle's eye as a forked child's."""
        try:
            text = json.dumps(Encoder().encode(value), separators=(",", ":"))
            self._output_left -= len(text)
            if self._output_left < 0:
                return None, Result("output")
            return decode(json.loads(text)), None
        except (TooLarge, ClaimError, ValueError, RecursionError, MemoryError):
            return None, Result("output")

    def _refilled(self, text: str) -> str:
        return f"{self._names.left} = {self._limits.fuel}\n{text}"

    def _left(self) -> int:
        left, problem = self._feed(self._names.left)
        if problem is not None or type(left) is not int:
            raise _Stop(problem or Result("killed", error="the program's counter is gone"))
        return left

    def _feed(self, text: str) -> tuple[Any, Result | None]:
        """Run a text in the session; return its value, or the result that its failure stands for. Raises _Stop."""
        monty = self._monty
        try:
            return self._session.feed_run(text, print_callback=_silent), None
        except monty.MontyCrashedError as error:
            raise _Stop(Result("killed", error=f"Monty's worker ended: {error}"[:_ERROR_CHARACTERS])) from None
        except monty.MontySyntaxError as error:
            return None, Result("refused", error=f"{UNSUPPORTED}: {error}"[:_ERROR_CHARACTERS])
        except monty.MontyRuntimeError as error:
            return None, self._failure(str(error))
        except (ValueError, TypeError, OverflowError, RuntimeError, RecursionError, MemoryError) as error:
            return None, Result("refused", error=f"{UNSUPPORTED}: {error}"[:_ERROR_CHARACTERS])

    def _failure(self, text: str) -> Result:
        kind, _, message = text.partition(": ")
        if kind == "TimeoutError" and "time limit exceeded" in message:
            raise _Stop(Result("timeout", error="more time than the run may take"))
        if kind == "MemoryError" or kind.startswith("MemoryError"):
            raise _Stop(Result("memory", error="more memory than the run may take"))
        lack = lacking(kind, message)
        if not lack and self._eager:
            lack = f"{UNSUPPORTED}: {kind} where Python may have stopped before"
        return Result("refused", error=lack) if lack else Result("error", error=text[:_ERROR_CHARACTERS])


def _silent(stream: str, text: str) -> None:
    """Forget what a program prints."""


def _with_fuel(result: Result, fuel: int) -> Result:
    return Result(
        result.outcome, result.value, error=result.error, args_after=result.args_after, fuel=max(0, fuel) + result.fuel
    )


def _all(program: Program, result: Result) -> Run:
    return Run((result,) * len(program.calls), "monty", note=result.error)


def _confine(worker: int | None, *, cpu_s: int) -> None:
    """Put the kernel's limits on a worker, as far as the system knows how: a second wall, not the first."""
    if worker is None or sys.platform != "linux":
        return
    import resource

    with contextlib.suppress(OSError, ValueError):
        for name in _FORBIDDEN:
            resource.prlimit(worker, getattr(resource, name), (0, 0))
        resource.prlimit(worker, resource.RLIMIT_CPU, (cpu_s + _CPU_GRACE_S, cpu_s + _CPU_GRACE_S))
