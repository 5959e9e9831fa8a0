"""A few small faulty tools, on which code that stands alone can be tried as if an agent had proposed it.

Promises: an honest repair of one of them is admitted for it; whoever is refused by all repaired none of them.
Does not promise: to cover what tools there are. It gives code something to be a rewrite of.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from storage import Case, Task

from .bench import Bench
from .council import Council
from .proposal import Proposal
from .source import Unreadable, read
from .verdict import Verdict

ENTRY = "solve"


@dataclass(frozen=True, slots=True)
class _Tool:
    """A faulty function of one argument, and arguments with the right answers: as many for the gate as visible."""

    name: str
    code: str
    answers: Sequence[tuple[object, object]]

    def task(self, entry: str) -> Task:
        many = len(self.answers) // 2
        cases = (
            Case("visible" if number < many else "gate", repr(answer), args=repr((given,)))
            for number, (given, answer) in enumerate(self.answers)
        )
        return Task(self.name, entry, self.code.replace("def solve", f"def {entry}"), tuple(cases))


_WORDS = ("", "abc", "hello", "a", "noon", "Turn it")
_LISTS: tuple[list[int], ...] = ([], [3, 1, 2], [5, 4], [1, 1, 0], [9, -2, 7, 7], [2])
_TOOLS = (
    _Tool("sorts", "def solve(x):\n    return x[:1] + x[1:]\n", [(each, sorted(each)) for each in _LISTS]),
    _Tool("reverses", "def solve(x):\n    return x[:0:-1]\n", [(each, each[::-1]) for each in _WORDS]),
    _Tool("counts", "def solve(x):\n    return len(x) - 1\n", [(each, len(each)) for each in _LISTS]),
    _Tool(
        "inverts",
        "def solve(x):\n    return dict(x)\n",
        [({n: str(n) for n in range(many)}, {str(n): n for n in range(many)}) for many in range(6)],
    ),
)


def refused_everywhere(council: Council, bench: Bench, code: str) -> tuple[Verdict, ...]:
    """Return the verdicts by which the whole layer refuses `code` as a rewrite of each tool; none where one is let in.

    Its entry point is `solve`, or the last function at its top level where it has no function of that name.
    """
    entry = _entry_of(code)
    found: list[Verdict] = []
    for tool in _TOOLS:
        task = tool.task(entry)
        proposal = Proposal(
            task=task, source=code, parent_source=task.code, author_id=1, author_lineage=1, tool_id=1, parent_id=1
        )
        against = [verdict for verdict in council.examine(proposal, bench).verdicts if verdict.outcome != "pass"]
        if not against:
            return ()
        found += against
    return tuple(found)


def _entry_of(code: str) -> str:
    if isinstance(read(code), Unreadable):
        return ENTRY
    names = [node.name for node in ast.parse(code).body if isinstance(node, ast.FunctionDef)]
    return ENTRY if ENTRY in names or not names else names[-1]
