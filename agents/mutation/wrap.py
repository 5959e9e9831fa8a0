"""Edits that wrap an expression in a builtin, method or bracket, or take such a wrapping away.

Promises: the wrapped expression stays as it is; one layer is added or removed.
Does not promise: fitting kinds of value; wrappings for the guessed kind come first.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial

from .edit import Draft
from .kind import CONTAINERS, NUMBERS, Kind
from .material import Material
from .syntax import call, is_read, item, kept, list_of, literal, method, name, part, tuple_of

# A layer too many is found at once, since there are few; of the missing ones a bound by another value is commonest.
PRIORS = {"unwrap": 0.95, "call": 0.8, "bound": 0.75, "method": 0.6, "bracket": 0.6, "element": 0.5, "first": 0.55}

_CALLS: dict[Kind, tuple[str, ...]] = {
    "int": ("abs", "int", "str", "float", "bool", "range"),
    "float": ("abs", "int", "round", "str"),
    "str": ("len", "list", "int", "set", "sorted", "float", "reversed", "ord"),
    "list": ("sorted", "set", "len", "list", "sum", "max", "min", "tuple", "reversed", "any", "all", "str",
             "enumerate"),
    "tuple": ("list", "sorted", "len", "sum", "max", "min", "set"),
    "dict": ("len", "list", "sorted", "dict"),
    "set": ("list", "sorted", "len", "sum", "max", "min"),
    "bool": ("int", "bool", "str"),
    "none": (),
    "any": ("abs", "len", "list", "sorted", "set", "str", "int", "sum", "tuple", "max", "min", "bool", "float",
            "round", "range"),
}  # fmt: skip
_METHODS: dict[Kind, tuple[str, ...]] = {
    "str": ("lower", "strip", "upper", "split", "encode", "title", "capitalize", "splitlines"),
    "list": ("copy",),
    "dict": ("items", "values", "keys", "copy"),
    "set": ("copy",),
    "any": ("lower", "strip", "upper", "copy", "split", "items", "values"),
}  # fmt: skip


_TELLING = frozenset({"sum", "max", "min", "len", "any", "all", "list", "tuple", "sorted", "set"})


def drafts(material: Material) -> Iterator[Draft]:
    """Yield the family's edits, unordered."""
    for node in material.expressions:
        yield from _unwrapped(node)
        weight = _weight(material, node)
        if weight:
            yield from _wrapped(material, node, weight)


def _unwrapped(node: ast.expr) -> Iterator[Draft]:
    for kind, fit, other in _inside(node):
        yield Draft(kind, fit, node, node, partial(kept, other))


def _inside(node: ast.expr) -> Iterator[tuple[str, float, ast.expr]]:
    """Yield what is left of the node without its outermost layer, or with another bracket."""
    match node:
        case ast.Call():
            given = [argument for argument in node.args[:3] if is_read(argument)]
            yield from (("unwrap", 1 - 0.1 * at, argument) for at, argument in enumerate(given))
            if isinstance(node.func, ast.Attribute):
                yield "unwrap", 0.9, node.func.value
            elif isinstance(node.func, ast.Name) and node.func.id in _TELLING and len(given) == 1:
                # What was summed up may have been meant to be one of its elements.
                yield from (("first", 1 - 0.1 * rank, item(given[0], literal(at))) for rank, at in enumerate((0, -1)))
            if not node.args and not node.keywords:
                yield "unwrap", 0.6, node.func
        case ast.List(elts=[single]) | ast.Tuple(elts=[single]) | ast.Set(elts=[single]) if is_read(single):
            yield "unwrap", 0.9, single
        case ast.Subscript() | ast.Attribute():
            yield "unwrap", 0.85, node.value
        case ast.UnaryOp():
            yield "unwrap", 0.8, node.operand
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
            other = ast.SetComp if isinstance(node, ast.ListComp) else ast.ListComp
            yield "bracket", 0.7, other(elt=node.elt, generators=node.generators)
            yield "unwrap", 0.6, node.generators[0].iter
        case _:
            return


