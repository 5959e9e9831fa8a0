"""Edits of calls: arguments swapped, dropped, added, replaced or made smaller.

Promises: each edit changes the arguments of one call (or the elements of one tuple), never the function called.
Does not promise: the right number of arguments for a function it cannot see.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial
from itertools import combinations

from .edit import Draft
from .kind import CONTAINERS, NUMBERS
from .material import Material
from .syntax import binary, call, is_read, item, kept, literal, method, name, part
from .tree import twin

# Swaps are few and often right; a wrong argument is commoner than a missing or superfluous one.
PRIORS = {
    "swap": 1.0, "drop": 0.8, "variable": 0.85, "smaller": 0.65, "combined": 0.55, "inner": 0.6, "add": 0.5,
    "constant": 0.5, "keyword": 0.6, "duplicate": 0.4, "receiver": 0.6, "tuple": 0.8,
}  # fmt: skip

_SORTING = frozenset({"sorted", "sort", "min", "max"})


def drafts(material: Material) -> Iterator[Draft]:
    """Yield the family's edits, unordered."""
    for node in material.code.nodes:
        if isinstance(node, ast.Call):
            yield from _order(node)
            yield from _receiver(node)
            yield from _keywords(material, node)
            yield from _added(material, node)
            for argument in node.args:
                yield from _of_argument(material, node, argument)
        elif isinstance(node, ast.Tuple) and len(node.elts) > 1:
            yield from _tuple(material, node)


def _order(node: ast.Call) -> Iterator[Draft]:
    for first, second in combinations(range(len(node.args)), 2):
        turned = list(node.args)
        turned[first], turned[second] = turned[second], turned[first]
        fit = 1.0 if second == first + 1 else 0.8
        yield Draft("swap", fit, node, node, partial(_with, node, turned))
    for at in range(len(node.args)):
        rest = [*node.args[:at], *node.args[at + 1 :]]
        yield Draft("drop", 1.0 if rest else 0.6, node, node, partial(_with, node, rest))
        doubled = [*node.args[:at], node.args[at], *node.args[at:]]
        yield Draft("duplicate", 0.7, node, node, partial(_with, node, doubled))
    if len(node.args) > 2:
        yield Draft("swap", 0.6, node, node, partial(_with, node, [*node.args[1:], node.args[0]]))
        yield Draft("swap", 0.6, node, node, partial(_with, node, [node.args[-1], *node.args[:-1]]))
        yield Draft("swap", 0.5, node, node, partial(_with, node, node.args[::-1]))


def _receiver(node: ast.Call) -> Iterator[Draft]:
    """Yield `b.f(a)` for `a.f(b)`."""
    if isinstance(node.func, ast.Attribute) and len(node.args) == 1 and not isinstance(node.args[0], ast.Starred):
        turned = method(node.args[0], node.func.attr, node.func.value)
        yield Draft("receiver", 1.0, node, node, partial(kept, turned))


def _keywords(material: Material, node: ast.Call) -> Iterator[Draft]:
    for at, keyword in enumerate(node.keywords):
        rest = [*node.keywords[:at], *node.keywords[at + 1 :]]
        yield Draft("keyword", 1.0, keyword.value, node, partial(twin, node, keywords=rest))
        for rank, other in enumerate(material.names(node)[:8]):
            changed = [*node.keywords[:at], twin(keyword, value=name(other)), *node.keywords[at + 1 :]]
            yield Draft("keyword", 0.6 - 0.03 * rank, keyword.value, node, partial(twin, node, keywords=changed))
    function = getattr(node.func, "id", getattr(node.func, "attr", ""))
    present = {keyword.arg for keyword in node.keywords}
    if function not in _SORTING:
        return
    if "reverse" not in present and function in ("sorted", "sort"):
        yield Draft("keyword", 0.95, node, node, partial(_with_keyword, node, "reverse", literal(True)))
    if "key" not in present:
        for rank, key in enumerate(_keys()):
            yield Draft("keyword", 0.7 - 0.06 * rank, node, node, partial(_with_keyword, node, "key", key))


def _keys() -> tuple[ast.expr, ...]:
    pair = name("x")
    return (
        name("len"), _lambda(item(pair, literal(1))), _lambda(item(pair, literal(0))), name("int"), name("str"),
        name("abs"), ast.Attribute(value=name("str"), attr="lower", ctx=ast.Load()),
        _lambda(ast.UnaryOp(op=ast.USub(), operand=pair)),
    )  # fmt: skip


def _lambda(body: ast.expr) -> ast.Lambda:
    arguments = ast.arguments(
        posonlyargs=[], args=[ast.arg(arg="x")], vararg=None, kwonlyargs=[], kw_defaults=[], kwarg=None, defaults=[]
    )
    return ast.Lambda(args=arguments, body=body)


