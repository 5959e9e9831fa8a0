"""Putting one function of a block into a module.

Promises: the module's lines outside the function stay as they are, line ends included; what the block brings that the
module does not bind yet is added, imports at the head and the rest before the function.
Does not promise: to add statements that run (calls, loops, `if __name__`), or to change what the module binds already.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from itertools import takewhile

from .edited import Edited
from .python import Broken, Definition, bound_by, bound_name, definition, lines_of, newline_of, parse, span


def merge(source: str, code: str, block: ast.Module, entry_point: str) -> Edited:
    """Return the source with the block's entry point in it, and the names that the block has otherwise.

    Args: code, block: the block and its tree, which defines `entry_point` at its top level.
    """
    module = parse(source)
    if isinstance(module, Broken) or not module.body:
        return Edited(code.strip("\n") + "\n")
    bringing = _Bringing(module, code, entry_point)
    for node in block.body:
        bringing.look_at(node)
    new = definition(block, entry_point)
    assert new is not None  # the caller saw to it
    return Edited(_spliced(source, module, bringing, function=_text(code, new)), tuple(bringing.ignored))


class _Bringing:
    """What a block brings besides the function."""

    def __init__(self, module: ast.Module, code: str, entry_point: str) -> None:
        self._code = code
        self._entry_point = entry_point
        self._bound = {name: node for node in module.body for name in bound_by(node)}
        self._futures = {alias.name for node in module.body if _is_future(node) for alias in _aliases(node)}
        self.imports: list[str] = []
        self.futures: list[str] = []
        self.others: list[str] = []
        self.ignored: list[str] = []

    def look_at(self, node: ast.stmt) -> None:
        """Take what is new in a statement of the block, and note what is otherwise in the module."""
        if isinstance(node, ast.Import | ast.ImportFrom):
            self._import(node)
        elif isinstance(node, Definition | ast.Assign | ast.AnnAssign):
            self._bind(node)

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        if _is_future(node):
            new = [alias for alias in node.names if alias.name not in self._futures]
            self.futures += [f"from __future__ import {alias.name}" for alias in new]
            return
        new = [alias for alias in node.names if alias.name == "*" or bound_name(alias) not in self._bound]
        if new:
            fresh = ast.Import(new) if isinstance(node, ast.Import) else ast.ImportFrom(node.module, new, node.level)
            self.imports.append(ast.unparse(fresh))

    def _bind(self, node: Definition | ast.Assign | ast.AnnAssign) -> None:
        names = bound_by(node)
        if self._entry_point in names or not names:
            return
        known = [name for name in sorted(names) if name in self._bound]
        if not known:
            self.others.append(_text(self._code, node) if isinstance(node, Definition) else ast.unparse(node))
            return
        self.ignored += [name for name in known if ast.dump(self._bound[name]) != ast.dump(node)]


def _spliced(source: str, module: ast.Module, bringing: _Bringing, *, function: str) -> str:
    """Return the lines of the module with the function in its place, or at the end where it had none."""
    newline = newline_of(source)
    lines = lines_of(source)
    if lines and not lines[-1].endswith(("\n", "\r")):
        lines[-1] += newline
    name = bringing._entry_point
    old = definition(module, name)
    start, end = span(old) if old is not None else (len(lines), len(lines))
    pieces = [
        *([""] * 2 * (old is None)),
        *(line for each in bringing.others for line in (*each.split("\n"), "", "")),
        *function.split("\n"),
    ]
    lines[start:end] = [f"{line}{newline}" for line in pieces]
    for at, texts in ((_end(module, _is_head), bringing.imports), (_end(module, _is_early), bringing.futures)):
        gap = ["", ""] if texts and at == 0 else []
        lines[at:at] = [f"{line}{newline}" for line in (*texts, *gap)]
    return "".join(lines)


def _end(module: ast.Module, belongs: Callable[[ast.stmt], bool]) -> int:
    """Return the number of lines that the module's leading statements of a kind take."""
    leading = list(takewhile(belongs, module.body))
    return span(leading[-1])[1] if leading else 0


def _is_early(node: ast.stmt) -> bool:
    return _is_future(node) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


def _is_head(node: ast.stmt) -> bool:
    return _is_early(node) or isinstance(node, ast.Import | ast.ImportFrom)


def _text(code: str, node: ast.stmt) -> str:
    start, end = span(node)
    return "".join(lines_of(code)[start:end]).rstrip("\r\n")


def _is_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _aliases(node: ast.stmt) -> list[ast.alias]:
    return node.names if isinstance(node, ast.Import | ast.ImportFrom) else []
