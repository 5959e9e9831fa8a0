"""Edits that copy code: an expression or statement from the same source, its helper or another tool's fragment.

Promises: what is copied stood somewhere else as it is, but for its names, which are mapped to names in scope.
Does not promise: sense of the copy in its new place; alike expressions come first.
"""

from __future__ import annotations

import ast
import builtins
from bisect import bisect_left
from collections.abc import Iterator
from functools import partial
from itertools import permutations

from .edit import Draft
from .material import Material
from .syntax import is_read, kept, name
from .tree import exchanged, twin, with_block

# Code of the same function fits most often, then the same source's; foreign fragments need their names mapped.
PRIORS = {"own": 0.9, "foreign": 0.6, "renamed": 0.7, "statement": 0.5, "insert": 0.45}

_COPIED = (
    ast.BinOp, ast.Call, ast.Compare, ast.BoolOp, ast.Subscript, ast.ListComp, ast.GeneratorExp, ast.IfExp,
    ast.Attribute, ast.UnaryOp, ast.List, ast.Tuple, ast.SetComp, ast.DictComp, ast.Dict, ast.Lambda,
)  # fmt: skip
_BUILTINS = frozenset(dir(builtins))
# So many copies are tried for each place of a source, fewer where it has many places.
_MOST, _MOST_SOURCES = 1500, 40
_MOST_NAMES = 4
# Expressions further away than so many others are not looked at: long sources would take the square of their length.
_NEAREST = 100


def drafts(material: Material) -> Iterator[Draft]:
    """Yield the family's edits, unordered."""
    own = sorted(_sources(material), key=lambda node: node.lineno)
    foreign = list(_foreign(material))
    share = min(_MOST_SOURCES, max(8, _MOST // max(1, len(material.expressions))))
    for node in material.expressions:
        if material.code.is_called(node) or isinstance(node, ast.Starred):
            continue
        yield from _from_own(material, node, own, share)
        yield from _from_foreign(material, node, foreign)
    yield from _statements(material)


def _sources(material: Material) -> list[ast.expr]:
    return [node for node in material.expressions if isinstance(node, _COPIED) and not material.code.is_called(node)]


def _from_own(material: Material, node: ast.expr, own: list[ast.expr], share: int) -> Iterator[Draft]:
    inside = {id(child) for child in ast.walk(node)}
    first = bisect_left(own, node.lineno, key=lambda other: other.lineno)
    near = [other for other in own[max(0, first - _NEAREST) : first + _NEAREST] if id(other) not in inside]
    ranked = sorted(near, key=lambda other: (-_likeness(material, node, other), abs(other.lineno - node.lineno)))
    for rank, other in enumerate(ranked[:share]):
        fit = _likeness(material, node, other) * (1 - 0.01 * min(rank, 50))
        yield Draft("own", fit, node, node, partial(kept, other))
        if rank < share // 4:
            yield from _renamings(material, node, other, fit)


def _renamings(material: Material, node: ast.expr, other: ast.expr, fit: float) -> Iterator[Draft]:
    """Yield the copy with one of its names replaced by one in scope."""
    uses = [use for use in ast.walk(other) if isinstance(use, ast.Name) and use.id not in material.functions]
    variables = material.names(node)[:6]
    for use in uses[:3]:
        for rank, variable in enumerate(variables):
            if variable != use.id and not material.code.is_called(use):
                changed = partial(exchanged, other, {id(use): name(variable)})
                yield Draft("renamed", 0.9 * fit * (1 - 0.05 * rank), node, node, changed)


def _foreign(material: Material) -> Iterator[tuple[int, ast.expr]]:
    """Yield expressions of the ingredients and the helper, each text once, with the place of its ingredient or 0."""
    seen: set[str] = set()
    for origin, statement in (*material.fragments, *((0, each) for each in material.helper.body)):
        for node in ast.walk(statement):
            if isinstance(node, _COPIED) and is_read(node):
                text = ast.dump(node)
                if text not in seen and len(seen) < _MOST_SOURCES:
                    seen.add(text)
                    yield origin, node


def _from_foreign(material: Material, node: ast.expr, foreign: list[tuple[int, ast.expr]]) -> Iterator[Draft]:
    if not isinstance(node, (*_COPIED, ast.Name, ast.Constant)):
        return
    for origin, other in foreign:
        fit = _likeness(material, node, other)
        for rank, changed in enumerate(_mapped(other, material.names(node), material)):
            yield Draft("foreign", fit * (1 - 0.08 * rank), node, node, partial(kept, changed), origin)


def _mapped(fragment: ast.expr, scope: tuple[str, ...], material: Material) -> Iterator[ast.expr]:
    """Yield the fragment with its unknown names mapped to names in scope, in a few ways."""
    free = _free_names(fragment, scope, material)
    if not free:
        yield fragment
        return
    if len(free) > _MOST_NAMES:
        return
    for count, choice in enumerate(permutations(scope[:5], len(free))):
        if count >= 6:
            return
        mapping = dict(zip(free, choice, strict=True))
        yield exchanged(
            fragment, {id(use): twin(use, id=mapping[use.id]) for use in _uses(fragment) if use.id in mapping}
        )


def _free_names(fragment: ast.AST, scope: tuple[str, ...], material: Material) -> list[str]:
    bound = {use.id for use in _uses(fragment) if isinstance(use.ctx, ast.Store)}
    known = {*scope, *material.functions, *bound, *_BUILTINS}
    return list(dict.fromkeys(use.id for use in _uses(fragment) if use.id not in known))


def _uses(fragment: ast.AST) -> list[ast.Name]:
    return [node for node in ast.walk(fragment) if isinstance(node, ast.Name)]


def _statements(material: Material) -> Iterator[Draft]:
    """Yield fragments' statements in front of, and instead of, the source's simple ones."""
    pieces = [
        (origin, piece)
        for origin, piece in material.fragments
        if isinstance(piece, ast.Assign | ast.AugAssign | ast.If | ast.Expr)
    ]
    for holder, field, block in material.blocks:
        for at, statement in enumerate(block):
            for rank, (origin, piece) in enumerate(pieces[:12]):
                scope = material.names(statement)
                for changed in _mapped_statement(piece, scope, material):
                    placed = [*block[:at], changed, *block[at:]]
                    fit = 1 - 0.05 * rank
                    yield Draft("insert", fit, statement, holder, partial(with_block, holder, field, placed), origin)


def _mapped_statement(piece: ast.stmt, scope: tuple[str, ...], material: Material) -> Iterator[ast.stmt]:
    free = [use for use in dict.fromkeys(use.id for use in _uses(piece)) if use not in (*scope, *material.functions)]
    unknown = [use for use in free if use not in _BUILTINS]
    for count, choice in enumerate(permutations(scope[:5], min(len(unknown), _MOST_NAMES))):
        if count >= 4 or len(unknown) > _MOST_NAMES:
            return
        mapping = dict(zip(unknown, choice, strict=True))
        yield exchanged(piece, {id(use): twin(use, id=mapping[use.id]) for use in _uses(piece) if use.id in mapping})


def _likeness(material: Material, node: ast.expr, other: ast.expr) -> float:
    """Return 0 to 1: the same form, kind of value and function make a likely copy."""
    same_form = type(node) is type(other)
    kinds = {material.kind(node), material.kind(other)}
    score = 0.5 + 0.25 * same_form + 0.15 * (len(kinds) == 1) + 0.05 * ("any" in kinds)
    return score + 0.1 * (material.code.function(node) is material.code.function(other))
