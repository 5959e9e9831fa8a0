"""Edits of what a function gives back: another value, a value made of it, a missing or misplaced `return`.

Promises: each edit changes one `return` or `yield`, or adds one.
Does not promise: guards; a `return` under a new condition belongs to the guard family.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial

from .code import FunctionNode
from .edit import Draft
from .kind import CONTAINERS, NUMBERS, kind_of_value
from .material import Material
from .syntax import (
    Value,
    assign,
    binary,
    both,
    call,
    compare,
    either,
    is_read,
    kept,
    list_of,
    literal,
    name,
    negated,
    part,
    target,
    tuple_of,
)  # fmt: skip
from .tree import exchanged, twin, with_block

# Another variable is the likeliest wrong result, then a missing final return; combinations have many candidates.
PRIORS = {
    "variable": 1.0, "final": 0.95, "constant": 0.7, "negate": 0.7, "part": 0.75, "seen": 0.65, "test": 0.75,
    "combined": 0.55, "place": 0.85, "yield": 0.8, "statement": 0.6, "exchange": 0.8,
}  # fmt: skip


def drafts(material: Material) -> Iterator[Draft]:
    """Yield the family's edits, unordered."""
    for statement in material.statements:
        if material.code.function(statement) is None:
            continue
        if isinstance(statement, ast.Return) and statement.value is not None:
            yield from _of_value(material, statement, statement.value)
            yield from _places(material, statement)
            yield from _as_yield(statement, statement.value)
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Yield | ast.YieldFrom):
            yield from _of_yield(material, statement)
        elif isinstance(statement, ast.Expr | ast.Assign):
            yield Draft("statement", 1.0, statement, statement, partial(ast.Return, value=statement.value))
        elif isinstance(statement, ast.Return):
            for fit, value in _values(material, statement):
                yield Draft("variable", fit, statement, statement, partial(ast.Return, value=value))
    for function in material.code.functions:
        yield from _final(material, function)
        yield from _exchanged_results(material, function)


def _of_value(material: Material, statement: ast.stmt, value: ast.expr) -> Iterator[Draft]:
    for fit, other in _values(material, statement):
        kind = "constant" if isinstance(other, ast.Constant | ast.List | ast.UnaryOp | ast.Dict) else "variable"
        yield Draft(kind, fit, value, value, partial(kept, other))
    yield Draft("negate", 0.9, value, value, partial(negated, value))
    for fit, other in _parts(material, value):
        yield Draft("part", fit, value, value, partial(kept, other))
    for fit, other in _tests(material, statement):
        likely = 1.0 if isinstance(value, ast.Constant) and isinstance(value.value, bool) else 0.4
        yield Draft("test", fit * likely, value, value, partial(kept, other))
    for fit, other in _seen(material, statement, value):
        yield Draft("seen", fit, value, value, partial(kept, other))
    for fit, other in _combined(material, statement, value):
        yield Draft("combined", fit, value, value, partial(kept, other))


def _variables(material: Material, node: ast.AST) -> list[str]:
    return [variable for variable in material.names(node) if variable not in ("self", "cls", "_")][:12]


def _values(material: Material, statement: ast.stmt) -> list[tuple[float, ast.expr]]:
    """Return variables in scope and constants as results, those of an expected kind first."""
    kinds = material.result_kinds
    found: list[tuple[float, ast.expr]] = []
    for rank, variable in enumerate(_variables(material, statement)):
        kind = material.kind_of_name(variable)
        fit = 1.0 if kind in kinds else 0.85 if kind == "any" or not kinds else 0.5
        found.append((fit * (1 - 0.03 * rank), name(variable)))
        found.append((0.5 * fit * (1 - 0.03 * rank), list_of([name(variable)])))
    usual: tuple[Value, ...] = (True, False, 0, 1, None, -1, "")
    for value in (*usual, *(atom for atom in material.atoms[:8] if isinstance(atom, int | float | str))):
        found.append((1.0 if kind_of_value(value) in kinds else 0.4, literal(value)))
    lists = 0.9 if "list" in kinds else 0.3
    found += [
        (lists, list_of(())),
        (lists, list_of([list_of(())])),
        (0.3, ast.Dict(keys=[], values=[])),
        (0.3, call("set")),
    ]
    return found


