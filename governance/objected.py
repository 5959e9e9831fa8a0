"""What critics demonstrated against earlier rewrites of a tool, to be run again on every later one.

Promises: only what shows by itself when the input is run is kept: a slip or an endless run, a changed argument, and an
answer that is another in a second run; so an invented objection stops nobody. Does not promise: answers that others
contradict ("disagreement", "wrong answer"); who is right there no run tells. Those bind the one rewrite they were held
against, and become cases where unrelated sources bear them out.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast, get_args

from .fingerprint import fingerprint
from .inputs import literal
from .sandbox.run import Result

# Errors that are slips in code; others may be what the tool means to raise on such an input.
SLIPS = ("AttributeError", "NameError", "RecursionError", "TypeError", "UnboundLocalError")
_LONGEST = 2_000

ObjectedKind = Literal["crash", "mutated input", "nondeterminism"]


@dataclass(frozen=True, slots=True)
class Objected:
    """An input on which a rewrite was shown to be wrong, and the kind of fault.

    `args` is a tuple literal, or else the set-up and call of a visible case, a line break between them.
    """

    kind: ObjectedKind
    args: str

    def shown_by(self, new: Result, old: Result, again: tuple[Result, Result] | None = None) -> bool:
        """Whether a rewrite (`new`) shows the same fault where its parent (`old`) does not.

        `again` are the results of both in a second run, last call first and under another hash seed.
        """
        if old.outcome != "ok":
            return False
        if self.kind == "nondeterminism":
            return again is not None and _differs(new, again[0]) and not _differs(old, again[1])
        if self.kind == "crash":
            return new.outcome == "timeout" or (new.outcome == "error" and new.error.startswith(SLIPS))
        return new.outcome == "ok" and touched(self.args, new) and not touched(self.args, old)


def objected(kind: str, evidence: Mapping[str, object]) -> Objected | None:
    """Return what a critique with this evidence demonstrated; None where it cannot be run again by itself."""
    args = evidence.get("input")
    if kind not in get_args(ObjectedKind) or not isinstance(args, str) or len(args) > _LONGEST:
        return None
    # What is no tuple may be a visible case's call; whoever plans the runs knows those. It has no arguments to change.
    if kind == "mutated input" and not is_tuple(args):
        return None
    return Objected(cast(ObjectedKind, kind), args)


def touched(args: str, result: Result) -> bool:
    """Whether a call left its arguments, a tuple literal, other than they were."""
    return result.args_after is not None and literal(result.args_after) != literal(ast.literal_eval(args))


def _differs(one: Result, other: Result) -> bool:
    # What was not run says nothing.
    return "refused" not in (one.outcome, other.outcome) and fingerprint(one) != fingerprint(other)


def is_tuple(text: str) -> bool:
    """Whether a text is a tuple literal."""
    try:
        return isinstance(ast.literal_eval(text), tuple)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return False
