"""Edits of arithmetic: another operator, swapped, dropped or added operands, other grouping, assignment operators.

Promises: each edit changes one operation, or makes one of a value.
Does not promise: off-by-one changes; they have a family of their own.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial

from .edit import Draft
from .kind import NUMBERS
from .material import Material
from .syntax import binary, kept, literal, name
from .tree import twin

# A wrong operator or a superfluous operand is likelier than a missing operation, which has many more candidates.
PRIORS = {
    "operator": 1.0, "drop": 0.9, "swap": 0.85, "assignment": 0.95, "sign": 0.6, "group": 0.6, "add-name": 0.4,
    "add-constant": 0.4, "replace": 0.45,
}  # fmt: skip

_NEAR: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub, ast.Mult), ast.Sub: (ast.Add, ast.FloorDiv, ast.Mod, ast.Mult, ast.Div),
    ast.Mult: (ast.Add, ast.Div, ast.FloorDiv, ast.Pow, ast.Sub), ast.Div: (ast.FloorDiv, ast.Mult, ast.Mod, ast.Sub),
    ast.FloorDiv: (ast.Div, ast.Mod, ast.Mult, ast.Sub), ast.Mod: (ast.FloorDiv, ast.Div, ast.Mult, ast.Sub),
    ast.Pow: (ast.Mult, ast.Add, ast.Div), ast.BitAnd: (ast.BitOr, ast.BitXor), ast.BitOr: (ast.BitAnd, ast.BitXor),
    ast.BitXor: (ast.BitAnd, ast.BitOr), ast.LShift: (ast.RShift, ast.Mult), ast.RShift: (ast.LShift, ast.FloorDiv),
}  # fmt: skip
_NUMERIC = (ast.Add, ast.Sub, ast.Mult, ast.FloorDiv, ast.Mod, ast.Div, ast.Pow)
_ADDED_CONSTANTS: tuple[tuple[type[ast.operator], int | float, float], ...] = (
    (ast.Mod, 10, 0.6), (ast.Mod, 2, 0.7), (ast.FloorDiv, 2, 0.8), (ast.Mult, 2, 0.8), (ast.Pow, 2, 0.9),
    (ast.Pow, 3, 0.6), (ast.FloorDiv, 10, 0.5), (ast.Mult, 10, 0.4), (ast.Add, 2, 0.6), (ast.Sub, 2, 0.6),
    (ast.Div, 2, 0.5), (ast.Mult, -1, 0.6),
)  # fmt: skip


def drafts(material: Material) -> Iterator[Draft]:
    """Yield the family's edits, unordered."""
    for node in material.expressions:
        if isinstance(node, ast.BinOp):
            yield from _operation(node)
            yield from _grouping(node)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd | ast.Invert):
            yield Draft("sign", 1.0, node, node, partial(kept, node.operand))
        yield from _added(material, node)
    for statement in material.statements:
        if isinstance(statement, ast.AugAssign):
            yield from _augmented(statement)
        elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name | ast.Subscript):
            yield from _assigned(statement)


def _operation(node: ast.BinOp) -> Iterator[Draft]:
    near = _NEAR.get(type(node.op), _NUMERIC)
    for rank, operator in enumerate(near):
        yield Draft("operator", 1 - 0.12 * rank, node, node, partial(binary, node.left, operator, node.right))
    for operator in _NUMERIC:
        yield Draft("operator", 0.3, node, node, partial(binary, node.left, operator, node.right))
    yield Draft("drop", 1.0, node, node, partial(kept, node.left))
    yield Draft("drop", 0.9, node, node, partial(kept, node.right))
    fit = 0.4 if isinstance(node.op, ast.Mult) else 1.0
    yield Draft("swap", fit, node, node, partial(binary, node.right, type(node.op), node.left))
    yield Draft("replace", 0.8, node, node, partial(binary, node.left, type(node.op), node.left))
    yield Draft("replace", 0.8, node, node, partial(binary, node.right, type(node.op), node.right))


