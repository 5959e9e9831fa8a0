"""The present state of an ecology, folded from its history entry by entry.

Promises: folding the entries of a database gives the same state as living through them, so a resumed run goes on as if
nothing had happened. Does not promise: the past; ask the store for that.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from agents import Genome
from governance import ASKS, FROM_TURN, Breaker, BreakerSettings
from storage import CONTROL_KINDS, Entry

from .acts import Acts
from .roster import Roster
from .searches import Searches
from .states import (
    CALLS,
    UNTIMELY,
    CanaryState,
    ModelState,
    Offered,
    Progress,
    ProposalState,
    SignalState,
    ToolState,
    VersionState,
    leave,
    score_in,
)  # fmt: skip
from .tallies import Tallies

Row = Mapping[str, Any]
_LONGEST_ID = 12
# So many candidates make a usual turn of search.
_BATCH = 64
# Events by which people set something aside, freeze it, or let it go again.
_HOLDS = ("quarantine", "release", "freeze", "unfreeze")


class World(Roster):
    """What is true as of the last entry folded; `fold` is the only way to change it."""

    def __init__(self, breaker: BreakerSettings | None = None) -> None:
        super().__init__()
        self.breaker = Breaker(breaker or BreakerSettings())
        self._acts = Acts(self.breaker)
        self.seq = 0
        self.turn = 0
        self.turn_seq = 0
        self.tools: dict[int, ToolState] = {}
        self.models: dict[str, ModelState] = {}
        self.signals: dict[str, SignalState] = {}
        self._calls: dict[str, SignalState] = {}
        self.proposals: dict[int, ProposalState] = {}
        self.sealed: dict[int, str] = {}
        self.bred: dict[str, int] = {}
        # What a shadow charter would have decided otherwise: the proposal, the stage, and both outcomes.
        self.flips: set[tuple[int | None, str, str, str]] = set()
        self.canaries: set[int] = set()
        self.tallies = Tallies()
        self.searches = Searches()
        self._operators: set[int] = set()
        self._admitted: ProposalState | None = None
        self._capabilities: dict[int, tuple[str, ...]] = {}
        self._versions: dict[int, VersionState] = {}
        self._operator_id = 0
        self._handlers: dict[str, Callable[[Entry, Row], None]] = {
            "task": self._on_task,
            "task_case": lambda entry, row: self.searches.case(row),
            "tool": self._on_tool,
            "tool_version": self._on_version,
            "agent": self._on_agent,
            "proposal": self._on_proposal,
            "evaluation": self._on_evaluation,
            "verdict": self._on_verdict,
            "critique": self._on_critique,
            "signal": self._on_signal,
            "ledger": self._on_ledger,
            "test_case": self._on_test,
            "post": self._on_post,
        }

    def fold(self, entry: Entry) -> None:
        """Take in one entry of history; entries must come in the order of their seq."""
        self.seq = entry.seq
        self.in_force.fold(entry)
        self.tallies.fold(entry)
        for table, row in entry.rows:
            if handler := self._handlers.get(table):
                handler(entry, row)
        if entry.kind == "turn":
            self._on_turn(entry)
        elif entry.kind == "flip" and entry.payload["proposal"] is not None:
            self.flips.add(tuple(entry.payload[name] for name in ("proposal", "stage", "old", "new")))
        elif entry.kind in CONTROL_KINDS:
            self._on_control(entry)
        elif entry.kind == "retire" and entry.agent_id in self.agents:
            self._on_death(entry.agent_id)
            self.counts.retired += 1
        self._acts.fold(entry, self.founders, calls=self.calls_for)
        if entry.kind == "breaker" and self.breaker.state == "closed":
            # What was called for in the storm stays unheard.
            self.signals = dict(self._calls)

    def heard(self) -> Mapping[str, SignalState]:
        """Return the signals that may call: not agents' own, as long as the breaker is not closed."""
        return self.signals if self.breaker.state == "closed" else self._calls

    def calls_for(self, subject: str, kind: str) -> bool:
        """Whether a signal of a kind means anything now, as far as can be told without asking the agents."""
        first, _, rest = subject.partition(":")
        if CALLS.get(first) != kind:
            # Agents may signal what they like; nobody here knows what to do about it.
            return False
        if first == "niche":
            return not self.served(rest) and self.may_be_born(Genome(species="").moved(rest))
        tool = self.tools.get(int(rest)) if rest.isdecimal() and len(rest) < _LONGEST_ID else None
        return tool is not None and tool.calls(first)

    def stale(self, tool_id: int | None, proposal_ids: Sequence[int]) -> ProposalState | None:
        """Return the late proposal that is to be offered again."""
        known = self.tools[tool_id].stale if tool_id else {}
        return next((known[number] for number in proposal_ids if number in known), None)

    @property
    def has_shelf(self) -> bool:
        """Whether some tool works that others can be built on."""
        return any(tool.solved and not (tool.is_operator or tool.quarantined) for tool in self.tools.values())

    def tool_of(self, version_id: int) -> ToolState:
        """Return the tool that a version is of."""
        return self.tools[self._versions[version_id].tool_id]

    def operator(self, name: str) -> ToolState | None:
        """Return the operator tool of that name, None where it is not here."""
        return next((tool for tool in self.tools.values() if tool.is_operator and tool.name == name), None)

    def version(self, version_id: int) -> VersionState:
        """Return a version of any tool by its id."""
        return self._versions[version_id]

    def _on_task(self, entry: Entry, row: Row) -> None:
        self._capabilities[row["id"]] = tuple(sorted(json.loads(row["capabilities"] or "[]")))
        if row["judged"] == "earnings":
            self._operators.add(row["id"])

    def _on_tool(self, entry: Entry, row: Row) -> None:
        self.tools[row["id"]] = ToolState(
            id=row["id"], task_id=row["task_id"], name=row["name"], is_operator=row["task_id"] in self._operators,
            capabilities=self._capabilities[row["task_id"]], features=self.searches.features(row["task_id"]),
        )  # fmt: skip
        self.searches.came(self.tools[row["id"]])

    def _on_version(self, entry: Entry, row: Row) -> None:
        tool = self.tools[row["tool_id"]]
        kept = ("id", "number", "tool_id", "author_id", "proposal_id", "code_hash")
        version = VersionState(seq=entry.seq, **{name: row[name] for name in kept})
        tool.versions.append(version)
        tool.canary = None
        self.canaries.discard(tool.id)
        self._versions[version.id] = version
        if row["proposal_id"] is None:
            self._on_return(tool, row)
            return
        proposal = self.proposals.pop(row["proposal_id"])
        self.in_force.close(proposal.id)
        self._credit(proposal, before=tool.versions[-2].gate_share)
        version.bitmap, version.score = proposal.bitmap, score_in(row)
        version.basis_id = proposal.basis_id
        self.counts.admitted += 1
        tool.pending.pop(proposal.id, None)
        self._admitted = proposal
        tool.admitted_turns.append(entry.turn)
        tool.fruitless, tool.called = 0.0, 0
        if proposal.author_id:
            self.searches.admitted(proposal, tool, self.born[proposal.author_id].genome)
        if author := self.agents.get(proposal.author_id):
            author.wins += 1

    def _on_return(self, tool: ToolState, row: Row) -> None:
        """Let a version that only brings an earlier one's code back count as that one did."""
        if row["parent_id"] is not None:
            same = next(each for each in tool.versions if each.code_hash == row["code_hash"])
            tool.head.bitmap, tool.head.score = same.bitmap, same.score
            tool.head.served, tool.head.earned = same.served, same.earned

    def _credit(self, proposal: ProposalState, *, before: float) -> None:
        """Note what an admitted rewrite brought to the model and to the operator tool it came from."""
        gain = proposal.gain(before)
        if proposal.model:
            self._model(proposal.model).gain += gain
        if proposal.operator_id:
            self._versions[proposal.operator_id].earned += gain

    def _on_proposal(self, entry: Entry, row: Row) -> None:
        kept = ("id", "tool_id", "author_id", "parent_id", "basis_id", "family", "code_hash", "reason", "model")
        proposal = ProposalState(
            seq=entry.seq,
            operator_id=self._operator_id,
            components=tuple(json.loads(row["components"])),
            **{name: row[name] for name in kept},
        )
        self.proposals[proposal.id] = proposal
        tool = self.tools[proposal.tool_id]
        tool.pending[proposal.id] = proposal
        self.searches.proposed(proposal)
        self.counts.proposals += 1

    def _on_evaluation(self, entry: Entry, row: Row) -> None:
        if row["ring_set"] == "sealed":
            self.sealed[row["version_id"]] = row["passed"]
        elif row["ring_set"] == "baseline":
            version = self._versions[row["version_id"]]
            version.bitmap, version.score = row["passed"], score_in(row)
        elif proposal := self.proposals.get(row["proposal_id"]):
            proposal.bitmap = row["passed"]
            proposal.score = score_in(row)
            self.searches.examined(proposal, self.tools[proposal.tool_id], turn=entry.turn)

    def _on_verdict(self, entry: Entry, row: Row) -> None:
        if row["outcome"] != "veto":
            self._on_ask(row)
            return
        proposal = self.proposals.pop(row["proposal_id"], None)
        if proposal is None:
            return
        self.in_force.close(proposal.id)
        self.counts.vetoes += 1
        tool = self.tools[proposal.tool_id]
        tool.pending.pop(proposal.id, None)
        tool.said.append(f"{row['rule']} would pass {row['would_pass']}")
        if row["rule"] in UNTIMELY and proposal.betters(tool.head):
            proposal.not_before = json.loads(row["evidence"]).get(FROM_TURN, 0)
            tool.stale[proposal.id] = proposal

    def _on_ask(self, row: Row) -> None:
        """Note what a person must approve of a rewrite before it may be admitted."""
        if row["outcome"] == "ask" and (proposal := self.proposals.get(row["proposal_id"])):
            proposal.asks = (*proposal.asks, json.loads(row["evidence"])[ASKS])

    def _on_control(self, entry: Entry) -> None:
        said = entry.payload
        if entry.kind in _HOLDS:
            self._on_hold(entry)
        elif entry.kind == "await":
            self.proposals[said["proposal"]].waits = True
        elif entry.kind == "roll_back":
            for number in said["versions"]:
                self._versions[number].taken_back = True
            self._drop_stale(set(said["versions"]))
        elif entry.kind == "canary":
            self._on_canary(self.tools[entry.tool_id or 0], said)
        elif entry.kind == "break_glass":
            self._reopen(said["state"], seq=entry.seq)

    def _on_canary(self, tool: ToolState, said: Mapping[str, Any]) -> None:
        if said["state"] == "begun" and self._admitted:
            kept = (said["version"], said["before"], said["until"], said["share"])
            tool.canary = CanaryState(*kept, self._admitted)
            self.canaries.add(tool.id)
        elif said["state"] == "tried" and tool.canary:
            tool.canary.tried += said["cases"]
        else:
            tool.canary = None
            self.canaries.discard(tool.id)

    def under_review(self, tool_id: int | None, proposal_id: int) -> ProposalState | None:
        """Return a proposal that critics may speak of: a pending one, or the one that a tool's canary was made of."""
        canary = self.tools[tool_id].canary if tool_id else None
        is_canary = canary is not None and canary.proposal.id == proposal_id
        return canary.proposal if canary and is_canary else self.proposals.get(proposal_id)

    def _drop_stale(self, versions: set[int]) -> None:
        """Let nothing be offered again that was made from a version taken back, or is built on one."""
        for tool in self.tools.values():
            for late in [each for each in tool.stale.values() if versions & {each.basis_id, *each.components}]:
                del tool.stale[late.id]

    def _reopen(self, state: Mapping[str, Any], *, seq: int) -> None:
        """Take a vetoed rewrite back in, that it may be saved in spite of its vetoes."""
        kept = {**state, "components": tuple(state["components"]), "basis_id": state["basis_id"] or state["parent_id"]}
        proposal = self.proposals[state["id"]] = ProposalState(seq=seq, **kept)
        self.tools[proposal.tool_id].stale.pop(proposal.id, None)

    def _on_hold(self, entry: Entry) -> None:
        held = self.in_force
        if entry.tool_id and (tool := self.tools.get(entry.tool_id)):
            tool.quarantined, tool.frozen = tool.id in held.tools, tool.id in held.frozen
            return
        for agent in self.agents.values():
            agent.quarantined = held.holds_agent(agent.id, agent.founder_id)

    def _on_critique(self, entry: Entry, row: Row) -> None:
        if proposal := self.under_review(entry.tool_id, row["proposal_id"]):
            proposal.critiques.append((row["agent_id"], row["stance"], row["evidence"] != "{}"))
            self.tools[proposal.tool_id].said.append(f"{row['stance']}: {row['kind']} {row['evidence']}")

    def _on_signal(self, entry: Entry, row: Row) -> None:
        leave(self.signals, entry.seq, row)
        first, _, number = row["subject"].partition(":")
        if first == "stuck" and not entry.payload.get("own") and (tool := self.tools.get(int(number))):
            tool.called += 1
        if not entry.payload.get("own") or self.breaker.state == "half-open":
            leave(self._calls, entry.seq, row)

    def _on_test(self, entry: Entry, row: Row) -> None:
        tool = self.tools[row["tool_id"]]
        case: Offered = (row["args"], row["setup"], row["call"], row["expect"])
        if row["status"] == "agreed":
            tool.offered.pop(case, None)
            tool.tests.append(case)
        else:
            tool.offered.setdefault(case, set()).add(self.founders[row["agent_id"]])

    def _on_post(self, entry: Entry, row: Row) -> None:
        kind, _, number = row["topic"].partition("/")
        known = kind == "tool" and number.isdecimal() and len(number) < _LONGEST_ID
        if known and (tool := self.tools.get(int(number))):
            tool.posts.append((row["agent_id"] or 0, row["body"]))

    def _on_turn(self, entry: Entry) -> None:
        self.turn, self.turn_seq = entry.turn, entry.seq
        self.counts.turns += 1
        done = entry.payload
        self.counts.candidates += done.get("tried", 0)
        self._operator_id = done.get("operator", 0)
        if "talk" in done:
            self._model(done["talk"]["model"]).heard(done["talk"])
        agent = self.agents.get(entry.agent_id or 0)
        if agent:
            agent.turns += 1
            agent.active = entry.turn
        self.searches.turn(entry, self.tools.get(entry.tool_id or 0), agent)
        if "token" in done and done["token"] is None:
            return
        if done["activity"] == "breed":
            self.bred[done["subject"]] = entry.turn
        for proposal_id in done.get("proposals", ()) if done["activity"] == "review" else ():
            if proposal := self.under_review(entry.tool_id, proposal_id):
                proposal.reviewers.add(self.founders[entry.agent_id or 0])
        if entry.tool_id is not None:
            self._on_work(self.tools[entry.tool_id], done)

    def _on_work(self, tool: ToolState, done: Mapping[str, Any]) -> None:
        if done["activity"] in ("search", "rewrite", "link", "upgrade", "improve", "test"):
            if done["activity"] == "rewrite":
                tool.fruitless += 1.0
            elif done["activity"] == "search":
                tool.fruitless += done["tried"] / _BATCH
            progress = self._versions[done["base"]].progress.setdefault(done["means"], Progress())
            progress.cursor, progress.exhausted = done["cursor"], done["exhausted"]
            progress.turns += 1
            progress.promise = done.get("promise")
            self.searches.surveyed(self._versions[done["base"]], done)
            if self._operator_id:
                self._versions[self._operator_id].served += 1
        elif done["activity"] == "repropose":
            for proposal_id in done["proposals"]:
                self.searches.again(tool.stale.pop(proposal_id, None))

    def _model(self, name: str) -> ModelState:
        return self.models.setdefault(name, ModelState())
