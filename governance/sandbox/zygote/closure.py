"""The tools that a program requires, inside the child: each loaded in a module of its own, and met as a bare callable.

Promises: no name of one tool is a name of another, and no two tools share what a third keeps; what a tool is given of
another can be called and nothing else: it shows neither code, scope nor defaults.
Does not promise: to hide what a required function returns or raises. Where one may walk from there the code rules say.
"""

from __future__ import annotations

import ast
import functools
import re
import sys
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

# As `storage.pins` reads them; nothing of ours outside this folder can be imported here.
_MODULE = re.compile(r"shelf\.v([1-9][0-9]{0,17})", re.ASCII)
# A cache that keeps nothing is a C object without a way to its function, but for the garbage collector's.
_OPAQUE: Any = functools._lru_cache_wrapper

Pins = Sequence[tuple[str, int]]
# A tool that several others require is loaded for each of them.
MOST_LOADED = 200


@dataclass(frozen=True, slots=True)
class Required:
    """A version of another tool: its number, entry point, source and the helper code of its task."""

    version_id: int
    entry_point: str
    source: str
    helper: str


def unpin(tree: ast.Module) -> Pins:
    """Take the pins out of a module and return their names and versions; every other import stays."""
    found = []
    for place, node in enumerate(tree.body):
        if not isinstance(node, ast.ImportFrom) or node.level or len(node.names) != 1 or node.names[0].asname:
            continue
        if (module := _MODULE.fullmatch(node.module or "")) and node.names[0].name != "*":
            found.append((node.names[0].name, int(module[1])))
            tree.body[place] = ast.Pass(lineno=node.lineno, col_offset=node.col_offset)
    return found


class Closure:
    """The required tools of one program; `compiled` gives the code of a tool's helper, its own code, and its pins."""

    def __init__(
        self,
        parts: Sequence[Required],
        *,
        compiled: Callable[[Required], tuple[types.CodeType, types.CodeType, Pins]],
    ) -> None:
        self._parts = {part.version_id: part for part in parts}
        self._compiled = compiled
        self._loaded = 0

    def bound(self, pins: Pins) -> dict[str, Callable[..., Any]]:
        """Return what pins bind. Whoever requires a tool has it for itself, down to its mutable defaults.

        Raises: ImportError: there is no such version, it is called otherwise, or there are too many in all; what the
            code of a tool raises while it is loaded.
        """
        return {name: _opaque(self._load(name, version_id), name) for name, version_id in pins}

    def _load(self, name: str, version_id: int) -> Callable[..., Any]:
        required = self._parts.get(version_id)
        if required is None or required.entry_point != name:
            raise ImportError(f"no {name!r} of version {version_id} on the shelf")
        self._loaded += 1
        if self._loaded > MOST_LOADED:
            raise ImportError(f"it requires more than {MOST_LOADED} tools in all")
        helper, code, pins = self._compiled(required)
        # While it loads, data classes look their module up; no import can spell its name.
        module = types.ModuleType(f"shelf {version_id}")
        sys.modules[module.__name__] = module
        scope = vars(module)
        try:
            exec(helper, scope)
            scope.update(self.bound(pins))
            exec(code, scope)
        finally:
            sys.modules.pop(module.__name__, None)
        if name not in scope:
            raise NameError(f"version {version_id} on the shelf defines no {name!r}")
        return scope[name]  # type: ignore[no-any-return]


def _opaque(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    outside: Any = _OPAQUE(function, 0, False, None)
    outside.__name__ = outside.__qualname__ = name
    return outside  # type: ignore[no-any-return]
