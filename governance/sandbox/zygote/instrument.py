"""Rewrite a syntax tree so that it counts fuel: loops, comprehensions, functions and costly C calls.

Promises: the value of well-behaved code is unchanged, line numbers are kept, and the same source counts the same fuel
on every supported Python and machine.
Does not promise: to count inside the standard library, or code that the candidate compiles at run time.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Any

from . import meter

_LOAD = ast.Load()
# Nodes with nothing inside that could cost anything; patterns must stay literally as they are.
_LEAVES = (ast.expr_context, ast.operator, ast.cmpop, ast.boolop, ast.unaryop, ast.Name, ast.Constant, ast.alias,
           ast.arg, ast.pattern, ast.Pass, ast.Break, ast.Continue, ast.Global, ast.Nonlocal, ast.Import,
           ast.ImportFrom)  # fmt: skip
_SKIP = frozenset(kind for base in _LEAVES for kind in (base, *base.__subclasses__()))
# C functions that walk through their first argument.
_CONSUMERS = frozenset({
    "sum", "list", "tuple", "set", "frozenset", "sorted", "max", "min", "any", "all", "dict", "bytes",
    "bytearray", "deque", "Counter", "OrderedDict",
})  # fmt: skip
_CONSUMING_METHODS = frozenset({
    "join", "extend", "update", "union", "intersection", "difference", "symmetric_difference", "issubset",
    "issuperset", "fromkeys", "fsum", "prod", "from_iterable", "mean", "median", "mode", "intersection_update",
    "difference_update", "heapify", "nlargest", "nsmallest", "deque", "Counter", "OrderedDict", "reduce",
})  # fmt: skip
_SEARCHING_METHODS = frozenset(
    ["sort", "index", "count", "remove", "find", "rfind", "split", "replace", "reverse", "copy"]
)
_MOVING_METHODS = frozenset({"insert", "pop"})
_BIG_FUNCTIONS = frozenset({"pow", "factorial", "comb", "perm"})
# Arguments whose own evaluation already counted, or that are too small to count.
_COUNTED = frozenset({ast.Constant, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.ListComp, ast.SetComp, ast.DictComp,
                      ast.GeneratorExp, ast.JoinedStr, ast.Lambda, ast.Starred, ast.Compare, ast.BoolOp})  # fmt: skip


def instrument(tree: ast.Module | ast.Expression) -> None:
    """Rewrite `tree` in place. Raises RecursionError where it is nested too deeply to walk."""
    _walk(tree)


def _walk(node: Any) -> None:
    """Rewrite everything below `node`, deepest first."""
    for field in node._fields:
        value = getattr(node, field, None)
        if value.__class__ is list:
            for position, item in enumerate(value):
                if item.__class__ not in _SKIP and isinstance(item, ast.AST):
                    value[position] = _rewrite(item)
        elif value.__class__ not in _SKIP and isinstance(value, ast.AST):
            setattr(node, field, _rewrite(value))


def _rewrite(node: Any) -> Any:
    _walk(node)
    change = _CHANGES.get(node.__class__)
    return node if change is None else change(node)


def _name(name: str, at: Any) -> ast.Name:
    return ast.Name(name, _LOAD, lineno=at.lineno, col_offset=at.col_offset)


def _call(name: str, arguments: list[Any], *, at: Any) -> ast.Call:
    return ast.Call(_name(name, at), arguments, [], lineno=at.lineno, col_offset=at.col_offset)


def _tick(at: Any) -> ast.Expr:
    return ast.Expr(_call(meter.TICK, [], at=at), lineno=at.lineno, col_offset=at.col_offset)


def _each(source: Any) -> ast.Call:
    return _call(meter.EACH, [source, _name(meter.FUEL, source)], at=source)


def _for(node: ast.For) -> ast.For:
    node.iter = _each(node.iter)
    return node


def _loop(node: ast.While | ast.AsyncFor) -> Any:
    node.body.insert(0, _tick(node.body[0]))
    return node


def _comprehension(node: ast.comprehension) -> ast.comprehension:
    if not node.is_async:
        node.iter = _each(node.iter)
    return node


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Any:
    first = node.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    node.body.insert(
        int(documented), _tick(node.body[-1] if documented and len(node.body) == 1 else node.body[documented])
    )
    return node


def _lambda(node: ast.Lambda) -> ast.Lambda:
    at = node.body
    node.body = ast.BoolOp(ast.And(), [_call(meter.TICK, [], at=at), at], lineno=at.lineno, col_offset=at.col_offset)
    return node


def _is_number(node: Any) -> bool:
    if isinstance(node, ast.UnaryOp):
        node = node.operand
    return isinstance(node, ast.Constant) and isinstance(node.value, (int, float, complex))


def _is_small_power(left: Any, right: Any) -> bool:
    """Whether two literals make a number that the compiler folds, such as `10**9` or `1 << 20`."""
    return _is_number(left) and isinstance(right, ast.Constant) and type(right.value) is int and right.value <= 64


def _add(node: ast.BinOp) -> Any:
    if _is_number(node.left) or _is_number(node.right):
        return node
    return _call(meter.ADD, [node.left, node.right], at=node)


def _mul(node: ast.BinOp) -> Any:
    for side in (node.left, node.right):
        if isinstance(side, ast.Constant) and (isinstance(side.value, float) or side.value in (0, 1)):
            return node
    if _is_number(node.left) and _is_number(node.right):
        return node
    return _call(meter.MUL, [node.left, node.right], at=node)


def _pow(node: ast.BinOp) -> Any:
    if _is_small_power(node.left, node.right):
        return node
    return _call(meter.POW, [node.left, node.right], at=node)


def _shift(node: ast.BinOp) -> Any:
    if _is_small_power(node.left, node.right):
        return node
    return _call(meter.SHIFT, [node.left, node.right], at=node)


_OPERATORS: dict[type[ast.operator], Callable[[ast.BinOp], Any]] = {
    ast.Add: _add,
    ast.Mult: _mul,
    ast.Pow: _pow,
    ast.LShift: _shift,
}
_IN_PLACE = {ast.Mult: meter.IMUL, ast.Pow: meter.POW, ast.LShift: meter.SHIFT}


def _binary(node: ast.BinOp) -> Any:
    change = _OPERATORS.get(node.op.__class__)
    return node if change is None else change(node)


def _augmented(node: ast.AugAssign) -> Any:
    if isinstance(node.op, ast.Add):
        if not _is_number(node.value):
            left = [_loaded(node.target)] if _is_plain(node.target) else []
            node.value = _call(meter.IADD, [node.value, *left], at=node.value)
        return node
    operation = _IN_PLACE.get(node.op.__class__)
    if operation is None or not _is_plain(node.target):
        return node
    call = _call(operation, [_loaded(node.target), node.value], at=node)
    return ast.Assign([node.target], call, lineno=node.lineno, col_offset=node.col_offset)


def _is_plain(target: Any) -> bool:
    """Whether reading `target` twice is harmless: it is a name, or an item of a name by name or literal."""
    if isinstance(target, ast.Subscript):
        return isinstance(target.value, ast.Name) and isinstance(target.slice, (ast.Name, ast.Constant))
    return isinstance(target, ast.Name)


def _loaded(target: Any) -> Any:
    if isinstance(target, ast.Name):
        return _name(target.id, target)
    return ast.Subscript(target.value, target.slice, _LOAD, lineno=target.lineno, col_offset=target.col_offset)


def _compare(node: ast.Compare) -> ast.Compare:
    for position, operation in enumerate(node.ops):
        right = node.comparators[position]
        if isinstance(operation, (ast.In, ast.NotIn)) and right.__class__ not in _COUNTED:
            node.comparators[position] = _call(meter.SCAN, [right], at=right)
    return node


def _called(node: ast.Call) -> ast.Call:
    if isinstance(node.func, ast.Name):
        return _called_name(node, node.func.id)
    if isinstance(node.func, ast.Attribute):
        return _called_method(node, node.func)
    return node


def _called_name(node: ast.Call, name: str) -> ast.Call:
    if name in _CONSUMERS and node.args and (len(node.args) == 1 or name not in ("max", "min")):
        _meter_arguments(node.args[:1], node)
    elif name in _BIG_FUNCTIONS:
        node.func = _call(meter.BIG, [node.func], at=node)
    elif name == "reduce" and len(node.args) > 1:
        node.args[1] = _metered(node.args[1])
    return node


def _called_method(node: ast.Call, function: ast.Attribute) -> ast.Call:
    if function.attr in _CONSUMING_METHODS:
        _meter_arguments(node.args, node)
    elif function.attr in _BIG_FUNCTIONS:
        node.func = _call(meter.BIG, [function], at=node)
    elif function.attr in _SEARCHING_METHODS:
        function.value = _call(meter.SCAN, [function.value], at=node)
    elif function.attr in _MOVING_METHODS and node.args:
        function.value = _call(meter.COPY, [function.value], at=node)
    return node


def _meter_arguments(arguments: Iterable[Any], node: ast.Call) -> None:
    for position, argument in enumerate(arguments):
        node.args[position] = _metered(argument)


def _metered(argument: Any) -> Any:
    return argument if argument.__class__ in _COUNTED else _call(meter.OVER, [argument], at=argument)


def _starred(node: ast.Starred) -> ast.Starred:
    if isinstance(node.ctx, ast.Load):
        node.value = _metered(node.value)
    return node


def _subscript(node: ast.Subscript) -> ast.Subscript:
    if isinstance(node.slice, ast.Slice) and isinstance(node.ctx, ast.Load):
        node.value = _call(meter.COPY, [node.value], at=node.value)
    return node


_CHANGES: dict[type[ast.AST], Callable[[Any], Any]] = {
    ast.For: _for,
    ast.While: _loop,
    ast.AsyncFor: _loop,
    ast.comprehension: _comprehension,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.Lambda: _lambda,
    ast.BinOp: _binary,
    ast.AugAssign: _augmented,
    ast.Compare: _compare,
    ast.Call: _called,
    ast.Starred: _starred,
    ast.Subscript: _subscript,
}
