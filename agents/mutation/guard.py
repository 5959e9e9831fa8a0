"""Edits that insert a guard: an early return, a `continue` or `break`, or an `if` around a statement.

Promises: one guard an edit, at the head of a function or loop or before a statement; conditions and values are simple.
Does not promise: that the guarded case matters. Values of visible expectations come first, values of inputs never.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache, partial

from .code import FunctionNode, is_docstring
from .edit import Draft
from .kind import CONTAINERS, NUMBERS, Kind, kind_of_value
from .material import Material
from .syntax import Value, branch, call, compare, item, list_of, literal, name, negated, shifted
from .tree import Node, twin, with_block

# A forgotten base case at the function's head is the usual missing guard; the others follow by how often they occur.
PRIORS = {"head": 1.0, "before": 0.55, "skip": 0.7, "around": 0.7, "stop": 0.5, "doing": 0.5, "handler": 0.8}

# About this many guards of each sort for a source, and at least so many at each place.
_MOST, _FEWEST = 600, 8
_RAISED = ("TypeError", "ValueError", "IndexError", "KeyError", "AttributeError")


def drafts(material: Material) -> Iterator[Draft]:
    """Yield the family's edits, unordered."""
    for function in material.code.functions:
        yield from _heads(material, function)
    for node in material.code.nodes:
        if isinstance(node, ast.ExceptHandler):
            yield from _handlers(node)
    places = sum(len(block) for _, _, block in material.blocks)
    share = max(_FEWEST, _MOST // max(1, places))
    for holder, field, block in material.blocks:
        if isinstance(holder, ast.For | ast.While) and field == "body":
            yield from _skips(material, holder, block, share=share)
        for at in range(len(block)):
            yield from _around(material, holder, field, at=at, share=share)
            yield from _doing(material, holder, field, at=at, share=share)
            if at or not isinstance(holder, FunctionNode):
                yield from _before(material, holder, field, at=at, share=share)


def _heads(material: Material, function: FunctionNode) -> Iterator[Draft]:
    at = next((i for i, statement in enumerate(function.body) if not is_docstring(statement)), 0)
    first = function.body[at]
    values = _values(material, function)
    variables = [v for v in material.parameters(function) if v not in ("self", "cls")]
    for fit, test in _tests(material, variables):
        for rank, value in enumerate(values[:24]):
            build = partial(_guarded, function, "body", at, test, ast.Return(value=value))
            yield Draft("head", fit / (1 + 0.08 * rank), first, function, build)


def _handlers(node: ast.ExceptHandler) -> Iterator[Draft]:
    """Let a handler take what conversions and look-ups commonly raise besides what it names."""
    named = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type] if node.type else []
    known = {each.id for each in named if isinstance(each, ast.Name)}
    further = [name(each) for each in _RAISED if each not in known]
    if not named or not further:
        return
    for rank, other in enumerate(further):
        both = ast.Tuple(elts=[*named, other], ctx=ast.Load())
        yield Draft("handler", 1 - 0.1 * rank, node, node, partial(twin, node, type=both))
    every = ast.Tuple(elts=[*named, *further], ctx=ast.Load())
    yield Draft("handler", 0.7, node, node, partial(twin, node, type=every))