def _added(material: Material, node: ast.Call) -> Iterator[Draft]:
    own = getattr(node.func, "id", "") in material.functions
    weight = 1.0 if own or len(node.args) else 0.7
    for rank, other in enumerate(material.names(node)[:8]):
        fit = weight * (0.9 - 0.05 * rank)
        yield Draft("add", fit, node, node, partial(_with, node, [*node.args, name(other)]))
        if node.args:
            yield Draft("add", 0.6 * fit, node, node, partial(_with, node, [name(other), *node.args]))
    for fit, value in ((0.7, 0), (0.8, 1), (0.6, -1), (0.6, ""), (0.5, " "), (0.6, None), (0.5, 2)):
        yield Draft("add", 0.8 * fit * weight, node, node, partial(_with, node, [*node.args, literal(value)]))


def _of_argument(material: Material, node: ast.Call, argument: ast.expr) -> Iterator[Draft]:
    if isinstance(argument, ast.Starred):
        return
    kind = material.kind(argument)
    for rank, other in enumerate(material.names(argument)[:12]):
        alike = 1.0 if material.kind_of_name(other) == kind else 0.7
        yield Draft("variable", alike * (1 - 0.04 * rank), argument, argument, partial(name, other))
        yield from _combined(argument, other, alike * (1 - 0.05 * rank), kind in NUMBERS or kind == "any")
    for fit, value in ((0.7, 0), (0.8, 1), (0.5, -1), (0.6, ""), (0.6, None), (0.5, True), (0.5, False), (0.5, 2)):
        yield Draft("constant", fit, argument, argument, partial(literal, value))
    yield from _smaller(argument, 1.0 if kind in CONTAINERS else 0.75 if kind == "any" else 0.3)
    yield from _inner(argument)


def _combined(argument: ast.expr, other: str, fit: float, numeric: bool) -> Iterator[Draft]:
    operators: tuple[type[ast.operator], ...] = (ast.Sub, ast.Add, ast.Mult) if numeric else (ast.Add,)
    if isinstance(argument, ast.Constant | ast.Lambda | ast.GeneratorExp):
        return
    for order, operator in enumerate(operators):
        share = fit * (1 - 0.15 * order)
        yield Draft("combined", share, argument, argument, partial(binary, argument, operator, name(other)))
        yield Draft("combined", 0.7 * share, argument, argument, partial(binary, name(other), operator, argument))


def _smaller(argument: ast.expr, fit: float) -> Iterator[Draft]:
    """Yield parts of the argument, as a recursion passes them on."""
    if isinstance(argument, ast.Constant | ast.BinOp | ast.Compare | ast.Lambda | ast.GeneratorExp):
        return
    choices: tuple[tuple[float, ast.expr], ...] = (
        (1.0, part(argument, lower=literal(1))), (0.9, part(argument, upper=literal(-1))),
        (0.7, item(argument, literal(0))), (0.6, item(argument, literal(-1))), (0.5, part(argument, step=literal(-1))),
        (0.5, part(argument)), (0.5, ast.List(elts=[argument], ctx=ast.Load())), (0.5, call("list", argument)),
        (0.4, call("sorted", argument)), (0.5, call("len", argument)), (0.5, call("set", argument)),
        (0.4, call("str", argument)), (0.4, call("int", argument)), (0.3, ast.Starred(value=argument, ctx=ast.Load())),
    )  # fmt: skip
    for share, choice in choices:
        yield Draft("smaller", fit * share, argument, argument, partial(kept, choice))


def _inner(argument: ast.expr) -> Iterator[Draft]:
    for at, child in enumerate(node for node in ast.walk(argument) if node is not argument):
        if at >= 12:
            return
        if is_read(child):
            yield Draft("inner", 1 - 0.05 * at, argument, argument, partial(kept, child))


def _tuple(material: Material, node: ast.Tuple) -> Iterator[Draft]:
    for first, second in combinations(range(len(node.elts)), 2):
        turned = list(node.elts)
        turned[first], turned[second] = turned[second], turned[first]
        yield Draft("tuple", 1.0, node, node, partial(twin, node, elts=turned))
    if not isinstance(node.ctx, ast.Load):
        return
    for element in node.elts:
        for rank, other in enumerate(material.names(element)[:8]):
            yield Draft("tuple", 0.9 - 0.05 * rank, element, element, partial(name, other))


def _with(node: ast.Call, arguments: list[ast.expr]) -> ast.Call:
    return twin(node, args=arguments)


def _with_keyword(node: ast.Call, keyword: str, value: ast.expr) -> ast.Call:
    return twin(node, keywords=[*node.keywords, ast.keyword(arg=keyword, value=value)])
