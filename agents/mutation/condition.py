"""Edits of conditions: negated, widened, narrowed, replaced, and the shape of the branches around them.

Promises: each edit changes one test, or the structure of one `if`, `while` or conditional expression.
Does not promise: new comparisons out of nothing; tests are built from names in scope and from tests already there.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import partial
from types import MappingProxyType

from .code import leaps
from .edit import Draft
from .kind import CONTAINERS, NUMBERS
from .material import Material
from .syntax import both, branch, call, compare, either, is_read, kept, literal, name, negated
from .tree import exchanged, twin, with_block

# A wrong connective or a missing `not` is a slip of one word; new conjuncts have many candidates each.
PRIORS = {
    "negate": 0.95, "connective": 1.0, "drop": 0.9, "fixed": 0.5, "conjunct": 0.55, "disjunct": 0.5, "seen": 0.6,
    "simple": 0.5, "branch": 0.6, "shape": 0.5, "choice": 0.7, "group": 0.5, "filter": 0.55, "contrary": 0.7,
}  # fmt: skip


_CONTRARY: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "isupper": ("islower",), "islower": ("isupper",), "isdigit": ("isalpha", "isalnum"), "isalpha": ("isdigit",),
        "isspace": ("isalnum", "isalpha"), "isalnum": ("isspace",), "startswith": ("endswith",),
        "endswith": ("startswith",),
    }
)  # fmt: skip


def drafts(material: Material) -> Iterator[Draft]:
    """Yield the family's edits, unordered."""
    for node in material.code.nodes:
        test = getattr(node, "test", None)
        if isinstance(test, ast.expr):
            yield from _of_test(material, test)
        yield from _of_form(material, node)
    for value in material.expressions:
        if _is_truth(material, value):
            yield Draft("negate", 0.6, value, value, partial(negated, value))
        if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.Not):
            yield Draft("negate", 0.9, value, value, partial(kept, value.operand))
            yield from _contraries(value)


def _contraries(value: ast.UnaryOp) -> Iterator[Draft]:
    """Yield the predicate that is nearly the negation of another: `islower` for `not isupper`."""
    asked = value.operand
    if isinstance(asked, ast.Call) and isinstance(asked.func, ast.Attribute):
        for other in _CONTRARY.get(asked.func.attr, ()):
            yield Draft("contrary", 1.0, value, value, partial(twin, asked, func=twin(asked.func, attr=other)))


def _of_form(material: Material, node: ast.AST) -> Iterator[Draft]:
    match node:
        case ast.BoolOp():
            yield from _of_connective(node)
        case ast.comprehension():
            yield from _of_filter(material, node)
        case ast.If():
            yield from _of_branch(material, node)
        case ast.IfExp():
            yield from _of_choice(node)
        case ast.While() if not any(leaps(child) for child in node.body):
            once = branch(node.test, node.body, node.orelse)
            yield Draft("shape", 0.6, node.test, node, partial(kept, once))
        case _:
            return


def _of_test(material: Material, test: ast.expr) -> Iterator[Draft]:
    yield Draft("negate", 1.0, test, test, partial(negated, test))
    for value in (True, False):
        yield Draft("fixed", 1.0, test, test, partial(literal, value))
    yield from _joined(material, test)


def _joined(material: Material, test: ast.expr) -> Iterator[Draft]:
    for rank, other in enumerate(_seen_tests(material, test)):
        fit = 1 - 0.04 * min(rank, 20)
        yield Draft("seen", fit, test, test, partial(kept, other))
        yield from _with_other(test, other, 0.9 * fit)
        yield from _with_other(test, negated(other), 0.7 * fit)
    for rank, other in enumerate(_varied(material, test)[:24]):
        yield from _with_other(test, other, 0.6 - 0.01 * rank)
    for fit, other in _simple_tests(material, test):
        yield Draft("simple", fit, test, test, partial(kept, other))
        yield from _with_other(test, other, 0.8 * fit)


def _with_other(test: ast.expr, other: ast.expr, fit: float) -> Iterator[Draft]:
    if isinstance(test, ast.Constant):
        yield Draft("conjunct", fit, test, test, partial(kept, other))
        return
    yield Draft("conjunct", fit, test, test, partial(both, test, other))
    yield Draft("disjunct", fit, test, test, partial(either, test, other))
    yield Draft("conjunct", 0.6 * fit, test, test, partial(both, other, test))
    yield Draft("disjunct", 0.8 * fit, test, test, partial(either, other, test))


