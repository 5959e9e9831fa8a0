"""What people have put in force: quarantines, frozen tools, rewrites that wait for approval, a stop.

Promises: it is folded from the events of control alone, so whoever reads only these knows it too; each thing in force
names the event that put it there.
Does not promise: that what waits is still open; a verdict or a version may have closed it since.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from storage import CONTROL_KINDS, Control, Entry, When


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

    `canaries` are versions that serve a share at first, and until which turn, by tool; one that is no head any more
    serves nobody. `seq` is the last event of control or request.
    """

    agents: dict[int, Hold] = field(default_factory=dict)
    lineages: dict[int, Hold] = field(default_factory=dict)
    tools: dict[int, Hold] = field(default_factory=dict)
    frozen: dict[int, Hold] = field(default_factory=dict)
    waiting: dict[int, Waiting] = field(default_factory=dict)
    glass: dict[int, Hold] = field(default_factory=dict)
    rolled_back: set[int] = field(default_factory=set)
    canaries: dict[int, tuple[int, int]] = field(default_factory=dict)
    stopped: Hold | None = None
    seq: int = 0

    def fold(self, entry: Entry) -> None:
        """Take in one event; those that are of no control change nothing."""
        if entry.kind == "request":
            self.seq = entry.seq
        if entry.kind not in CONTROL_KINDS:
            return
        self.seq, said = entry.seq, entry.payload
        match entry.kind:
            case "quarantine" | "freeze":
                self.held(said["what"])[said["id"]] = _hold(entry)
            case "release" | "unfreeze":
                self.held(said["what"]).pop(said["id"], None)
            case "await" | "approve" | "deny":
                self._on_approval(entry)
            case "stop" | "clear":
                self.stopped = _hold(entry) if entry.kind == "stop" else None
            case "break_glass":
                self.glass[said["proposal"]] = _hold(entry)
            case "roll_back":
                self.rolled_back.update(said["versions"])
            case "canary":
                self._on_canary(entry)

    @classmethod
    def of(cls, control: Control, *, as_of: When = None) -> InForce:
        """Return what is in force, read without the rest of the history."""
        found = cls()
        for entry in control.events(as_of=as_of):
            found.fold(entry)
        return found

    def close(self, proposal_id: int) -> None:
        """Let a rewrite wait no more."""
        self.waiting.pop(proposal_id, None)

    def holds_agent(self, agent_id: int, founder_id: int) -> bool:
        """Whether an agent or its lineage is in quarantine."""
        return agent_id in self.agents or founder_id in self.lineages

    def held(self, what: str) -> dict[int, Hold]:
        """Return what is held of agents, lineages, tools or frozen tools, by id."""
        held = {"agent": self.agents, "lineage": self.lineages, "tool": self.tools, "frozen": self.frozen}
        return held[what]

    def _on_canary(self, entry: Entry) -> None:
        said, tool_id = entry.payload, entry.tool_id or 0
        if said["state"] == "begun":
            self.canaries[tool_id] = (said["version"], said["until"])
        elif said["state"] != "tried":
            self.canaries.pop(tool_id, None)

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
