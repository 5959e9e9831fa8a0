"""What people have put in force: quarantines, frozen tools, rewrites that wait for approval, a stop.

Promises: it is folded from the events of control alone, so whoever reads only these knows it too; each thing in force
names the event that put it there.
Does not promise: that what waits is still open; a verdict or a version may have closed it since.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from storage import Entry

# The kinds of event that say what people want, and what comes of it.
CONTROL = (
    "request", "quarantine", "release", "freeze", "unfreeze", "await", "approve", "deny", "stop", "clear",
    "break_glass", "roll_back",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hold:
    """Something put in force: by the event of `seq`, in which turn, by whom, and why."""

    seq: int
    turn: int
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A rewrite that waits for approval since the event of `seq`; from the turn `until` on it is denied.

    `asked` is what needs approval, `approved` the seq of the approval, 0 while there is none.
    """

    seq: int
    proposal_id: int
    tool_id: int
    asked: tuple[str, ...]
    until: int
    approved: int = 0


@dataclass(slots=True)
class InForce:
    """What is in force as of the last event folded; agents, lineages and tools by their ids.

    `seq` is the last event of control.
    """

    agents: dict[int, Hold] = field(default_factory=dict)
    lineages: dict[int, Hold] = field(default_factory=dict)
    tools: dict[int, Hold] = field(default_factory=dict)
    frozen: dict[int, Hold] = field(default_factory=dict)
    waiting: dict[int, Waiting] = field(default_factory=dict)
    glass: dict[int, Hold] = field(default_factory=dict)
    rolled_back: set[int] = field(default_factory=set)
    stopped: Hold | None = None
    seq: int = 0

    def fold(self, entry: Entry) -> None:
        """Take in one event; those that are of no control change nothing."""
        if entry.kind not in CONTROL:
            return
        self.seq, said = entry.seq, entry.payload
        match entry.kind:
            case "quarantine" | "freeze":
                self._held(said["what"])[said["id"]] = _hold(entry)
            case "release" | "unfreeze":
                self._held(said["what"]).pop(said["id"], None)
            case "await" | "approve" | "deny":
                self._on_approval(entry)
            case "stop" | "clear":
                self.stopped = _hold(entry) if entry.kind == "stop" else None
            case "break_glass":
                self.glass[said["proposal"]] = _hold(entry)
            case "roll_back":
                self.rolled_back.update(said["versions"])

    def close(self, proposal_id: int) -> None:
        """Let a rewrite wait no more."""
        self.waiting.pop(proposal_id, None)

    def holds_agent(self, agent_id: int, founder_id: int) -> bool:
        """Whether an agent or its lineage is in quarantine."""
        return agent_id in self.agents or founder_id in self.lineages

    def _held(self, what: str) -> dict[int, Hold]:
        held = {"agent": self.agents, "lineage": self.lineages, "tool": self.tools, "frozen": self.frozen}
        return held[what]

    def _on_approval(self, entry: Entry) -> None:
        said: Mapping[str, Any] = entry.payload
        number = said["proposal"]
        if entry.kind == "await":
            asked = tuple(said["asked"])
            self.waiting[number] = Waiting(entry.seq, number, entry.tool_id or 0, asked, said["until"])
        elif entry.kind == "deny":
            self.close(number)
        elif found := self.waiting.get(number):
            kept = (found.seq, found.proposal_id, found.tool_id, found.asked, found.until)
            self.waiting[number] = Waiting(*kept, approved=entry.seq)


def _hold(entry: Entry) -> Hold:
    return Hold(entry.seq, entry.turn, entry.payload.get("by", ""), entry.payload.get("reason", ""))
