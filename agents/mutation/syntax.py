"""Short constructors for the syntax that edits are made of.

Promises: what they build unparses to text that parses back to the same tree (a negative number is a minus sign and a
number, as the parser sees it).
Does not promise: sense. Whether an expression fits its place is the operator's affair.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TypeVar

Node = TypeVar("Node", bound=ast.AST)
Value = bool | int | float | complex | str | bytes | None

INVERSE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip


def name(identifier: str) -> ast.Name:
    """Return a name to be read."""
    return ast.Name(id=identifier, ctx=ast.Load())


def target(identifier: str) -> ast.Name:
    """Return a name to be assigned to."""
    return ast.Name(id=identifier, ctx=ast.Store())


def literal(value: Value) -> ast.expr:
    """Return the expression a parser gives for this value."""
    if isinstance(value, int | float) and not isinstance(value, bool) and value < 0:
        return ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=-value))
    return ast.Constant(value=value)


def call(function: str | ast.expr, *arguments: ast.expr) -> ast.Call:
    """Return a call of a named function or of an expression, with positional arguments."""
    callee = name(function) if isinstance(function, str) else function
    return ast.Call(func=callee, args=list(arguments), keywords=[])


def method(owner: ast.expr, attribute: str, *arguments: ast.expr) -> ast.Call:
    """Return `owner.attribute(arguments)`."""
    return call(ast.Attribute(value=owner, attr=attribute, ctx=ast.Load()), *arguments)


def binary(left: ast.expr, operator: type[ast.operator], right: ast.expr) -> ast.BinOp:
    """Return `left operator right`."""
    return ast.BinOp(left=left, op=operator(), right=right)


def shifted(expression: ast.expr, by: int) -> ast.expr:
    """Return the expression plus `by`, folded where it is a number or already ends in one."""
    if isinstance(expression, ast.Constant) and type(expression.value) in (int, float):
        return literal(expression.value + by)  # type: ignore[operator]  # the type was just asked for
    if isinstance(expression, ast.BinOp) and isinstance(expression.op, ast.Add | ast.Sub):
        last = expression.right
        if isinstance(last, ast.Constant) and type(last.value) is int:
            total = (last.value if isinstance(expression.op, ast.Add) else -last.value) + by
            return shifted(expression.left, total) if total else expression.left
    return binary(expression, ast.Add if by > 0 else ast.Sub, ast.Constant(value=abs(by)))


def compare(left: ast.expr, operator: type[ast.cmpop], right: ast.expr) -> ast.Compare:
    """Return `left operator right` as a comparison."""
    return ast.Compare(left=left, ops=[operator()], comparators=[right])


def kept(node: Node) -> Node:
    """Return the node itself: what stands in its own place, or in its holder's."""
    return node


def negated(test: ast.expr) -> ast.expr:
    """Return the opposite of a test, without a `not` where another operator says it."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return test.operand
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        return ast.Compare(left=test.left, ops=[INVERSE[type(test.ops[0])]()], comparators=test.comparators)
    if isinstance(test, ast.Constant) and isinstance(test.value, bool):
        return ast.Constant(value=not test.value)
    return ast.UnaryOp(op=ast.Not(), operand=test)


def both(left: ast.expr, right: ast.expr) -> ast.BoolOp:
    """Return `left and right`."""
    return ast.BoolOp(op=ast.And(), values=[left, right])


def either(left: ast.expr, right: ast.expr) -> ast.BoolOp:
    """Return `left or right`."""
    return ast.BoolOp(op=ast.Or(), values=[left, right])


def item(owner: ast.expr, index: ast.expr) -> ast.Subscript:
    """Return `owner[index]`."""
    return ast.Subscript(value=owner, slice=index, ctx=ast.Load())


def part(
    owner: ast.expr, lower: ast.expr | None = None, upper: ast.expr | None = None, step: ast.expr | None = None
) -> ast.Subscript:
    """Return `owner[lower:upper:step]`."""
    return item(owner, ast.Slice(lower=lower, upper=upper, step=step))


def tuple_of(items: Sequence[ast.expr]) -> ast.Tuple:
    """Return a tuple to be read."""
    return ast.Tuple(elts=list(items), ctx=ast.Load())


def list_of(items: Sequence[ast.expr]) -> ast.List:
    """Return a list to be read."""
    return ast.List(elts=list(items), ctx=ast.Load())


def assign(variable: ast.expr, value: ast.expr) -> ast.Assign:
    """Return `variable = value`."""
    return ast.Assign(targets=[variable], value=value, lineno=0)


def branch(test: ast.expr, body: Sequence[ast.stmt], orelse: Sequence[ast.stmt] = ()) -> ast.If:
    """Return `if test: body else: orelse`."""
    return ast.If(test=test, body=list(body), orelse=list(orelse))


def is_number(node: ast.AST) -> bool:
    """Return whether the node is an int or float written out (not a bool)."""
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def is_whole(node: ast.AST) -> bool:
    """Return whether the node is an int written out (not a bool)."""
    return isinstance(node, ast.Constant) and type(node.value) is int


def is_read(node: ast.AST) -> bool:
    """Return whether the node is a value that is read, no target, slice or part of an f-string."""
    return (
        isinstance(node, ast.expr)
        and not isinstance(node, ast.Slice | ast.Starred | ast.FormattedValue)
        and isinstance(getattr(node, "ctx", ast.Load()), ast.Load)
    )