def _before(material: Material, holder: ast.AST, field: str, *, at: int, share: int) -> Iterator[Draft]:
    statement = getattr(holder, field)[at]
    function = material.code.function(statement)
    if function is None:
        return
    values = _values(material, function)[:6]
    tests = _best(_tests(material, material.names(statement)[:6]), max(2, share // 4))
    for fit, test in (*tests, *_memberships(material, statement)[: max(2, share // 8)]):
        for rank, value in enumerate(values):
            build = partial(_guarded, holder, field, at, test, ast.Return(value=value))
            yield Draft("before", fit / (1 + 0.15 * rank), statement, holder, build)


def _skips(
    material: Material, loop: ast.For | ast.While, block: tuple[ast.stmt, ...], *, share: int
) -> Iterator[Draft]:
    tests = _best(_all_tests(material, block[0]), share)
    for at, statement in enumerate(block[:8]):
        weight = 0.6 if at else 1.0
        for fit, test in tests:
            yield Draft(
                "skip", fit * weight, statement, loop, partial(_guarded, loop, "body", at, test, ast.Continue())
            )
            yield Draft("stop", fit * weight, statement, loop, partial(_guarded, loop, "body", at, test, ast.Break()))


def _around(material: Material, holder: ast.AST, field: str, *, at: int, share: int) -> Iterator[Draft]:
    statement = getattr(holder, field)[at]
    if is_docstring(statement) or isinstance(statement, FunctionNode | ast.ClassDef | ast.Import | ast.ImportFrom):
        return
    for fit, test in _best(_all_tests(material, statement), share):
        yield Draft("around", fit, statement, holder, partial(_held, holder, field, at, test))


def _doing(material: Material, holder: ast.AST, field: str, *, at: int, share: int) -> Iterator[Draft]:
    """Yield a guarded copy of a simple assignment of the same function: a forgotten special case."""
    statement = getattr(holder, field)[at]
    copies = [
        other
        for other in material.statements_beside(statement)
        if isinstance(other, ast.Assign | ast.AugAssign) and isinstance(other.value, ast.Constant | ast.Name)
    ]
    distinct = list({ast.dump(copy): copy for copy in copies}.values())
    for fit, test in _best(_tests(material, material.names(statement)[:6]), max(2, share // 3)) if distinct else ():
        for rank, copy in enumerate(distinct[:5]):
            build = partial(_guarded, holder, field, at, test, copy)
            yield Draft("doing", fit * (1 - 0.1 * rank), statement, holder, build)


def _best(tests: list[tuple[float, ast.expr]], count: int) -> list[tuple[float, ast.expr]]:
    return sorted(tests, key=lambda test: -test[0])[:count]


def _all_tests(material: Material, node: ast.AST) -> list[tuple[float, ast.expr]]:
    """Return tests seen in the function and simple tests of the variables in scope."""
    seen = [
        (0.9 - 0.03 * rank, test)
        for rank, test in enumerate(
            other for other in material.expressions_beside(node) if isinstance(other, ast.Compare | ast.BoolOp)
        )
    ][:10]
    turned = [(0.8 * fit, negated(test)) for fit, test in seen]
    return [*seen, *turned, *_tests(material, material.names(node)[:8])]


def _tests(material: Material, variables: tuple[str, ...] | list[str]) -> list[tuple[float, ast.expr]]:
    """Return tests of single variables, then of pairs, with their fit."""
    found: list[tuple[float, ast.expr]] = []
    for rank, variable in enumerate(variables):
        found += [(fit * (1 - 0.06 * rank), test) for fit, test in _single(variable, material.kind_of_name(variable))]
    for at, first in enumerate(variables[:5]):
        for second in variables[at + 1 : 5]:
            found += _pair(first, second)
    return found


@lru_cache(maxsize=256)
def _single(variable: str, kind: Kind) -> tuple[tuple[float, ast.expr], ...]:
    return tuple(_single_tests(name(variable), kind))


def _memberships(material: Material, node: ast.stmt) -> list[tuple[float, ast.expr]]:
    """Return tests whether elements seen in the function, or their neighbours, are in a collection in scope."""
    elements: dict[str, ast.expr] = {}
    for seen in material.expressions_beside(node):
        if isinstance(seen, ast.Subscript) and isinstance(seen.slice, ast.Constant | ast.Name):
            for other in (seen, *(item(seen.value, shifted(seen.slice, by)) for by in (1, -1))):
                elements.setdefault(ast.dump(other), other)
    groups = [v for v in material.names(node)[:6] if material.kind_of_name(v) in ("list", "set", "dict", "tuple")][:2]
    return [
        (0.5, compare(element, operator, name(group)))
        for group in groups
        for element in list(elements.values())[:4]
        for operator in (ast.NotIn, ast.In)
    ]


def _single_tests(read: ast.expr, kind: Kind) -> Iterator[tuple[float, ast.expr]]:
    yield 1.0, negated(read)
    if kind in NUMBERS or kind == "any":
        weight = 1.0 if kind in NUMBERS else 0.6
        numeric: tuple[tuple[type[ast.cmpop], int, float], ...] = (
            (ast.Eq, 0, 0.95), (ast.Lt, 0, 0.9), (ast.LtE, 0, 0.9), (ast.Eq, 1, 0.95), (ast.LtE, 1, 0.9),
            (ast.Lt, 2, 0.8), (ast.Eq, 2, 0.6), (ast.Gt, 0, 0.6), (ast.Gt, 1, 0.6), (ast.Eq, -1, 0.3),
        )  # fmt: skip
        for operator, value, fit in numeric:
            yield weight * fit, compare(read, operator, literal(value))
    if kind in CONTAINERS or kind == "any":
        weight = 0.9 if kind in CONTAINERS else 0.5
        length = call("len", read)
        sizes: tuple[tuple[type[ast.cmpop], int, float], ...] = (
            (ast.Eq, 0, 0.7), (ast.Eq, 1, 0.95), (ast.LtE, 1, 0.9), (ast.Lt, 2, 0.8), (ast.Gt, 1, 0.5),
            (ast.Eq, 2, 0.5),            (ast.LtE, 2, 0.5),
        )  # fmt: skip
        for operator, value, fit in sizes:
            yield weight * fit, compare(length, operator, literal(value))
    yield (0.7 if kind == "any" else 0.4), compare(read, ast.Is, literal(None))
    yield (0.5 if kind in ("bool", "any") else 0.35), read


@lru_cache(maxsize=256)
def _pair(first: str, second: str) -> tuple[tuple[float, ast.expr], ...]:
    fits: tuple[tuple[type[ast.cmpop], float], ...] = (
        (ast.Eq, 0.6), (ast.NotEq, 0.4), (ast.Lt, 0.45), (ast.Gt, 0.5), (ast.LtE, 0.4), (ast.GtE, 0.4), (ast.In, 0.45),
        (ast.NotIn, 0.35),
    )  # fmt: skip
    return tuple((fit, compare(name(first), operator, name(second))) for operator, fit in fits)


def _values(material: Material, function: FunctionNode) -> list[ast.expr]:
    """Return what a guard may give back: returned already, expected by visible cases, parameters, common ends."""
    returned: list[ast.expr] = [
        node.value
        for node in material.statements_of(function)
        if isinstance(node, ast.Return)
        and node.value is not None
        and isinstance(node.value, ast.Constant | ast.Name | ast.List | ast.Tuple | ast.UnaryOp)
        and not (isinstance(node.value, ast.Name) and node.value.id not in material.parameters(function))
    ]
    kinds = material.result_kinds
    usual: list[Value] = [False, True, 0, 1, None, -1, ""]
    fitting = [value for value in usual if kind_of_value(value) in kinds]
    others = [value for value in usual if value not in fitting or kind_of_value(value) not in kinds]
    seen = [atom for atom in material.atoms[:6] if isinstance(atom, bool | int | float | str | None)]
    parameters = [name(parameter) for parameter in material.parameters(function)]
    empty: list[ast.expr] = [list_of(()), list_of([list_of(())])]
    found = [*returned, *map(literal, fitting), *(empty if "list" in kinds else [])]
    found += [*map(literal, seen), *parameters, *(item(p, literal(0)) for p in parameters[:2])]
    found += [list_of([p]) for p in parameters[:2]]
    found += [*map(literal, others), *([] if "list" in kinds else empty)]
    return list({ast.dump(value): value for value in found}.values())


def _guarded(holder: Node, field: str, at: int, test: ast.expr, statement: ast.stmt) -> Node:
    """Return the holder with `if test: statement` before its statement at `at`."""
    block: list[ast.stmt] = getattr(holder, field)
    return with_block(holder, field, [*block[:at], branch(test, [statement]), *block[at:]])


def _held(holder: Node, field: str, at: int, test: ast.expr) -> Node:
    """Return the holder with its statement at `at` under the test."""
    block: list[ast.stmt] = getattr(holder, field)
    return with_block(holder, field, [*block[:at], branch(test, [block[at]]), *block[at + 1 :]])
