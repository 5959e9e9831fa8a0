"""What critics demonstrated against earlier rewrites of a tool, to be run again on every later one.

Promises: only what shows by itself when the input is run is kept: a slip or an endless run, and a changed argument; so
an invented objection stops nobody. Does not promise: answers that others contradict; who is right there no run tells.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast, get_args

from .inputs import literal
from .sandbox.run import Result

# Errors that are slips in code; others may be what the tool means to raise on such an input.
SLIPS = ("AttributeError", "NameError", "RecursionError", "TypeError", "UnboundLocalError")
_LONGEST = 2_000

ObjectedKind = Literal["crash", "mutated input"]


@dataclass(frozen=True, slots=True)
class Objected:
    """An input, as a tuple literal, on which a rewrite was shown to be wrong, and the kind of fault."""

    kind: ObjectedKind
    args: str

    def shown_by(self, new: Result, old: Result) -> bool:
        """Whether a rewrite (`new`) shows the same fault where its parent (`old`) does not."""
        if old.outcome != "ok":
            return False
        if self.kind == "crash":
            return new.outcome == "timeout" or (new.outcome == "error" and new.error.startswith(SLIPS))
        return new.outcome == "ok" and touched(self.args, new) and not touched(self.args, old)


def objected(kind: str, evidence: Mapping[str, object]) -> Objected | None:
    """Return what a critique with this evidence demonstrated; None where it cannot be run again by itself."""
    args = evidence.get("input")
    if kind not in get_args(ObjectedKind) or not isinstance(args, str) or len(args) > _LONGEST or not _is_tuple(args):
        return None
    return Objected(cast(ObjectedKind, kind), args)


def touched(args: str, result: Result) -> bool:
    """Whether a call left its arguments, a tuple literal, other than they were."""
    return result.args_after is not None and literal(result.args_after) != literal(ast.literal_eval(args))


def _is_tuple(text: str) -> bool:
    try:
        return isinstance(ast.literal_eval(text), tuple)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return False