def _weight(material: Material, node: ast.expr) -> float:
    """Return how usual a missing layer is here: whole right sides, operands of comparisons and iterables most."""
    slot = material.code.slots.get(id(node))
    if slot is None:
        return 0.0
    parent, field, _ = slot
    if field in ("func", "decorator_list", "test") or isinstance(parent, ast.Attribute | ast.Expr):
        return 0.0
    if isinstance(node, ast.Constant | ast.Lambda | ast.Dict):
        return 0.25
    if isinstance(parent, ast.Return | ast.Assign | ast.Compare) or field == "iter":
        return 1.0
    if isinstance(parent, ast.Call | ast.BinOp | ast.AugAssign) or field == "elt":
        return 0.85
    return 0.6


def _wrapped(material: Material, node: ast.expr, weight: float) -> Iterator[Draft]:
    kind = material.kind(node)
    for rank, function in enumerate(_CALLS[kind]):
        yield Draft("call", weight * (1 - 0.06 * rank), node, node, partial(call, function, node))
    for rank, function in enumerate(_CALLS["any"] if kind != "any" else ()):
        yield Draft("call", weight * 0.4 * (1 - 0.04 * rank), node, node, partial(call, function, node))
    for rank, function in enumerate(_own_functions(material, node)):
        yield Draft("call", weight * (0.8 - 0.05 * rank), node, node, partial(call, function, node))
    for rank, attribute in enumerate(_METHODS.get(kind, ())):
        yield Draft("method", weight * (1 - 0.08 * rank), node, node, partial(method, node, attribute))
    yield from _bounded(material, node, weight if kind in NUMBERS else 0.7 * weight if kind == "any" else 0.3 * weight)
    yield from _bracketed(node, weight, sequence=kind in CONTAINERS)
    if kind in ("str", "list", "any"):
        for glue in ("", " "):
            yield Draft("method", 0.6 * weight, node, node, partial(method, literal(glue), "join", node))


def _own_functions(material: Material, node: ast.expr) -> list[str]:
    return [key for key, function in material.functions.items() if len(function.args.args) == 1][:4]


def _bounded(material: Material, node: ast.expr, weight: float) -> Iterator[Draft]:
    """Yield `max(node, x)` and `min(node, x)`: x is what is assigned to, zero, one, or a variable in scope."""
    if not weight or isinstance(node, ast.Constant):
        return
    bounds: list[tuple[float, ast.expr]] = [(0.95, literal(0)), (0.6, literal(1))]
    parent = material.code.parent(node)
    if isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Name):
        bounds.insert(0, (1.0, name(parent.targets[0].id)))
    for rank, variable in enumerate(material.names(node)[:8]):
        alike = 1.0 if material.kind_of_name(variable) in NUMBERS else 0.7
        bounds.append((alike * (0.8 - 0.05 * rank), name(variable)))
    for fit, bound in bounds:
        for function in ("max", "min"):
            yield Draft("bound", fit * weight, node, node, partial(call, function, bound, node))


def _bracketed(node: ast.expr, weight: float, *, sequence: bool) -> Iterator[Draft]:
    yield Draft("bracket", 0.9 * weight, node, node, partial(list_of, [node]))
    yield Draft("bracket", 0.4 * weight, node, node, partial(tuple_of, [node]))
    if isinstance(node, ast.BinOp | ast.Compare | ast.Constant):
        return
    fit = weight if sequence else 0.6 * weight
    choices: tuple[tuple[float, ast.expr], ...] = (
        (1.0, part(node, step=ast.UnaryOp(op=ast.USub(), operand=literal(1)))), (0.9, part(node, lower=literal(1))),
        (0.9, item(node, literal(0))), (0.9, item(node, literal(-1))), (0.7, part(node, upper=literal(-1))),
        (0.6, part(node)), (0.5, part(node, lower=literal(2))), (0.4, item(node, literal(1))),
    )  # fmt: skip
    for share, choice in choices:
        yield Draft("element", share * fit, node, node, partial(kept, choice))
