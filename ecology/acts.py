"""Which entries of a history are acts, and what led to each: what the breaker counts.

An act is a proposal, a re-proposal, a critique, a birth, or a signal that an agent left of its own and that can call
somebody. What led to it is read off the record: to a re-proposal the rewrite it offers again, to a critique the rewrite
or the critique that left it undecided, to a birth the birth of whoever asked for it, and to all else the signal of an
agent's own that called the turn. The standing calls of tasks lead to work, and are no acts: that work is not bred.
Promises: the same acts whether seen live or read back; constant time for each entry.
Does not promise: to see what a post led to. No turn is called by a post.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from governance import Act, ActKind, Breaker
from storage import Entry

_MEMORY = 4096
_REFUSING = ("Breaker", "RetryBudget")

Key = TypeVar("Key", int, str)


@dataclass(slots=True)
class _Turn:
    """The turn whose entries are being read: who took it, on what call, and what came of it so far."""

    agent_id: int
    activity: str
    call: int
    proposals: tuple[int, ...]
    changed: bool = False
    made: int = 0


class Acts:
    """Reads acts off the entries and tells the breaker of them."""

    def __init__(self, breaker: Breaker) -> None:
        self.breaker = breaker
        self._turn: _Turn | None = None
        # Keyed by the ids of what the acts brought about: proposals, agents and subjects; signals by their seq.
        self._proposals: OrderedDict[int, int] = OrderedDict()
        self._about: OrderedDict[int, int] = OrderedDict()
        self._births: OrderedDict[int, int] = OrderedDict()
        self._subjects: OrderedDict[str, int] = OrderedDict()
        self._codes: OrderedDict[str, int] = OrderedDict()

    def fold(self, entry: Entry, founders: Mapping[int, int], *, calls: Callable[[str, str], bool]) -> None:
        """Take in an entry; `founders` has the lineage of every agent, `calls` tells what a signal can call for."""
        self._observe(entry)
        if self._turn and entry.turn:
            self._act(entry, founders[self._turn.agent_id], calls)

    def _observe(self, entry: Entry) -> None:
        """Take in what happens to the run, to the breaker and to earlier acts."""
        match entry.kind:
            case "run":
                self.breaker.begin(entry.rows[0][1]["window"])
            case "turn":
                self._begin(entry)
            case "breaker":
                self.breaker.move(entry.seq, entry.turn, entry.payload)
            case "oscillation":
                self.breaker.come_back(entry.seq, entry.payload)
            case "save":
                self._decided(_row(entry, "tool_version")["proposal_id"])
                self._change()
            case "judge":
                self._judged([row for table, row in entry.rows if table == "verdict"])

    def _act(self, entry: Entry, lineage: int, calls: Callable[[str, str], bool]) -> None:
        """Take in what the agent of the turn does."""
        match entry.kind:
            case "propose":
                self._proposed(entry, _row(entry, "proposal"), lineage)
            case "criticise":
                self._criticised(entry, _row(entry, "critique")["proposal_id"], lineage)
            case "spawn":
                self._born(entry, _row(entry, "agent")["id"], lineage)
            case "signal":
                self._signalled(entry, _row(entry, "signal"), lineage, calls)
            case "post":
                self._now.made += 1
            case "test":
                self._change()

    def _begin(self, entry: Entry) -> None:
        if self._turn:
            self.breaker.pass_turn(changed=self._turn.changed, made=self._turn.made)
        self.breaker.tick(entry.turn)
        self._turn = None
        if entry.agent_id is None:
            return
        done = entry.payload
        known = self.breaker.reproduction.acts
        cause = known.get(entry.cause or 0)
        call = cause.seq if cause and cause.kind == "signal" else 0
        # Offline specialists get on with their search until it is exhausted; whatever else is done may be for nothing.
        self._turn = _Turn(
            entry.agent_id,
            done["activity"],
            call,
            tuple(done["proposals"]),
            changed=done["activity"] in ("search", "link"),
        )
        self.breaker.answer(call)
        self.breaker.answer(self._births.get(entry.agent_id, 0))

    def _proposed(self, entry: Entry, row: Mapping[str, Any], lineage: int) -> None:
        turn = self._now
        again = turn.activity == "repropose"
        parent = self._proposals.get(turn.proposals[0], 0) if again and turn.proposals else turn.call
        self._bear(entry, "re-proposal" if again else "proposal", parent, lineage)
        _keep(self._proposals, row["id"], entry.seq)
        if row["code_hash"] not in self._codes:
            self._change()
        _keep(self._codes, row["code_hash"], entry.seq)

    def _criticised(self, entry: Entry, proposal_id: int, lineage: int) -> None:
        # The latest word on a rewrite is what the next one answers.
        before = self._about.get(proposal_id)
        parent = before or self._proposals.get(proposal_id, 0)
        self._bear(entry, "critique", parent, lineage)
        self.breaker.answer(parent)
        if before:
            self.breaker.probe("critique of critique", entry.seq)
        _keep(self._about, proposal_id, entry.seq)

    def _born(self, entry: Entry, child: int, lineage: int) -> None:
        turn = self._now
        self._bear(entry, "spawn", self._births.get(turn.agent_id) or turn.call, lineage)
        _keep(self._births, child, entry.seq)

    def _signalled(self, entry: Entry, row: Mapping[str, Any], lineage: int, calls: Callable[[str, str], bool]) -> None:
        if not entry.payload.get("own"):
            return
        self._now.made += 1
        if not calls(row["subject"], row["kind"]):
            return
        # Signals of one subject become one; what the earlier called for, the later does.
        self.breaker.reproduction.supersede(self._subjects.get(row["subject"], 0))
        self._bear(entry, "signal", self._now.call, lineage)
        _keep(self._subjects, row["subject"], entry.seq)

    def _judged(self, rows: list[Mapping[str, Any]]) -> None:
        for row in rows:
            if row["outcome"] == "pass":
                continue
            if row["rule"] not in _REFUSING:
                self._decided(row["proposal_id"])
            elif row["proposal_id"] is not None:
                self.breaker.refuse(self._proposals.get(row["proposal_id"], 0))
            elif self._turn:
                self.breaker.ask(self._births.get(self._turn.agent_id) or self._turn.call)
                self._turn.made += 1

    def _decided(self, proposal_id: int | None) -> None:
        """Let a rewrite and the latest word on it wait for no more answers."""
        if proposal_id is not None:
            self.breaker.answer(self._proposals.get(proposal_id, 0))
            self.breaker.answer(self._about.get(proposal_id, 0))

    def _bear(self, entry: Entry, kind: ActKind, parent: int, lineage: int) -> None:
        self.breaker.bear(Act(entry.seq, kind, parent, self._now.agent_id, lineage, entry.turn))
        self.breaker.probe(kind, entry.seq)

    def _change(self) -> None:
        if self._turn:
            self._turn.changed = True

    @property
    def _now(self) -> _Turn:
        assert self._turn is not None
        return self._turn


def _row(entry: Entry, name: str) -> Mapping[str, Any]:
    return next(row for table, row in entry.rows if table == name)


def _keep(known: OrderedDict[Key, int], key: Key, value: int) -> None:
    """Remember something, and forget what is oldest where there is too much."""
    known[key] = value
    known.move_to_end(key)
    if len(known) > _MEMORY:
        known.popitem(last=False)
