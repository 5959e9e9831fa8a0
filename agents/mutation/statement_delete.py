"""Edits that delete, unwrap, swap or move whole statements.

Promises: nothing is written that was not there but `pass`, and `break` for `continue` or the reverse; a block that
would be empty gets `pass`.
Does not promise: to keep comments inside a compound statement that is taken apart.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import partial

from .code import FunctionNode, is_docstring, leaps
from .edit import Draft
from .material import Material
from .syntax import kept
from .tree import Node, with_block

# Superfluous statements are the few-candidates case, so deletion leads; moves follow by distance.
PRIORS = {
    "delete": 1.0,
    "unwrap": 0.8,
    "neighbour": 0.8,
    "out": 0.85,
    "into": 0.75,
    "far": 0.5,
    "leap": 0.9,
    "branch": 0.7,
}

_FIELDS = ("body", "orelse", "finalbody")


def drafts(material: Material) -> Iterator[Draft]:
    """Yield the family's edits, unordered."""
    for holder, field, block in material.blocks:
        for at, statement in enumerate(block):
            if is_docstring(statement) or isinstance(statement, FunctionNode | ast.ClassDef):
                continue
            yield from _deleted(holder, field, block, at)
            yield from _moved(holder, field, block, at)
            yield from _moved_out(material, holder, field, at)
            yield from _moved_in(holder, field, block, at)
            yield from _leaps(material, statement)
        yield from _several(holder, field, block)


def _deleted(holder: ast.AST, field: str, block: tuple[ast.stmt, ...], at: int) -> Iterator[Draft]:
    statement = block[at]
    yield Draft("delete", 1.0, statement, holder, partial(_spliced, holder, field, at, ()))
    for inner in _FIELDS:
        body = getattr(statement, inner, None)
        if body and not (inner == "body" and any(leaps(child) for child in body)):
            yield Draft(
                "unwrap", 1.0 if inner == "body" else 0.8, statement, holder, partial(_spliced, holder, field, at, body)
            )
    if isinstance(statement, ast.If | ast.For | ast.While) and statement.orelse:
        yield Draft("branch", 1.0, statement.orelse[0], statement, partial(with_block, statement, "orelse", ()))
        body_only = with_block(statement, "orelse", ())
        after = [body_only, *statement.orelse]
        yield Draft("branch", 0.9, statement.orelse[0], holder, partial(_spliced, holder, field, at, after))
    if not isinstance(statement, ast.Pass):
        yield Draft("delete", 0.4, statement, holder, partial(_spliced, holder, field, at, (ast.Pass(),)))


def _several(holder: ast.AST, field: str, block: tuple[ast.stmt, ...]) -> Iterator[Draft]:
    """Yield deletions of two to four neighbours: a fault pasted in may be more than one statement."""
    for size in range(2, min(5, len(block))):
        for at in range(len(block) - size + 1):
            if any(is_docstring(s) or isinstance(s, FunctionNode | ast.ClassDef) for s in block[at : at + size]):
                continue
            rest = [*block[:at], *block[at + size :]]
            yield Draft("delete", 0.75 - 0.1 * size, block[at], holder, partial(with_block, holder, field, rest))


def _moved(holder: ast.AST, field: str, block: tuple[ast.stmt, ...], at: int) -> Iterator[Draft]:
    for to in range(len(block)):
        if to == at or is_docstring(block[to]):
            continue
        rest = [*block[:at], *block[at + 1 :]]
        rest.insert(to, block[at])
        near = abs(to - at) == 1
        fit = 1.0 if near else 1 - 0.05 * min(abs(to - at), 10)
        yield Draft("neighbour" if near else "far", fit, block[at], holder, partial(with_block, holder, field, rest))


