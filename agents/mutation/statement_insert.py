"""Edits that insert one statement: a copy or near variant of one seen, or a usual one on variables in scope.

Promises: one new statement an edit, at one place of one block; nothing else changes.
Does not promise: every statement at every place; each place gets those whose variables are in scope there.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache, partial
from itertools import islice

from .code import FunctionNode, is_docstring
from .edit import Draft
from .kind import NUMBERS, Kind
from .material import Material
from .syntax import assign, binary, call, item, literal, method, name, part, target
from .tree import exchanged, twin, with_block

# A forgotten statement usually resembles one that is there; updates of a collection or counter come next.
PRIORS = {
    "copy": 0.9,
    "variant": 0.7,
    "collect": 0.85,
    "count": 0.7,
    "assign": 0.75,
    "leap": 0.6,
    "call": 0.5,
    "reset": 0.5,
}

# About this many insertions for a source, and at least so many at each place.
_MOST, _FEWEST = 2400, 40

_SIMPLE = (ast.Assign, ast.AugAssign, ast.Expr, ast.Delete)
_ADDERS: dict[Kind, tuple[str, ...]] = {"list": ("append", "extend"), "set": ("add", "update"), "dict": ("update",)}
_TIDIERS: dict[Kind, tuple[str, ...]] = {"list": ("sort", "reverse", "pop"), "set": ("pop",), "dict": ("clear",)}


def drafts(material: Material) -> Iterator[Draft]:
    """Yield the family's edits, unordered."""
    places = sum(len(block) + 1 for _, _, block in material.blocks)
    share = max(_FEWEST, _MOST // max(1, places))
    for holder, field, block in material.blocks:
        start = 1 if is_docstring(block[0]) else 0
        for at in range(start, len(block) + 1):
            if at and isinstance(block[at - 1], ast.Return | ast.Break | ast.Continue | ast.Raise):
                continue
            beside = block[min(at, len(block) - 1)]
            weight = _place_weight(holder, block, at)
            statements = sorted(_statements(material, beside), key=lambda entry: -PRIORS[entry[0]] * entry[1])
            for kind, fit, statement in statements[:share]:
                build = partial(_inserted, holder, field, at, statement)
                yield Draft(kind, fit * weight, beside, holder, build)


def _place_weight(holder: ast.AST, block: tuple[ast.stmt, ...], at: int) -> float:
    """Return how usual it is that a statement is missing here: at a block's end, before a return, after a loop."""
    if at == len(block):
        return 1.0
    if isinstance(block[at], ast.Return) or isinstance(block[at - 1 if at else 0], ast.For | ast.While):
        return 0.95
    return 0.85 if at == 0 and not isinstance(holder, FunctionNode) else 0.75


def _statements(material: Material, beside: ast.stmt) -> Iterator[tuple[str, float, ast.stmt]]:
    variables = [variable for variable in material.names(beside) if variable not in ("self", "cls", "_")][:10]
    yield from _copies(material, beside, variables)
    yield from _usual(material, tuple(variables))
    yield from _rewriting(material, beside)
    if material.code.loop(beside) is not None:
        yield from (("leap", fit, leap) for fit, leap in ((1.0, ast.Break()), (0.9, ast.Continue())))


@lru_cache(maxsize=64)
def _usual(material: Material, variables: tuple[str, ...]) -> tuple[tuple[str, float, ast.stmt], ...]:
    """Return the usual statements on these variables: built once, since most places see the same variables."""
    names = list(variables)
    return (*_collecting(material, names), *_counting(material, names), *_assigning(material, names))


def _copies(material: Material, beside: ast.stmt, variables: list[str]) -> Iterator[tuple[str, float, ast.stmt]]:
    seen = [statement for statement in material.statements_beside(beside) if isinstance(statement, _SIMPLE)]
    nearest = sorted(seen, key=lambda statement: abs(statement.lineno - beside.lineno))
    for rank, statement in enumerate(nearest[:12]):
        yield "copy", 1 - 0.04 * rank, statement
        for order, variant in enumerate(_variants(statement, variables, material)):
            yield "variant", (1 - 0.06 * rank) * (1 - 0.03 * min(order, 20)), variant


def _variants(statement: ast.stmt, variables: list[str], material: Material) -> Iterator[ast.stmt]:
    """Yield the statement with one name replaced, a step turned round, or one side made simple."""
    uses = [node for node in ast.walk(statement) if isinstance(node, ast.Name) and node.id in variables]
    for node in uses[:4]:
        for other in variables[:6]:
            if other != node.id:
                yield exchanged(statement, {id(node): twin(node, id=other)})
    if isinstance(statement, ast.AugAssign) and isinstance(statement.op, ast.Add | ast.Sub):
        turned = ast.Sub() if isinstance(statement.op, ast.Add) else ast.Add()
        yield twin(statement, op=turned)
    if isinstance(statement, ast.AugAssign) and not isinstance(statement.value, ast.Constant):
        yield twin(statement, value=literal(1))
    if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call) and statement.value.args:
        yield twin(statement, value=statement.value.args[0])
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call) and len(statement.value.args) == 1:
        yield from _with_elements(statement, statement.value, variables, material)


