"""Edits of constants: numbers, truth values, texts, empty and literal containers.

Promises: new values come from the constant itself, other constants of the source and the visible cases; one edit
changes one constant, or every equal constant of its function in the same way.
Does not promise: values that nothing suggests.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from types import EllipsisType

from .edit import Draft
from .kind import kind_of_value
from .material import Material
from .syntax import Value, call, kept, list_of, literal, name, tuple_of
from .tree import exchanged, twin

# A neighbour of the value or the other truth value is likelier than a value from elsewhere; all at once is rare.
PRIORS = {
    "number": 1.0, "truth": 0.95, "text": 0.8, "none": 0.7, "empty": 0.85, "element": 0.6, "seen": 0.6,
    "everywhere": 0.5, "typing": 0.35, "swap": 0.6,
}  # fmt: skip

_KINDS_OF_SAME_TEXT: tuple[Callable[[str], str], ...] = (
    str.lower, str.upper, str.capitalize, str.strip, str.swapcase, lambda text: text[::-1],
)  # fmt: skip
_COMMON_TEXTS = ("", " ", ",", ", ", "\n", "-", "_", ".", "0", "1", "a", "A")
_OFTEN = (0, 1, -1, 2, 10, 3)


def drafts(material: Material) -> Iterator[Draft]:
    """Yield the family's edits, unordered."""
    for node in material.code.nodes:
        if isinstance(node, ast.Constant):
            yield from _of_constant(material, node)
        elif isinstance(node, ast.List | ast.Tuple | ast.Dict | ast.Set):
            yield from _of_container(material, node)
        elif isinstance(node, ast.Call) and _is_infinity(node):
            yield Draft("number", 0.9, node, node, partial(ast.UnaryOp, op=ast.USub(), operand=node))
            yield Draft("number", 0.8, node, node, partial(literal, 0))
    yield from _exchanges(material)


def _of_constant(material: Material, node: ast.Constant) -> Iterator[Draft]:
    value = node.value
    if isinstance(value, bool):
        yield Draft("truth", 1.0, node, node, partial(literal, not value))
        yield from _seen(material, node, ("none", "int"), weight=0.6)
    elif isinstance(value, int | float):
        yield from _numbers(material, node, value)
    elif isinstance(value, str):
        yield from _texts(material, node, value)
    elif value is None:
        for fit, new in ((1.0, False), (0.9, 0), (0.8, True), (0.7, ""), (0.6, 1), (0.6, -1)):
            yield Draft("none", fit, node, node, partial(literal, new))
        yield Draft("none", 0.9, node, node, partial(list_of, ()))
    yield from _everywhere(material, node)


def _numbers(material: Material, node: ast.Constant, value: int | float) -> Iterator[Draft]:
    if not _under_minus(material, node):
        for fit, new in _near_numbers(value):
            yield Draft("number", fit, node, node, partial(literal, new))
        yield from _seen(material, node, ("int", "float"), weight=1.0)
    yield Draft("none", 0.5, node, node, partial(literal, None))
    if isinstance(value, int):
        yield Draft("typing", 0.9, node, node, partial(literal, str(value)))
        yield Draft("typing", 0.5, node, node, partial(literal, float(value)))
        if value in (0, 1):
            yield Draft("truth", 0.6, node, node, partial(literal, bool(value)))
    elif value == int(value) if abs(value) < 1e15 else False:
        yield Draft("typing", 0.9, node, node, partial(literal, int(value)))


