"""Reading Python that a model wrote: guarded parsing, what a module's top level binds, and lines as the parser counts.

Promises: an answer for every text, without warnings and without an exception. Does not promise: that the text may run.
"""

from __future__ import annotations

import ast
import io
import warnings
from dataclasses import dataclass
from functools import lru_cache

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True, slots=True)
class Broken:
    """Why a text is no Python, and on which line (0 where that is not known)."""

    problem: str
    line: int = 0


@lru_cache(maxsize=256)
def parse(source: str) -> ast.Module | Broken:
    """Return the tree of a source, or why there is none; it is shared with whoever asks again, so it is only read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except SyntaxError as error:
        return Broken(error.msg, error.lineno or 0)
    except (ValueError, RecursionError, MemoryError) as error:
        return Broken(f"{type(error).__name__}: {error}")


def definition(tree: ast.Module, name: str) -> Definition | None:
    """Return the function or class of that name at the top of a module, the last if there are several."""
    found = (node for node in reversed(tree.body) if isinstance(node, Definition) and node.name == name)
    return next(found, None)


def defined(tree: ast.Module) -> list[str]:
    """Return the names of the functions and classes at the top of a module, in order."""
    return [node.name for node in tree.body if isinstance(node, Definition)]


def bound_by(node: ast.stmt) -> frozenset[str]:
    """Return the names that a statement at the top of a module binds, as far as a glance tells."""
    if isinstance(node, Definition):
        return frozenset({node.name})
    if isinstance(node, ast.Import | ast.ImportFrom):
        return frozenset(bound_name(alias) for alias in node.names)
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return frozenset(each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name))


def bound_name(alias: ast.alias) -> str:
    """Return the name that one part of an import binds."""
    return alias.asname or alias.name.partition(".")[0]


def lines_of(source: str) -> list[str]:
    """Return the lines with their ends, split where the parser splits them and nowhere else."""
    return list(io.StringIO(source, newline=""))


def span(node: ast.stmt) -> tuple[int, int]:
    """Return the first line of a statement, decorators included, and the one after its last, counted from 0."""
    decorators = node.decorator_list if isinstance(node, Definition) else []
    assert node.end_lineno is not None  # the parser sets it
    return min([node.lineno, *(each.lineno for each in decorators)]) - 1, node.end_lineno


def newline_of(source: str) -> str:
    """Return the line end of the first line, a line feed where there is none."""
    first = next(iter(lines_of(source)), "")
    return "\r\n" if first.endswith("\r\n") else "\r" if first.endswith("\r") else "\n"