def _seen_tests(material: Material, test: ast.expr) -> list[ast.expr]:
    """Return the tests of the same function: comparisons, whole conditions, and calls that give a truth value."""
    inside = {id(node) for node in ast.walk(test)}
    found = [
        node
        for node in material.expressions_beside(test)
        if id(node) not in inside
        and (isinstance(node, ast.Compare | ast.BoolOp) or material.kind(node) == "bool")
        and not isinstance(node, ast.Constant | ast.GeneratorExp)
    ]
    return sorted(found, key=lambda node: abs(node.lineno - test.lineno))[:16]


def _simple_tests(material: Material, test: ast.expr) -> list[tuple[float, ast.expr]]:
    """Return plain tests of the variables in scope: emptiness, zero, None, calls of one-argument functions."""
    found: list[tuple[float, ast.expr]] = []
    variables = material.names(test)[:10]
    for rank, variable in enumerate(variables):
        fit = 1 - 0.04 * rank
        kind = material.kind_of_name(variable)
        read = name(variable)
        found += [(0.9 * fit, read), (0.9 * fit, negated(read)), (0.5 * fit, compare(read, ast.Is, literal(None)))]
        if kind in NUMBERS or kind == "any":
            tests: tuple[tuple[type[ast.cmpop], int], ...] = (
                (ast.Eq, 0),
                (ast.Gt, 0),
                (ast.Lt, 0),
                (ast.Eq, 1),
                (ast.Gt, 1),
            )
            found += [(0.6 * fit, compare(read, operator, literal(value))) for operator, value in tests]
        if kind in CONTAINERS:
            found.append((0.5 * fit, compare(call("len", read), ast.Gt, literal(1))))
            found.append((0.5 * fit, compare(call("len", read), ast.Eq, literal(1))))
        found += [(0.8 * fit, call(function, read)) for function in _testers(material, test)]
        found += [(0.45 * fit, compare(read, ast.Eq, name(other))) for other in variables[rank + 1 : rank + 4]]
        found += [(0.4 * fit, compare(read, ast.NotIn, name(other))) for other in variables if other != variable][:4]
    return found


def _varied(material: Material, test: ast.expr) -> list[ast.expr]:
    """Return comparisons of the same function, this test's included, with another number in them."""
    own = [node for node in ast.walk(test) if isinstance(node, ast.Compare)]
    seen = [node for node in _seen_tests(material, test) if isinstance(node, ast.Compare)]
    found: list[ast.expr] = []
    for node in (*own, *seen[:4]):
        for number in (child for child in ast.walk(node) if isinstance(child, ast.Constant)):
            if type(number.value) is int:
                nearby = (exchanged(node, {id(number): literal(number.value + step)}) for step in (1, -1))
                found += [other for near in nearby for other in (near, negated(near))]
    return found


def _testers(material: Material, test: ast.expr) -> list[str]:
    """Return the functions of the source that take one argument, but not the one around the test."""
    own = material.code.function(test)
    return [key for key, node in material.functions.items() if len(node.args.args) == 1 and node is not own][:4]


def _of_connective(node: ast.BoolOp) -> Iterator[Draft]:
    other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    yield Draft("connective", 1.0, node, node, partial(ast.BoolOp, op=other, values=node.values))
    for at, value in enumerate(node.values):
        rest = [*node.values[:at], *node.values[at + 1 :]]
        fewer = rest[0] if len(rest) == 1 else ast.BoolOp(op=node.op, values=rest)
        yield Draft("drop", 1.0, value, node, partial(kept, fewer))
        changed = [*node.values[:at], negated(value), *node.values[at + 1 :]]
        yield Draft("negate", 0.85, value, node, partial(ast.BoolOp, op=node.op, values=changed))
        if isinstance(value, ast.BoolOp):
            yield Draft("group", 1.0, value, node, partial(_regrouped, node, at))
    for at in range(len(node.values) - 1 if len(node.values) > 2 else 0):
        pair = ast.BoolOp(op=other, values=node.values[at : at + 2])
        mixed = [*node.values[:at], pair, *node.values[at + 2 :]]
        yield Draft("connective", 0.7, node, node, partial(ast.BoolOp, op=node.op, values=mixed))
    for at, value in enumerate(node.values):
        yield from _near_tests(node, at, value)


def _near_tests(node: ast.BoolOp, at: int, value: ast.expr) -> Iterator[Draft]:
    """Yield a further test made of one comparison with a side taken from its neighbour."""
    for other in node.values[at + 1 :]:
        if not (isinstance(value, ast.Compare) and isinstance(other, ast.Compare)):
            continue
        mixes = [
            compare(value.left, type(value.ops[0]), other.comparators[0]),
            compare(other.left, type(value.ops[0]), value.comparators[0]),
        ]
        for mixed in (*mixes, *_blended(value, other)):
            widened = [*node.values, mixed]
            yield Draft("conjunct", 0.8, value, node, partial(ast.BoolOp, op=node.op, values=widened))


