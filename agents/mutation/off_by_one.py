"""Edits by one: range bounds, indices, slices, compared values, lengths, and other whole numbers.

Promises: each edit moves one bound by one, adds or drops one bound, or turns one end into the other.
Does not promise: larger steps; see the constant and arithmetic families.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial

from .edit import Draft
from .kind import NUMBERS, SEQUENCES
from .material import Material
from .syntax import binary, call, is_whole, item, kept, literal, name, part, shifted
from .tree import twin

# Bounds of ranges, then indices and slices, then compared values: the order in which such slips are made.
PRIORS = {
    "range": 1.0,
    "index": 0.9,
    "slice": 0.85,
    "length": 0.85,
    "compared": 0.75,
    "value": 0.6,
    "new-slice": 0.55,
    "shortest": 0.7,
}

_SEQUENCES = 4


def drafts(material: Material) -> Iterator[Draft]:
    """Yield the family's edits, unordered."""
    for node in material.expressions:
        if isinstance(node, ast.Call):
            yield from _of_call(node)
            yield from _shortest(material, node)
        elif isinstance(node, ast.Subscript):
            yield from _of_subscript(node)
        elif isinstance(node, ast.Compare):
            for side in (node.left, *node.comparators):
                yield from _moved("compared", _fit(material, side), side)
        yield from _of_value(material, node)
    for stored in material.code.nodes:
        if isinstance(stored, ast.Subscript) and not isinstance(stored.ctx, ast.Load):
            yield from _of_subscript(stored)


def _moved(kind: str, fit: float, node: ast.expr, by: tuple[int, ...] = (1, -1)) -> Iterator[Draft]:
    for step in by if fit > 0 else ():
        yield Draft(kind, fit * (1.0 if abs(step) == 1 else 0.6), node, node, partial(shifted, node, step))


def _fit(material: Material, node: ast.expr) -> float:
    kind = material.kind(node)
    return 1.0 if kind in NUMBERS else 0.7 if kind == "any" else 0.0


def _of_call(node: ast.Call) -> Iterator[Draft]:
    function = node.func.id if isinstance(node.func, ast.Name) else ""
    if function == "len":
        yield from _moved("length", 1.0, node)
    if function == "enumerate" and len(node.args) == 1:
        yield Draft("range", 0.7, node, node, partial(call, "enumerate", *node.args, literal(1)))
    if function != "range" or node.keywords or not 1 <= len(node.args) <= 3:
        return
    for bound in node.args[:2]:
        yield from _moved("range", 1.0, bound, (1, -1, 2, -2))
    yield from (Draft("range", fit, node, node, partial(call, "range", *bounds)) for fit, bounds in _ranges(node.args))


def _shortest(material: Material, node: ast.Call) -> Iterator[Draft]:
    """Yield `min(len(a), len(b))` for `len(a)`: what goes along several sequences ends with the shortest."""
    if not (isinstance(node.func, ast.Name) and node.func.id == "len" and len(node.args) == 1):
        return
    own = node.args[0]
    others = [
        other
        for other in material.names(node)
        if not (isinstance(own, ast.Name) and other == own.id) and material.kind_of_name(other) in SEQUENCES
    ][:_SEQUENCES]
    lengths = [call("len", name(other)) for other in others]
    for length in lengths:
        yield Draft("shortest", 1.0, node, node, partial(call, "min", node, length))
        yield Draft("shortest", 0.7, node, node, partial(call, "max", node, length))
    if len(lengths) > 1:
        yield Draft("shortest", 0.9, node, node, partial(call, "min", node, *lengths))


def _ranges(bounds: list[ast.expr]) -> Iterator[tuple[float, list[ast.expr]]]:
    if len(bounds) == 1:
        stop = bounds[0]
        yield from ((0.9, [literal(1), stop]), (0.9, [literal(1), shifted(stop, 1)]), (0.5, [literal(2), stop]))
        yield from ((0.6, [shifted(stop, -1), literal(-1), literal(-1)]), (0.4, [literal(0), stop, literal(2)]))
        yield (0.3, [stop, literal(0), literal(-1)])
    elif len(bounds) == 2:
        start, stop = bounds
        yield from ((0.8, [stop]), (0.5, [start]), (0.6, [shifted(start, 1), shifted(stop, 1)]))
        yield from ((0.6, [shifted(stop, -1), shifted(start, -1), literal(-1)]), (0.5, [start, stop, literal(2)]))
        yield from ((0.5, [start, stop, literal(-1)]), (0.4, [shifted(start, -1), shifted(stop, -1)]))
        yield from ((0.3, [literal(bound), stop]) for bound in (0, 1, 2))
    else:
        start, stop, step = bounds
        yield from (
            (0.8, [start, stop]),
            (0.8, [start, stop, shifted(step, 1)]),
            (0.7, [start, stop, shifted(step, -1)]),
        )
        yield (0.6, [start, stop, ast.UnaryOp(op=ast.USub(), operand=step)])


