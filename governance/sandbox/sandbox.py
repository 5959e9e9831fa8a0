"""The sandbox: programs in, runs out, whatever the programs do.

Promises: each `run` has a process of its own, forked from a zygote that never ran a candidate; results are counted,
timed and decoded here; a zygote that died is started again.
Does not promise: that results of `run_variants` were not influenced by a hostile neighbour in the same fork: they are
hints, and what is proposed is run again by itself.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from types import TracebackType

from storage import SandboxError

from .claims import Fork, read_fork
from .process import Zygote, ZygoteDied
from .run import Limits, Outcome, Program, Result, Run, Tier

# A program above this is refused unread: parsing it would cost more than any run.
LARGEST_SOURCE = 1 << 20
# Variants sent to one fork; more would only make the request of a fork after a death dearer.
VARIANTS_PER_FORK = 128
_FRAME_BYTES = 1024


class Sandbox:
    """A zygote and what is needed to start it again. Open one with `open_sandbox`, close it, or use it with `with`."""

    def __init__(self, tier: Tier, *, hash_seed: int = 0) -> None:
        """Start a zygote of exactly this tier, unproved. Raises TierRefused where it cannot be entered."""
        self.tier: Tier = tier
        self.hash_seed = hash_seed
        self._zygote: Zygote | None = Zygote(tier, hash_seed=hash_seed)
        self.landlock_abi = self._zygote.facts["landlock_abi"]

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the zygote and everything in it; safe to call twice."""
        if self._zygote is not None:
            self._zygote.close()
        self._zygote = None

    def run(self, program: Program, limits: Limits | None = None) -> Run:
        """Run one program in a fork of its own and return one result for each of its calls.

        Raises: SandboxError: the sandbox itself broke down twice in a row, was closed, or was forked.
        """
        limits = limits or Limits()
        refusal = _refusal(program, self.tier)
        if refusal is not None:
            return refusal
        fork = self._fork([program], limits)
        return fork.culprit or fork.runs[0]

    def run_variants(self, programs: Sequence[Program], limits: Limits | None = None) -> list[Run]:
        """Run many programs, as many to a fork as go, and return their runs in order.

        A program that ends its fork costs only itself; one that did so in company is tried once more by itself first.
        """
        limits = limits or Limits()
        runs: list[Run] = []
        while len(runs) < len(programs):
            refusal = _refusal(programs[len(runs)], self.tier)
            if refusal is not None:
                runs.append(refusal)
                continue
            runs += self._run_some(_company(programs, len(runs), tier=self.tier), limits)
        return runs

    def _run_some(self, programs: list[Program], limits: Limits) -> list[Run]:
        """Return the runs of at least the first of `programs`, and of as many more as one fork gave."""
        fork = self._fork(programs, limits)
        if fork.malformed and len(programs) > 1:
            return [self.run(program, limits) for program in programs]
        sure = next((n for n, run in enumerate(fork.runs) if n and run.machine_dependent), len(fork.runs))
        return fork.runs[:sure] or [fork.culprit or self.run(programs[0], limits)]

    def _fork(self, programs: list[Program], limits: Limits) -> Fork:
        _check(limits)
        request = _request(programs, limits)
        calls = sum(len(program.calls) for program in programs)
        cap = limits.output_bytes * min(len(programs), 4) + _FRAME_BYTES * (calls + 2)
        try:
            talk = self._living().converse(request, limits=limits, cap=cap)
        except ZygoteDied:
            self._restart()
            talk = self._living().converse(request, limits=limits, cap=cap)
        return read_fork(talk, programs, limits=limits, tier=self.tier)

    def _living(self) -> Zygote:
        if self._zygote is None:
            raise SandboxError("the sandbox was closed; open a new one")
        if self._zygote.owner != os.getpid():
            raise SandboxError(f"the sandbox belongs to process {self._zygote.owner}; open one in each process")
        return self._zygote

    def _restart(self) -> None:
        if self._zygote is not None:
            self._zygote.close()
        self._zygote = Zygote(self.tier, hash_seed=self.hash_seed)


def _company(programs: Sequence[Program], start: int, *, tier: Tier) -> list[Program]:
    """Return the programs from `start` that may share a fork: up to the next refused one."""
    company: list[Program] = []
    for program in programs[start : start + VARIANTS_PER_FORK]:
        if _refusal(program, tier) is not None:
            break
        company.append(program)
    return company


def _refusal(program: Program, tier: Tier) -> Run | None:
    size = len(program.source) + len(program.helper)
    if size <= LARGEST_SOURCE:
        return None
    note = f"the source has {size} characters; at most {LARGEST_SOURCE} are run"
    outcome: Outcome = "refused"
    return Run((Result(outcome, error=note),) * len(program.calls), tier, note=note)


def _check(limits: Limits) -> None:
    for name in ("fuel", "cpu_s", "memory_mb", "output_bytes"):
        value = getattr(limits, name)
        if type(value) is not int or not 1 <= value < 1 << 32:
            raise ValueError(f"Limits.{name} must be a whole number from 1 to {(1 << 32) - 1}, not {value!r}")
    if not limits.wall_s > 0:
        raise ValueError(f"Limits.wall_s must be above 0, not {limits.wall_s!r}")


def _request(programs: Sequence[Program], limits: Limits) -> bytes:
    """Return the request as JSON; what programs have in common is sent once."""
    jobs: dict[tuple[object, ...], int] = {}
    sent: list[dict[str, object]] = []
    listed: list[tuple[int, str]] = []
    for program in programs:
        key = (program.entry_point, program.calls, program.helper, program.generators_as_lists, program.trace)
        if key not in jobs:
            jobs[key] = len(sent)
            sent.append(_job(program))
        listed.append((jobs[key], program.source))
    request = {
        "jobs": sent,
        "programs": listed,
        "fuel": limits.fuel,
        "largest": (limits.memory_mb << 20) // 4,
        "output": limits.output_bytes,
        "pause_cpu_s": limits.cpu_s / 2,
        "pause_wall_s": limits.wall_s / 2,
    }
    return json.dumps(request).encode()


def _job(program: Program) -> dict[str, object]:
    return {
        "entry_point": program.entry_point,
        "calls": [(call.args, call.setup, call.expression) for call in program.calls],
        "helper": program.helper,
        "generators_as_lists": program.generators_as_lists,
        "trace": program.trace,
    }
