"""The operator tools that ship, as tasks: their sources, and the cases that state what every operator keeps to.

Promises: the same tasks every time; each shipped operator passes all of its cases.
Does not promise: that an operator earns anything. That shows in use.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from storage import Case, Ring, Task

from .contract import ENTRY_POINT, HELPER
from .odd import BUSY, ODD, UNREADABLE

Given = tuple[str, str, list[str], list[str], list[list[float]]]

_PREFIX = "operator/"
_NAMES = ("exchange", "throughout", "beginning", "fallback", "pair")
OPERATORS: tuple[str, ...] = tuple(f"{_PREFIX}{name}" for name in _NAMES)
_BUSY_LINES: Mapping[Ring, list[list[float]]] = {"visible": [], "gate": [[12, 0.5], [30, 1.0], [40, 0.25]]}
_CONTRACT = """\
`edits` is an operator: it makes small changes of tools that fail some of their cases. It is given the `source` of such
a tool, the name of the tool's function (`entry_point`), its visible cases as texts (`inputs` are argument tuples or
calls, `outputs` what they should give), and `lines`, pairs of a line number and how suspicious that line is, 0 to 1. It
returns a list of at most 64 rewritten sources, likeliest first: texts other than the source that parse and still
define the function, none twice; an empty list where there is nothing to change or the source does not parse. The same
arguments always give the same list. The agents that search with it try its rewrites on the visible cases."""


def is_operator(family: str) -> bool:
    """Whether a family's edits come from an operator tool, whose name it is then."""
    return family.startswith(_PREFIX)


def purpose_of(family: str) -> str:
    """Return in one sentence what the operator of a family does; of one that does not ship, that it is a tool."""
    return _told(family.removeprefix(_PREFIX))["purpose"] if family in OPERATORS else "Its edits are made by a tool."


@cache
def operator_tasks() -> tuple[Task, ...]:
    """Return the operator tools that ship, each as a task that is judged by earnings."""
    return tuple(_task(name) for name in _NAMES)


def _task(name: str) -> Task:
    told = _told(name)
    return Task(
        name=f"{_PREFIX}{name}",
        entry_point=ENTRY_POINT,
        code=_text(f"{name}.py"),
        cases=tuple(_cases(told["finds"])),
        description=f"{told['purpose']}\n\n{_CONTRACT}",
        helper=HELPER,
        source="operators",
        licence="MIT",
        judged="earnings",
    )


def _cases(finds: list[dict[str, Any]]) -> Iterator[Case]:
    """Yield what the operator must find, then what all operators must keep to."""
    for find in finds:
        source, wanted = find["source"].lstrip(), find["wanted"].lstrip()
        given = (source, find["entry_point"], find["inputs"], find["outputs"], find["lines"])
        yield _kept(find["ring"], given)
        yield Case(find["ring"], "True", call=f"plain({wanted!r}) in map(plain, {_call(given)})")
    for odd in UNREADABLE:
        yield Case(odd.ring, "[]", args=repr((odd.source, odd.entry_point, [], [], [])))
    for odd in ODD:
        yield _kept(odd.ring, (odd.source, odd.entry_point, [], [], [list(pair) for pair in odd.lines]))
    for ring, lines in _BUSY_LINES.items():
        given = (BUSY, "f", ["([1, 2], 3)"] * 3, ["0", "None", "[1]"], lines)
        yield _kept(ring, given)
    again = _call((BUSY, "f", [], [], []))
    yield Case("visible", "True", call=f"{again} == {again}")


def _kept(ring: Ring, given: Given) -> Case:
    return Case(ring, "[]", call=f"complaints({given[0]!r}, {given[1]!r}, {_call(given)})")


def _call(given: Given) -> str:
    return f"{ENTRY_POINT}{given!r}"


def _told(name: str) -> dict[str, Any]:
    return tomllib.loads(_text(f"{name}.toml"))


def _text(name: str) -> str:
    return (files(__package__) / "sources" / name).read_text(encoding="utf-8")
