"""Programs run in forks of a zygote: requests made, results read, a zygote that died started again.

Promises: each `run` has a process of its own, forked from a zygote that never ran a candidate; results are counted,
timed and decoded here.
Does not promise: that results of `run_variants` were not influenced by a hostile neighbour in the same fork: they are
hints, and what is proposed is run again by itself.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence

from storage import SandboxError

from .claims import Fork, read_fork
from .process import Zygote, ZygoteDied
from .run import Limits, Program, Run, Tier

# Programs sent to one fork at most; more would only make the request of a fork after a death dearer.
VARIANTS_PER_FORK = 128
_FRAME_BYTES = 1024


class Forks:
    """A zygote and what is needed to start it again. Raises TierRefused where the tier cannot be entered."""

    def __init__(self, tier: Tier, *, hash_seed: int) -> None:
        self.tier, self.hash_seed = tier, hash_seed
        self._zygote: Zygote | None = Zygote(tier, hash_seed=hash_seed)
        self.landlock_abi = self._zygote.facts["landlock_abi"]

    def close(self) -> None:
        """End the zygote and everything in it; safe to call twice."""
        if self._zygote is not None:
            self._zygote.close()
        self._zygote = None

    def run(self, program: Program, limits: Limits) -> Run:
        """Run one program in a fork of its own."""
        fork = self._fork([program], limits)
        return fork.culprit or fork.runs[0]

    def run_some(self, programs: Sequence[Program], limits: Limits) -> list[Run]:
        """Return the runs of at least the first of `programs`, and of as many more as one fork gave.

        A program that ends its fork costs only itself; one that did so in company is tried once more by itself first.
        """
        company = list(programs)
        fork = self._fork(company, limits)
        if fork.malformed and len(company) > 1:
            return [self.run(program, limits) for program in company]
        sure = next((n for n, run in enumerate(fork.runs) if n and run.machine_dependent), len(fork.runs))
        return fork.runs[:sure] or [fork.culprit or self.run(company[0], limits)]

    def _fork(self, programs: list[Program], limits: Limits) -> Fork:
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


def _request(programs: Sequence[Program], limits: Limits) -> bytes:
    """Return the request as JSON; what programs have in common is sent once."""
    jobs: dict[tuple[object, ...], int] = {}
    sent: list[dict[str, object]] = []
    listed: list[tuple[int, str]] = []
    for program in programs:
        key = (
            program.entry_point,
            program.calls,
            program.helper,
            program.generators_as_lists,
            program.trace,
            program.parts,
            program.hasty,
        )
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
        "hasty": program.hasty,
        "parts": [(part.version_id, part.entry_point, part.source, part.helper) for part in program.parts],
    }