def _blended(first: ast.Compare, second: ast.Compare) -> Iterator[ast.expr]:
    """Yield `first` with each single name replaced by each name of `second`, and two names at once."""
    mine = [node for node in ast.walk(first) if isinstance(node, ast.Name)]
    theirs = list(dict.fromkeys(node.id for node in ast.walk(second) if isinstance(node, ast.Name)))
    own = list(dict.fromkeys(node.id for node in mine))
    for at, one in enumerate(own):
        for two in own[at + 1 :]:
            turned = {one: two, two: one}
            yield exchanged(first, {id(node): name(turned[node.id]) for node in mine if node.id in turned})
    for node in mine[:6]:
        for other in theirs[:6]:
            if other != node.id:
                yield exchanged(first, {id(node): name(other)})


def _regrouped(node: ast.BoolOp, at: int) -> ast.expr:
    """Return `a and (b or c)` for `a and b or c`, and the like."""
    inner = node.values[at]
    assert isinstance(inner, ast.BoolOp)  # the caller asked
    before, after = node.values[:at], node.values[at + 1 :]
    if after:
        last = ast.BoolOp(op=node.op, values=[inner.values[-1], *after])
        regrouped: ast.expr = ast.BoolOp(op=inner.op, values=[*inner.values[:-1], last])
        return ast.BoolOp(op=node.op, values=[*before, regrouped]) if before else regrouped
    first = ast.BoolOp(op=node.op, values=[*before, inner.values[0]])
    return ast.BoolOp(op=inner.op, values=[first, *inner.values[1:]])


def _of_filter(material: Material, node: ast.comprehension) -> Iterator[Draft]:
    for at, test in enumerate(node.ifs):
        rest = [*node.ifs[:at], *node.ifs[at + 1 :]]
        yield Draft("drop", 1.0, test, node, partial(twin, node, ifs=rest))
        yield from _of_test(material, test)
    if node.ifs:
        return
    for fit, other in _simple_tests(material, node.iter if not is_read(node.target) else node.target):
        yield Draft("filter", fit, node.iter, node, partial(twin, node, ifs=[other]))
    if isinstance(node.target, ast.Name):
        variable = name(node.target.id)
        yield Draft("filter", 1.0, node.iter, node, partial(twin, node, ifs=[variable]))
        for operator in (ast.Gt, ast.NotEq):
            test = compare(variable, operator, literal(0))
            yield Draft("filter", 0.7, node.iter, node, partial(twin, node, ifs=[test]))


def _of_branch(material: Material, node: ast.If) -> Iterator[Draft]:
    if material.code.loop(node) is None:
        yield Draft("shape", 0.7, node.test, node, partial(ast.While, test=node.test, body=node.body, orelse=[]))
    if node.orelse:
        yield Draft("branch", 0.9, node.test, node, partial(with_block, node, "orelse", ()))
        turned = ast.If(test=node.test, body=node.orelse, orelse=node.body)
        yield Draft("branch", 0.8, node.test, node, partial(kept, turned))
    slot = material.code.place(node)
    if slot is None:
        return
    holder, field, at = slot
    block: list[ast.stmt] = getattr(holder, field)
    if node.orelse:
        apart = [*block[:at], with_block(node, "orelse", ()), *node.orelse, *block[at + 1 :]]
        yield Draft("branch", 1.0, node.test, holder, partial(with_block, holder, field, apart))
    elif at + 1 < len(block):
        for end in (at + 2, len(block)):
            under = twin(node, orelse=block[at + 1 : end])
            yield Draft("branch", 0.7, node.test, holder, partial(_joined_block, holder, field, at, end, under))


def _joined_block(holder: ast.AST, field: str, at: int, end: int, under: ast.stmt) -> ast.AST:
    block: list[ast.stmt] = getattr(holder, field)
    return with_block(holder, field, [*block[:at], under, *block[end:]])


def _of_choice(node: ast.IfExp) -> Iterator[Draft]:
    yield Draft("choice", 1.0, node, node, partial(ast.IfExp, test=node.test, body=node.orelse, orelse=node.body))
    yield Draft("choice", 0.9, node, node, partial(kept, node.body))
    yield Draft("choice", 0.9, node, node, partial(kept, node.orelse))


def _is_truth(material: Material, node: ast.expr) -> bool:
    """Return whether a value that is no test of a branch is a truth value that could be turned."""
    parent = material.code.parent(node)
    if getattr(parent, "test", None) is node or isinstance(parent, ast.UnaryOp | ast.BoolOp):
        return False
    return isinstance(node, ast.Compare | ast.BoolOp) or (isinstance(node, ast.Call) and material.kind(node) == "bool")
