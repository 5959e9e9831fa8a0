"""How a case reads in a prompt, and the rule by which a result is held against it.

Promises: what is run stands there as it is run, and what should come of it as it is compared. Does not promise: that a
case is shown in full. Long lines are cut in the middle, and the reader is told.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import lru_cache

from governance import ask, literal
from storage import Case, Task

from .clip import clipped

LONGEST_LINE = 800


def case_text(task: Task, case: Case, number: int, *, gave: str | None = None, most: int = LONGEST_LINE) -> str:
    """Return a case as a few lines: what is run, what that should give, and what it gave.

    Args: most: the characters of a line.
    """
    question = ask(task, case)
    setup = [line for line in question.call.setup.splitlines() if line.strip()]
    call = question.call.expression or call_text(task.entry_point, question.call.args)
    wanted = ("should equal", literal(question.expected)) if question.plainly else ("should give", case.expect)
    said = [("expression" if setup else "call", call), wanted, *([("gave", gave)] if gave is not None else [])]
    return "\n".join([
        f"case {number}",
        *(["    statements:", *(f"        {clipped(line, most)}" for line in setup)] if setup else []),
        *(f"    {label}: {clipped(text, most)}" for label, text in said),
    ])  # fmt: skip


@lru_cache(maxsize=4096)
def call_text(entry_point: str, args: str) -> str:
    """Return the call that an argument tuple stands for, as one would write it."""
    try:
        body = ast.parse(args.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return f"{entry_point}(*{args})"
    if not isinstance(body, ast.Tuple):
        return f"{entry_point}(*{args})"
    parts = [ast.get_source_segment(args.strip(), each) or ast.unparse(each) for each in body.elts]
    return f"{entry_point}({', '.join(parts)})"


def equality(task: Task, cases: Iterable[Case]) -> str:
    """Say, in our own words, when a result counts as what a case expects; `cases` are those that are shown."""
    plainly = [ask(task, case).plainly for case in cases]
    if plainly and all(plainly):
        return "A result must equal the expected value; Python's `==` decides."
    close = task.compare == "close"
    strict = ["`True` is not `1`", "" if close else "`1` is not `1.0`", "" if task.lists else "a tuple is no list"]
    loose = [
        "an int may stand for a float" if close else "",
        "floats may differ by one millionth" if close else "",
        "tuples and lists are alike" if task.lists else "",
        "a returned generator counts as the list of what it yields" if task.lists else "",
    ]
    rules = "; but ".join(filter(None, (_listed(each) for each in (strict, loose))))
    other = ' Where a case says "should equal", Python\'s `==` alone decides.' if any(plainly) else ""
    return f"A result must equal the expected value and be of the same type, nested values too: {rules}.{other}"


def _listed(parts: Iterable[str]) -> str:
    """Return the parts that say something as one phrase."""
    *first, last = [*filter(None, parts)] or [""]
    return f"{', '.join(first)}, and {last}" if first else last
