"""From a node back to source text, keeping the original's own text wherever a part of it is reused.

Promises: text that parses to the node; quotes, number forms and spacing of reused single-line parts stay.
Does not promise: the fewest parentheses. A reused part gets a pair where its place could need one.
"""

from __future__ import annotations

import ast

from .code import Code
from .tree import Node, twin

_OWN_PARENTHESES = (ast.Tuple, ast.Yield, ast.YieldFrom, ast.NamedExpr, ast.GeneratorExp)
_NEVER_ALONE = (*_OWN_PARENTHESES, ast.Starred, ast.Slice)
_OPEN: frozenset[tuple[type[ast.AST], str]] = frozenset(
    {
        (ast.Assign, "value"), (ast.AugAssign, "value"), (ast.AnnAssign, "value"), (ast.Return, "value"),
        (ast.Expr, "value"), (ast.If, "test"), (ast.While, "test"), (ast.For, "iter"), (ast.Call, "args"),
        (ast.keyword, "value"), (ast.Subscript, "slice"), (ast.List, "elts"), (ast.Set, "elts"), (ast.Dict, "values"),
        (ast.Dict, "keys"), (ast.ListComp, "elt"), (ast.SetComp, "elt"), (ast.GeneratorExp, "elt"),
        (ast.Slice, "lower"), (ast.Slice, "upper"), (ast.Slice, "step"),
    }
)  # fmt: skip
_OPERATORS: dict[type[ast.operator], int] = {
    ast.BitOr: 7, ast.BitXor: 8, ast.BitAnd: 9, ast.LShift: 10, ast.RShift: 10, ast.Add: 11, ast.Sub: 11,
    ast.Pow: 14,
}  # fmt: skip
_PRODUCT = 12
_ATOM = 16


def expression_text(code: Code, node: ast.expr) -> str:
    """Return an expression as text of one line, without parentheses around it unless it always has them."""
    if isinstance(node, _NEVER_ALONE):
        return ast.unparse(_mosaic(code, node))
    return _own_text(code, node) or ast.unparse(_mosaic(code, node))


def statement_text(code: Code, node: ast.stmt) -> str:
    """Return a statement as text without indent; its lines end in a line feed each but the last."""
    return ast.unparse(_mosaic(code, node))


def needs_parentheses(owner: ast.AST, field: str, *, old: ast.expr, new: ast.expr) -> bool:
    """Return whether `new` must be put in parentheses where `old` stood without any."""
    if isinstance(old, ast.GeneratorExp):
        return not isinstance(new, ast.GeneratorExp)
    if isinstance(new, _OWN_PARENTHESES) or (type(owner), field) in _OPEN:
        return False
    return _is_bare_number(owner, new) or _binding(new) < _binding(old)


def _mosaic(code: Code, node: Node) -> Node:
    """Return a copy in which reused parts are names whose text is the part's own source: `unparse` writes it as is."""
    fields: dict[str, object] = {}
    for field in node._fields:
        value = getattr(node, field, None)
        if isinstance(value, list):
            fields[field] = [_piece(code, node, field, item) for item in value]
        elif isinstance(value, ast.AST):
            fields[field] = _piece(code, node, field, value)
    return twin(node, **fields) if fields else node


def _piece(code: Code, owner: ast.AST, field: str, part: object) -> object:
    if not isinstance(part, ast.AST) or isinstance(part, ast.expr_context | ast.operator | ast.JoinedStr):
        return part
    if not isinstance(part, ast.expr) or isinstance(part, _NEVER_ALONE) or _is_bare_number(owner, part):
        return _mosaic(code, part)
    text = _own_text(code, part)
    if text is None:
        return _mosaic(code, part)
    if (type(owner), field) not in _OPEN and _binding(part) < _ATOM and _binding(part) <= _demand(owner):
        text = f"({text})"
    return ast.Name(id=text, ctx=ast.Load())


def _own_text(code: Code, node: ast.expr) -> str | None:
    """Return the source of an original node that stands on one line."""
    if id(node) not in code.slots or node.lineno != node.end_lineno:
        return None
    start, end = code.span(node)
    return code.raw[start:end].decode()


def _demand(owner: ast.AST) -> int:
    """Return how tightly a part of the owner must hold together to need no parentheses."""
    if isinstance(owner, ast.Starred):
        return _ATOM
    if isinstance(owner, ast.comprehension):
        return 2
    return _binding(owner) if isinstance(owner, ast.expr) else 0


def _is_bare_number(owner: ast.AST, node: ast.expr) -> bool:
    """Return whether a number would run into the dot of an attribute."""
    return (
        isinstance(owner, ast.Attribute)
        and isinstance(node, ast.Constant)
        and isinstance(node.value, int | float | complex)
    )


def _binding(node: ast.expr) -> int:
    """Return how tightly an expression holds together: atoms most, a bare tuple least."""
    match node:
        case ast.BinOp():
            return _OPERATORS.get(type(node.op), _PRODUCT)
        case ast.UnaryOp():
            return 5 if isinstance(node.op, ast.Not) else 13
        case ast.BoolOp():
            return 3 if isinstance(node.op, ast.Or) else 4
        case ast.Compare():
            return 6
        case ast.IfExp() | ast.Lambda():
            return 2
        case ast.Starred() | ast.Yield() | ast.YieldFrom() | ast.Tuple() | ast.NamedExpr():
            return 0
        case ast.Await():
            return 15
        case _:
            return _ATOM
