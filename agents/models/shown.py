"""What a prompt shows of a tool: the Python in its fenced blocks, and the function under work in it.

Promises: an answer for every text, the same one each time, and no exception. Does not promise: that it is what the
prompt's writer meant. It takes the first block that defines a function asked for, else the first that defines any.
"""

from __future__ import annotations

import ast
import copy
import re
import warnings
from collections.abc import Collection, Sequence
from dataclasses import dataclass

Function = ast.FunctionDef | ast.AsyncFunctionDef

_BLOCK = re.compile(r"^[ \t]*(`{3,}|~{3,})[^\n]*\n(.*?)^[ \t]*\1[ \t]*$", re.MULTILINE | re.DOTALL)
_SPELLED = re.compile(r"`(\w+)`")
_MOST_CHARACTERS = 200_000


@dataclass(frozen=True, slots=True)
class Shown:
    """A source that a prompt shows, a function in it, and the name under which the prompt wants one."""

    source: str
    function: Function
    entry_point: str


def shown(texts: Sequence[str], *, known: Collection[str] = ()) -> Shown | None:
    """Return what the texts show; None where they show no function.

    `known`: names that are entry points for sure. One of them that is shown, or spelled between backticks, is wanted.
    """
    blocks = [match.group(2) for text in texts for match in _BLOCK.finditer(text[:_MOST_CHARACTERS])]
    found = [(block, function) for block in blocks for function in _functions(block)]
    spelled = [word for text in texts for word in _SPELLED.findall(text)]
    names = [function.name for _, function in found]
    wanted = [*(name for name in (*names, *spelled) if name in known), *(name for name in spelled if name in names)]
    for block, function in found:
        if not wanted or function.name == wanted[0] or wanted[0] not in names:
            return Shown(block, function, entry_point=wanted[0] if wanted else function.name)
    return None


def function_in(source: str, name: str) -> Function | None:
    """Return the function of that name at the top of a source."""
    return next((each for each in reversed(_functions(source)) if each.name == name), None)


def with_signature(source: str, like: Function, *, name: str) -> str:
    """Return a source whose function `name` is called as `like` is: its parameters are what they were under new names.

    A source is returned as it stands where the two do not take the same number of plain arguments.
    """
    function = function_in(source, name)
    if function is None or not _plain(function) or not _plain(like):
        return source
    old, new = ([each.arg for each in one.args.args] for one in (function, like))
    if old == new or len(old) != len(new):
        return source
    pairs = [(was, now) for was, now in zip(old, new, strict=True) if was != now]
    # All at once, for a name may change its place.
    left, right = (", ".join(side) for side in zip(*pairs, strict=True))
    tree = ast.parse(source)
    meant = next(node for node in reversed(tree.body) if isinstance(node, Function) and node.name == name)
    meant.args = like.args
    meant.body = [*ast.parse(f"{left} = {right}").body, *meant.body]
    return ast.unparse(ast.fix_missing_locations(tree))


def write(function: Function, *, body: list[ast.stmt]) -> str:
    """Return the source of a function with that body in place of its own."""
    changed = copy.copy(function)
    changed.body = body
    return ast.unparse(ast.fix_missing_locations(changed))


def _functions(source: str) -> list[Function]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return [node for node in tree.body if isinstance(node, Function)]


def _plain(function: Function) -> bool:
    arguments = function.args
    return not (arguments.posonlyargs or arguments.kwonlyargs or arguments.vararg or arguments.kwarg)
