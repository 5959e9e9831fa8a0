"""What a repaired tool has that it had not before: the pieces that may help another tool.

Promises: whole statements and expressions as they stand in the repaired source, each text once, larger ones first.
Does not promise: that a piece means anything elsewhere; its names are mapped where it is tried.
"""

from __future__ import annotations

import ast
from functools import lru_cache

from .code import is_docstring, read
from .syntax import is_read

_MOST = 4
_LONGEST = 240
_SMALL = (ast.Name, ast.Constant, ast.Attribute)


@lru_cache(maxsize=1024)
def fragments(before: str, after: str) -> tuple[str, ...]:
    """Return the new pieces of a repaired source, at most four of 240 characters; none where one does not parse."""
    old, new = read(before), read(after)
    if old is None or new is None:
        return ()
    known = {ast.dump(node) for node in old.nodes if isinstance(node, ast.expr | ast.stmt)}
    found: dict[str, None] = {}
    for node in new.nodes:
        if not _is_piece(node) or ast.dump(node) in known:
            continue
        text = ast.unparse(node)
        if len(text) <= _LONGEST and not any(text in other for other in found):
            found[text] = None
    return tuple(found)[:_MOST]


def _is_piece(node: ast.AST) -> bool:
    """Whether a node is a guard or other simple statement, or an expression with something in it."""
    if isinstance(node, ast.If | ast.Assign | ast.AugAssign):
        return True
    return isinstance(node, ast.expr) and not isinstance(node, _SMALL) and is_read(node) and not is_docstring(node)
