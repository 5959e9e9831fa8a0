"""Turning a tool's text into a reading, guarded against texts that no parser should see.

Promises: an answer for every text, the same one whatever the process's warning filters, and no exception.
Does not promise: that the newest syntax reads on every Python. What this interpreter cannot parse is unreadable.
"""

from __future__ import annotations

import ast
import symtable
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from .reading import Reading
from .syntax import survey

MOST_CHARACTERS = 200_000


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why a source is no Python that can be read, and the line where known (0 where not)."""

    problem: str
    line: int = 0


@lru_cache(maxsize=512)
def read(source: str) -> Reading | Unreadable:
    """Return what `source` says, or why it cannot be read."""
    if len(source) > MOST_CHARACTERS:
        return Unreadable(f"its {len(source)} characters are more than {MOST_CHARACTERS}")
    try:
        with warnings.catch_warnings():
            # A doubtful escape in a string must not be judged by the warning filters of whoever asks.
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except SyntaxError as problem:
        return Unreadable(problem.msg, problem.lineno or 0)
    except (ValueError, RecursionError, MemoryError) as problem:
        return Unreadable(f"{type(problem).__name__}: {problem}")
    return survey(tree, characters=len(source))


@lru_cache(maxsize=4096)
def names_in(code: str) -> frozenset[str]:
    """Return every name that a piece of code mentions; none where it cannot be read."""
    found = read(code)
    return frozenset() if isinstance(found, Unreadable) else frozenset(found.names)


def builtins_reached(source: str, suspects: Iterable[str]) -> frozenset[str]:
    """Return which of `suspects` are used in `source` where no function of it binds them: there they are builtins."""
    wanted = frozenset(suspects)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tables = [symtable.symtable(source, "<tool>", "exec")]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return wanted
    reached: set[str] = set()
    while tables:
        table = tables.pop()
        tables += table.get_children()
        inner = isinstance(table, symtable.Function)
        for name in wanted.intersection(table.get_identifiers()):
            # A class body falls back to builtins for its own names, and module names are bound only from some line on.
            if not inner or table.lookup(name).is_global():
                reached.add(name)
    return frozenset(reached)
