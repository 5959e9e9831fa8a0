"""The sandbox: programs in, runs out, whatever the programs do and whichever tier holds them.

Promises: one program, one process of its own; as many results as calls; a source that is too large is refused unread.
Does not promise: that results of `run_variants` were not influenced by a hostile neighbour: they are hints, and what
is proposed is run again by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Protocol

from .forks import VARIANTS_PER_FORK, Forks
from .interpreter import Interpreter
from .run import Limits, Outcome, Program, Result, Run, Tier

# A program above this is refused unread: parsing it would cost more than any run.
LARGEST_SOURCE = 1 << 20


class Inside(Protocol):
    """What holds candidates: forks of a zygote, or an interpreter of another make."""

    landlock_abi: int

    def run(self, program: Program, limits: Limits) -> Run:
        """Run one program in a process of its own."""

    def run_some(self, programs: Sequence[Program], limits: Limits) -> list[Run]:
        """Run at least the first of some programs, and as many more as go along with it."""

    def close(self) -> None:
        """End every process; safe to call twice."""


class Sandbox:
    """Candidates' only place. Open one with `open_sandbox`, close it, or use it with `with`.

    `proof` says what the tier's self-test found; a sandbox made by this class alone is unproved.
    """

    def __init__(self, tier: Tier, *, hash_seed: int = 0) -> None:
        """Enter exactly this tier, unproved. Raises TierRefused where it cannot be entered."""
        self.tier: Tier = tier
        self.hash_seed = hash_seed
        self.proof = "unproved"
        self._inside: Inside = Interpreter() if tier == "monty" else Forks(tier, hash_seed=hash_seed)
        self.landlock_abi = self._inside.landlock_abi

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End everything in it; safe to call twice."""
        self._inside.close()

    def run(self, program: Program, limits: Limits | None = None) -> Run:
        """Run one program in a process of its own and return one result for each of its calls.

        Raises: SandboxError: the sandbox itself broke down twice in a row, was closed, or was forked.
        """
        limits = _checked(limits)
        return _refusal(program, self.tier) or self._inside.run(program, limits)

    def run_variants(self, programs: Sequence[Program], limits: Limits | None = None) -> list[Run]:
        """Run many programs, as many to a process as go, and return their runs in order."""
        limits = _checked(limits)
        runs: list[Run] = []
        while len(runs) < len(programs):
            refusal = _refusal(programs[len(runs)], self.tier)
            if refusal is not None:
                runs.append(refusal)
                continue
            runs += self._inside.run_some(_company(programs, len(runs), tier=self.tier), limits)
        return runs


def _company(programs: Sequence[Program], start: int, *, tier: Tier) -> list[Program]:
    """Return the programs from `start` that may share a process: up to the next refused one."""
    company: list[Program] = []
    for program in programs[start : start + VARIANTS_PER_FORK]:
        if _refusal(program, tier) is not None:
            break
        company.append(program)
    return company


def _refusal(program: Program, tier: Tier) -> Run | None:
    size = program.size
    if size <= LARGEST_SOURCE:
        return None
    note = f"the source has {size} characters; at most {LARGEST_SOURCE} are run"
    outcome: Outcome = "refused"
    return Run((Result(outcome, error=note),) * len(program.calls), tier, note=note)


def _checked(limits: Limits | None) -> Limits:
    limits = limits or Limits()
    for name in ("fuel", "cpu_s", "memory_mb", "output_bytes"):
        value = getattr(limits, name)
        if type(value) is not int or not 1 <= value < 1 << 32:
            raise ValueError(f"Limits.{name} must be a whole number from 1 to {(1 << 32) - 1}, not {value!r}")
    if not limits.wall_s > 0:
        raise ValueError(f"Limits.wall_s must be above 0, not {limits.wall_s!r}")
    return limits