def _parts(material: Material, value: ast.expr) -> Iterator[tuple[float, ast.expr]]:
    """Yield what the result is made of, and slices, signs and conversions of it."""
    inner = [
        node
        for node in ast.walk(value)
        if node is not value
        and isinstance(node, ast.expr)
        and is_read(node)
        and not isinstance(node, ast.Lambda)
        and not _under_comprehension(material, node, value)
    ]
    yield from ((0.9 - 0.03 * min(rank, 20), node) for rank, node in enumerate(inner[:25]))
    if isinstance(value, ast.Tuple | ast.List) and len(value.elts) > 1:
        yield 1.0, twin(value, elts=value.elts[::-1])
        yield from ((0.7, twin(value, elts=[*value.elts[:at], *value.elts[at + 1 :]])) for at in range(len(value.elts)))
    if isinstance(value, ast.BinOp | ast.Call | ast.Name | ast.Subscript | ast.ListComp | ast.UnaryOp):
        kind = material.kind(value)
        sequence = 1.0 if kind in CONTAINERS else 0.5
        minus = ast.UnaryOp(op=ast.USub(), operand=literal(1))
        yield from ((0.7 * sequence, part(value, step=minus)), (0.8 * sequence, part(value, lower=literal(1))))
        yield 0.7 * sequence, part(value, upper=minus)
        yield (0.7 if kind in NUMBERS else 0.4), ast.UnaryOp(op=ast.USub(), operand=value)
        for wrapper in ("list", "sorted", "set", "len", "str", "int", "abs", "bool", "sum", "max", "tuple"):
            yield 0.5, call(wrapper, value)


def _under_comprehension(material: Material, node: ast.AST, value: ast.expr) -> bool:
    """Return whether the node may read a comprehension's own variables, which do not exist outside it."""
    for above in material.code.ancestors(node):
        if isinstance(above, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp | ast.Lambda):
            first = above.generators[0].iter if not isinstance(above, ast.Lambda) else None
            return first is not node
        if above is value:
            return False
    return False


def _tests(material: Material, statement: ast.stmt) -> Iterator[tuple[float, ast.expr]]:
    """Yield truth values made of the variables in scope."""
    variables = _variables(material, statement)
    for rank, variable in enumerate(variables):
        read, kind, fit = name(variable), material.kind_of_name(variable), 1 - 0.04 * rank
        yield from ((0.8 * fit, negated(read)), (0.5 * fit, call("bool", read)))
        if kind in NUMBERS or kind == "any":
            for operator, value, share in ((ast.Eq, 0, 1.0), (ast.GtE, 0, 0.7), (ast.Gt, 0, 0.7), (ast.Eq, 1, 0.7)):
                yield share * fit, compare(read, operator, literal(value))
        if kind not in NUMBERS:
            yield 0.8 * fit, compare(call("len", read), ast.Eq, literal(0))
        for other in variables[rank + 1 : rank + 4]:
            yield 0.6 * fit, compare(read, ast.Eq, name(other))
    for rank, test in enumerate(_seen_tests(material, statement)[:10]):
        yield from ((0.8 - 0.03 * rank, test), (0.7 - 0.03 * rank, negated(test)))


def _seen_tests(material: Material, statement: ast.stmt) -> list[ast.expr]:
    return [node for node in material.expressions_beside(statement) if isinstance(node, ast.Compare | ast.BoolOp)]


def _seen(material: Material, statement: ast.stmt, value: ast.expr) -> Iterator[tuple[float, ast.expr]]:
    inside = {id(node) for node in ast.walk(value)}
    found = [
        node
        for node in material.expressions_beside(statement)
        if id(node) not in inside
        and isinstance(
            node, ast.Call | ast.BinOp | ast.Subscript | ast.ListComp | ast.Tuple | ast.IfExp | ast.Attribute
        )
        and not material.code.is_called(node)
    ]
    nearest = sorted(found, key=lambda node: abs(node.lineno - statement.lineno))
    yield from ((1 - 0.03 * rank, node) for rank, node in enumerate(nearest[:24]))


