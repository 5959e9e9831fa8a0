"""Python source texts as data: literals, expressions and modules, read without running anything.

Promises: whatever the text, the outcome is a value or a `ValueError` with a short reason; nothing is executed.
Does not promise: that code which compiles also runs.
"""

from __future__ import annotations

import ast
import math
import warnings
from typing import Literal

Mode = Literal["exec", "eval"]

_CONVERSIONS = frozenset({"float", "tuple", "list", "set"})


def read_literal(text: str) -> object:
    """Return the value of a Python literal.

    Raises: ValueError: the text is no literal, or is nested too deeply to be read.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.literal_eval(text)
        except SyntaxError as error:
            raise ValueError(error.msg) from error
        except (RecursionError, MemoryError) as error:
            raise ValueError("it is nested too deeply") from error
        except TypeError as error:
            raise ValueError(str(error)) from error
        except ValueError as error:
            reason = "it has more than values in it" if "malformed node" in str(error) else str(error)
            raise ValueError(reason) from error


def write_literal(value: object) -> str:
    """Return a literal that `read_literal` turns back into this value.

    Args: value: plain data, as JSON holds it.
    Raises: ValueError: it holds a NaN, which has no literal, or is nested too deeply.
    """
    try:
        text = repr(value)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if "inf" not in text and "nan" not in text:
        return text
    tree = parse(text, "eval")
    assert isinstance(tree, ast.Expression)
    return literal_source(tree.body)


def literal_source(node: ast.expr) -> str:
    """Return an expression as a literal's text, with `float("inf")`, `tuple([..])` and their like written out.

    Raises: ValueError: it is more than a literal.
    """
    try:
        if not _is_literal(node):
            node = _Fold().visit(ast.parse(ast.unparse(node), mode="eval").body)
        text = ast.unparse(node)
    except (RecursionError, MemoryError, SyntaxError) as error:
        raise ValueError("it is nested too deeply") from error
    if not _is_literal(node):
        raise ValueError("it has more than values in it")
    return text


def _is_literal(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError):
        return False
    return True


def parse(text: str, mode: Mode = "exec") -> ast.Module | ast.Expression:
    """Return the syntax tree of a module, or of an expression, that also compiles.

    Raises: ValueError: it does not; the reason names the line within the text where Python knows it.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text, mode=mode)
            assert isinstance(tree, ast.Module | ast.Expression)
            # Only compiling finds a `return` outside a function and its like.
            compile(tree, "<task>", mode, dont_inherit=True)
            return tree
    except SyntaxError as error:
        place = f"line {error.lineno}: " if error.lineno and mode == "exec" else ""
        raise ValueError(f"{place}{error.msg}") from error
    except (RecursionError, MemoryError) as error:
        raise ValueError("it is nested too deeply") from error


def names_in(tree: ast.AST) -> set[str]:
    """Return every plain name that a syntax tree reads, writes or deletes."""
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


class _Fold(ast.NodeTransformer):
    """Write a conversion of a literal as the literal that it gives, and a bare `inf` as the float it stands for."""

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        if not isinstance(node.func, ast.Name) or node.func.id not in _CONVERSIONS or len(node.args) != 1:
            return node
        return _converted(node.func.id, node.args[0]) or node

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Constant(float("inf")) if node.id == "inf" else node


def _converted(kind: str, argument: ast.expr) -> ast.expr | None:
    if kind == "float":
        return _as_float(argument)
    if not isinstance(argument, ast.List | ast.Tuple | ast.Set):
        return None
    if kind == "set":
        return ast.Set(argument.elts) if argument.elts else None
    return ast.List(argument.elts) if kind == "list" else ast.Tuple(argument.elts)


def _as_float(argument: ast.expr) -> ast.expr | None:
    value = ast.literal_eval(argument)
    if not isinstance(value, str | int | float) or math.isnan(float(value)):
        return None
    return ast.Constant(float(value))
