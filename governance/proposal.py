"""A rewrite put to the council, and the scorecard by which two versions of a tool are compared.

Promises: frozen, picklable values; scorecards of one task are totally ordered by `rank`.
Does not promise: that a proposal's source even parses. The code rules find that out.
"""

from __future__ import annotations

from dataclasses import dataclass

from storage import Task

from .objected import Objected
from .sandbox.run import Part
from .standing import Motion


@dataclass(frozen=True, slots=True)
class Dependant:
    """A head that requires versions of the tool under rewrite: those in `pinned`.

    `task_id` names the task that judges it; whoever examines puts the `task` itself in.
    """

    tool: str
    version_id: int
    task_id: int
    source: str
    pinned: tuple[int, ...]
    task: Task | None = None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands around a tool on the shelf.

    `parts` are the versions that sources at hand require, or may; `dependants` heads that require the tool, as many as
    are tried; `radius` names every tool that a change of it reaches through them.
    """

    parts: tuple[Part, ...] = ()
    dependants: tuple[Dependant, ...] = ()
    radius: tuple[str, ...] = ()


NOTHING_AROUND = Surroundings()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A new source for a tool, with who wrote it, from which version, and why.

    `author_lineage` is the founder of the author's line, so that clones can be told from strangers; `basis_id` is the
    version its code was made from; `family` the edit family or `model` it came from; `objections` are what critics
    demonstrated against earlier rewrites of the tool; `around` is what stands around it on the shelf.
    """

    task: Task
    source: str
    parent_source: str
    author_id: int
    author_lineage: int
    tool_id: int
    parent_id: int
    basis_id: int | None = None
    family: str = ""
    reason: str = ""
    objections: tuple[Objected, ...] = ()
    around: Surroundings = NOTHING_AROUND

    @property
    def motion(self) -> Motion:
        """The few facts that admission looks at."""
        return Motion(
            tool_id=self.tool_id,
            parent_id=self.parent_id,
            author_id=self.author_id,
            author_lineage=self.author_lineage,
        )


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Which visible and gate cases one source passed, and what it cost.

    `fuel` is the sum over all those calls, failed ones included, as the child claims it; `size` counts syntax tree
    nodes (`syntax.Reading`).
    """

    visible: tuple[bool, ...]
    gate: tuple[bool, ...]
    fuel: int
    size: int

    @property
    def visible_passed(self) -> int:
        """How many visible cases passed."""
        return sum(self.visible)

    @property
    def gate_passed(self) -> int:
        """How many gate cases passed."""
        return sum(self.gate)

    @property
    def score(self) -> float:
        """The share of gate cases passed; of visible ones where a task has no gate; 0.0 without any case."""
        ring = self.gate or self.visible
        return sum(ring) / len(ring) if ring else 0.0

    @property
    def solved(self) -> bool:
        """Whether there is a case at all and every visible and gate case passed."""
        return bool(self.visible or self.gate) and all(self.visible) and all(self.gate)

    @property
    def rank(self) -> tuple[float, int, int, int]:
        """What `max` picks the better scorecard by: score, visible cases passed, less fuel, smaller."""
        return (self.score, self.visible_passed, -self.fuel, -self.size)

    @property
    def bitmap(self) -> str:
        """The cases as text, visible before gate: `1101|111`."""
        return "|".join("".join("01"[passed] for passed in ring) for ring in (self.visible, self.gate))


@dataclass(frozen=True, slots=True)
class Followed:
    """A dependant with its scorecards: as it is pinned now, and as it would be with the rewrite."""

    dependant: Dependant
    now: Scorecard
    then: Scorecard
