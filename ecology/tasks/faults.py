"""A catalogue of faults that can be put into a program: the operators of mutation testing, one function each.

They come from the literature on testing and share no code with the edits by which specialists repair: nothing here is
made as the inverse of one of those.
Promises: the same source has the same faults in the same order. Does not promise: that a fault shows; only running the
program tells.
Source: King and Offutt, 1991, "A Fortran language system for mutation-based software testing" (AOR, ROR, LCR, CRP,
SDL, SVR, UOI); Derezinska and Halas, 2014, "Analysis of mutation operators for the Python language" (COI, COD, SIR,
OIL, RIL, ZIL, BCR, as in MutPy).
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

Change = Callable[[], None]
# The changes that an operator can make to a node; the names are those that its function binds.
Changes = Callable[[Any, Sequence[str]], Iterable[Change]]

_ARITHMETIC: Mapping[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Add, ast.FloorDiv),
    ast.Div: (ast.FloorDiv, ast.Mult),
    ast.FloorDiv: (ast.Div, ast.Mod),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
}
_RELATIONS: Mapping[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_BODIES = ("body", "orelse", "finalbody")
_DELETED = (ast.Assign, ast.AugAssign, ast.Expr, ast.If, ast.For, ast.While, ast.Return)


@dataclass(frozen=True, slots=True)
class Operator:
    """One way to go wrong: `family` groups those that go wrong alike."""

    name: str
    family: str
    sentence: str
    changes: Changes


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of one source: the operator, the node (counted as `ast.walk` goes), and which of its changes."""

    operator: str
    family: str
    node: int
    change: int
    line: int


def _arithmetic(node: Any, names: Sequence[str]) -> Iterable[Change]:
    kinds = _ARITHMETIC.get(type(node.op), ()) if isinstance(node, ast.BinOp | ast.AugAssign) else ()
    return [partial(setattr, node, "op", kind()) for kind in kinds]


def _relation(node: Any, names: Sequence[str]) -> Iterable[Change]:
    if not isinstance(node, ast.Compare) or len(node.ops) != 1:
        return []
    return [partial(setattr, node, "ops", [kind()]) for kind in _RELATIONS[type(node.ops[0])]]


def _connector(node: Any, names: Sequence[str]) -> Iterable[Change]:
    if not isinstance(node, ast.BoolOp):
        return []
    return [partial(setattr, node, "op", ast.Or() if isinstance(node.op, ast.And) else ast.And())]


def _condition_negated(node: Any, names: Sequence[str]) -> Iterable[Change]:
    if not isinstance(node, ast.If | ast.IfExp):
        return []
    return [partial(setattr, node, "test", ast.UnaryOp(ast.Not(), node.test))]


def _negation_dropped(node: Any, names: Sequence[str]) -> Iterable[Change]:
    found: list[Change] = []
    for field, value in ast.iter_fields(node):
        if _is_not(value):
            found.append(partial(setattr, node, field, value.operand))
        for place, each in enumerate(value if isinstance(value, list) else ()):
            if _is_not(each):
                found.append(partial(value.__setitem__, place, each.operand))
    return found


def _is_not(node: object) -> bool:
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)


def _constant(node: Any, names: Sequence[str]) -> Iterable[Change]:
    if not isinstance(node, ast.Constant):
        return []
    value = node.value
    if isinstance(value, bool):
        values: list[object] = [not value]
    elif isinstance(value, int):
        values = [value + 1, value - 1]
    elif isinstance(value, float):
        values = [value + 1.0]
    elif isinstance(value, str):
        values = [value + "x"] if value else ["x"]
    else:
        values = []
    return [partial(setattr, node, "value", each) for each in values]


def _sign(node: Any, names: Sequence[str]) -> Iterable[Change]:
    if not isinstance(node, ast.BinOp):
        return []
    sides = [side for side in ("left", "right") if isinstance(getattr(node, side), ast.Name)]
    return [partial(setattr, node, side, ast.UnaryOp(ast.USub(), getattr(node, side))) for side in sides]


def _variable(node: Any, names: Sequence[str]) -> Iterable[Change]:
    if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load) or node.id not in names:
        return []
    return [partial(setattr, node, "id", name) for name in names if name != node.id]


def _statement_deleted(node: Any, names: Sequence[str]) -> Iterable[Change]:
    found = []
    for body in _bodies(node):
        for place, each in enumerate(body):
            if isinstance(each, _DELETED) and not _is_docstring(each):
                found.append(partial(body.__setitem__, place, ast.Pass()))
    return found


