"""Where two histories part: the first event that is not the same in both.

Promises: a few look-ups however long they are, since a digest covers everything before it.
Does not promise: to explain; the two entries do.
"""

from __future__ import annotations

from dataclasses import dataclass

from .store import Store
from .transaction import Entry

_DIGEST = "SELECT digest FROM event WHERE seq = ?"


@dataclass(frozen=True, slots=True)
class Difference:
    """The first event in which two histories differ; one that has ended before it has no entry."""

    seq: int
    ours: Entry | None
    theirs: Entry | None

    def __str__(self) -> str:
        """Return one sentence: the event and what is not alike in it."""
        if self.ours is None or self.theirs is None:
            rest, which = (self.theirs or self.ours), "first" if self.ours is None else "second"
            return f"the {which} history ends before event {self.seq} ({rest.kind if rest else 'nothing'})"
        differs = [name for name in Entry.__slots__ if getattr(self.ours, name) != getattr(self.theirs, name)]
        shown = "; ".join(_shown(self.ours, self.theirs, name) for name in differs if name != "rows")
        rows = "the rows that it wrote" if "rows" in differs else ""
        return f"event {self.seq} (turn {self.ours.turn}, {self.ours.kind}) differs in {shown or rows or 'its clock'}"


def first_difference(ours: Store, theirs: Store) -> Difference | None:
    """Return the first event in which two histories differ, None where they are the same."""
    shared = min(ours.last_seq(), theirs.last_seq())
    low, high = 0, shared
    while low < high:
        middle = (low + high + 1) // 2
        same = ours._reader.raw(_DIGEST, (middle,))[0][0] == theirs._reader.raw(_DIGEST, (middle,))[0][0]
        low, high = (middle, high) if same else (low, middle - 1)
    if low == ours.last_seq() == theirs.last_seq():
        return None
    return Difference(low + 1, _entry(ours, low + 1), _entry(theirs, low + 1))


def _entry(store: Store, seq: int) -> Entry | None:
    return next(store.history(after=seq - 1, until=seq), None)


def _shown(ours: Entry, theirs: Entry, name: str) -> str:
    return f"{name} {getattr(ours, name)!r:.200} and {getattr(theirs, name)!r:.200}"
