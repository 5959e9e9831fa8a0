"""Skew-binary jump pointers, by which a line of descent is climbed in logarithmically many look-ups.

Promises: the jump depends on depth alone, so two nodes of one depth climb in step; a root jumps to itself.
Source: Myers, 1983, "An applicative random-access stack".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Select, bindparam, select

from .database import Reads
from .errors import NotFound
from .tables import table

Family = Literal["agent", "tool_version"]


@dataclass(frozen=True, slots=True)
class Place:
    """A node in a line of descent."""

    id: int
    parent_id: int | None
    depth: int
    jump_id: int


def place(reads: Reads, family: Family, *, id: int) -> Place:
    """Return where a node stands.

    Raises: NotFound: there is no such node.
    """
    found = reads.rows(_PLACES[family], {"id": id})
    if not found:
        raise NotFound(f"no {family} {id} in this database")
    return Place(*found[0])


def below(reads: Reads, family: Family, *, parent_id: int | None, id: int) -> tuple[int, int]:
    """Return depth and jump of a new node of that id under that parent."""
    if parent_id is None:
        return 0, id
    parent = place(reads, family, id=parent_id)
    jump = place(reads, family, id=parent.jump_id)
    beyond = place(reads, family, id=jump.jump_id)
    level = parent.depth - jump.depth == jump.depth - beyond.depth
    return parent.depth + 1, jump.jump_id if level else parent_id


def climb(reads: Reads, family: Family, *, start: Place, depth: int) -> Place:
    """Return the ancestor of `start` (or itself) at that depth, which is at most its own."""
    here = start
    while here.depth > depth:
        jump = place(reads, family, id=here.jump_id)
        here = jump if jump.depth >= depth else place(reads, family, id=here.parent_id or here.id)
    return here


def meet(reads: Reads, family: Family, *, a: int, b: int) -> int | None:
    """Return the youngest node that is an ancestor of both (or one of them), None where their roots differ."""
    one, two = place(reads, family, id=a), place(reads, family, id=b)
    depth = min(one.depth, two.depth)
    one, two = (climb(reads, family, start=node, depth=depth) for node in (one, two))
    while one.id != two.id:
        if one.depth == 0:
            return None
        apart = one.jump_id != two.jump_id
        one, two = (
            place(reads, family, id=node.jump_id if apart else node.parent_id or node.id) for node in (one, two)
        )
    return one.id


def _select(family: Family) -> Select[tuple[int, int | None, int, int]]:
    columns = table(family).c
    return select(columns.id, columns.parent_id, columns.depth, columns.jump_id).where(columns.id == bindparam("id"))


_PLACES = {family: _select(family) for family in ("agent", "tool_version")}
