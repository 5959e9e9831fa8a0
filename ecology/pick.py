"""What a turn has been chosen for, and which turns are under way.

Promises: a pick is plain data that the turn's entry keeps, so that a resumed run knows what was in flight.
Does not promise: anything of the choice; `attention` makes it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from agents import Activity
from storage import Entry

from .states import ToolState, VersionState


@dataclass(frozen=True, slots=True)
class Pick:
    """Who does what in a turn: `subject` is what attracted it, `cause` the seq of the signal that did.

    `means` is what it is done with, as progress is counted: a niche, with the version of its operator tool after `#`.
    A search or a linker may run `allowance` candidates; a search stops before edits that promise less than `floor`. The
    first on a version has a `survey` to make of what each of these families promises there, by the `lore` of that
    moment and with `ingredients` out of these versions.
    """

    agent_id: int
    activity: Activity
    subject: str
    cause: int
    tool_id: int | None = None
    head_id: int | None = None
    base_id: int | None = None
    means: str = ""
    operator_id: int = 0
    proposal_ids: tuple[int, ...] = ()
    allowance: int = 0
    floor: float = 0.0
    survey: tuple[str, ...] = ()
    lore: tuple[tuple[str, float], ...] = ()
    ingredients: tuple[int, ...] = ()

    @property
    def work(self) -> str:
        """What nobody else may do at the same time, as one text; no two who think with a model rewrite alike."""
        if self.activity in ("search", "link"):
            return f"{self.subject}/{self.base_id}/{self.means}"
        if self.activity == "rewrite" and self.subject.startswith("failing"):
            return f"{self.subject}/{self.base_id}/{self.agent_id}"
        return f"{self.subject}/{self.means}" if self.activity in ("improve", "test") else self.subject

    @classmethod
    def stored(cls, record: Sequence[Entry]) -> Self | None:
        """Return the pick that the entries of a turn keep, None for an idle turn."""
        entry = next(entry for entry in record if entry.kind == "turn")
        done = entry.payload
        if entry.agent_id is None or entry.cause is None:
            return None
        return cls(
            agent_id=entry.agent_id,
            activity=done["activity"],
            subject=done["subject"],
            cause=entry.cause,
            tool_id=entry.tool_id,
            head_id=done["head"],
            base_id=done["base"],
            means=done["means"],
            operator_id=done.get("operator", 0),
            proposal_ids=tuple(done["proposals"]),
            allowance=done.get("allowance", 0),
            floor=done.get("floor", 0.0),
            survey=tuple(done.get("survey", {})),
            lore=tuple((kind, times) for kind, times in done.get("lore", ())),
            ingredients=tuple(done.get("ingredients", ())),
        )

    def payload(self) -> dict[str, object]:
        """Return what the turn's entry keeps of the pick besides its own columns."""
        kept: dict[str, object] = {
            "activity": self.activity,
            "subject": self.subject,
            "head": self.head_id,
            "base": self.base_id,
            "means": self.means,
            "proposals": list(self.proposal_ids),
        }
        if self.operator_id:
            kept["operator"] = self.operator_id
        if self.activity == "search":
            kept |= {"allowance": self.allowance, "floor": self.floor}
        elif self.allowance:
            kept["allowance"] = self.allowance
        if self.survey:
            # What the survey found comes with the turn's own result.
            kept |= {"lore": [list(each) for each in self.lore], "ingredients": list(self.ingredients)}
        return kept


class InFlight:
    """The picks of the turns under way: who is busy, what is being done, and how much of it on each tool."""

    def __init__(self, picks: Iterable[Pick] = ()) -> None:
        self.busy: set[int] = set()
        self.taken: set[str] = set()
        self._on_tool: Counter[int | None] = Counter()
        self._allowed: Counter[int | None] = Counter()
        self._surveyors: dict[int | None, Pick] = {}
        for pick in picks:
            self.add(pick)

    def add(self, pick: Pick) -> None:
        """Count a turn that begins."""
        self.busy.add(pick.agent_id)
        self.taken.add(pick.work)
        self._count(pick, 1)

    def remove(self, pick: Pick) -> None:
        """Count it no more."""
        self.busy.discard(pick.agent_id)
        self.taken.discard(pick.work)
        self._count(pick, -1)

    def at(self, tool: ToolState) -> int:
        """Return how many turns are at work on a tool."""
        return self._on_tool[tool.id]

    def allowed(self, tool: ToolState) -> int:
        """Return how many candidates the turns under way may run on a tool."""
        return self._allowed[tool.id]

    @property
    def allowed_in_all(self) -> int:
        """How many candidates the turns under way may run on all tools together."""
        return self._allowed.total()

    def surveyor(self, version: VersionState) -> Pick | None:
        """Return the pick of whoever is looking at a version for the first time."""
        return self._surveyors.get(version.id)

    def _count(self, pick: Pick, step: int) -> None:
        self._on_tool[pick.tool_id] += step
        self._allowed[pick.tool_id] += step * pick.allowance
        if pick.survey and step > 0:
            self._surveyors.setdefault(pick.base_id, pick)
        elif self._surveyors.get(pick.base_id) is pick:
            del self._surveyors[pick.base_id]
