"""What a source defines without how: imports, constants and signatures, the entry point's with its docstring.

Promises: an answer for every text, and Python that parses where the text did. Does not promise: that it runs.
"""

from __future__ import annotations

import ast
import copy
from functools import lru_cache
from typing import NamedTuple

from .clip import clipped
from .edits.python import Broken, Definition, lines_of, parse, span

_MOST_EXCERPT = 8
_MOST_LINE = 160


class Outline(NamedTuple):
    """The outline of a source, that of its entry point alone, and the first lines of the entry point's body.

    The excerpt has `shown` of the `of` lines that there are.
    """

    text: str = ""
    signature: str = ""
    excerpt: str = ""
    shown: int = 0
    of: int = 0


@lru_cache(maxsize=256)
def outline(source: str, entry_point: str) -> Outline:
    """Return what a source defines; for a source that is no Python its first lines alone."""
    tree = parse(source)
    if isinstance(tree, Broken):
        return _excerpt(Outline(), lines_of(source))
    lines = lines_of(source)
    pieces, found = [], Outline()
    for node in tree.body:
        if isinstance(node, Definition):
            pieces.append(ast.unparse(_declared(node, documented=node.name == entry_point)))
            if node.name == entry_point:
                found = _excerpt(Outline(signature=pieces[-1]), lines[_rest(node) : span(node)[1]])
        elif isinstance(node, ast.Import | ast.ImportFrom | ast.Assign | ast.AnnAssign):
            pieces.append("".join(lines[slice(*span(node))]).rstrip())
    return found._replace(text="\n\n".join(pieces))


def _declared(node: Definition, *, documented: bool = False) -> Definition:
    """Return a definition with `...` for its body: after its docstring where that is wanted, and after its methods."""
    spoken = node.body[:1] if documented and ast.get_docstring(node) is not None else []
    methods = [_declared(each) for each in node.body if isinstance(node, ast.ClassDef) and isinstance(each, Definition)]
    bare = copy.copy(node)
    bare.body = [*spoken, *methods] if methods else [*spoken, ast.Expr(ast.Constant(...))]
    return bare


def _rest(node: Definition) -> int:
    """Return the line, counted from 0, on which the body begins after its docstring."""
    documented = ast.get_docstring(node) is not None and len(node.body) > 1
    return span(node.body[1 if documented else 0])[0]


def _excerpt(found: Outline, lines: list[str]) -> Outline:
    """Add the first half of some lines, and no more than a few, blank ones not counted."""
    last = max((number for number, line in enumerate(lines, start=1) if line.strip()), default=0)
    said = [number for number, line in enumerate(lines[:last], start=1) if line.strip()]
    if not said:
        return found
    shown = said[min(_MOST_EXCERPT, (len(said) + 1) // 2) - 1]
    text = "\n".join(clipped(line.rstrip(), _MOST_LINE) for line in lines[:shown])
    return found._replace(excerpt=text, shown=shown, of=last)