def _combined(material: Material, statement: ast.stmt, value: ast.expr) -> Iterator[tuple[float, ast.expr]]:
    kind = material.kind(value)
    for rank, variable in enumerate(_variables(material, statement)):
        read = name(variable)
        fit = (1.0 if material.kind_of_name(variable) == kind else 0.75) * (1 - 0.05 * rank)
        yield from ((fit, binary(value, ast.Add, read)), (0.9 * fit, binary(read, ast.Add, value)))
        yield from ((0.6 * fit, both(value, read)), (0.6 * fit, either(value, read)), (0.6 * fit, both(read, value)))
        yield from ((0.6 * fit, tuple_of([value, read])), (0.55 * fit, tuple_of([read, value])))
        if kind in NUMBERS or kind == "any":
            for operator in (ast.Sub, ast.Mult, ast.FloorDiv, ast.Div, ast.Mod):
                yield 0.6 * fit, binary(value, operator, read)
            yield from ((0.5 * fit, call("max", value, read)), (0.5 * fit, call("min", value, read)))
        yield 0.5 * fit, binary(value, ast.Add, list_of([read]))
        yield 0.45 * fit, binary(list_of([read]), ast.Add, value)


def _places(material: Material, statement: ast.Return) -> Iterator[Draft]:
    """Yield the return one block further out, or inside the compound statement before it."""
    code = material.code
    slot = code.place(statement)
    if slot is None or statement.value is None:
        return
    holder, field, at = slot
    outer = code.place(holder)
    if outer and isinstance(holder, ast.stmt) and not isinstance(holder, FunctionNode):
        yield Draft(
            "place", 1.0, statement, outer[0], partial(_further_out, holder, field, at, outer[0], outer[1], outer[2])
        )
    block: list[ast.stmt] = getattr(holder, field)
    if at and isinstance(block[at - 1], ast.For | ast.While | ast.If):
        yield Draft("place", 0.7, statement, holder, partial(_further_in, holder, field, at))
    yield Draft("statement", 0.5, statement, statement, partial(ast.Expr, value=statement.value))
    for variable in _variables(material, statement)[:6]:
        yield Draft("statement", 0.6, statement, statement, partial(assign, target(variable), statement.value))


def _further_out(holder: ast.stmt, field: str, at: int, outer: ast.AST, outer_field: str, place: int) -> ast.AST:
    block: list[ast.stmt] = getattr(holder, field)
    around: list[ast.stmt] = getattr(outer, outer_field)
    without = with_block(holder, field, [*block[:at], *block[at + 1 :]])
    return with_block(outer, outer_field, [*around[:place], without, block[at], *around[place + 1 :]])


def _further_in(holder: ast.AST, field: str, at: int) -> ast.AST:
    block: list[ast.stmt] = getattr(holder, field)
    before = block[at - 1]
    filled = with_block(before, "body", [*getattr(before, "body"), block[at]])  # noqa: B009
    return with_block(holder, field, [*block[: at - 1], filled, *block[at + 1 :]])


def _as_yield(statement: ast.stmt, value: ast.expr) -> Iterator[Draft]:
    yield Draft("yield", 0.5, statement, statement, lambda: ast.Expr(value=ast.Yield(value=value)))
    yield Draft("yield", 0.4, statement, statement, lambda: ast.Expr(value=ast.YieldFrom(value=value)))


def _of_yield(material: Material, statement: ast.Expr) -> Iterator[Draft]:
    given = statement.value
    assert isinstance(given, ast.Yield | ast.YieldFrom)  # the caller asked
    if given.value is None:
        return
    value = given.value
    other = ast.Yield(value=value) if isinstance(given, ast.YieldFrom) else ast.YieldFrom(value=value)
    yield Draft("yield", 1.0, statement, given, partial(kept, other))
    yield Draft("yield", 0.6, statement, statement, partial(ast.Return, value=value))
    yield from _of_value(material, statement, value)


def _final(material: Material, function: FunctionNode) -> Iterator[Draft]:
    """Yield a final `return` of each variable for functions that end without one."""
    last = function.body[-1]
    if isinstance(last, ast.Return):
        return
    for fit, value in _values(material, last):
        ending = [*function.body, ast.Return(value=value)]
        yield Draft("final", fit, last, function, partial(with_block, function, "body", ending))


def _exchanged_results(material: Material, function: FunctionNode) -> Iterator[Draft]:
    """Yield exchanges of two returned values of one function."""
    returns = [
        node.value
        for node in material.statements_of(function)
        if isinstance(node, ast.Return) and node.value is not None
    ][:6]
    for at, first in enumerate(returns):
        for second in returns[at + 1 :]:
            build = partial(exchanged, function, {id(first): second, id(second): first})
            yield Draft("exchange", 1.0, first, function, build)
