"""Guesses at the kind of value an expression gives, so that likely edits come before senseless ones.

Promises: a guess for every expression, `any` where nothing is known; the same source, the same guesses.
Does not promise: truth. A guess orders candidates and never forbids one for good.
"""

from __future__ import annotations

import ast
from typing import Literal

from .code import Code

Kind = Literal["int", "float", "str", "list", "tuple", "dict", "set", "bool", "none", "any"]

_TYPES: tuple[tuple[type, Kind], ...] = (
    (bool, "bool"), (int, "int"), (float, "float"), (str, "str"), (list, "list"), (tuple, "tuple"), (dict, "dict"),
    (set, "set"), (frozenset, "set"), (type(None), "none"),
)  # fmt: skip
_CALLS: dict[str, Kind] = {
    "len": "int", "int": "int", "ord": "int", "hash": "int", "float": "float", "str": "str", "chr": "str",
    "bin": "str", "hex": "str", "repr": "str", "input": "str", "list": "list", "sorted": "list", "range": "list",
    "tuple": "tuple", "dict": "dict", "set": "set", "frozenset": "set", "bool": "bool", "any": "bool", "all": "bool",
    "isinstance": "bool", "callable": "bool", "print": "none",
}  # fmt: skip
_METHODS: dict[str, Kind] = {
    "join": "str", "lower": "str", "upper": "str", "strip": "str", "lstrip": "str", "rstrip": "str", "replace": "str",
    "format": "str", "title": "str", "capitalize": "str", "swapcase": "str", "zfill": "str", "hexdigest": "str",
    "split": "list", "splitlines": "list", "keys": "list", "values": "list", "items": "list", "count": "int",
    "index": "int", "find": "int", "bit_length": "int", "startswith": "bool", "endswith": "bool", "isdigit": "bool",
    "isalpha": "bool", "isalnum": "bool", "isupper": "bool", "islower": "bool", "isspace": "bool",
    "append": "none", "extend": "none", "sort": "none", "reverse": "none", "add": "none", "update": "none",
    "insert": "none", "union": "set", "intersection": "set", "difference": "set",
}  # fmt: skip
_DISPLAYS: tuple[tuple[type[ast.expr], Kind], ...] = (
    (ast.List, "list"), (ast.ListComp, "list"), (ast.GeneratorExp, "list"), (ast.Tuple, "tuple"), (ast.Dict, "dict"),
    (ast.DictComp, "dict"), (ast.Set, "set"), (ast.SetComp, "set"), (ast.JoinedStr, "str"), (ast.Compare, "bool"),
)  # fmt: skip

NUMBERS: frozenset[Kind] = frozenset({"int", "float"})
SEQUENCES: frozenset[Kind] = frozenset({"list", "tuple", "str"})
CONTAINERS: frozenset[Kind] = frozenset({"list", "tuple", "str", "dict", "set"})


def kind_of_value(value: object) -> Kind:
    """Return the kind of a value at hand."""
    return next((kind for type_, kind in _TYPES if isinstance(value, type_)), "any")


class KindGuesser:
    """Guesses for one source, from what its names are first assigned and from given kinds of parameters."""

    def __init__(self, code: Code, given: dict[str, Kind]) -> None:
        self.names: dict[str, Kind] = dict(given)
        # Twice, since a loop's first line may read what its last line assigns.
        for _ in range(2):
            for node in code.nodes:
                self._learn(node)

    def guess(self, node: ast.expr) -> Kind:
        """Return a guess at the expression's kind."""
        match node:
            case ast.Constant():
                return kind_of_value(node.value)
            case ast.Name():
                return self.names.get(node.id, "any")
            case ast.BinOp():
                return self._of_operation(node)
            case ast.UnaryOp():
                return "bool" if isinstance(node.op, ast.Not) else self.guess(node.operand)
            case ast.BoolOp():
                return self.guess(node.values[-1])
            case ast.IfExp():
                return self.guess(node.body)
            case ast.Call():
                return self._of_call(node)
            case ast.Subscript():
                return self._of_subscript(node)
            case _:
                return next((kind for type_, kind in _DISPLAYS if isinstance(node, type_)), "any")

    def _of_operation(self, node: ast.BinOp) -> Kind:
        left, right = self.guess(node.left), self.guess(node.right)
        if isinstance(node.op, ast.Div):
            return "float"
        if isinstance(node.op, ast.Mult) and right in SEQUENCES:
            return right
        if isinstance(node.op, ast.Mod) and left != "str":
            return left if left != "any" else "int"
        if "float" in (left, right):
            return "float"
        return left if left != "any" else right

    def _of_call(self, node: ast.Call) -> Kind:
        function = node.func
        if isinstance(function, ast.Attribute):
            return _METHODS.get(function.attr, "any")
        if not isinstance(function, ast.Name):
            return "any"
        if function.id in ("abs", "max", "min", "sum", "round") and node.args:
            first = self.guess(node.args[0])
            return first if first in NUMBERS or first == "str" else "int"
        return _CALLS.get(function.id, "any")

    def _of_subscript(self, node: ast.Subscript) -> Kind:
        owner = self.guess(node.value)
        if isinstance(node.slice, ast.Slice) or owner == "str":
            return owner
        return "any"

    def _learn(self, node: ast.AST) -> None:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AugAssign(target=ast.Name(id=name), value=value)
            ):
                self._note(name, self.guess(value))
            case ast.For(target=target, iter=source) | ast.comprehension(target=target, iter=source):
                self._learn_loop(target, source)
            case _:
                pass

    def _learn_loop(self, target: ast.expr, source: ast.expr) -> None:
        called = source.func.id if isinstance(source, ast.Call) and isinstance(source.func, ast.Name) else ""
        if called == "enumerate" and isinstance(target, ast.Tuple) and isinstance(target.elts[0], ast.Name):
            self._note(target.elts[0].id, "int")
        elif called == "range" and isinstance(target, ast.Name):
            self._note(target.id, "int")
        elif isinstance(target, ast.Name) and self.guess(source) == "str":
            self._note(target.id, "str")

    def _note(self, name: str, kind: Kind) -> None:
        if kind not in ("any", "none"):
            self.names.setdefault(name, kind)
