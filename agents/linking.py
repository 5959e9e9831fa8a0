"""Putting a tool together from others: their code in front, the function that calls them behind.

Promises: the linked source needs nothing but itself; equal parts give equal sources, in every process; where two pieces
would mean different things by one name it is refused, never guessed.
Does not promise: that the pieces do together what they did alone where one changes its own globals.
"""

from __future__ import annotations

import ast
import builtins
import symtable
import warnings
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from .edits import Edited, EditProblem
from .edits.python import Broken, Definition, bound_name, definition, lines_of, parse, span
from .view import Shelved

_BUILTINS = frozenset(dir(builtins)) | {"__name__", "__doc__", "__annotations__"}
_TAKEN = Definition | ast.Import | ast.ImportFrom | ast.Assign | ast.AnnAssign
_UNPARSABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


@dataclass(frozen=True, slots=True)
class _Piece:
    """One source with its tree, the names it binds at its top level, and those it takes from elsewhere.

    `bindings` goes from names to the statements that bind them, without what functions bind by `global`.
    """

    name: str
    source: str
    tree: ast.Module
    bound: frozenset[str]
    free: frozenset[str]
    bindings: Mapping[str, Sequence[ast.stmt]]
    rebound: frozenset[str]


def link(source: str, entry_point: str, parts: Sequence[Shelved]) -> Edited | EditProblem:
    """Return one source with the code of the parts, in the order given, before that of `source`.

    Args: source: what defines `entry_point` and calls the parts' entry points, which it does not define itself.
    What pieces have in common is put in once; what they have otherwise under one name is a problem.
    """
    try:
        return _linked(source, entry_point, parts)
    except RecursionError:
        return EditProblem(
            "too-long", "The code is nested too deeply to be combined with other code. Write it flatter."
        )


def _linked(source: str, entry_point: str, parts: Sequence[Shelved]) -> Edited | EditProblem:
    own = _piece(source, entry_point)
    if isinstance(own, EditProblem):
        return own
    pieces = []
    for part in dict.fromkeys(parts):
        piece = _piece(part.source, part.entry_point)
        if isinstance(piece, EditProblem):
            return piece
        pieces.append(piece)
    if problem := _clash(own, pieces):
        return problem
    return Edited(_written([*pieces, own]))


def mentioned(source: str, names: Sequence[str]) -> tuple[str, ...]:
    """Return which of the names stand for something at a source's top level, in the order given."""
    found = _names(source)
    return tuple(name for name in dict.fromkeys(names) if found and name in found[0] | found[1])


def _piece(source: str, entry_point: str) -> _Piece | EditProblem:
    tree = parse(source)
    names = _names(source)
    if isinstance(tree, Broken) or names is None:
        why = tree.problem if isinstance(tree, Broken) else "it cannot be read"
        return EditProblem("syntax", f"The code of `{entry_point}` is no valid Python: {why}.")
    if definition(tree, entry_point) is None:
        return EditProblem(
            "missing-function", f"The code defines no `{entry_point}` at its top level. Define it there."
        )
    if any(alias.name == "*" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names):
        told = (
            f"The code of `{entry_point}` imports `*`, so its names are not known; it cannot be combined with others."
        )
        return EditProblem("ambiguous", told)
    bindings = defaultdict[str, list[ast.stmt]](list)
    for node in tree.body:
        for name in _bound_at(node):
            bindings[name].append(node)
    rebound = frozenset(name for node in ast.walk(tree) if isinstance(node, ast.Global) for name in node.names)
    return _Piece(entry_point, source, tree, *names, bindings=bindings, rebound=rebound)


def _names(source: str) -> tuple[frozenset[str], frozenset[str]] | None:
    """Return the names that a module binds at its top level, and those it uses without binding them."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            top = symtable.symtable(source, "<tool>", "exec")
    except _UNPARSABLE:
        return None
    bound, used = set[str](), set[str]()
    for table in _tables(top):
        for symbol in table.get_symbols():
            is_global = table is top or _is_global(symbol)
            if is_global and (symbol.is_assigned() or symbol.is_imported()):
                bound.add(symbol.get_name())
            if is_global and symbol.is_referenced():
                used.add(symbol.get_name())
    return frozenset(bound), frozenset(used - bound)


def _is_global(symbol: symtable.Symbol) -> bool:
    """Whether a name inside a function or class is the module's; `is_global` errs in functions that are named `top`."""
    own = symbol.is_assigned() or symbol.is_parameter() or symbol.is_imported()
    return symbol.is_declared_global() or (symbol.is_global() and not own)


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _tables(child)


