"""Edits of names: another variable, function, method or attribute in its place, a variable for a constant.

Promises: only names in scope, or well-known relatives of a builtin or method, are put in.
Does not promise: fitting kinds of value; likely kinds come first.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial

from .edit import Draft
from .kind import CONTAINERS, NUMBERS, Kind
from .material import Material
from .syntax import call, is_number, is_read, item, kept, literal, method, name
from .tree import exchanged, twin

# Mistaken variables are the most frequent wrong names; relatives (min, max) next; whole expressions for names last.
PRIORS = {
    "variable": 1.0, "relative": 0.95, "attribute": 0.8, "target": 0.55, "function": 0.6, "for-constant": 0.6,
    "part": 0.45, "expression": 0.5, "everywhere": 0.5, "exchange": 0.7, "entry": 1.0,
}  # fmt: skip

_FAMILIES: tuple[tuple[str, ...], ...] = (
    ("min", "max", "sum"), ("any", "all"), ("list", "tuple", "set", "sorted"), ("int", "float", "str", "round"),
    ("ceil", "floor", "trunc"), ("sorted", "reversed"), ("len", "sum", "max"), ("bin", "hex", "oct", "str"),
    ("ord", "chr", "int"), ("zip", "enumerate"), ("range", "len"), ("sqrt", "floor"), ("sin", "cos"),
    ("abs", "int", "round"), ("bool", "any"), ("log", "log2", "log10"),
    ("lower", "upper", "swapcase", "title", "capitalize"), ("startswith", "endswith"), ("append", "extend", "add"),
    ("index", "find", "rindex", "rfind"), ("isalpha", "isdigit", "isalnum", "isspace"), ("isupper", "islower"),
    ("union", "intersection", "difference", "symmetric_difference"), ("keys", "values", "items"),
    ("strip", "lstrip", "rstrip"), ("pop", "popleft", "remove"), ("append", "appendleft"), ("split", "rsplit"),
    ("ljust", "rjust"), ("sort", "reverse"), ("issubset", "issuperset"), ("count", "index"), ("update", "add"),
    ("remove", "discard"), ("get", "pop", "setdefault"), ("extend", "append"),
)  # fmt: skip
_CONVERSIONS = ("len", "str", "bin", "int", "abs", "sum", "list", "set")
_MODULES = frozenset({"math", "os", "re", "sys", "collections", "itertools", "functools", "string", "random", "heapq"})


def drafts(material: Material) -> Iterator[Draft]:
    """Yield the family's edits, unordered."""
    for node in material.code.nodes:
        if isinstance(node, ast.Name):
            yield from _of_name(material, node)
        elif isinstance(node, ast.Attribute) and node.attr:
            yield from _of_attribute(material, node)
        elif isinstance(node, ast.Constant) and is_read(node):
            yield from _for_constant(material, node)
        elif isinstance(node, ast.Call | ast.Subscript | ast.BinOp) and is_read(node):
            yield from _for_expression(material, node)
    for statement in material.statements:
        yield from _everywhere(material, statement)
    yield from _entries(material)


def _entries(material: Material) -> Iterator[Draft]:
    """Give a function the name that the tool is called by, where nothing here has it."""
    tree = material.code.tree
    if material.entry_point in material.functions or any(isinstance(each, ast.ClassDef) for each in tree.body):
        return
    functions = [each for each in tree.body if isinstance(each, ast.FunctionDef)]
    # The last is the likeliest: helpers stand before what needs them.
    for rank, function in enumerate(reversed(functions)):
        renamed = partial(_with_entry, tree, function.name, material.entry_point)
        yield Draft("entry", 1 - 0.1 * min(rank, 9), function, tree, renamed)


def _with_entry(tree: ast.Module, old: str, new: str) -> ast.Module:
    """Return a module in which a function, and whatever calls it, has another name."""
    uses = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == old]
    called = exchanged(tree, {id(use): twin(use, id=new) for use in uses})
    defined = (isinstance(each, ast.FunctionDef) and each.name == old for each in called.body)
    body = [twin(each, name=new) if is_it else each for each, is_it in zip(called.body, defined, strict=True)]
    return twin(called, body=body)


