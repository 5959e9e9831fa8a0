"""What an experiment found, as one plain value.

Promises: frozen; `document` is the whole of it as JSON values, `str` what a person reads of it. Does not promise: a
verdict. Whether a claim holds is for the reader, who has the intervals and the tests.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from ..report import counted
from .arms import Kind
from .parts import SEALED, ArmResult, Critique, Gain, Pair, Synergy
from .showing import arms_shown, critique_shown, gain_shown, pairs_shown, synergy_shown


@dataclass(frozen=True, slots=True)
class Experiment:
    """What an experiment found: `reference` is the arm beside which the others are set.

    `budget` is in candidates a task, `total` in all. `only_reference` names the tasks that, by each measure, the
    reference got in most seeds and no part of it (no single specialist and no isolated one) in any; `gain` and
    `synergy` are None where the arms for them did not live; `releases` are the states of our own code that the runs
    were lived with.
    """

    kind: Kind
    reference: str
    folder: str
    tasks: tuple[str, ...]
    budget: int
    per_task: int
    total: int
    arms: tuple[ArmResult, ...]
    pairs: tuple[Pair, ...]
    gain: Gain | None
    only_reference: dict[str, tuple[str, ...]]
    critique: tuple[Critique, ...]
    synergy: Synergy | None
    releases: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """Return everything as one JSON document; `docs/experiments.md` explains each field."""
        return {"schema_version": 1, **asdict(self)}

    def __str__(self) -> str:
        """Return what a person reads first."""
        seeds = len(self.arms[0].seeds) if self.arms else 0
        lines = [
            f"{self.kind}: {counted(len(self.tasks), 'task')}, {counted(seeds, 'seed')}, {self.budget} candidates a"
            f" task ({self.total} in all, {self.per_task} on one task at most)",
            *arms_shown(self.arms),
            *pairs_shown(self.reference, self.pairs),
            *critique_shown(self.critique),
            *([gain_shown(self.gain)] if self.gain else []),
        ]
        if self.pairs and self.kind == "emergence" and not self.synergy:
            only = ", ".join(self.only_reference[SEALED])
            lines.append(f"right by the population and by no part that lived here: {only or 'nothing'}")
        lines += synergy_shown(self.synergy) if self.synergy else []
        if len(self.releases) > 1:
            states = f"{len(self.releases)} states of the code ({', '.join(self.releases)})"
            lines.append(f"lived with {states}: compare with care")
        return "\n".join([*lines, f"kept in {self.folder}"])
