"""The present state of an ecology, folded from its history entry by entry.

Promises: folding the entries of a database gives the same state as living through them, so a resumed run goes on as if
nothing had happened. Does not promise: the past; ask the store for that.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from agents import Genome
from storage import Entry, Score

Row = Mapping[str, Any]
# Rules that refuse a rewrite only for coming at the wrong time, so that the same one may be offered again.
_UNTIMELY = ("FreshParent", "RatePerTool")
NOTHING = Score(0, 0, 0, 0, 0)
_SCORE = ("visible_passed", "visible_total", "gate_passed", "gate_total", "fuel")


@dataclass(slots=True)
class Progress:
    """How far one family has got with one version: edits done, whether that was all, and turns spent."""

    cursor: int = 0
    exhausted: bool = False
    turns: int = 0


@dataclass(slots=True)
class VersionState:
    """A version of a tool: which visible and gate cases it passes, and how far each family has got with it."""

    id: int
    seq: int
    number: int
    author_id: int | None
    code_hash: str
    bitmap: str = ""
    progress: dict[str, Progress] = field(default_factory=dict)

    @property
    def gate_share(self) -> float:
        """The share of gate cases it passes, 0.0 where it was not measured."""
        gate = self.bitmap.partition("|")[2]
        return gate.count("1") / len(gate) if gate else 0.0

    def reached(self, family: str) -> Progress:
        """Return the family's progress on this version, none yet where it has not been here."""
        return self.progress.get(family) or Progress()


@dataclass(slots=True)
class ProposalState:
    """A proposal not yet admitted or vetoed; `bitmap` marks the visible and gate cases it passes.

    `critiques` are (agent, stance, whether it brought evidence), `reviewers` the lineages that have looked at it,
    `not_before` the turn from which a late one may be offered again.
    """

    id: int
    seq: int
    tool_id: int
    author_id: int
    parent_id: int
    basis_id: int
    family: str
    code_hash: str
    reason: str
    bitmap: str = ""
    score: Score = NOTHING
    critiques: list[tuple[int, str, bool]] = field(default_factory=list)
    reviewers: set[int] = field(default_factory=set)
    not_before: int = 0

    def betters(self, version: VersionState) -> bool:
        """Whether it loses no case that the version passes, and wins one."""
        pairs = list(zip(self.bitmap, version.bitmap, strict=True))
        return self.bitmap != version.bitmap and not any(mine == "0" and theirs == "1" for mine, theirs in pairs)

    @property
    def solves(self) -> bool:
        """Whether it passes all visible and gate cases."""
        return bool(self.bitmap) and "0" not in self.bitmap


@dataclass(slots=True)
class SignalState:
    """What all signals on one subject come to at the `turn` of the newest, which is the one of `seq`."""

    seq: int
    kind: str
    strength: float
    half_life: float
    turn: int

    def felt(self, turn: int) -> float:
        """Return the strength left at a turn: it halves every half-life."""
        return float(self.strength * 2.0 ** (-(turn - self.turn) / self.half_life))


@dataclass(slots=True)
class ToolState:
    """A tool: its versions (the last is the head), its pending and stale proposals, and turns since its last gain."""

    id: int
    task_id: int
    name: str
    versions: list[VersionState] = field(default_factory=list)
    pending: dict[int, ProposalState] = field(default_factory=dict)
    stale: dict[int, ProposalState] = field(default_factory=dict)
    admitted_turns: deque[int] = field(default_factory=lambda: deque(maxlen=256))
    said: deque[str] = field(default_factory=lambda: deque(maxlen=8))
    fruitless: int = 0

    @property
    def head(self) -> VersionState:
        """The version that counts now."""
        return self.versions[-1]

    @property
    def solved(self) -> bool:
        """Whether the head passes all its visible and gate cases."""
        return bool(self.head.bitmap) and "0" not in self.head.bitmap


@dataclass(slots=True)
class AgentState:
    """A living agent: its energy (ledger balance), what it has earned, its turns and its admitted rewrites."""

    id: int
    founder_id: int
    depth: int
    genome: Genome
    energy: float = 0.0
    earned: float = 0.0
    turns: int = 0
    wins: int = 0


@dataclass(slots=True)
class Counts:
    """Totals for the report and for limits."""

    turns: int = 0
    candidates: int = 0
    proposals: int = 0
    vetoes: int = 0
    spawned: int = 0
    retired: int = 0
    admitted: int = 0


