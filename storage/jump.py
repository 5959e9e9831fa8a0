"""Skew-binary jump pointers, by which a line of descent is climbed in logarithmically many look-ups.

Promises: the jump depends on depth alone, so two nodes of one depth climb in step; a root jumps to itself; a climb is
one query, however many look-ups it makes.
Source: Myers, 1983, "An applicative random-access stack".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Select, TextClause, bindparam, select, text

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
    return Place(*reads.rows(_CLIMBS[family], {"id": start.id, "depth": depth})[0])


def meet(reads: Reads, family: Family, *, a: int, b: int) -> int | None:
    """Return the youngest node that is an ancestor of both (or one of them), None where their roots differ.

    None too where there is no such node as one of them.
    """
    found = reads.rows(_MEETS[family], {"a": a, "b": b})
    return int(found[0].id) if found else None


def climbing(family: Family, start: str, depth: str, *, name: str) -> str:
    """Return a common table expression of that name: the stations of the climb from an id to a depth, both SQL."""
    return f"""{name}(id, parent_id, depth, jump_id) AS (
 SELECT id, parent_id, depth, jump_id FROM {family} WHERE id = {start}
 UNION ALL SELECT n.id, n.parent_id, n.depth, n.jump_id FROM {name} JOIN {family} j ON j.id = {name}.jump_id
 JOIN {family} n ON n.id = CASE WHEN j.depth >= {depth} THEN j.id ELSE {name}.parent_id END
 WHERE {name}.depth > {depth})"""


def _climb(family: Family) -> TextClause:
    line = climbing(family, ":id", ":depth", name="line")
    return text(f"WITH RECURSIVE {line} SELECT id, parent_id, depth, jump_id FROM line WHERE depth = :depth")


def _meet(family: Family) -> TextClause:
    """Both climb to the depth of the shallower one, then in step: by jumps while these differ, else by parents."""
    level = f"(SELECT min(depth) FROM {family} WHERE id IN (:a, :b))"
    ahead = "CASE WHEN pair.jump_a <> pair.jump_b THEN pair.jump_{0} ELSE pair.parent_{0} END"
    return text(f"""WITH RECURSIVE level(depth) AS MATERIALIZED (SELECT {level}),
{climbing(family, ":a", "(SELECT depth FROM level)", name="one")},
{climbing(family, ":b", "(SELECT depth FROM level)", name="two")},
pair(a, parent_a, jump_a, b, parent_b, jump_b, depth) AS (
 SELECT one.id, one.parent_id, one.jump_id, two.id, two.parent_id, two.jump_id, one.depth
 FROM one JOIN two ON two.depth = one.depth JOIN level ON level.depth = one.depth
 UNION ALL SELECT x.id, x.parent_id, x.jump_id, y.id, y.parent_id, y.jump_id, x.depth
 FROM pair JOIN {family} x ON x.id = {ahead.format("a")} JOIN {family} y ON y.id = {ahead.format("b")}
 WHERE pair.a <> pair.b AND pair.depth > 0)
SELECT a AS id FROM pair WHERE a = b""")


def _select(family: Family) -> Select[tuple[int, int | None, int, int]]:
    columns = table(family).c
    return select(columns.id, columns.parent_id, columns.depth, columns.jump_id).where(columns.id == bindparam("id"))


_FAMILIES: tuple[Family, ...] = ("agent", "tool_version")
_PLACES = {family: _select(family) for family in _FAMILIES}
_CLIMBS = {family: _climb(family) for family in _FAMILIES}
_MEETS = {family: _meet(family) for family in _FAMILIES}
