"""What every task must satisfy, whatever file it came from.

Promises: every fault is found, not just the first; nothing is run; no text, however nested, makes it raise.
Does not promise: that the code does what its cases ask, nor that they run: that takes the sandbox (see `check`).
"""

from __future__ import annotations

import ast
import keyword
from collections.abc import Iterator
from typing import get_args

from storage import RINGS, Case, Comparison, Ring, Task

from .literal import names_in, parse, read_literal
from .properties import property_faults
from .reading import Fault, did_you_mean, shown

COMPARISONS: tuple[str, ...] = get_args(Comparison)
NEEDED_RINGS: tuple[Ring, ...] = ("visible", "gate")


def task_faults(task: Task) -> Iterator[Fault]:
    """Yield everything that is wrong with a task, field by field."""
    yield from _text_faults(task)
    yield from _code_faults(task)
    if task.compare not in COMPARISONS:
        yield Fault("compare", f"{shown(task.compare)} is no comparison; {did_you_mean(task.compare, [*COMPARISONS])}")
    for ring in NEEDED_RINGS:
        if not task.ring(ring):
            yield Fault(ring, f"there is no {ring} case; give at least one")
    if task.properties:
        yield from property_faults(task, _defined(task.helper) | _defined(task.code))
    for ring in RINGS:
        for index, case in enumerate(task.ring(ring)):
            yield from _case_faults(case, f"{ring}[{index}]", task.entry_point)


def functions_in(tree: ast.AST) -> dict[str, ast.stmt]:
    """Return what a module defines and can be called: functions, classes and assigned names, at its top level."""
    found: dict[str, ast.stmt] = {}
    for node in _top_level(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                found[node.name] = node
            case ast.Assign():
                found |= {target.id: node for target in node.targets if isinstance(target, ast.Name)}
    return found


def _defined(source: str) -> frozenset[str]:
    """Return the names of what a source defines; none where it cannot be read, which is said elsewhere."""
    try:
        return frozenset(functions_in(parse(source)))
    except ValueError:
        return frozenset()


def _top_level(tree: ast.AST) -> Iterator[ast.stmt]:
    """Yield the statements that run when a module is loaded, those under `if`, `try` and `with` included."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.stmt):
            yield node
        if isinstance(node, ast.If | ast.Try | ast.With | ast.ExceptHandler):
            yield from _top_level(node)


def _text_faults(task: Task) -> Iterator[Fault]:
    if not task.name.strip() or not task.name.isprintable():
        yield Fault("id", f"{shown(task.name)} is no name; give one line of visible characters")
    texts = {
        "id": task.name,
        "description": task.description,
        "source": task.source,
        "licence": task.licence,
    }
    for name, text in texts.items():
        if "\0" in text:
            yield Fault(name, f"{shown(text)} holds a NUL character; take it out")
        elif not _encodes(text):
            yield Fault(name, f"{shown(text)} holds half of a surrogate pair; write the character itself")


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _code_faults(task: Task) -> Iterator[Fault]:
    yield from _syntax_fault("helper", task.helper)
    if not task.entry_point.isidentifier() or keyword.iskeyword(task.entry_point):
        yield Fault("entry_point", f"{shown(task.entry_point)} is no Python name; give the name of the function")
        return
    if faults := list(_syntax_fault("code", task.code)):
        yield from faults
        return
    yield from _entry_faults(task)


def _entry_faults(task: Task) -> Iterator[Fault]:
    defined = functions_in(parse(task.code))
    entry = defined.get(task.entry_point)
    if entry is None:
        hint = did_you_mean(task.entry_point, sorted(defined)) if defined else "the code defines no function"
        yield Fault("entry_point", f"`{task.entry_point}` is not defined in `code`; {hint}", fatal=not defined)
    elif isinstance(entry, ast.AsyncFunctionDef):
        yield Fault("entry_point", f"`{task.entry_point}` is an `async def`, which no case can call; make it a `def`")


def _syntax_fault(name: str, source: str) -> Iterator[Fault]:
    try:
        parse(source)
    except ValueError as error:
        yield Fault(name, f"is no Python ({error}); mend its syntax")


def _case_faults(case: Case, place: str, entry_point: str) -> Iterator[Fault]:
    try:
        read_literal(case.expect)
    except ValueError as error:
        yield _no_literal(f"{place}.expect", case.expect, error)
    if case.args and (case.call or case.setup):
        yield Fault(place, "has both `args` and `call` or `setup`; give either `args`, or `call` with its `setup`")
    elif case.args:
        yield from _args_faults(case.args, f"{place}.args")
    elif case.call:
        yield from _call_faults(case, place, entry_point)
    else:
        yield Fault(place, "has neither `args` nor `call`; give one of them")


def _args_faults(args: str, place: str) -> Iterator[Fault]:
    try:
        value = read_literal(args)
    except ValueError as error:
        yield _no_literal(place, args, error)
        return
    if not isinstance(value, tuple):
        kind = type(value).__name__
        yield Fault(place, f"{shown(args)} is a {kind}, not a tuple; write one argument as `(value,)`")


def _no_literal(place: str, text: str, error: ValueError) -> Fault:
    return Fault(place, f"{shown(text)} is no Python literal ({error}); write it as `repr` would")


def _call_faults(case: Case, place: str, entry_point: str) -> Iterator[Fault]:
    used: set[str] = set()
    texts = {"setup": (case.setup, "exec"), "call": (case.call.strip(), "eval")}
    for name, (text, mode) in texts.items():
        try:
            used |= names_in(parse(text, "eval" if mode == "eval" else "exec"))
        except ValueError as error:
            kind = "statements" if mode == "exec" else "expression"
            yield Fault(f"{place}.{name}", f"{shown(text)} is no Python {kind} ({error}); mend its syntax")
            return
    if entry_point not in used:
        yield Fault(f"{place}.call", f"{shown(case.call)} never uses `{entry_point}`; call the tool in it")