class World:
    """What is true as of the last entry folded; `fold` is the only way to change it."""

    def __init__(self) -> None:
        self.seq = 0
        self.turn = 0
        self.tools: dict[int, ToolState] = {}
        self.agents: dict[int, AgentState] = {}
        self.founders: dict[int, int] = {}
        self.signals: dict[str, SignalState] = {}
        self.proposals: dict[int, ProposalState] = {}
        self.sealed: dict[int, str] = {}
        self.bred: dict[str, int] = {}
        self.counts = Counts()
        self._handlers: dict[str, Callable[[Entry, Row], None]] = {
            "tool": self._on_tool,
            "tool_version": self._on_version,
            "agent": self._on_agent,
            "proposal": self._on_proposal,
            "evaluation": self._on_evaluation,
            "verdict": self._on_verdict,
            "critique": self._on_critique,
            "signal": self._on_signal,
            "ledger": self._on_ledger,
        }

    def fold(self, entry: Entry) -> None:
        """Take in one entry of history; entries must come in the order of their seq."""
        self.seq = entry.seq
        for table, row in entry.rows:
            if handler := self._handlers.get(table):
                handler(entry, row)
        if entry.kind == "turn":
            self._on_turn(entry)
        elif entry.kind == "retire" and entry.agent_id in self.agents:
            del self.agents[entry.agent_id]
            self.counts.retired += 1

    def served(self, niche: str) -> bool:
        """Whether some living agent serves the niche (`specialist/guard`, `critic`)."""
        return any(agent.genome.niche == niche for agent in self.agents.values())

    def _on_tool(self, entry: Entry, row: Row) -> None:
        self.tools[row["id"]] = ToolState(id=row["id"], task_id=row["task_id"], name=row["name"])

    def _on_version(self, entry: Entry, row: Row) -> None:
        tool = self.tools[row["tool_id"]]
        version = VersionState(
            id=row["id"], seq=entry.seq, number=row["number"], author_id=row["author_id"], code_hash=row["code_hash"]
        )
        tool.versions.append(version)
        if row["proposal_id"] is None:
            return
        proposal = self.proposals.pop(row["proposal_id"])
        version.bitmap = proposal.bitmap
        self.counts.admitted += 1
        tool.pending.pop(proposal.id, None)
        tool.admitted_turns.append(entry.turn)
        tool.fruitless = 0
        if author := self.agents.get(proposal.author_id):
            author.wins += 1

    def _on_agent(self, entry: Entry, row: Row) -> None:
        self.agents[row["id"]] = AgentState(
            id=row["id"],
            founder_id=row["founder_id"],
            depth=row["depth"],
            genome=Genome.model_validate_json(row["genome"]),
        )
        self.founders[row["id"]] = row["founder_id"]
        self.counts.spawned += 1

    def _on_proposal(self, entry: Entry, row: Row) -> None:
        kept = ("id", "tool_id", "author_id", "parent_id", "basis_id", "family", "code_hash", "reason")
        proposal = ProposalState(seq=entry.seq, **{name: row[name] for name in kept})
        self.proposals[proposal.id] = proposal
        self.tools[proposal.tool_id].pending[proposal.id] = proposal
        self.counts.proposals += 1

    def _on_evaluation(self, entry: Entry, row: Row) -> None:
        if row["ring_set"] == "sealed":
            self.sealed[row["version_id"]] = row["passed"]
        elif row["ring_set"] == "baseline":
            versions = self.tools[entry.tool_id or 0].versions
            next(version for version in versions if version.id == row["version_id"]).bitmap = row["passed"]
        elif proposal := self.proposals.get(row["proposal_id"]):
            proposal.bitmap = row["passed"]
            proposal.score = Score(**{name: row[name] for name in _SCORE})

    def _on_verdict(self, entry: Entry, row: Row) -> None:
        if row["outcome"] == "pass":
            return
        proposal = self.proposals.pop(row["proposal_id"], None)
        if proposal is None:
            return
        self.counts.vetoes += 1
        tool = self.tools[proposal.tool_id]
        tool.pending.pop(proposal.id, None)
        tool.said.append(f"{row['rule']} would pass {row['would_pass']}")
        if row["rule"] in _UNTIMELY and proposal.betters(tool.head):
            proposal.not_before = _not_before(tool, json.loads(row["evidence"]))
            tool.stale[proposal.id] = proposal

    def _on_critique(self, entry: Entry, row: Row) -> None:
        if proposal := self.proposals.get(row["proposal_id"]):
            proposal.critiques.append((row["agent_id"], row["stance"], row["evidence"] != "{}"))
            self.tools[proposal.tool_id].said.append(f"{row['stance']}: {row['kind']} {row['evidence']}")

    def _on_signal(self, entry: Entry, row: Row) -> None:
        before = self.signals.get(row["subject"])
        # Signals of one subject share a half-life, so their sum fades like one of them.
        left = before.felt(row["turn"]) if before else 0.0
        self.signals[row["subject"]] = SignalState(
            seq=entry.seq,
            kind=row["kind"],
            strength=row["strength"] + left,
            half_life=row["half_life"],
            turn=row["turn"],
        )

    def _on_ledger(self, entry: Entry, row: Row) -> None:
        agent = self.agents.get(row["agent_id"])
        if row["kind"] != "energy" or agent is None:
            return
        agent.energy = round(agent.energy + row["amount"], 6)
        if row["amount"] > 0 and row["reason"] != "birth":
            agent.earned = round(agent.earned + row["amount"], 6)

    def _on_turn(self, entry: Entry) -> None:
        self.turn = entry.turn
        self.counts.turns += 1
        done = entry.payload
        self.counts.candidates += done.get("tried", 0)
        if agent := self.agents.get(entry.agent_id or 0):
            agent.turns += 1
        if "token" in done and done["token"] is None:
            return
        if done["activity"] == "breed":
            self.bred[done["subject"]] = entry.turn
        for proposal_id in done.get("proposals", ()) if done["activity"] == "review" else ():
            if proposal := self.proposals.get(proposal_id):
                proposal.reviewers.add(self.founders[entry.agent_id or 0])
        if entry.tool_id is None:
            return
        tool = self.tools[entry.tool_id]
        if done["activity"] == "search":
            tool.fruitless += 1
            version = next(version for version in tool.versions if version.id == done["base"])
            progress = version.progress.setdefault(done["family"], Progress())
            progress.cursor, progress.exhausted = done["cursor"], done["exhausted"]
            progress.turns += 1
        elif done["activity"] == "repropose":
            for proposal_id in done["proposals"]:
                tool.stale.pop(proposal_id, None)


def _not_before(tool: ToolState, evidence: Mapping[str, Any]) -> int:
    """Return the turn from which a rate lets the tool change again; 0 where no rate was in the way."""
    if "most" not in evidence or not 0 < evidence["most"] <= len(tool.admitted_turns):
        return 0
    return int(tool.admitted_turns[-evidence["most"]] + evidence["turns"])
