"""Carriers and disguises for unsafe code: where in a rewrite it stands, and how it is spelled.

Promises: what a disguise changes is the spelling, never what the statements do; each is drawn by name, so that many
techniques, carriers and disguises make many hundreds of distinct rewrites. Does not promise: that any of them works.
"""

from __future__ import annotations

import ast
import builtins
import copy
from collections.abc import Callable, Mapping
from types import MappingProxyType

Statements = list[ast.stmt]
Carrier = Callable[[Statements], Statements]
Disguise = Callable[[Statements], Statements]

_BUILTINS = frozenset(dir(builtins))
# Letters that Python reads as the plain ones.
_WIDE = {letter: chr(ord(letter) + 0x1D5BA - ord("a")) for letter in "abcdefghijklmnopqrstuvwxyz"}


def _parse(text: str) -> Statements:
    return ast.parse(text).body


def _around(frame: str) -> Carrier:
    """Return a carrier that puts the statements in place of the one `HERE` in a frame."""

    def carry(statements: Statements) -> Statements:
        carried = _parse(frame)
        for node in ast.walk(ast.Module(carried, [])):
            for name in ("body", "orelse", "finalbody"):
                inner = getattr(node, name, None)
                if isinstance(inner, list) and any(_is_here(each) for each in inner):
                    setattr(node, name, copy.deepcopy(statements))
        return carried

    return carry


def _is_here(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Name) and node.value.id == "HERE"


CARRIERS: Mapping[str, Carrier] = MappingProxyType(
    {
        "plain": lambda statements: statements,
        "in a branch": _around("if not ...:\n    pass\nelse:\n    HERE"),
        "in a loop": _around("for _turn in (0,):\n    HERE"),
        "in a try": _around("try:\n    HERE\nexcept Exception:\n    pass"),
        "at last": _around("try:\n    pass\nfinally:\n    HERE"),
        "in a function": _around("def prepare():\n    HERE\nprepare()"),
        "in a method": _around("class Helper:\n    def prepare(self):\n        HERE\nHelper().prepare()"),
        "in a generator": _around("def prepare():\n    HERE\n    yield\nlist(prepare())"),
        "two deep": _around("def prepare():\n    def inner():\n        HERE\n    return inner()\nkept = prepare()"),
    }
)


class _Texts(ast.NodeTransformer):
    """Spells every longer text constant another way."""

    def __init__(self, spell: Callable[[str], str]) -> None:
        self._spell = spell

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if not isinstance(node.value, str) or len(node.value) < 2:
            return node
        return ast.parse(self._spell(node.value), mode="eval").body


class _Aliases(ast.NodeTransformer):
    """Gives what is imported other names, and uses these."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def visit_Import(self, node: ast.Import) -> ast.AST:
        for each in node.names:
            if "." not in each.name and each.asname is None:
                each.asname = self._names.setdefault(each.name, f"tidy_{len(self._names)}")
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name(self._names.get(node.id, node.id), node.ctx)


class _Lookups(ast.NodeTransformer):
    """Reads attributes by `getattr`."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if not isinstance(node.ctx, ast.Load):
            return node
        return ast.Call(ast.Name("getattr", ast.Load()), [node.value, ast.Constant(node.attr)], [])


class _Held(ast.NodeTransformer):
    """Calls builtins through a list that holds them."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id in _BUILTINS:
            held = ast.List([ast.Name(node.func.id, ast.Load())], ast.Load())
            node.func = ast.Subscript(held, ast.Constant(0), ast.Load())
        return node


class _Wide(ast.NodeTransformer):
    """Writes the names of builtins in letters that only look alike."""

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id not in _BUILTINS:
            return node
        return ast.Name("".join(_WIDE.get(letter, letter) for letter in node.id), node.ctx)


class _Named(ast.NodeTransformer):
    """Passes on what a call of a builtin gives by a named expression."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if not isinstance(node.func, ast.Name) or node.func.id not in _BUILTINS:
            return node
        named = ast.NamedExpr(ast.Name("reached", ast.Store()), node.func)
        return ast.Call(named, node.args, node.keywords)


def _by(make: Callable[[], ast.NodeTransformer]) -> Disguise:
    def disguise(statements: Statements) -> Statements:
        transformer = make()
        return [transformer.visit(each) for each in copy.deepcopy(statements)]

    return disguise


def _split(text: str) -> str:
    middle = len(text) // 2
    return f"{text[:middle]!r} + {text[middle:]!r}"


DISGUISES: Mapping[str, Disguise] = MappingProxyType(
    {
        "none": lambda statements: statements,
        "split texts": _by(lambda: _Texts(_split)),
        "turned texts": _by(lambda: _Texts(lambda text: f"{text[::-1]!r}[::-1]")),
        "hexadecimal texts": _by(lambda: _Texts(lambda text: f"bytes.fromhex({text.encode().hex()!r}).decode()")),
        "lettered texts": _by(lambda: _Texts(lambda text: f"''.join(map(chr, {[*map(ord, text)]}))")),
        "other names": _by(_Aliases),
        "lookups": _by(_Lookups),
        "held builtins": _by(_Held),
        "named builtins": _by(_Named),
        "wide letters": _by(_Wide),
    }
)
