"""What searches have found out, folded from history: how promising versions look, what was learnt, what helps others.

Promises: the same entries give the same state. Does not promise: to remember candidates; only their kinds are counted.
"""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Mapping
from typing import Any

from agents import Genome
from storage import Entry

from .conditions import Conditions
from .lore import Lore
from .states import AgentState, ProposalState, ToolState, VersionState

# So many solved tools lend fragments to a version that is looked at for the first time.
_LENDERS = 6
_MOST_LITERAL = 2_000
_KINDS = {str: "text", bytes: "text", bool: "truth", int: "number", float: "number", dict: "table", list: "list",
          tuple: "list", set: "list", frozenset: "list"}  # fmt: skip


class Searches:
    """What is known of searches in one world; its methods are called as entries are folded."""

    def __init__(self) -> None:
        self.lore = Lore()
        self.tried = 0
        self._features: dict[int, tuple[str, ...]] = {}
        self._solved: dict[int, ToolState] = {}
        self._kinds: dict[tuple[str, ...], list[ToolState]] = {}
        self._made: deque[list[Any]] = deque()

    def case(self, row: Mapping[str, Any]) -> None:
        """Take in a case of a task: the first visible one tells what the tool takes and gives."""
        if row["ring"] == "visible" and row["task_id"] not in self._features:
            self._features[row["task_id"]] = features_of(row["args"], row["expect"])

    def features(self, task_id: int) -> tuple[str, ...]:
        """Return what kind of tool a task is about."""
        return self._features.get(task_id, ())

    def came(self, tool: ToolState) -> None:
        """Take in a tool that came into the ecology."""
        if not tool.is_operator:
            self._kinds.setdefault(tool.features, []).append(tool)

    def kin_of(self, tool: ToolState) -> list[ToolState]:
        """Return the other tools that take and give what this one does."""
        return [each for each in self._kinds.get(tool.features, ()) if each.id != tool.id]

    def turn(self, entry: Entry, tool: ToolState | None, agent: AgentState | None) -> None:
        """Take in what a turn's own event says of a search."""
        done = entry.payload
        self._made = deque(done.get("made", ()))
        if tool is None:
            return
        tool.tried += done.get("tried", 0)
        self.tried += done.get("tried", 0)
        for *_, behaviour in self._made:
            tool.behaviours.setdefault(behaviour, done["means"])
        if agent is not None and "hopes" in done:
            self.lore.tried(agent.genome.family, done["hopes"], tool.features)

    def surveyed(self, version: VersionState, done: Mapping[str, Any]) -> None:
        """Take in what a turn found promising on a version that it was the first on, for some families at least."""
        if "survey" not in done:
            return
        version.survey.update(done["survey"])
        version.mass = round(version.mass + done["mass"], 9)
        if not version.lore:
            version.lore = tuple((kind, times) for kind, times in done["lore"])
            version.ingredients = tuple(done["ingredients"])

    def again(self, late: ProposalState | None) -> None:
        """Take in that a late rewrite is offered again: it is still what it was made as."""
        if late and late.kind:
            self._made.append([late.kind, 0, late.ingredient, ""])

    def proposed(self, proposal: ProposalState) -> None:
        """Take in a rewrite that a search made: its kind of edit and where it came from."""
        if self._made:
            proposal.kind, proposal.place, proposal.ingredient, _ = self._made.popleft()

    def examined(self, proposal: ProposalState, tool: ToolState, *, turn: int) -> None:
        """Take in how a rewrite did: the first that solves its tool is remembered."""
        if proposal.solves and not tool.plausible_at:
            tool.plausible_at = max(tool.tried - proposal.place, 1) if proposal.place else tool.tried
            tool.plausible_turn = turn

    def admitted(self, proposal: ProposalState, tool: ToolState, author: Genome) -> None:
        """Take in that a rewrite became a version."""
        if proposal.kind:
            self.lore.won(author.family, proposal.kind, tool.features)
        if tool.solved and not tool.is_operator:
            self._solved[tool.id] = tool

    def lore_for(
        self, tool: ToolState, elders: Mapping[str, Genome], conditions: Conditions
    ) -> tuple[tuple[str, float], ...]:
        """Return what is known of edits on a tool like this: what was learnt, times what the eldest were born with."""
        born_with: dict[str, float] = {}
        for genome in elders.values():
            born_with.update(genome.lore)
        return (self.lore if conditions.has("learning") else Lore()).on(tool.features, born_with)

    def ingredients_for(self, tool: ToolState, conditions: Conditions) -> tuple[int, ...]:
        """Return versions of solved tools to take fragments from: those of like tools first, then the latest."""
        if not (conditions.has("ingredients") and conditions.has("reads")):
            return ()
        like = set(tool.features)
        lenders = [
            each
            for each in self._solved.values()
            if each.id != tool.id and each.solved and not each.quarantined and len(each.versions) > 1
        ]
        near = sorted(lenders, key=lambda each: (-len(like & set(each.features)), -each.head.seq))
        return tuple(each.head.id for each in near[:_LENDERS])


def features_of(args: str, expect: str) -> tuple[str, ...]:
    """Return what a tool takes and gives by one of its cases: `takes:list`, `takes:number`, `gives:truth` and so on."""
    given, wanted = _value(args), _value(expect)
    takes = {_kind(value) for value in given} if isinstance(given, tuple) else {"objects"}
    return (*sorted(f"takes:{kind}" for kind in takes), f"gives:{_kind(wanted)}")


def _kind(value: object) -> str:
    return _KINDS.get(type(value), "nothing" if value is None else "objects")


def _value(text: str) -> object:
    if len(text) > _MOST_LITERAL:
        text = text[:0]
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return ...
