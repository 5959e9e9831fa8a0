"""Whether two sources are one program: equal syntax trees, whatever their layout, comments and documentation.

Promises: an answer for every two texts; it never recurses; a digest is the same on every Python that reads the source.
Does not promise: to see that different programs do the same.
"""

from __future__ import annotations

import ast
import hashlib
import warnings
from functools import lru_cache

# Fields of nodes that the oldest Python here does not know.
_NEWER = frozenset({"type_params", "default_value"})


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


@lru_cache(maxsize=1024)
def program_digest(source: str) -> str:
    """Return 32 hexadecimal digits that are equal for equal programs; empty where the source cannot be read."""
    tree = _tree(source)
    if tree is None:
        return ""
    digest = hashlib.sha256()
    waiting: list[object] = [tree]
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            items = _undocumented(item)
            digest.update(b"[%d" % len(items))
            waiting += items
        elif isinstance(item, ast.AST):
            digest.update(type(item).__name__.encode())
            waiting += _said(item)
        else:
            # Type and value: `1`, `True` and `1.0` are equal to Python and are different programs.
            said = item if isinstance(item, str) else ascii(item)
            digest.update(f"{type(item).__name__} {len(said)} {said}".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:32]


def _said(item: ast.AST) -> list[object]:
    """Return what the fields of a node hold; one that only newer Pythons have says nothing where it is empty."""
    held = [(name, getattr(item, name, None)) for name in item._fields]
    return [value for name, value in held if value or name not in _NEWER]


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
