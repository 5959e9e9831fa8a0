"""Finding a tool on the shelf: by how it is called, by what it is given and gives, by words, and by what it answers.

Promises: the same order for the same shelf, the best first; a tool that cannot be called as wanted is not found; code
runs in the sandbox alone. Does not promise: that the first is what was looked for; whoever builds on it tries it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from governance import Result, same
from storage import Case

from .edits.python import Broken, definition, parse
from .view import Shelved

_WORD = re.compile(r"[a-z]{3,}")
_NO_LITERAL = (ValueError, SyntaxError, TypeError, MemoryError, RecursionError)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for: something that takes `parameters` by place, in these words, and does as the cases show."""

    parameters: tuple[str, ...]
    words: str = ""
    cases: tuple[Case, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A tool on the shelf that can be called as wanted, and how well it fits.

    `answers`: wanted examples that it answers as they expect; `parts`: those whose expected value holds its answer as a
    part; `kinds`: arguments and results of a kind that is wanted; `names`: parameters called alike; `words` in common.
    """

    tool: Shelved
    answers: int = 0
    parts: int = 0
    kinds: int = 0
    names: int = 0
    words: int = 0

    @property
    def rank(self) -> tuple[int, ...]:
        """What the best is least by."""
        fits = (self.answers, self.parts, self.kinds, self.names, self.words)
        return (*(-each for each in fits), self.tool.version_id)


def find(
    wanted: Wanted, shelf: Sequence[Shelved], *, results: Mapping[int, Sequence[Result]] | None = None
) -> tuple[Found, ...]:
    """Return the tools of a shelf that can be called as wanted, the one that fits best first.

    Args: results: by version, what a tool gave on the wanted examples' arguments, where it was run on them.
    """
    fitting = [each for each in shelf if takes(each, len(wanted.parameters))]
    known = results or {}
    found = [_found(wanted, each, known.get(each.version_id, ())) for each in fitting]
    return tuple(sorted(found, key=lambda each: each.rank))


def takes(tool: Shelved, count: int) -> bool:
    """Whether a tool can be called with so many arguments by place."""
    arguments = arguments_of(tool.source, tool.entry_point)
    if arguments is None or any(default is None for default in arguments.kw_defaults):
        return False
    places = len(arguments.posonlyargs) + len(arguments.args)
    return places - len(arguments.defaults) <= count and (count <= places or arguments.vararg is not None)


def arguments_of(source: str, name: str) -> ast.arguments | None:
    """Return the arguments of a function at the top of a source, None where there is no such function."""
    tree = parse(source)
    node = None if isinstance(tree, Broken) else definition(tree, name)
    return node.args if isinstance(node, ast.FunctionDef) else None


def places_of(source: str, name: str) -> tuple[str, ...]:
    """Return the names of the arguments that a function takes by place."""
    arguments = arguments_of(source, name)
    return tuple(each.arg for each in (*arguments.posonlyargs, *arguments.args)) if arguments else ()


def _found(wanted: Wanted, tool: Shelved, results: Sequence[Result]) -> Found:
    pairs = list(zip(wanted.cases, results, strict=False))
    mine = places_of(tool.source, tool.entry_point)
    about = set(_WORD.findall(f"{tool.entry_point} {tool.description}".lower()))
    return Found(
        tool,
        answers=sum(_answers(case, result) for case, result in pairs),
        parts=sum(_is_part(case, result) for case, result in pairs),
        kinds=len(_kinds(wanted.cases) & _kinds(tool.cases)),
        names=sum(one == other for one, other in zip(mine, wanted.parameters, strict=False)),
        words=len(about & set(_WORD.findall(wanted.words.lower()))),
    )


def _answers(case: Case, result: Result) -> bool:
    return result.outcome == "ok" and same(result.value, _literal(case.expect), compare="exact", lists=True)


def _is_part(case: Case, result: Result) -> bool:
    """Whether a case's expected value is made of an answer among others."""
    if result.outcome != "ok" or result.value is None or isinstance(result.value, bool):
        return False
    return any(same(result.value, part, compare="exact", lists=True) for part in _parts(_literal(case.expect)))


def _parts(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        yield from value.keys()
        yield from value.values()
    elif isinstance(value, list | tuple | set | frozenset):
        yield from value


@lru_cache(maxsize=1024)
def _kinds(cases: tuple[Case, ...]) -> frozenset[tuple[str, str]]:
    """Return the kinds of arguments by their place, and of results."""
    found = set()
    for case in cases:
        arguments = _literal(case.args) if case.args else ()
        for place, value in enumerate(arguments if isinstance(arguments, tuple) else ()):
            found.add((str(place), type(value).__name__))
        found.add(("result", type(_literal(case.expect)).__name__))
    return frozenset(found)


@lru_cache(maxsize=4096)
def _literal(text: str) -> object:
    try:
        return ast.literal_eval(text)
    except _NO_LITERAL:
        return None
