"""What a critic can show against or for a proposal: runs that anybody can repeat.

Promises: evidence names an input and what happened on it; nothing here knows an expected answer.
Does not promise: that a disagreement says who is right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from governance import Result

from .inputs import literal

# An error of these types is a slip in the code; others may be what the tool means to raise.
_SLIPS = ("NameError", "UnboundLocalError", "AttributeError", "TypeError", "RecursionError")
_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Evidence:
    """One finding: its kind, the input that shows it (a tuple literal), and what was seen there."""

    kind: str
    input: str
    seen: str


def crash(inputs: Sequence[str], candidate: Sequence[Result], parent: Sequence[Result]) -> Evidence | None:
    """Return an input on which the candidate slips or never ends though its parent answers."""
    for text, mine, theirs in zip(inputs, candidate, parent, strict=True):
        slipped = mine.outcome == "timeout" or (mine.outcome == "error" and mine.error.startswith(_SLIPS))
        if slipped and theirs.outcome == "ok":
            return Evidence("crash", text, mine.error or mine.outcome)
    return None


def nondeterminism(inputs: Sequence[str], first: Sequence[Result], second: Sequence[Result]) -> Evidence | None:
    """Return an input on which the same source answers differently under another hash seed."""
    for text, one, other in zip(inputs, first, second, strict=True):
        if answer(one) != answer(other):
            return Evidence("nondeterminism", text, _both(one, other))
    return None


def mutation(inputs: Sequence[str], candidate: Sequence[Result], parent: Sequence[Result]) -> Evidence | None:
    """Return an input that the candidate changes though its parent leaves it alone."""
    for text, mine, theirs in zip(inputs, candidate, parent, strict=True):
        if "ok" == mine.outcome == theirs.outcome and literal(mine.args_after) != literal(theirs.args_after):
            return Evidence("mutated input", text, literal(mine.args_after)[:_SHOWN])
    return None


def disagreement(inputs: Sequence[str], one: Sequence[Result], other: Sequence[Result]) -> Evidence | None:
    """Return an input on which two sources give different answers."""
    for text, mine, theirs in zip(inputs, one, other, strict=True):
        if answer(mine) != answer(theirs):
            return Evidence("disagreement", text, _both(mine, theirs))
    return None


def answer(result: Result) -> str:
    """Return a result as one comparable text: the value as a literal, or the kind of failure."""
    if result.outcome == "ok":
        return literal(result.value)
    return result.error.split(":")[0] or result.outcome


def _both(one: Result, other: Result) -> str:
    return f"{answer(one)[:_SHOWN]} against {answer(other)[:_SHOWN]}"
