"""What an agent asked for and nobody acted on: one verdict a turn for each reason, however often it asked in vain.

Promises: nothing that an agent asks for goes without a word; what is told is short.
Does not promise: to repeat each act. Those of one reason are counted, and the first are named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from .verdict import JSON, Verdict

# The engine's own reasons, with what would pass.
UNHEARD: Mapping[str, str] = {
    "Lease": "the same once nobody else is at this work",
    "StillAlive": "the same acts while the agent lives, before it retires",
    "UnderReview": "one critique of each proposal that the turn's view shows, while it is open",
    "NewCase": "a case that the tool does not have, and that the agent's lineage has not offered",
    "ShortCase": "a case of at most 2000 characters",
    "KnownBasis": "a rewrite that names the version of this tool it was made from",
    "ActsPerTurn": "at most 64 acts a turn, 8 of them rewrites",
    "ToolAtHand": "the same in a turn on a tool",
}
_MOST_TOLD = 16


class Unheard:
    """What one turn asked for in vain."""

    def __init__(self) -> None:
        self._found: dict[str, dict[str, JSON]] = {}
        self._told: dict[tuple[str, str], list[JSON]] = {}
        self._held: dict[str, tuple[Verdict, int]] = {}

    def note(self, rule: str, what: str, item: JSON) -> None:
        """Add an act that was passed over under one of the engine's reasons; `what` is the word for such items."""
        told = self._told.setdefault((rule, what), [])
        if len(told) < _MOST_TOLD:
            told.append(item)
        self.count(rule, "count", 1)
        self._found[rule][what] = told

    def count(self, rule: str, what: str, number: int) -> None:
        """Add so many acts that were passed over and are not named."""
        found = self._found.setdefault(rule, {})
        found[what] = _number(found.get(what)) + number

    def hold(self, verdicts: Sequence[Verdict]) -> None:
        """Keep the vetoes on an act; of each rule the first is told, with how many there were."""
        for verdict in verdicts:
            if verdict.vetoed:
                first, times = self._held.get(verdict.rule, (verdict, 0))
                self._held[verdict.rule] = first, times + 1

    def verdicts(self, *, agent_id: int, charter: str) -> tuple[Verdict, ...]:
        """Return what is to be written of it all; nothing where everything was acted on."""
        own = [
            Verdict(rule, "admit", "veto", {"agent": agent_id, **found}, UNHEARD[rule], charter)
            for rule, found in self._found.items()
        ]
        held = [
            replace(first, evidence={"agent": agent_id, **first.evidence, "count": times})
            for first, times in self._held.values()
        ]
        return (*own, *held)


def _number(value: JSON) -> int:
    return value if isinstance(value, int) else 0
