"""What a critic can show against or for a proposal: runs that anybody can repeat.

Promises: evidence names a call and what happened on it, in words that are the same on every machine; results are
compared as the task compares; what a backstop ended proves nothing. Does not promise: that a disagreement says who is
right.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from governance import Call, Opaque, Result, literal, same
from storage import Task

from .clip import clipped

# An error of these types is a slip in the code; others may be what the tool means to raise.
_SLIPS = ("NameError", "UnboundLocalError", "AttributeError", "TypeError", "RecursionError")
_SHOWN = 100
_TOLD = 400
_FAILURES = {
    "timeout": "did not end within its fuel (an endless loop, or far too many steps)",
    "memory": "needed more memory than there is",
    "output": "gave more than can be read",
    "killed": "was stopped from outside",
    "refused": "was not run",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One finding: its kind, the call that shows it (argument tuple, or set-up and expression), and what was seen."""

    kind: str
    input: str
    seen: str


@dataclass(frozen=True, slots=True)
class Trials:
    """The calls that rival sources of one task were tried on; each source's results come in the same order."""

    task: Task
    calls: tuple[Call, ...]

    def crash(self, candidate: Sequence[Result], parent: Sequence[Result]) -> Evidence | None:
        """Return a call on which the candidate slips or never ends though its parent answers."""
        for call, mine, theirs in self._pairs(candidate, parent):
            slipped = mine.outcome == "timeout" or (mine.outcome == "error" and mine.error.startswith(_SLIPS))
            if slipped and theirs.outcome == "ok":
                return Evidence("crash", call, answer(mine))
        return None

    def nondeterminism(self, first: Sequence[Result], second: Sequence[Result]) -> Evidence | None:
        """Return a call on which the same source answers differently under another hash seed."""
        return self._difference("nondeterminism", first, second)

    def disagreement(self, one: Sequence[Result], other: Sequence[Result]) -> Evidence | None:
        """Return a call on which two sources give different answers."""
        return self._difference("disagreement", one, other)

    def mutation(self, candidate: Sequence[Result], parent: Sequence[Result]) -> Evidence | None:
        """Return a call whose arguments the candidate changes though its parent leaves them alone."""
        for call, mine, theirs in self._pairs(candidate, parent):
            if "ok" == mine.outcome == theirs.outcome and not same(mine.args_after, theirs.args_after):
                return Evidence("mutated input", call, literal(mine.args_after)[:_SHOWN])
        return None

    def _difference(self, kind: str, one: Sequence[Result], other: Sequence[Result]) -> Evidence | None:
        for call, mine, theirs in self._pairs(one, other):
            if not self._alike(mine, theirs):
                return Evidence(kind, call, f"{answer(mine)[:_SHOWN]} against {answer(theirs)[:_SHOWN]}")
        return None

    def _alike(self, mine: Result, theirs: Result) -> bool:
        if "ok" == mine.outcome == theirs.outcome:
            # Two opaque results of one type cannot be told apart from here.
            rough = answer(mine) == answer(theirs)
            return rough or same(mine.value, theirs.value, compare=self.task.compare, lists=self.task.lists)
        return answer(mine) == answer(theirs)

    def _pairs(self, one: Sequence[Result], other: Sequence[Result]) -> Iterator[tuple[str, Result, Result]]:
        for call, mine, theirs in zip(self.calls, one, other, strict=True):
            if "refused" not in (mine.outcome, theirs.outcome):
                yield call.args or f"{call.setup}\n{call.expression}".strip(), mine, theirs


def answer(result: Result) -> str:
    """Return a result as one text: the value as a literal, or the kind of failure."""
    if result.outcome == "ok":
        return literal(result.value)
    return result.error.split(":")[0] if result.outcome == "error" else result.outcome


def told(result: Result) -> str:
    """Return a result in at most 400 characters for whoever wrote the code: the value, or the failure in words."""
    if result.outcome == "error":
        text = f"raised {result.error}"
    elif result.outcome != "ok":
        text = _FAILURES.get(result.outcome, result.outcome)
    elif isinstance(result.value, Opaque):
        text = f"an object of type {result.value.type_name}, which is no plain data"
    else:
        text = literal(result.value)
    return clipped(text, _TOLD)