def _near_numbers(value: int | float) -> Iterator[tuple[float, int | float]]:
    yield from ((1.0, value + 1), (1.0, value - 1), (0.6, -value), (0.5, value + 2), (0.5, value - 2))
    yield from ((0.45, value * 2), (0.35, value * 10), (0.4, value**2 if abs(value) < 1e3 else value))
    if isinstance(value, int):
        yield from ((0.45, value // 2), (0.35, value // 10))
    else:
        yield from ((0.5, value / 2), (0.4, value / 10), (0.5, value + 0.5), (0.5, value - 0.5))
    yield from ((0.85 - 0.08 * rank, type(value)(often)) for rank, often in enumerate(_OFTEN))


def _texts(material: Material, node: ast.Constant, value: str) -> Iterator[Draft]:
    for rank, new in enumerate(text for other in _KINDS_OF_SAME_TEXT if (text := other(value)) != value):
        yield Draft("text", 0.85 - 0.05 * rank, node, node, partial(literal, new))
    if value and value.isalpha() and len(value) > 1 and value != value.swapcase():
        yield Draft("text", 0.95, node, node, partial(literal, value + value.swapcase()))
    words = (text for text in (*material.constants, *material.atoms) if isinstance(text, str))
    for rank, new in enumerate(_distinct((*words, *_COMMON_TEXTS))):
        short = len(new) <= 1 if len(value) <= 1 else len(new) > 1
        yield Draft("text", (0.9 if short else 0.6) / (1 + 0.05 * rank), node, node, partial(literal, new))
    if 1 < len(value) <= 40:
        yield from _letters(node, value)
    yield Draft("none", 0.5, node, node, partial(literal, None))
    if value.lstrip("-").isdigit() and len(value) < 18:
        yield Draft("typing", 0.9, node, node, partial(literal, int(value)))
    yield Draft("typing", 0.5, node, node, partial(list_of, ()))


def _letters(node: ast.Constant, value: str) -> Iterator[Draft]:
    """Yield texts with one letter, or one word, less."""
    for at in range(len(value)):
        fit = 0.75 if at in (0, len(value) - 1) else 0.4
        yield Draft("text", fit, node, node, partial(literal, value[:at] + value[at + 1 :]))
    words = value.split(" ")
    for at in range(len(words) if len(words) > 1 else 0):
        yield Draft("text", 0.6, node, node, partial(literal, " ".join(words[:at] + words[at + 1 :])))
    yield Draft("text", 0.45, node, node, partial(literal, value + " "))
    yield Draft("text", 0.45, node, node, partial(literal, " " + value))


def _seen(material: Material, node: ast.Constant, kinds: tuple[str, ...], *, weight: float) -> Iterator[Draft]:
    """Yield constants seen in the source first, then in the visible expectations."""
    values = [value for value in (*material.constants, *material.atoms[:20]) if kind_of_value(value) in kinds]
    for rank, value in enumerate(values[:30]):
        yield Draft("seen", weight / (1 + 0.05 * rank), node, node, partial(literal, value))


def _everywhere(material: Material, node: ast.Constant) -> Iterator[Draft]:
    """Yield edits that change all equal constants of the function at once, drafted at the first of them."""
    function = material.code.function(node)
    if function is None or isinstance(node.value, EllipsisType):
        return
    same = [other for other in _constants_in(material, function) if _equal(other, node)]
    if len(same) < 2 or same[0] is not node:
        return
    yield from _pairs(function, same)
    for rank, value in enumerate(_replacements(material, node.value)):
        build = partial(_changed_all, function, tuple(same), value)
        yield Draft("everywhere", 1 / (1 + 0.06 * rank), node, function, build)


def _pairs(function: ast.AST, same: list[ast.Constant]) -> Iterator[Draft]:
    """Yield edits that move two equal whole numbers by one: a wrong bound is often written twice."""
    if len(same) < 3 or type(same[0].value) is not int:
        return
    for at, first in enumerate(same[:6]):
        for second in same[at + 1 : 6]:
            for step in (1, -1):
                build = partial(_changed_all, function, (first, second), same[0].value + step)
                yield Draft("everywhere", 0.6, first, function, build)


def _replacements(material: Material, value: Value) -> Sequence[Value]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int | float):
        return [new for _, new in sorted(_near_numbers(value), key=lambda near: -near[0])][:8]
    if isinstance(value, str):
        words = [text for text in (*material.constants, *material.atoms, *_COMMON_TEXTS) if isinstance(text, str)]
        return [*(other(value) for other in _KINDS_OF_SAME_TEXT), *words][:24]
    return []


def _exchanges(material: Material) -> Iterator[Draft]:
    """Yield edits that exchange two constants of a function, wherever they stand."""
    for function in material.code.functions:
        found = _constants_in(material, function)
        distinct = [node for at, node in enumerate(found) if not any(_equal(node, before) for before in found[:at])]
        for at, first in enumerate(distinct[:8]):
            for second in distinct[at + 1 : 8]:
                if kind_of_value(first.value) == kind_of_value(second.value):
                    yield Draft("swap", 1.0, first, function, partial(_exchanged_all, function, found, first, second))
        texts = tuple(node for node in found if isinstance(node.value, str) and node.value)
        for rank, other in enumerate(_KINDS_OF_SAME_TEXT[:3] if len(texts) > 1 else ()):
            build = partial(_recast, function, texts, other)
            yield Draft("everywhere", 0.9 - 0.1 * rank, texts[-1], function, build)


def _exchanged_all(
    function: ast.AST, nodes: Iterable[ast.Constant], first: ast.Constant, second: ast.Constant
) -> ast.AST:
    changes: dict[int, ast.AST] = {}
    for node in nodes:
        if _equal(node, first):
            changes[id(node)] = literal(second.value)  # type: ignore[arg-type]  # any constant is a Value
        elif _equal(node, second):
            changes[id(node)] = literal(first.value)  # type: ignore[arg-type]  # as above
    return exchanged(function, changes)


def _recast(function: ast.AST, nodes: Iterable[ast.Constant], other: Callable[[str], str]) -> ast.AST:
    return exchanged(function, {id(node): literal(other(str(node.value))) for node in nodes})


def _changed_all(function: ast.AST, nodes: Iterable[ast.Constant], value: Value) -> ast.AST:
    return exchanged(function, {id(node): literal(value) for node in nodes})


def _of_container(material: Material, node: ast.List | ast.Tuple | ast.Dict | ast.Set) -> Iterator[Draft]:
    if not isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        return
    items = node.values if isinstance(node, ast.Dict) else node.elts
    if not items:
        yield from _empties(material, node)
    elif len(items) <= 12 and not isinstance(node, ast.Dict):
        yield from _elements(node)
    if isinstance(node, ast.List | ast.Tuple) and items:
        for fit, empty in ((0.5, list_of(())), (0.3, tuple_of(()))):
            yield Draft("empty", fit, node, node, partial(kept, empty))


def _empties(material: Material, node: ast.expr) -> Iterator[Draft]:
    nested = list_of([list_of(())])
    choices: list[tuple[float, ast.expr]] = [
        (1.0, nested), (0.8, ast.Dict(keys=[], values=[])), (0.8, call("set")), (0.7, list_of(())),
        (0.7, literal("")), (0.6, literal(None)), (0.7, list_of([literal(0)])), (0.6, list_of([literal(1)])),
        (0.5, literal(0)), (0.4, tuple_of(())), (0.4, list_of([literal("")])),
    ]  # fmt: skip
    for fit, choice in choices:
        yield Draft("empty", fit, node, node, partial(kept, choice))
    for rank, variable in enumerate(material.names(node)[:8]):
        fit = 0.95 if variable in material.parameters(node) else 0.7
        yield Draft("empty", fit - 0.05 * rank, node, node, partial(list_of, [name(variable)]))


def _elements(node: ast.List | ast.Tuple | ast.Set) -> Iterator[Draft]:
    for at in range(len(node.elts)):
        shorter = [*node.elts[:at], *node.elts[at + 1 :]]
        if shorter or not isinstance(node, ast.Set):
            yield Draft("element", 0.9, node.elts[at], node, partial(_with_elements, node, shorter))
        if at + 2 <= len(node.elts) and len(node.elts) > 2:
            gone = [*node.elts[:at], *node.elts[at + 2 :]]
            yield Draft("element", 0.7, node.elts[at], node, partial(_with_elements, node, gone))
        if at and at + 2 < len(node.elts):
            yield Draft("element", 0.6, node.elts[at], node, partial(_with_elements, node, node.elts[:at]))
        if at + 1 < len(node.elts):
            turned = [*node.elts[:at], node.elts[at + 1], node.elts[at], *node.elts[at + 2 :]]
            yield Draft("element", 0.8, node.elts[at], node, partial(_with_elements, node, turned))


def _with_elements(node: ast.List | ast.Tuple | ast.Set, items: list[ast.expr]) -> ast.expr:
    return twin(node, elts=items)


def _constants_in(material: Material, function: ast.AST) -> list[ast.Constant]:
    return [
        node
        for node in material.code.nodes
        if isinstance(node, ast.Constant) and material.code.function(node) is function and node.value is not Ellipsis
    ]


def _equal(left: ast.Constant, right: ast.Constant) -> bool:
    return type(left.value) is type(right.value) and repr(left.value) == repr(right.value)


def _under_minus(material: Material, node: ast.Constant) -> bool:
    """Return whether a minus sign stands before the number: its neighbours then lie on the other side of zero."""
    parent = material.code.parent(node)
    return isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.USub) and node.value == 0


def _is_infinity(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Name) and node.func.id == "float" and len(node.args) == 1


def _distinct(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))
