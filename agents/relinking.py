"""Edits that build a tool on another: its body, a function of its own or an expression gives way to a call.

Promises: each rewrite pins the version that it calls, and changes nothing else of the text; the same edits in the same
order for the same source and tool. Does not promise: that a rewrite does better; whoever makes it tries it.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, permutations

from storage import Pin, pins_in, without_unused

from .clip import clipped
from .edits.python import Broken, Definition, bound_name, definition, lines_of, newline_of, parse, span
from .finding import places_of, takes
from .view import Shelved

_BUILTINS = frozenset(dir(builtins))
_VALUES = (ast.BinOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Call, ast.Subscript, ast.ListComp, ast.GeneratorExp,
           ast.UnaryOp)  # fmt: skip
# An expression of more names would have too many orders.
_MOST_NAMES = 3
_NOTED = 60
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Relink:
    """A rewrite that calls another tool, and what was put in its place."""

    source: str
    note: str
    tool: Shelved


def relinks(source: str, entry_point: str, tool: Shelved) -> Iterator[Relink]:
    """Yield the rewrites of a source that call a tool: its whole body, its own functions, then calls and values."""
    base = _Base.read(source, entry_point)
    if base is None or tool.entry_point == entry_point:
        return
    yield from _delegating(base, tool)
    yield from _helpers(base, tool)
    if tool.entry_point in base.bound and not base.has(tool):
        return
    seen = {source}
    for relink in (*_calls(base, tool), *_values(base, tool)):
        if relink.source not in seen:
            seen.add(relink.source)
            yield relink


def standing_in(entry_point: str, tool: Shelved) -> str:
    """Return a source in which a tool answers for the entry point, whatever it is given by place."""
    pin = Pin(tool.entry_point, tool.version_id).line
    return f"{pin}\n\n\ndef {entry_point}(*arguments):\n    return {tool.entry_point}(*arguments)\n"


@dataclass(frozen=True, slots=True)
class _Base:
    """A source with its tree, the entry point's own function, every name it binds, and where its lines start."""

    source: str
    tree: ast.Module
    entry: ast.FunctionDef
    bound: frozenset[str]
    starts: tuple[int, ...]

    @classmethod
    def read(cls, source: str, entry_point: str) -> _Base | None:
        """Return the base, None where the source cannot be read or defines no such function."""
        tree = parse(source)
        entry = None if isinstance(tree, Broken) else definition(tree, entry_point)
        if isinstance(tree, Broken) or not isinstance(entry, ast.FunctionDef):
            return None
        starts = (0, *accumulate(len(line) for line in lines_of(source)))
        return cls(source, tree, entry, frozenset(_bound(tree)), starts)

    def has(self, tool: Shelved) -> bool:
        """Whether the source requires this very version already."""
        return Pin(tool.entry_point, tool.version_id) in pins_in(self.source)

    def place(self, line: int, column: int) -> int:
        """Return where in the text a place of the parser is; its columns are bytes."""
        start = self.starts[line - 1]
        text = self.source[start : self.starts[line]]
        return start + len(text.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "surrogatepass"))

    def ends(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """Return where a node begins and ends in the text."""
        assert node.end_lineno is not None and node.end_col_offset is not None  # the parser sets them
        return self.place(node.lineno, node.col_offset), self.place(node.end_lineno, node.end_col_offset)

    def with_pin(self, tool: Shelved, changes: Sequence[tuple[int, int, str]]) -> str:
        """Return the text with some stretches replaced, which do not overlap, and the tool required at its head."""
        text = self.source
        end = newline_of(text)
        changes = list(changes)
        if not self.has(tool):
            line = Pin(tool.entry_point, tool.version_id).line
            space = "" if self._follows_import else 2 * end
            changes.append((self._head, self._head, f"{line}{end}{space}"))
        for start, stop, new in sorted(changes, reverse=True):
            text = f"{text[:start]}{new}{text[stop:]}"
        return without_unused(text)

    @property
    def _first(self) -> ast.stmt:
        """The first statement that is neither documentation nor about the future."""
        rest = [node for node in self.tree.body if not _leads(node)]
        return rest[0] if rest else self.entry

    @property
    def _head(self) -> int:
        return self.starts[span(self._first)[0]]

    @property
    def _follows_import(self) -> bool:
        return isinstance(self._first, ast.Import | ast.ImportFrom)


def _leads(node: ast.stmt) -> bool:
    documents = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return documents or (isinstance(node, ast.ImportFrom) and node.module == "__future__")


def _bound(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, Definition):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from map(bound_name, node.names)


def _delegating(base: _Base, tool: Shelved) -> Iterator[Relink]:
    """Yield the entry point as one call of the tool, with its own arguments and nothing else."""
    arguments = base.entry.args
    names = places_of(base.source, base.entry.name)
    plain = not (arguments.vararg or arguments.kwarg or arguments.kwonlyargs or base.entry.decorator_list)
    outer = [node.id for node in ast.walk(arguments) if isinstance(node, ast.Name)]
    if not plain or outer or base.entry.returns or not takes(tool, len(names)):
        return
    written = f"def {base.entry.name}({ast.unparse(arguments)}):\n    return {tool.entry_point}({', '.join(names)})\n"
    if tool.entry_point not in names:
        pin = Pin(tool.entry_point, tool.version_id).line
        yield Relink(f"{pin}\n\n\n{written}", f"all of it is {tool.entry_point}", tool)


def _helpers(base: _Base, tool: Shelved) -> Iterator[Relink]:
    """Yield the source with a function of its own, at the top or an inner one, taken out for the tool."""
    for node, body in _functions(base.tree):
        helper = isinstance(node, ast.FunctionDef) and node is not base.entry and len(body) > 1
        if not helper or not takes(tool, len(places_of_node(node))):
            continue
        others = base.bound - {node.name}
        if tool.entry_point in others and not base.has(tool):
            continue
        first, last = span(node)
        changes = [(base.starts[first], base.starts[last], "")]
        changes += [
            (*base.ends(name), tool.entry_point)
            for name in ast.walk(base.tree)
            if isinstance(name, ast.Name) and name.id == node.name and not first < name.lineno <= last
        ]
        yield Relink(base.with_pin(tool, changes), f"{tool.entry_point} in place of its own {node.name}", tool)


def _functions(tree: ast.Module) -> Iterator[tuple[Function, Sequence[ast.stmt]]]:
    """Yield the functions that stand at the top, or in the body of another, with that body."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | Function):
            yield from ((each, node.body) for each in node.body if isinstance(each, Function))


def places_of_node(node: Function) -> tuple[str, ...]:
    """Return the names of the arguments that a function takes by place."""
    return tuple(each.arg for each in (*node.args.posonlyargs, *node.args.args))


def _calls(base: _Base, tool: Shelved) -> Iterator[Relink]:
    """Yield the source with a call of something else made a call of the tool."""
    for node in ast.walk(base.tree):
        if not isinstance(node, ast.Call) or node.keywords or not takes(tool, len(node.args)):
            continue
        if any(isinstance(each, ast.Starred) for each in node.args) or not isinstance(node.func, ast.Name):
            continue
        if node.func.id != tool.entry_point:
            note = f"line {node.lineno}: `{tool.entry_point}` for `{node.func.id}`"
            yield Relink(base.with_pin(tool, [(*base.ends(node.func), tool.entry_point)]), note, tool)


def _values(base: _Base, tool: Shelved) -> Iterator[Relink]:
    """Yield the source with a value made a call of the tool on the names that the value is made from."""
    inside = [node for function, _ in _functions(base.tree) for node in ast.walk(function)]
    for node in dict.fromkeys(inside):
        if not isinstance(node, _VALUES) or _has_own_names(node):
            continue
        names = _names(node, base.bound)
        if not 1 <= len(names) <= _MOST_NAMES or not takes(tool, len(names)):
            continue
        for order in permutations(names):
            call = f"{tool.entry_point}({', '.join(order)})"
            start, stop = base.ends(node)
            note = f"line {node.lineno}: `{call}` for `{clipped(base.source[start:stop], _NOTED)}`"
            yield Relink(base.with_pin(tool, [(start, stop, call)]), note, tool)


def _names(node: ast.expr, bound: frozenset[str]) -> tuple[str, ...]:
    """Return the names of variables that a value is made from, in their order."""
    read = [each for each in ast.walk(node) if isinstance(each, ast.Name)]
    read.sort(key=lambda each: (each.lineno, each.col_offset))
    called = {each.func.id for each in ast.walk(node) if isinstance(each, ast.Call) and isinstance(each.func, ast.Name)}
    return tuple(dict.fromkeys(each.id for each in read if each.id in bound and each.id not in called | _BUILTINS))


def _has_own_names(node: ast.expr) -> bool:
    """Whether a value binds names of its own, inside which an outer name may mean something else."""
    own = (ast.comprehension, ast.Lambda, ast.NamedExpr)
    return any(isinstance(each, own) for each in ast.walk(node))