def _with_elements(
    statement: ast.Expr, called: ast.Call, variables: list[str], material: Material
) -> Iterator[ast.stmt]:
    """Yield `f(v[-1])` and `f(v[0])` for `f(x)`: what a loop leaves to its end."""
    for variable in variables[:6]:
        if material.kind_of_name(variable) not in NUMBERS:
            for index in (-1, 0):
                yield twin(statement, value=twin(called, args=[item(name(variable), literal(index))]))


def _collecting(material: Material, variables: list[str]) -> Iterator[tuple[str, float, ast.stmt]]:
    for variable in variables:
        kind = material.kind_of_name(variable)
        for rank, adder in enumerate(_ADDERS.get(kind, ("append", "add") if kind == "any" else ())):
            weight = (1.0 if kind != "any" else 0.5) * (1 - 0.35 * rank)
            for order, other in enumerate(other for other in variables if other != variable):
                added = ast.Expr(value=method(name(variable), adder, name(other)))
                yield "collect", weight * (1 - 0.05 * order), added
        for rank, tidier in enumerate(_TIDIERS.get(kind, ())):
            yield "call", 0.9 - 0.2 * rank, ast.Expr(value=method(name(variable), tidier))
        if kind == "dict":
            for key in variables[:5]:
                for value in (name(other) for other in variables[:5] if other != key):
                    stored = ast.Subscript(value=name(variable), slice=name(key), ctx=ast.Store())
                    yield "collect", 0.6, assign(stored, value)


def _rewriting(material: Material, beside: ast.stmt) -> Iterator[tuple[str, float, ast.stmt]]:
    """Yield `e = f(e)` for elements and slices seen in the function."""
    seen = (node for node in material.expressions_beside(beside) if isinstance(node, ast.Subscript))
    for node in list({ast.dump(node): node for node in islice(seen, 24)}.values())[:6]:
        stored, read = twin(node, ctx=ast.Store()), twin(node, ctx=ast.Load())
        whole = isinstance(node.slice, ast.Slice)
        for rank, function_name in enumerate(("sorted", "reversed") if whole else ("int", "str")):
            yield "assign", 0.8 - 0.2 * rank, assign(stored, call(function_name, read))
        if not whole:
            for operator in (ast.Add, ast.Sub):
                yield "count", 0.7, ast.AugAssign(target=stored, op=operator(), value=literal(1))


def _counting(material: Material, variables: list[str]) -> Iterator[tuple[str, float, ast.stmt]]:
    for rank, variable in enumerate(variables):
        kind = material.kind_of_name(variable)
        weight = (1.0 if kind in NUMBERS else 0.6 if kind == "any" else 0.2) * (1 - 0.03 * rank)
        for operator, value, fit in (
            (ast.Add, 1, 1.0),
            (ast.Sub, 1, 0.95),
            (ast.FloorDiv, 2, 0.4),
            (ast.FloorDiv, 10, 0.5),
        ):
            yield "count", weight * fit, ast.AugAssign(target=target(variable), op=operator(), value=literal(value))
        for order, other in enumerate(other for other in variables if other != variable):
            for operator, fit in ((ast.Add, 0.7), (ast.Sub, 0.5)):
                changed = ast.AugAssign(target=target(variable), op=operator(), value=name(other))
                yield "count", max(weight, 0.4) * fit * (1 - 0.05 * order), changed


def _assigning(material: Material, variables: list[str]) -> Iterator[tuple[str, float, ast.stmt]]:
    for rank, variable in enumerate(variables):
        kind = material.kind_of_name(variable)
        for order, other in enumerate(other for other in variables if other != variable):
            alike = 1.0 if material.kind_of_name(other) == kind else 0.6
            yield "assign", alike * (1 - 0.04 * (order + rank)), assign(target(variable), name(other))
            if kind in NUMBERS and alike == 1.0:
                for order_, bound in enumerate(("max", "min")):
                    bounded = call(bound, name(variable), name(other))
                    yield "assign", 0.6 - 0.1 * order_, assign(target(variable), bounded)
                joined = binary(name(variable), ast.Mod, name(other))
                yield "assign", 0.35, assign(target(variable), joined)
        if kind in ("list", "str", "any"):
            for fit, whole in ((0.5, call("sorted", name(variable))), (0.4, part(name(variable), lower=literal(1)))):
                yield "call", fit, assign(target(variable), whole)
        for fit, value in ((0.9, 0), (0.7, 1), (0.6, True), (0.6, False), (0.4, None), (0.5, "")):
            yield "reset", fit * (1 - 0.04 * rank), assign(target(variable), literal(value))
        if kind in ("list", "any"):
            yield "reset", 0.7 - 0.04 * rank, assign(target(variable), ast.List(elts=[], ctx=ast.Load()))


def _inserted(holder: ast.AST, field: str, at: int, statement: ast.stmt) -> ast.AST:
    block = getattr(holder, field)
    return with_block(holder, field, [*block[:at], statement, *block[at:]])