def _of_subscript(node: ast.Subscript) -> Iterator[Draft]:
    index = node.slice
    if isinstance(index, ast.Slice):
        yield from _of_slice(node, index)
        return
    for single in index.elts if isinstance(index, ast.Tuple) else [index]:
        if not isinstance(single, ast.Slice | ast.Constant) or is_whole(single):
            yield from _moved("index", 1.0, single, (-1, 1, -2, 2))
    if isinstance(index, ast.Constant) and is_whole(index):
        yield Draft("index", 0.9, node, index, partial(literal, -1 if index.value == 0 else 0))
    elif not isinstance(index, ast.Tuple | ast.Constant):
        yield Draft("index", 0.6, node, index, partial(ast.UnaryOp, op=ast.USub(), operand=index))
        mirrored = shifted(binary(call("len", node.value), ast.Sub, index), -1)
        yield Draft("index", 0.6, node, index, partial(kept, mirrored))
        yield Draft("index", 0.5, node, index, partial(literal, -1))
        yield Draft("index", 0.5, node, index, partial(literal, 0))


def _of_slice(node: ast.Subscript, index: ast.Slice) -> Iterator[Draft]:
    for bound in ("lower", "upper", "step"):
        value = getattr(index, bound)
        if value is None:
            continue
        yield from _moved("slice", 1.0, value)
        yield Draft("slice", 0.8, node, node, partial(_resliced, node, {bound: None}))
        yield Draft("slice", 0.5, node, node, partial(_resliced, node, {bound: _opposite(value)}))
    fits: tuple[tuple[str, int, float], ...] = (
        ("lower", 1, 0.8), ("upper", -1, 0.8), ("step", -1, 0.7), ("step", 2, 0.5), ("lower", 2, 0.4),
        ("upper", -2, 0.4),
    )  # fmt: skip
    for bound, value, fit in fits:
        if getattr(index, bound) is None:
            yield Draft("slice", fit, node, node, partial(_resliced, node, {bound: literal(value)}))
    if index.lower is None and index.upper is not None:
        yield Draft("slice", 0.9, node, node, partial(_resliced, node, {"lower": index.upper, "upper": None}))
    elif index.upper is None and index.lower is not None:
        yield Draft("slice", 0.9, node, node, partial(_resliced, node, {"lower": None, "upper": index.lower}))


def _opposite(value: ast.expr) -> ast.expr:
    if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.USub):
        return value.operand
    return ast.UnaryOp(op=ast.USub(), operand=value)


def _resliced(node: ast.Subscript, bounds: dict[str, ast.expr | None]) -> ast.Subscript:
    return twin(node, slice=twin(node.slice, **bounds))


def _of_value(material: Material, node: ast.expr) -> Iterator[Draft]:
    slot = material.code.slots.get(id(node))
    if slot is None or isinstance(node, ast.Constant):
        return
    parent, field, _ = slot
    if isinstance(parent, ast.Attribute) or field in ("func", "decorator_list"):
        return
    kind = material.kind(node)
    if kind in NUMBERS or kind == "any":
        weight = 1.0 if isinstance(parent, ast.BinOp | ast.Return | ast.Assign | ast.Call) else 0.7
        yield from _moved("value", weight * _fit(material, node), node)
    if kind in SEQUENCES or kind == "any":
        weight = 1.0 if kind in SEQUENCES else 0.5
        yield from _sliced(node, weight)
        yield from _sliced_by_names(material, node, weight)


def _sliced_by_names(material: Material, node: ast.expr, weight: float) -> Iterator[Draft]:
    """Yield `node[i:]` and `node[:i]` for whole numbers in scope."""
    if not isinstance(node, ast.Name | ast.Attribute | ast.Call):
        return
    for rank, other in enumerate(
        other for other in material.names(node)[:8] if material.kind_of_name(other) in ("int", "any")
    ):
        fit = weight * (0.7 - 0.05 * rank) * (1.0 if material.kind_of_name(other) == "int" else 0.6)
        yield Draft("new-slice", fit, node, node, partial(part, node, lower=name(other)))
        yield Draft("new-slice", fit, node, node, partial(part, node, upper=name(other)))


def _sliced(node: ast.expr, weight: float) -> Iterator[Draft]:
    if isinstance(node, ast.BinOp | ast.UnaryOp | ast.Compare | ast.BoolOp):
        return
    yield Draft("new-slice", weight, node, node, partial(part, node, lower=literal(1)))
    yield Draft("new-slice", 0.9 * weight, node, node, partial(part, node, upper=literal(-1)))
    yield Draft("new-slice", 0.8 * weight, node, node, partial(part, node, step=literal(-1)))
    yield Draft("new-slice", 0.4 * weight, node, node, partial(part, node, lower=literal(2)))
    yield Draft("new-slice", 0.4 * weight, node, node, partial(part, node, step=literal(2)))
    yield Draft("new-slice", 0.4 * weight, node, node, partial(item, node, literal(0)))
    yield Draft("new-slice", 0.4 * weight, node, node, partial(item, node, literal(-1)))