def _bodies(node: Any) -> list[list[ast.stmt]]:
    """Return the blocks of statements of a node; a lambda's body is none."""
    found = (getattr(node, field, None) for field in _BODIES)
    return [body for body in found if isinstance(body, list)]


def _slice_cut(node: Any, names: Sequence[str]) -> Iterable[Change]:
    if not isinstance(node, ast.Slice):
        return []
    return [partial(setattr, node, end, None) for end in ("lower", "upper", "step") if getattr(node, end) is not None]


def _loop_once(node: Any, names: Sequence[str]) -> Iterable[Change]:
    return [partial(node.body.append, ast.Break())] if isinstance(node, ast.For | ast.While) else []


def _loop_never(node: Any, names: Sequence[str]) -> Iterable[Change]:
    return [partial(node.body.insert, 0, ast.Break())] if isinstance(node, ast.For | ast.While) else []


def _loop_reversed(node: Any, names: Sequence[str]) -> Iterable[Change]:
    if not isinstance(node, ast.For):
        return []
    listed = ast.Call(ast.Name("list", ast.Load()), [node.iter], [])
    return [partial(setattr, node, "iter", ast.Call(ast.Name("reversed", ast.Load()), [listed], []))]


def _break_continue(node: Any, names: Sequence[str]) -> Iterable[Change]:
    found = []
    for body in _bodies(node):
        for place, each in enumerate(body):
            if isinstance(each, ast.Break | ast.Continue):
                other = ast.Continue() if isinstance(each, ast.Break) else ast.Break()
                found.append(partial(body.__setitem__, place, other))
    return found


OPERATORS: Mapping[str, Operator] = MappingProxyType({
    each.name: each
    for each in (
        Operator("AOR", "arithmetic", "another arithmetic operator", _arithmetic),
        Operator("UOI", "arithmetic", "a sign before an operand", _sign),
        Operator("ROR", "relation", "another relation", _relation),
        Operator("LCR", "logic", "`and` for `or`, or the other way round", _connector),
        Operator("COI", "logic", "a condition negated", _condition_negated),
        Operator("COD", "logic", "a `not` left out", _negation_dropped),
        Operator("CRP", "constant", "another constant", _constant),
        Operator("SVR", "variable", "another variable", _variable),
        Operator("SDL", "statement", "a statement left out", _statement_deleted),
        Operator("SIR", "slice", "an end of a slice left out", _slice_cut),
        Operator("OIL", "loop", "a loop that ends after one round", _loop_once),
        Operator("ZIL", "loop", "a loop that ends before its first round", _loop_never),
        Operator("RIL", "loop", "a loop that goes backwards", _loop_reversed),
        Operator("BCR", "loop", "`break` for `continue`, or the other way round", _break_continue),
    )
})  # fmt: skip


def faults_of(source: str) -> list[Fault]:
    """Return every fault that the catalogue has for the functions of a source.

    Raises: SyntaxError: the source is no Python.
    """
    found = []
    for place, node, names in _nodes(ast.parse(source)):
        line = getattr(node, "lineno", 0)
        for operator in OPERATORS.values():
            count = sum(1 for _ in operator.changes(node, names))
            found += [Fault(operator.name, operator.family, place, number, line) for number in range(count)]
    return found


def with_faults(source: str, faults: Iterable[Fault]) -> str:
    """Return a source with these of its faults put in, written as `ast.unparse` does."""
    tree = ast.parse(source)
    nodes = {place: (node, names) for place, node, names in _nodes(tree)}
    chosen = [[*OPERATORS[fault.operator].changes(*nodes[fault.node])][fault.change] for fault in faults]
    for change in chosen:
        change()
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


def _nodes(tree: ast.Module) -> Iterator[tuple[int, ast.AST, Sequence[str]]]:
    """Yield the nodes inside functions, numbered, with the names that the outermost function around them binds."""
    place = 0
    for function in tree.body:
        if not isinstance(function, ast.FunctionDef):
            continue
        names = _bound(function)
        for node in ast.walk(function):
            place += 1
            yield place, node, names


def _bound(function: ast.FunctionDef) -> list[str]:
    names = [each.arg for each in function.args.args]
    names += [each.id for each in ast.walk(function) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)]
    return list(dict.fromkeys(names))


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
