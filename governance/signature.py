"""How a function may be called, and whether all who called one may call another in its place.

Promises: two functions have the same text exactly when every call that fits the one fits the other, names included.
Does not promise: anything of annotations, default values and decorators, which are left out.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import zip_longest

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Signature:
    """How a function may be called. `kind` is `def`, `async` or `class`.

    `places`: names of the arguments that may be given by place, of which the first `nameless` only so, and the first
    `needed` must be given; `rest`: whether more may be. `keywords`: arguments given by name alone, with whether they
    must be; `more`: whether others may.
    """

    text: str
    kind: str
    places: tuple[str, ...] = ()
    nameless: int = 0
    needed: int = 0
    rest: bool = False
    keywords: tuple[tuple[str, bool], ...] = ()
    more: bool = False

    def serves(self, was: Signature, *, named: Set[str]) -> bool:
        """Whether every call that `was` takes by place, or with names of `named`, means the same here.

        Arguments that can only be given by name are called by name by whoever gives them.
        """
        if self.kind != was.kind or self.needed > was.needed or (was.rest and not self.rest):
            return False
        if len(self.places) < len(was.places) and not self.rest:
            return False
        if any(must and (name, True) not in was.keywords for name, must in self.keywords):
            return False
        if not all(self._takes(name) for name, _ in was.keywords) or (was.more and not self.more):
            return False
        return all(self._means(name, was) for name in named if was._takes(name))

    def _takes(self, name: str) -> bool:
        return self.more or name in self.places[self.nameless :] or any(name == one for one, _ in self.keywords)

    def _means(self, name: str, was: Signature) -> bool:
        """Whether a name leads to the argument that it led to before."""
        if not self._takes(name):
            return False
        mine, theirs = (one.places.index(name) if name in one.places else None for one in (self, was))
        return mine == theirs or mine is None or theirs is None


@lru_cache(maxsize=4096)
def names_given(code: str, function: str) -> frozenset[str]:
    """Return the names under which calls of `function` in a piece of code give arguments; none where it is no code.

    A call that unpacks a mapping it spells out gives the names in it; of others nothing is known.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == function:
            found.update(keyword.arg for keyword in node.keywords if keyword.arg)
            mappings = [one.value for one in node.keywords if one.arg is None and isinstance(one.value, ast.Dict)]
            keys = [key for mapping in mappings for key in mapping.keys]
            found.update(key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str))
    return frozenset(found)


def signatures(tree: ast.Module) -> Mapping[str, Signature]:
    """Return the signature of every function and class that stands at the top of a module, the last of a name."""
    found: dict[str, Signature] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found[node.name] = _function(node)
        elif isinstance(node, ast.ClassDef):
            found[node.name] = _class(node)
    return found


def _function(node: Function) -> Signature:
    arguments = node.args
    plain = [*arguments.posonlyargs, *arguments.args]
    pairs = zip_longest(arguments.kwonlyargs, arguments.kw_defaults)
    return Signature(
        text=_text(node),
        kind="async" if isinstance(node, ast.AsyncFunctionDef) else "def",
        places=tuple(one.arg for one in plain),
        nameless=len(arguments.posonlyargs),
        needed=len(plain) - len(arguments.defaults),
        rest=arguments.vararg is not None,
        keywords=tuple(sorted((one.arg, default is None) for one, default in pairs if one)),
        more=arguments.kwarg is not None,
    )


def _text(node: Function) -> str:
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


def _class(node: ast.ClassDef) -> Signature:
    """Return that of its `__init__`, where it has one, after `class`."""
    makers = [one for one in node.body if isinstance(one, ast.FunctionDef) and one.name == "__init__"]
    if not makers:
        return Signature("class", "class")
    return replace(_function(makers[-1]), text=f"class {_text(makers[-1])}", kind="class")
