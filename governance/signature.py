"""How a function may be called, as one comparable text.

Promises: two functions have the same text exactly when every call that fits the one fits the other, names included.
Does not promise: anything of annotations, default values and decorators, which the text leaves out.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from itertools import zip_longest

Function = ast.FunctionDef | ast.AsyncFunctionDef


def signatures(tree: ast.Module) -> Mapping[str, str]:
    """Return the signature of every function and class that stands at the top of a module, the last of a name."""
    found: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found[node.name] = _function(node)
        elif isinstance(node, ast.ClassDef):
            found[node.name] = _class(node)
    return found


def _function(node: Function) -> str:
    """Return for example `(a, b=, /, *rest, key, **more)`, after `async ` for a coroutine function."""
    arguments = node.args
    plain = [*arguments.posonlyargs, *arguments.args]
    optional = len(plain) - len(arguments.defaults)
    parts = [f"{one.arg}=" if index >= optional else one.arg for index, one in enumerate(plain)]
    if arguments.posonlyargs:
        parts.insert(len(arguments.posonlyargs), "/")
    if arguments.vararg:
        parts.append(f"*{arguments.vararg.arg}")
    elif arguments.kwonlyargs:
        parts.append("*")
    # Keyword-only arguments may stand in any order.
    pairs = zip_longest(arguments.kwonlyargs, arguments.kw_defaults)
    parts += sorted(f"{one.arg}=" if default else one.arg for one, default in pairs if one)
    if arguments.kwarg:
        parts.append(f"**{arguments.kwarg.arg}")
    return f"{'async ' * isinstance(node, ast.AsyncFunctionDef)}({', '.join(parts)})"


def _class(node: ast.ClassDef) -> str:
    """Return `class` and the signature of its `__init__`, where it has one."""
    makers = [one for one in node.body if isinstance(one, ast.FunctionDef) and one.name == "__init__"]
    return f"class {_function(makers[-1])}" if makers else "class"
