"""Whether two sources are one program: equal syntax trees, whatever their layout, comments and documentation.

Promises: an answer for every two texts; it never recurses.
Does not promise: to see that different programs do the same.
"""

from __future__ import annotations

import ast
import warnings


def same_program(one: str, other: str) -> bool:
    """Whether both sources can be read and have one syntax tree, documentation aside."""
    waiting: list[tuple[object, object]] = [(_tree(one), _tree(other))]
    if None in waiting[0]:
        return False
    while waiting:
        mine, theirs = waiting.pop()
        if isinstance(mine, list) and isinstance(theirs, list):
            mine, theirs = _undocumented(mine), _undocumented(theirs)
            if len(mine) != len(theirs):
                return False
            waiting += zip(mine, theirs, strict=True)
        elif type(mine) is not type(theirs):
            return False
        elif isinstance(mine, ast.AST):
            waiting += ((getattr(mine, field, None), getattr(theirs, field, None)) for field in mine._fields)
        elif mine != theirs:
            return False
    return True


def _tree(source: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _undocumented(items: list[object]) -> list[object]:
    return [item for item in items if not _documents(item)]


def _documents(item: object) -> bool:
    """Whether an item is a statement that is a text and nothing else."""
    return isinstance(item, ast.Expr) and isinstance(item.value, ast.Constant) and isinstance(item.value.value, str)