def _clash(own: _Piece, parts: Sequence[_Piece]) -> EditProblem | None:
    """Return why the pieces cannot stand in one module."""
    called = {part.name for part in parts}
    for part in parts:
        if lacking := sorted(part.free - _BUILTINS):
            told = f"`{part.name}` cannot be used here: it needs `{lacking[0]}`, which is not part of its code."
            return EditProblem("missing-function", told)
        if part.name in own.bound:
            told = (
                f"Your code defines `{part.name}` itself. Leave that out and only call it; its code is put in for you."
            )
            return EditProblem("ambiguous", told)
        if taken := sorted(own.free & part.bound - called):
            told = (
                f"Your code uses `{taken[0]}`, which is an inner name of `{part.name}`. Define what you need yourself."
            )
            return EditProblem("ambiguous", told)
    for one, other in combinations([*parts, own], 2):
        if problem := _collision(one, other, own=own):
            return problem
    return None


def _collision(one: _Piece, other: _Piece, *, own: _Piece) -> EditProblem | None:
    """Return the first name that two pieces mean differently, the later perhaps the model's own code."""
    shared = {name for name in one.bound & other.bound if not _alike(one, other, name)}
    # A builtin that the other binds for itself would no longer be the builtin.
    shared |= one.free & other.bound | (other.free & one.bound if other is not own else frozenset())
    if not shared:
        return None
    name = sorted(shared)[0]
    if own.name in shared:
        return EditProblem(
            "ambiguous", f"`{one.name}` cannot be used here: its code uses the name `{own.name}` itself."
        )
    if other is own:
        return EditProblem("ambiguous", f"`{name}` is also a name in the code of `{one.name}`. Call yours otherwise.")
    told = f"`{one.name}` and `{other.name}` both use the name `{name}`, each in its own way. Use only one of the two."
    return EditProblem("ambiguous", told)


def _alike(one: _Piece, other: _Piece, name: str) -> bool:
    """Whether a name means the same in both: the same import, the same definition, or the same plain constant."""
    mine, theirs = _meanings(one, name), _meanings(other, name)
    return len(mine) == 1 and mine == theirs and None not in mine


def _meanings(piece: _Piece, name: str) -> set[str | None]:
    """Return what the statements that bind a name make of it; None among them stands for what may change."""
    return {None if name in piece.rebound else _meaning(node, name) for node in piece.bindings.get(name, ())}


def _meaning(node: ast.stmt, name: str) -> str | None:
    if isinstance(node, ast.Import | ast.ImportFrom):
        alias = next(each for each in node.names if bound_name(each) == name)
        origin = f"{'.' * node.level}{node.module}" if isinstance(node, ast.ImportFrom) else ""
        return f"{origin} {ast.dump(alias)}"
    plain = isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and len(node.targets) == 1
    return ast.dump(node) if plain or isinstance(node, Definition) else None


def _bound_at(node: ast.stmt) -> frozenset[str]:
    if isinstance(node, Definition):
        return frozenset({node.name})
    if isinstance(node, ast.Import | ast.ImportFrom):
        return frozenset(map(bound_name, node.names))
    stored = (each for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store))
    return frozenset(each.id for each in stored)


def _written(pieces: Sequence[_Piece]) -> str:
    """Return the statements of all pieces, imports first; what an earlier piece binds alike is left out.

    Of the last, which a model wrote, trial calls and their like are left out too.
    """
    futures, imports, rest = dict[str, None](), dict[str, None](), list[str]()
    there = frozenset[str]()
    for piece in pieces:
        for node, text in _statements(piece):
            if piece is pieces[-1] and not isinstance(node, _TAKEN):
                continue
            if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                futures.setdefault(text)
            elif isinstance(node, ast.Import | ast.ImportFrom):
                imports.setdefault(text)
            elif not (names := _bound_at(node)) or not names <= there:
                rest.append(text)
        there |= piece.bound
    head = ["\n".join([*futures, *imports])] if futures or imports else []
    return "\n\n\n".join([*head, *rest]) + "\n"


def _statements(piece: _Piece) -> Iterator[tuple[ast.stmt, str]]:
    """Yield the statements of a piece with their text, its docstring left out."""
    lines = [line.rstrip("\r\n") for line in lines_of(piece.source)]
    body = piece.tree.body
    spans = [span(node) for node in body]
    for place, node in enumerate(body):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        start, end = spans[place]
        # Statements on one line, with semicolons between them.
        crowded = start < max([0, *(other[1] for other in spans[max(0, place - 1) : place])])
        crowded |= any(other[0] < end for other in spans[place + 1 : place + 2])
        yield node, ast.unparse(node) if crowded else "\n".join(lines[start:end])
