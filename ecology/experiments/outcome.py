"""What came of one sample, read off its database: tools solved, by which rewrites, after how many candidates.

Promises: counted from history alone, task by task in their order. Does not promise: to be read before the run is over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from storage import Entry, Store

from ..states import ProposalState, ToolState
from ..world import World


@dataclass(frozen=True, slots=True)
class ToolOutcome:
    """How one tool ended: `head` and `plausible` are digests of sources.

    `plausible` are the rewrites that pass all visible and gate cases, admitted or not, in the order in which they came;
    the first came after `plausible_at` candidates (0: none did).
    """

    task: str
    solved: bool
    sealed_correct: bool
    plausible_at: int
    head: str
    plausible: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a sample; `sessions` is how many processes lived it."""

    tools: tuple[ToolOutcome, ...]
    candidates: int
    turns: int
    ending: str
    history_hash: str
    sessions: int


def outcome_of(path: Path, tasks: Sequence[str]) -> Outcome:
    """Return what came of the finished run in a database, for tasks in this order. Raises: StorageError."""
    world, plausible = World(), _Plausible()
    with Store.open(path) as store:
        for entry in store.history():
            world.fold(entry)
            plausible.see(entry, world.proposals)
        counts, run = store.totals.counts(), store.runs.latest()
        sessions, digest = len(store.sessions.all()), store.history_hash()
    tools = {tool.name: tool for tool in world.tools.values()}
    return Outcome(
        tools=tuple(_ended(tools[name], world.sealed, plausible.of(tools[name].id)) for name in tasks),
        candidates=counts.candidates,
        turns=counts.turns,
        ending=(run.ending if run else None) or "unfinished",
        history_hash=digest,
        sessions=sessions,
    )


class _Plausible:
    """The sources that solved each tool when they were examined, in their order."""

    def __init__(self) -> None:
        self._found: dict[int, dict[str, None]] = {}

    def see(self, entry: Entry, proposals: Mapping[int, ProposalState]) -> None:
        """Look at an entry that has just been folded."""
        for table, row in entry.rows:
            proposal = proposals.get(row["proposal_id"] or 0) if table == "evaluation" else None
            if proposal and proposal.solves:
                self._found.setdefault(proposal.tool_id, {})[proposal.code_hash] = None

    def of(self, tool_id: int) -> tuple[str, ...]:
        """Return the sources that solved a tool."""
        return tuple(self._found.get(tool_id, ()))


def _ended(tool: ToolState, sealed: Mapping[int, str], plausible: tuple[str, ...]) -> ToolOutcome:
    passed = sealed.get(tool.head.id)
    return ToolOutcome(
        task=tool.name,
        solved=tool.solved,
        sealed_correct=tool.solved and passed is not None and "0" not in passed,
        plausible_at=tool.plausible_at,
        head=tool.head.code_hash,
        plausible=plausible,
    )
