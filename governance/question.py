"""A case as a question: the call that goes into a sandbox, and what its result is held against out here.

Promises: no expected value goes inside, not even one that a case spells in its own call as `X == LITERAL`: only `X` is
sent, and Python's `==` is asked out here; a value that is no plain data answers nothing.
Does not promise: to find an expectation that is spelled otherwise, as in `abs(X - 0.5) < 1e-6`; that goes in whole.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from storage import Case, Task, TaskError

from .sandbox import same
from .sandbox.run import Call, Program, Result

Compare = Literal["exact", "close"]

_CONVERSIONS: dict[str, Callable[..., object]] = {
    "dict": dict, "float": float, "frozenset": frozenset, "list": list, "set": set, "tuple": tuple,
}  # fmt: skip
_CONTAINERS: dict[type[ast.expr], Callable[[Any], object]] = {ast.List: list, ast.Tuple: tuple, ast.Set: set}
_NO_LITERAL = (ValueError, SyntaxError, TypeError, OverflowError, MemoryError, RecursionError)


@dataclass(frozen=True, slots=True)
class Question:
    """A call, and the value that it should give; `plainly` says that `==` alone decides, else `compare` and `lists`."""

    call: Call
    expected: object
    compare: Compare = "exact"
    lists: bool = False
    plainly: bool = False

    def answered_by(self, result: Result) -> bool:
        """Whether the call returned and gave what it should."""
        if result.outcome != "ok":
            return False
        if not self.plainly:
            return same(result.value, self.expected, compare=self.compare, lists=self.lists)
        try:
            return bool(result.value == self.expected)
        except RecursionError:
            return False


def ask(task: Task, case: Case) -> Question:
    """Return the question that a case of a task asks. Raises TaskError: what it expects is no literal."""
    try:
        return _ask(case, task.compare, lists=task.lists)
    except _NO_LITERAL:
        # Told with its place by the reader of literals.
        literal(task, case, case.expect)
        raise


def program(task: Task, source: str, calls: Sequence[Call]) -> Program:
    """Return the sandbox program that makes some calls of a source as the task would have it run."""
    return Program(
        source=source,
        entry_point=task.entry_point,
        calls=tuple(calls),
        helper=task.helper,
        generators_as_lists=task.lists,
    )


def literal(task: Task, case: Case, text: str) -> object:
    """Return the value of a literal in a case. Raises TaskError, which names the place."""
    try:
        return ast.literal_eval(text)
    except _NO_LITERAL as problem:
        raise TaskError(
            f"task {task.name!r}: {text[:60]!r} in its {case.ring} case {task.ring(case.ring).index(case) + 1} "
            "is no Python literal; write it as one"
        ) from problem


@lru_cache(maxsize=4096)
def _ask(case: Case, compare: Compare, *, lists: bool) -> Question:
    expected = ast.literal_eval(case.expect)
    if case.call and expected is True and (parts := _parts(case.call)):
        asked, value = parts
        return Question(Call(setup=case.setup, expression=asked), value, plainly=True)
    call = Call(args=case.args, setup=case.setup, expression=case.call)
    return Question(call, expected, compare=compare, lists=lists)


def _parts(expression: str) -> tuple[str, object] | None:
    """Return `X` and the value of `LITERAL` for `X == LITERAL`, either way round or inside `bool`; else None."""
    try:
        node = ast.parse(expression.strip(), mode="eval").body
        while isinstance(node, ast.Call) and _is_call_of(node, "bool"):
            node = node.args[0]
        if not isinstance(node, ast.Compare) or len(node.ops) != 1 or not isinstance(node.ops[0], ast.Eq):
            return None
        for asked, told in ((node.left, node.comparators[0]), (node.comparators[0], node.left)):
            try:
                return ast.unparse(asked), _value(told)
            except (ValueError, TypeError):
                continue
    except (SyntaxError, OverflowError, MemoryError, RecursionError):
        return None
    return None


def _value(node: ast.expr) -> object:
    """Return the value of a literal, or of one in which `set([..])`, `float("inf")` and their like stand.

    Raises: ValueError: it is more than that. TypeError: its values do not go together.
    """
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and _is_call_of(node, node.func.id):
        if node.func.id not in _CONVERSIONS:
            raise ValueError(f"{node.func.id} is no conversion of plain values")
        return _CONVERSIONS[node.func.id](_value(node.args[0]))
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return _CONTAINERS[type(node)](_value(item) for item in node.elts)
    return ast.literal_eval(node)


def _is_call_of(node: ast.Call, name: str) -> bool:
    plain = isinstance(node.func, ast.Name) and node.func.id == name and len(node.args) == 1 and not node.keywords
    return plain and not isinstance(node.args[0], ast.Starred)
