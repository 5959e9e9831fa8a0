"""The hash of a source's syntax tree: equal for sources that differ in layout, comments and documentation alone.

Promises: the same hash on every Python that reads the source to the same tree; it never recurses and never raises.
Does not promise: to see that different programs do the same.
"""

from __future__ import annotations

import ast
import hashlib
import warnings
from collections.abc import Iterator

MOST_CHARACTERS = 200_000
# What a node says about its place, its own part in a statement or its spelling, rather than about what it does.
_SILENT = frozenset({"ctx", "kind", "type_comment", "type_ignores"})


def tree_hash(source: str) -> str:
    """Return 32 hexadecimal digits for a source, empty where it cannot be read or is too long to be worth it."""
    if len(source) > MOST_CHARACTERS:
        return ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    digest = hashlib.sha256()
    for part in _parts(tree):
        digest.update(part.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:32]


def _parts(tree: ast.AST) -> Iterator[str]:
    """Yield the tree as texts from which it could be built again."""
    waiting: list[object] = [tree]
    while waiting:
        item = waiting.pop()
        if isinstance(item, ast.AST):
            # Newer Pythons have more fields; one that is empty says nothing, so that it may as well not be there.
            said = [(name, value) for name, value in ast.iter_fields(item) if name not in _SILENT]
            said = [(name, value) for name, value in said if value is not None and value != []]
            yield f"({type(item).__name__} {','.join(name for name, _ in said)})"
            waiting += [value for _, value in said]
        elif isinstance(item, list):
            kept = [each for each in item if not _documents(each)]
            yield f"[{len(kept)}]"
            waiting += kept
        else:
            # Decimal digits have a limit that hexadecimal ones have not.
            text = hex(item) if type(item) is int else item if isinstance(item, str) else ascii(item)
            yield f"{type(item).__name__} {len(text)} {text}"


def _documents(item: object) -> bool:
    """Whether an item is a statement that is a text and nothing else."""
    return isinstance(item, ast.Expr) and isinstance(item.value, ast.Constant) and isinstance(item.value.value, str)