def _of_name(material: Material, node: ast.Name) -> Iterator[Draft]:
    if isinstance(node.ctx, ast.Load):
        if material.code.is_called(node):
            yield from _of_function(material, node)
            return
        if node.id in material.functions or node.id in _MODULES:
            return
        for fit, other in _ranked(material, node, material.kind(node)):
            yield Draft("variable", fit, node, node, partial(name, other))
        yield from _parts(material, node)
        yield from _expressions(material, node)
        yield from _converted(material, node)
    elif isinstance(node.ctx, ast.Store):
        for fit, other in _ranked(material, node, material.kind_of_name(node.id)):
            yield Draft("target", fit, node, node, partial(twin, node, id=other))


def _ranked(material: Material, node: ast.AST, kind: Kind, limit: int = 14) -> list[tuple[float, str]]:
    """Return names in scope with their fit: same kind first, then unknown, nearest scope first."""
    own = node.id if isinstance(node, ast.Name) else None
    ranked = []
    for rank, other in enumerate(other for other in material.names(node) if other not in (own, "_", "self")):
        ranked.append((_likeness(kind, material.kind_of_name(other)) * (1 - 0.03 * min(rank, 15)), other))
    return sorted(ranked, key=lambda pair: -pair[0])[:limit]


def _likeness(left: Kind, right: Kind) -> float:
    if left == right:
        return 1.0 if left != "any" else 0.9
    if "any" in (left, right):
        return 0.8
    alike = {left, right} <= NUMBERS or {left, right} <= CONTAINERS
    return 0.65 if alike else 0.4


def _of_function(material: Material, node: ast.Name) -> Iterator[Draft]:
    for rank, other in enumerate(_relatives(node.id)):
        yield Draft("relative", 1 - 0.1 * rank, node, node, partial(name, other))
    for rank, other in enumerate(material.functions):
        if other != node.id:
            yield Draft("function", 1 - 0.05 * min(rank, 15), node, node, partial(name, other))
    if node.id in material.names(node):
        for fit, other in _ranked(material, node, "any"):
            yield Draft("function", 0.8 * fit, node, node, partial(name, other))


def _of_attribute(material: Material, node: ast.Attribute) -> Iterator[Draft]:
    for rank, other in enumerate(_relatives(node.attr)):
        yield Draft("relative", 1 - 0.1 * rank, node, node, partial(twin, node, attr=other))
    if not material.code.is_called(node):
        for rank, other in enumerate(material.attributes[:12]):
            yield Draft("attribute", 1 - 0.05 * rank, node, node, partial(twin, node, attr=other))


def _relatives(identifier: str) -> list[str]:
    found = [other for family in _FAMILIES if identifier in family for other in family if other != identifier]
    return list(dict.fromkeys(found))


def _for_constant(material: Material, node: ast.Constant) -> Iterator[Draft]:
    yield from _spelt(material, node)
    for fit, other in _ranked(material, node, material.kind(node)):
        yield Draft("for-constant", fit, node, node, partial(name, other))
        if is_number(node):
            yield Draft("for-constant", 0.5 * fit, node, node, partial(call, "len", name(other)))


def _spelt(material: Material, node: ast.Constant) -> Iterator[Draft]:
    """Yield the variable that a text spells, as it is and through the usual methods of texts."""
    if not isinstance(node.value, str) or node.value not in material.names(node):
        return
    yield Draft("for-constant", 1.0, node, node, partial(name, node.value))
    for rank, attribute in enumerate(("encode", "lower", "strip", "upper", "copy")):
        yield Draft("for-constant", 0.9 - 0.1 * rank, node, node, partial(method, name(node.value), attribute))


