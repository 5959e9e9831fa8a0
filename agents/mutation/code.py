"""One source text and its syntax tree, with the way up from every node that an edit may touch.

Promises: the tree is never changed after parsing, so many edits may be drawn from it at once.
Does not promise: nodes inside f-strings, match patterns, annotations, imports or docstrings. Their places are unsure
before Python 3.12, they take no expressions, or an edit there changes nothing that a case could see.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
Slot = tuple[ast.AST, str, int | None]

_LINE_END = re.compile(rb"\r\n|\r|\n")
_SHARED = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)
_OPAQUE = (ast.JoinedStr, ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal)
# Writing a tree as text takes several frames a level, and Python allows a thousand in all.
_DEEPEST = 100
_UNSEEN_FIELDS = frozenset({"annotation", "returns", "type_params", "type_comment", "pattern"})


@dataclass(frozen=True, eq=False)
class Code:
    """A parsed source. Compare by identity; `read` gives the same object for the same text."""

    source: str
    raw: bytes
    tree: ast.Module

    @cached_property
    def slots(self) -> dict[int, Slot]:
        """For the id of every reachable node: its parent, the field it stands in, and its index in a list."""
        found: dict[int, Slot] = {}
        for parent in self.nodes:
            for field, index, child in _children(parent):
                found[id(child)] = (parent, field, index)
        return found

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node that an edit may touch, parents before children, in source order."""
        return tuple(_walk(self.tree))

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """The byte offset at which each line starts."""
        return (0, *(end.end() for end in _LINE_END.finditer(self.raw)))

    @cached_property
    def newline(self) -> str:
        """The line ending of the first line, or a line feed."""
        end = _LINE_END.search(self.raw)
        return end.group().decode() if end else "\n"

    @cached_property
    def functions(self) -> tuple[FunctionNode, ...]:
        """Every function of the source, methods and nested ones included."""
        return tuple(node for node in self.nodes if isinstance(node, FunctionNode))

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """Return the byte offsets of a node of this tree; parentheses around an expression are outside."""
        assert node.end_lineno is not None and node.end_col_offset is not None  # the parser sets both
        return (
            self.starts[node.lineno - 1] + node.col_offset,
            self.starts[node.end_lineno - 1] + node.end_col_offset,
        )

    def parent(self, node: ast.AST) -> ast.AST | None:
        """Return the node that holds this one, None for the module."""
        slot = self.slots.get(id(node))
        return slot[0] if slot else None

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield the parent, its parent and so on, up to the module."""
        while (slot := self.slots.get(id(node))) is not None:
            node = slot[0]
            yield node

    def statement(self, node: ast.AST) -> ast.stmt | None:
        """Return the innermost statement that is or holds this node."""
        if isinstance(node, ast.stmt):
            return node
        return next((above for above in self.ancestors(node) if isinstance(above, ast.stmt)), None)

    def function(self, node: ast.AST) -> FunctionNode | None:
        """Return the innermost function around this node, None at module or class level."""
        return next((above for above in self.ancestors(node) if isinstance(above, FunctionNode)), None)

    def is_called(self, node: ast.AST) -> bool:
        """Return whether the node stands as the function of a call, or as a decorator."""
        slot = self.slots.get(id(node))
        return slot is not None and slot[1] in ("func", "decorator_list")

    def place(self, statement: ast.AST) -> tuple[ast.AST, str, int] | None:
        """Return the holder, the field and the index of something that stands in a list, None of anything else."""
        slot = self.slots.get(id(statement))
        return (slot[0], slot[1], slot[2]) if slot and slot[2] is not None else None

    def loop(self, node: ast.AST) -> ast.For | ast.While | ast.AsyncFor | None:
        """Return the innermost loop of the same function whose body holds this node."""
        while (slot := self.slots.get(id(node))) is not None:
            node, field, _ = slot
            if isinstance(node, ast.For | ast.While | ast.AsyncFor) and field == "body":
                return node
            if isinstance(node, FunctionNode):
                return None
        return None


@lru_cache(maxsize=64)
def read(source: str) -> Code | None:
    """Return the parsed source, None where it does not parse or nests deeper than edits can be written."""
    return parsed(source)


def parsed(source: str) -> Code | None:
    """Return what `read` does, not remembered: for a text that is looked at once."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
        return Code(source=source, raw=source.encode(), tree=tree) if _shallow(tree) else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def leaps(node: ast.AST) -> bool:
    """Return whether a `break` or `continue` in the node belongs to a loop around it."""
    if isinstance(node, ast.Break | ast.Continue):
        return True
    if isinstance(node, ast.For | ast.While | ast.AsyncFor | FunctionNode | ast.ClassDef):
        return False
    return any(leaps(child) for child in ast.iter_child_nodes(node) if not isinstance(child, ast.expr))


def is_docstring(statement: ast.AST) -> bool:
    """Return whether the statement is a bare string."""
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def _shallow(tree: ast.Module) -> bool:
    level: list[ast.AST] = [tree]
    for _ in range(_DEEPEST):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return True
    return False


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for _, _, child in _children(node):
        yield from _walk(child)


def _children(node: ast.AST) -> Iterator[tuple[str, int | None, ast.AST]]:
    if isinstance(node, _OPAQUE) or is_docstring(node):
        return
    for field in node._fields:
        if field in _UNSEEN_FIELDS:
            continue
        value = getattr(node, field, None)
        if isinstance(value, list):
            yield from ((field, at, item) for at, item in enumerate(value) if _reachable(item))
        elif isinstance(value, ast.AST) and _reachable(value):
            yield field, None, value


def _reachable(value: object) -> bool:
    return isinstance(value, ast.AST) and not isinstance(value, _SHARED)
