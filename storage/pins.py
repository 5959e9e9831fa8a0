"""What a tool's code requires of other tools: `from shelf.v17 import gcd` pins `gcd` to the tool version 17.

Promises: a pin stands at the top level of a source and names one version and its entry point, so that the text's own
hash says what it runs with; equal texts have equal pins; it never raises.
Does not promise: that there is such a version, or that it is one to build on. The rule layer looks.
"""

from __future__ import annotations

import ast
import io
import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from .tree import MOST_CHARACTERS

SHELF = "shelf"
# As many digits as a row's number can have.
_MODULE = re.compile(r"shelf\.v([1-9][0-9]{0,17})", re.ASCII)
_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


@dataclass(frozen=True, slots=True)
class Pin:
    """A required function by its name, and the version of the tool that it is the entry point of."""

    name: str
    version_id: int

    @property
    def module(self) -> str:
        """The dotted name under which the version stands on the shelf."""
        return f"{SHELF}.v{self.version_id}"

    @property
    def line(self) -> str:
        """The statement that says so."""
        return f"from {self.module} import {self.name}"


@lru_cache(maxsize=4096)
def pins_in(source: str) -> tuple[Pin, ...]:
    """Return the pins of a source in the order of its lines, each once; none where it cannot be read."""
    return tuple(dict.fromkeys(pin for pin, _ in _pinned(source)))


def pinned_at(node: ast.stmt) -> Pin | None:
    """Return the pin that a statement is, None for any other statement, a relative import or an alias."""
    if not isinstance(node, ast.ImportFrom) or node.level or len(node.names) != 1 or node.names[0].asname:
        return None
    found = _MODULE.fullmatch(node.module or "")
    return Pin(node.names[0].name, int(found[1])) if found and node.names[0].name != "*" else None


def repinned(source: str, moved: Mapping[int, int]) -> str:
    """Return a source whose pins to the versions in `moved` go to others; nothing else of the text changes."""
    return respelled(source, lambda pin: Pin(pin.name, moved.get(pin.version_id, pin.version_id)).line)


def respelled(source: str, spell: Callable[[Pin], str]) -> str:
    """Return a source with another statement in the place of each pin; nothing else of the text changes."""
    # Split as the parser splits, and nowhere else.
    lines = list(io.StringIO(source, newline=""))
    # What stands later in a line is put in first.
    for pin, node in reversed(_pinned(source)):
        if node.lineno == node.end_lineno:
            line = lines[node.lineno - 1].encode()
            now = spell(pin).encode()
            lines[node.lineno - 1] = (line[: node.col_offset] + now + line[node.end_col_offset :]).decode()
    return "".join(lines)


def without_unused(source: str) -> str:
    """Return a source without the pins whose names nothing in it reads, and without the blank lines after those."""
    found = _pinned(source)
    if not found:
        return source
    read = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    lines = list(io.StringIO(source, newline=""))
    for pin, node in reversed(found):
        alone = lines[node.lineno - 1].strip() == pin.line
        if pin.name not in read and alone:
            del lines[node.lineno - 1]
    kept = "".join(lines)
    return kept if pins_in(kept) else kept.lstrip("\r\n")


def _pinned(source: str) -> list[tuple[Pin, ast.stmt]]:
    if f"{SHELF}.v" not in source or len(source) > MOST_CHARACTERS:
        return []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except _UNREADABLE:
        return []
    return [(pin, node) for node in tree.body if (pin := pinned_at(node))]