def _for_expression(material: Material, node: ast.expr) -> Iterator[Draft]:
    if material.code.is_called(node):
        return
    for fit, other in _ranked(material, node, material.kind(node), 10):
        yield Draft("expression", 0.9 * fit, node, node, partial(name, other))


def _parts(material: Material, node: ast.Name) -> Iterator[Draft]:
    """Yield elements and attributes of the named value."""
    kind = material.kind(node)
    fit = 1.0 if kind in CONTAINERS else 0.7 if kind == "any" else 0.0
    if not fit:
        return
    for rank, other in enumerate(material.names(node)[:8]):
        if other != node.id and material.kind_of_name(other) in ("int", "any"):
            yield Draft("part", fit * (0.9 - 0.05 * rank), node, node, partial(item, node, name(other)))
    for rank, index in enumerate((0, -1, 1)):
        yield Draft("part", fit * (0.8 - 0.1 * rank), node, node, partial(item, node, literal(index)))
    for rank, attribute in enumerate(material.attributes[:6]):
        built = partial(ast.Attribute, value=node, attr=attribute, ctx=ast.Load())
        yield Draft("part", fit * (0.8 - 0.08 * rank), node, node, built)
    if kind == "dict":
        for view in ("values", "items", "keys"):
            yield Draft("part", 0.7, node, node, partial(method, node, view))


def _expressions(material: Material, node: ast.Name) -> Iterator[Draft]:
    """Yield subscripts, attributes and calls seen in the same function."""
    seen = 0
    for other in material.expressions_beside(node):
        if seen >= 14 or not isinstance(other, ast.Subscript | ast.Attribute | ast.Call | ast.BinOp):
            continue
        if not material.code.is_called(other) and _small(other):
            seen += 1
            fit = _likeness(material.kind(node), material.kind(other)) * (1 - 0.03 * seen)
            yield Draft("expression", fit, node, node, partial(kept, other))


def _converted(material: Material, node: ast.Name) -> Iterator[Draft]:
    """Yield another variable, converted by a builtin: `str(x)` for `items`."""
    if not isinstance(material.code.parent(node), ast.Attribute | ast.Call | ast.BinOp | ast.Subscript | ast.Compare):
        return
    for rank, other in enumerate(material.names(node)[:5]):
        for order, function in enumerate(_CONVERSIONS if other != node.id else ()):
            fit = 0.5 * (1 - 0.08 * rank) * (1 - 0.06 * order)
            yield Draft("part", fit, node, node, partial(call, function, name(other)))


def _everywhere(material: Material, statement: ast.stmt) -> Iterator[Draft]:
    """Yield edits that rename one variable throughout a statement, or exchange two."""
    uses = [node for node in ast.walk(statement) if isinstance(node, ast.Name) and node.id not in material.functions]
    variables = [use.id for use in uses if use.id in material.names(statement)]
    distinct = list(dict.fromkeys(variables))[:6]
    for first in distinct if not isinstance(statement, ast.FunctionDef | ast.ClassDef) else ():
        if variables.count(first) > 1:
            for fit, other in _ranked(material, statement, material.kind_of_name(first), 8):
                build = partial(_renamed, statement, {first: other})
                yield Draft("everywhere", fit, statement, statement, build)
    for at, first in enumerate(distinct if len(uses) < 40 else ()):
        for second in distinct[at + 1 :]:
            fit = _likeness(material.kind_of_name(first), material.kind_of_name(second))
            build = partial(_renamed, statement, {first: second, second: first})
            yield Draft("exchange", fit, statement, statement, build)


def _renamed(statement: ast.stmt, other_names: dict[str, str]) -> ast.stmt:
    changes: dict[int, ast.AST] = {
        id(node): twin(node, id=other_names[node.id])
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and node.id in other_names
    }
    return exchanged(statement, changes)


def _small(node: ast.expr) -> bool:
    return node.lineno == node.end_lineno and (node.end_col_offset or 0) - node.col_offset <= 30