def _grouping(node: ast.BinOp) -> Iterator[Draft]:
    left, right, operator = node.left, node.right, type(node.op)
    if isinstance(left, ast.BinOp):
        tail = partial(binary, left.right, operator, right)
        yield Draft("group", 1.0, node, node, lambda: binary(left.left, type(left.op), tail()))
        yield Draft("drop", 0.8, node, node, tail)
    if isinstance(right, ast.BinOp):
        head = partial(binary, left, operator, right.left)
        yield Draft("group", 1.0, node, node, lambda: binary(head(), type(right.op), right.right))
        turned = partial(binary, left, type(right.op), right.right)
        yield Draft("swap", 0.7, node, node, lambda: binary(right.left, operator, turned()))


def _added(material: Material, node: ast.expr) -> Iterator[Draft]:
    kind = material.kind(node)
    if isinstance(node, ast.Constant | ast.Tuple | ast.Dict | ast.Compare | ast.BoolOp | ast.Lambda) or kind == "bool":
        return
    if material.code.is_called(node) or isinstance(material.code.parent(node), ast.Attribute):
        return
    numeric = kind in NUMBERS
    weight = _place_weight(material, node) * (1.0 if numeric else 0.55 if kind == "any" else 0.35)
    if numeric or kind == "any":
        yield Draft("sign", 0.8 * weight, node, node, lambda: ast.UnaryOp(op=ast.USub(), operand=node))
        for operator, value, fit in _ADDED_CONSTANTS:
            constant = literal(value)
            yield Draft("add-constant", fit * weight, node, node, partial(binary, node, operator, constant))
    operators: tuple[type[ast.operator], ...] = (ast.Add, ast.Sub, ast.Mult, ast.FloorDiv, ast.Mod)
    for rank, other in enumerate(material.names(node)[:8]):
        alike = 1.0 if material.kind_of_name(other) == kind else 0.5
        for order, operator in enumerate(operators if numeric or kind == "any" else (ast.Add,)):
            fit = weight * alike * (1 - 0.06 * rank) * (1 - 0.12 * order)
            yield Draft("add-name", fit, node, node, partial(binary, node, operator, name(other)))
            if isinstance(operator, type) and operator in (ast.Add, ast.Sub):
                yield Draft("add-name", fit * 0.7, node, node, partial(binary, name(other), operator, node))


def _place_weight(material: Material, node: ast.expr) -> float:
    """Return how usual it is that an operation is missing in this place: whole right sides most."""
    slot = material.code.slots.get(id(node))
    if slot is None:
        return 0.0
    parent, field, _ = slot
    if isinstance(parent, ast.Return | ast.Assign | ast.AugAssign | ast.Compare | ast.comprehension):
        return 1.0
    if isinstance(parent, ast.Subscript | ast.Slice | ast.ListComp | ast.GeneratorExp) or field == "args":
        return 0.8
    return 0.7 if isinstance(parent, ast.BinOp) else 0.4


def _augmented(statement: ast.AugAssign) -> Iterator[Draft]:
    for rank, operator in enumerate(_NEAR.get(type(statement.op), ())):
        yield Draft("assignment", 1 - 0.1 * rank, statement, statement, partial(_with_operator, statement, operator))
    for operator in (*_NUMERIC, ast.BitXor, ast.BitAnd, ast.BitOr):
        yield Draft("assignment", 0.35, statement, statement, partial(_with_operator, statement, operator))
    yield Draft(
        "assignment", 0.8, statement, statement,
        lambda: ast.Assign(targets=[statement.target], value=statement.value, lineno=0),
    )  # fmt: skip


def _assigned(statement: ast.Assign) -> Iterator[Draft]:
    fits: tuple[tuple[type[ast.operator], float], ...] = ((ast.Add, 0.75), (ast.Sub, 0.6), (ast.Mult, 0.45))
    for operator, fit in fits:
        yield Draft("assignment", fit, statement, statement, partial(_accumulating, statement, operator))


def _with_operator(statement: ast.AugAssign, operator: type[ast.operator]) -> ast.AugAssign:
    return twin(statement, op=operator())


def _accumulating(statement: ast.Assign, operator: type[ast.operator]) -> ast.AugAssign:
    return ast.AugAssign(target=statement.targets[0], op=operator(), value=statement.value)  # type: ignore[arg-type]
