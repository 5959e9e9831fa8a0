"""Breed harder tasks: put several faults of different families into programs that are right.

Promises: the right program passes every case; each fault alone fails a case that agents see, and so do all but any one
together, so that undoing one is not enough; the same seed breeds the same tasks; code runs in the sandbox alone.
Does not promise: that a bred task can be repaired by two edits of ours; the faults come from another catalogue.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from random import Random

from governance import Bench
from storage import Store, Task, When

from .faults import Fault, faults_of, with_faults
from .reading import Skipped

# So many combinations of faults are tried on one program before it is given up.
_ATTEMPTS = 200
# Of fewer faults than these, each that is left is known to show alone.
_MANY = 3


@dataclass(frozen=True, slots=True)
class Bred:
    """What was bred: tasks, the right program of each by its name, and the programs that gave none, with reasons."""

    tasks: tuple[Task, ...]
    right: Mapping[str, str]
    skipped: tuple[Skipped, ...]


def breed(
    tasks: Iterable[Task], right: Mapping[str, str], *, bench: Bench, faults: int = 2, each: int = 1, seed: int = 0
) -> Bred:
    """Return tasks with so many faults each, at most `each` from one program.

    Args: right: the right programs by entry point; faults: 1 to 4.
    Raises: ValueError: faults or each is out of range. SandboxError: the sandbox broke down.
    """
    if not (1 <= faults <= 4 and each >= 1):
        raise ValueError(f"faults must be 1 to 4 and each at least 1, not {faults} and {each}")
    bred: list[Task] = []
    programs: dict[str, str] = {}
    skipped: list[Skipped] = []
    for task in tasks:
        try:
            nursery = _Nursery(task, right.get(task.entry_point, ""), bench)
            found = list(islice(nursery.young(Random(f"{seed}:{task.name}"), faults), each))
        except (SyntaxError, RecursionError) as error:
            skipped.append(Skipped(task.name, f"its right program cannot be read ({error})"))
            continue
        if not found:
            skipped.append(Skipped(task.name, nursery.reason))
        bred += found
        programs |= {young.name: nursery.source for young in found}
    return Bred(tuple(bred), programs, tuple(skipped))


def repaired(store: Store, *, as_of: When = None) -> dict[str, str]:
    """Return the programs by entry point that a run repaired: heads that pass all their visible and gate cases."""
    found, seq = {}, store.as_of(as_of)
    for record in store.tasks.all(as_of=seq):
        head = store.tools.head(record.tool_id, as_of=seq)
        proposed = store.tools.evaluations(proposal_id=head.proposal_id, as_of=seq) if head.proposal_id else ()
        if proposed and "0" not in proposed[-1].passed:
            found[record.task.entry_point] = store.blobs.text(head.code_hash)
    return found


class _Nursery:
    """One right program, and what comes of faults in it."""

    def __init__(self, task: Task, source: str, bench: Bench) -> None:
        self._bench = bench
        # As it is written anew, so that layout tells nothing.
        self.source = ast.unparse(ast.parse(source)) + "\n" if source else ""
        self._task = replace(task, code=self.source)
        self._shows: dict[Fault, bool] = {}
        self.reason = "no right program is known"

    def young(self, rng: Random, faults: int) -> Iterator[Task]:
        """Yield tasks with so many faults, each another."""
        if not self.source:
            return
        self.reason = "its right program fails a case"
        if not (self._bench.score(self._task, self.source).scorecard.solved and self._seals()):
            return
        self.reason = f"no {faults} faults of different families show in it"
        catalogue, seen = faults_of(self.source), {self.source}
        for _ in range(_ATTEMPTS):
            chosen = self._chosen(catalogue, rng, faults)
            if chosen is None:
                return
            source = with_faults(self.source, chosen)
            if source not in seen and self._fails(source) and self._needs_all(chosen, source):
                yield self._bred(chosen, source, number=len(seen))
                seen.add(source)

    def _seals(self) -> bool:
        return all(self._bench.seal(self._task, self.source))

    def _chosen(self, catalogue: list[Fault], rng: Random, faults: int) -> list[Fault] | None:
        """Return faults of different families on different lines that each show alone, None where there are none."""
        chosen: list[Fault] = []
        for fault in rng.sample(catalogue, len(catalogue)):
            apart = all(fault.family != other.family and fault.line != other.line for other in chosen)
            if apart and self._shows_alone(fault):
                chosen.append(fault)
            if len(chosen) == faults:
                return sorted(chosen, key=lambda each: (each.line, each.node))
        return None

    def _needs_all(self, chosen: list[Fault], source: str) -> bool:
        """Whether without any one of its faults it is another program, and still a failing one where others are left.

        A fault may stand in a statement that another leaves out, or two may make up for each other.
        """
        rests = [with_faults(self.source, [each for each in chosen if each is not mended]) for mended in chosen]
        return source not in rests and (len(chosen) < _MANY or all(map(self._fails, rests)))

    def _shows_alone(self, fault: Fault) -> bool:
        if fault not in self._shows:
            self._shows[fault] = self._fails(with_faults(self.source, [fault]))
        return self._shows[fault]

    def _fails(self, source: str) -> bool:
        """Whether a program fails a visible case, and not all of them for want of being a program at all."""
        trial = self._bench.score(self._task, source)
        return not all(trial.scorecard.visible) and not trial.machine_dependent

    def _bred(self, chosen: list[Fault], source: str, *, number: int) -> Task:
        operators = "+".join(fault.operator for fault in chosen)
        bred = f"bred from {self._task.source or self._task.name}"
        return replace(self._task, name=f"{self._task.name}+{operators}-{number}", code=source, source=bred)
