"""The names that a module binds by itself, and the nodes in which code stands.

Promises: bodies of functions and classes are not the module's level.
Does not promise: names that a function declares global; whoever walks over those finds them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator


def bindings(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """Yield every name that is bound when the module is loaded, with the node that binds it."""
    for node in _module_level(tree):
        for name in _bound_by(node):
            yield name, node


def members_of(node: ast.ClassDef) -> Iterator[str]:
    """Yield the names of the methods and attributes that a class body defines."""
    for one in node.body:
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield one.name
            continue
        targets = one.targets if isinstance(one, ast.Assign) else [one.target] if isinstance(one, ast.AnnAssign) else []
        yield from (target.id for target in targets if isinstance(target, ast.Name))


def children(node: ast.AST) -> list[ast.AST]:
    """Return the nodes right below `node`, without operators and contexts, which say nothing by themselves."""
    found: list[ast.AST] = []
    for value in node.__dict__.values():
        if value.__class__ is list:
            found += [one for one in value if isinstance(one, ast.AST) and (one._fields or one._attributes)]
        elif isinstance(value, ast.AST) and value._fields:
            found.append(value)
    return found


def _module_level(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield the nodes that run when the module is loaded, bodies of functions and classes left out."""
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            waiting += node.decorator_list
        elif not isinstance(node, ast.Lambda):
            waiting += children(node)


def _bound_by(node: ast.AST) -> list[str]:
    """Return the names that this node itself binds."""
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            return [name]
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            return [name]
        case ast.MatchMapping(rest=str(name)):
            return [name]
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            return [alias.asname or alias.name.partition(".")[0] for alias in aliases]
        case _:
            return []