def _moved_out(material: Material, holder: ast.AST, field: str, at: int) -> Iterator[Draft]:
    """Yield moves to before and after the compound statement that holds the statement."""
    slot = material.code.place(holder)
    if isinstance(holder, FunctionNode | ast.Module) or slot is None:
        return
    outer, outer_field, place = slot
    statement = getattr(holder, field)[at]
    if not isinstance(holder, ast.stmt) or leaps(statement):
        return
    for fit, order in ((1.0, "after"), (0.9, "before")):
        build = partial(_taken_out, holder, field, at, outer, outer_field, place, order)
        yield Draft("out", fit, statement, outer, build)
    rest = getattr(holder, field)[at:]
    if len(rest) > 1 and at:
        yield Draft("out", 0.7, statement, outer, partial(_tail_out, holder, field, at, outer, outer_field, place))
    yield from _to_sibling(holder, field, at)


def _to_sibling(holder: ast.stmt, field: str, at: int) -> Iterator[Draft]:
    """Yield moves between the branches of one `if`."""
    other = "orelse" if field == "body" else "body"
    if not isinstance(holder, ast.If):
        return
    statement = getattr(holder, field)[at]
    there = getattr(holder, other)
    for fit, moved in ((0.9, [*there, statement]), (0.8, [statement, *there])):
        if fit == 0.9 or there:
            yield Draft("into", fit, statement, holder, partial(_to_branch, holder, field, at, other, moved))


def _to_branch(holder: ast.stmt, field: str, at: int, other: str, moved: list[ast.stmt]) -> ast.stmt:
    return with_block(_spliced(holder, field, at, ()), other, moved)


def _taken_out(
    holder: ast.stmt, field: str, at: int, outer: ast.AST, outer_field: str, place: int, order: str
) -> ast.AST:
    statement = getattr(holder, field)[at]
    without = _spliced(holder, field, at, ())
    pair = (statement, without) if order == "before" else (without, statement)
    return _spliced(outer, outer_field, place, pair)


def _tail_out(holder: ast.stmt, field: str, at: int, outer: ast.AST, outer_field: str, place: int) -> ast.AST:
    block = getattr(holder, field)
    return _spliced(outer, outer_field, place, (with_block(holder, field, block[:at]), *block[at:]))


def _moved_in(holder: ast.AST, field: str, block: tuple[ast.stmt, ...], at: int) -> Iterator[Draft]:
    """Yield moves into the compound statement just before or after."""
    for beside, first in ((at - 1, False), (at + 1, True)):
        if not 0 <= beside < len(block):
            continue
        for inner in ("body", "orelse"):
            body = getattr(block[beside], inner, None)
            if not body or isinstance(block[beside], FunctionNode | ast.ClassDef):
                continue
            filled = [block[at], *body] if first else [*body, block[at]]
            grown = with_block(block[beside], inner, filled)
            low = min(at, beside)
            rest = [*block[:low], grown, *block[low + 2 :]]
            yield Draft(
                "into", 1.0 if inner == "body" else 0.8, block[at], holder, partial(with_block, holder, field, rest)
            )


def _leaps(material: Material, statement: ast.stmt) -> Iterator[Draft]:
    inside = material.code.loop(statement) is not None
    if isinstance(statement, ast.Break):
        yield Draft("leap", 1.0, statement, statement, partial(kept, ast.Continue()))
    elif isinstance(statement, ast.Continue):
        yield Draft("leap", 1.0, statement, statement, partial(kept, ast.Break()))
    elif inside and isinstance(statement, ast.Return):
        yield Draft("leap", 0.6, statement, statement, partial(kept, ast.Break()))
        yield Draft("leap", 0.5, statement, statement, partial(kept, ast.Continue()))
    elif inside and isinstance(statement, ast.Pass):
        yield Draft("leap", 0.9, statement, statement, partial(kept, ast.Continue()))
        yield Draft("leap", 0.8, statement, statement, partial(kept, ast.Break()))


def _spliced(holder: Node, field: str, at: int, statements: Iterable[ast.stmt]) -> Node:
    block = getattr(holder, field)
    return with_block(holder, field, [*block[:at], *statements, *block[at + 1 :]])
