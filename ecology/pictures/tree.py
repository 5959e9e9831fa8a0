"""Which versions of a history are drawn: all of a small one, of a large one its living lines and where they part.

Promises: heads and roots are drawn, and every version at which drawn lines part; a run of versions between two of
these is one edge that says how many it stands for; clades of which nothing lives are counted at where they hang.
Does not promise: more than `most` versions; beyond that the heads with the longest lines are drawn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from storage import VersionRow


@dataclass(frozen=True, slots=True)
class Drawn:
    """A version as it is drawn: `row` is its place from above, `passed` the versions between it and `above_id`.

    `hidden` counts the versions of extinct clades below it, and those below `most`, that are not drawn.
    """

    version: VersionRow
    above_id: int | None
    row: float
    passed: int
    hidden: int


def drawn(versions: Sequence[VersionRow], *, most: int = 150) -> list[Drawn]:
    """Return the versions to draw, every parent before its children."""
    known = {each.id: each for each in versions}
    above = {each.id: each.parent_id if each.parent_id in known else None for each in versions}
    kept = set(known) if len(known) <= most else _living(versions, above, most=most)
    nearest: dict[int, tuple[int | None, int]] = {}
    hidden: Counter[int] = Counter()
    # A parent is always older than its children, so one pass finds for each the next one above it that is drawn.
    for number in sorted(known):
        parent = above[number]
        if parent is None or parent in kept:
            nearest[number] = (parent, 0)
        else:
            up, passed = nearest[parent]
            nearest[number] = (up, passed + 1)
        if number not in kept and (top := nearest[number][0]) is not None:
            hidden[top] += 1
    for number in kept:
        # What an edge stands for is not hidden.
        up, passed = nearest[number]
        if up is not None:
            hidden[up] -= passed
    rows = _rows(sorted(kept), {number: nearest[number][0] for number in kept})
    return [
        Drawn(known[number], nearest[number][0], rows[number], nearest[number][1], max(hidden[number], 0))
        for number in sorted(kept)
    ]


def _living(versions: Sequence[VersionRow], above: dict[int, int | None], *, most: int) -> set[int]:
    """Return heads, their roots, and where their lines part; the deepest heads where there are too many."""
    heads = sorted((each for each in versions if each.replaced_seq is None), key=lambda each: (-each.depth, each.id))
    heads = heads[: most // 2]
    lines: Counter[int] = Counter()
    kept = {each.id for each in heads}
    below: dict[int, set[int]] = {}
    for head in heads:
        here: int | None = head.id
        while here is not None:
            lines[here] += 1
            parent = above[here]
            if parent is not None:
                below.setdefault(parent, set()).add(here)
            else:
                kept.add(here)
            if lines[here] > 1:
                # The rest of this line has been walked for another head.
                break
            here = parent
    return kept | {number for number, children in below.items() if len(children) > 1}


def _rows(numbers: Sequence[int], above: dict[int, int | None]) -> dict[int, float]:
    """Return a row for each version: leaves one below the other, a parent midway between its first and last child."""
    below: dict[int | None, list[int]] = {}
    for number in numbers:
        below.setdefault(above[number], []).append(number)
    rows: dict[int, float] = {}
    leaf = 0
    waiting = list(reversed(below.get(None, [])))
    order = []
    while waiting:
        here = waiting.pop()
        order.append(here)
        waiting += reversed(below.get(here, []))
    for here in order:
        if here not in below:
            rows[here] = float(leaf)
            leaf += 1
    for here in reversed(order):
        if here in below:
            rows[here] = (rows[below[here][0]] + rows[below[here][-1]]) / 2
    return rows
