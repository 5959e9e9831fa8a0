"""Edits of comparisons: another operator, the opposite, swapped sides, a shorter chain.

Promises: each edit changes one operator or drops one link of one comparison.
Does not promise: edits of the compared values; constants, names and off-by-one have families of their own.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial

from .edit import Draft
from .material import Material
from .syntax import INVERSE, compare

# Boundary slips (`<` for `<=`) are the commonest fault of comparisons, then the opposite test, then the direction.
PRIORS = {"boundary": 1.0, "opposite": 0.95, "direction": 0.9, "other": 0.5, "chain": 0.6, "sides": 0.5, "truth": 0.45}

_BOUNDARY: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
}  # fmt: skip
_DIRECTION: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE,
}  # fmt: skip
_ORDERINGS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)
_SAME: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.Is, ast.NotEq: ast.IsNot, ast.Is: ast.Eq, ast.IsNot: ast.NotEq, ast.In: ast.Eq, ast.NotIn: ast.NotEq,
}  # fmt: skip


def drafts(material: Material) -> Iterator[Draft]:
    """Yield the family's edits, unordered."""
    for node in material.expressions:
        if isinstance(node, ast.Compare):
            yield from _operators(node)
            yield from _shape(node)


def _operators(node: ast.Compare) -> Iterator[Draft]:
    for at, operator in enumerate(node.ops):
        kind = type(operator)
        if kind in _BOUNDARY:
            yield Draft("boundary", 1.0, node, node, partial(_with, node, at, _BOUNDARY[kind]))
            yield Draft("direction", 1.0, node, node, partial(_with, node, at, _DIRECTION[kind]))
        # Of an ordering, what turns it round is a likelier slip than what negates it: `<` for `>`, not `<=`.
        opposite = 0.9 if kind in _BOUNDARY else 1.0
        yield Draft("opposite", opposite, node, node, partial(_with, node, at, INVERSE[kind]))
        if kind in _ORDERINGS:
            for other in _ORDERINGS:
                yield Draft("other", 1.0, node, node, partial(_with, node, at, other))
        if kind in _SAME:
            fit = 0.3 if kind in (ast.Eq, ast.NotEq) else 1.0
            yield Draft("other", fit, node, node, partial(_with, node, at, _SAME[kind]))


def _shape(node: ast.Compare) -> Iterator[Draft]:
    if len(node.ops) > 1:
        yield Draft("chain", 1.0, node, node, partial(_without_first, node))
        yield Draft("chain", 1.0, node, node, partial(_without_last, node))
        return
    yield Draft("sides", 0.5, node, node, lambda: compare(node.comparators[0], type(node.ops[0]), node.left))
    yield Draft("truth", 0.5, node, node, lambda: node.left)
    if isinstance(node.ops[0], ast.In | ast.NotIn):
        yield Draft("sides", 1.0, node, node, lambda: compare(node.comparators[0], type(node.ops[0]), node.left))


def _with(node: ast.Compare, at: int, operator: type[ast.cmpop]) -> ast.Compare:
    ops = [*node.ops[:at], operator(), *node.ops[at + 1 :]]
    return ast.Compare(left=node.left, ops=ops, comparators=node.comparators)


def _without_first(node: ast.Compare) -> ast.Compare:
    return ast.Compare(left=node.comparators[0], ops=node.ops[1:], comparators=node.comparators[1:])


def _without_last(node: ast.Compare) -> ast.Compare:
    return ast.Compare(left=node.left, ops=node.ops[:-1], comparators=node.comparators[:-1])
