"""What limits count: when versions and agents came, what models were paid, who is kin, and which programs a tool had.

Promises: folded from the entries alone, in constant time each; a question is answered in constant time too.
Does not promise: the past. What it hands out is shared and changes with the next entry.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from governance import PROGRAMS, Objected, Saying, Spent, Times, objected
from storage import Entry

from .network import Network

Row = Mapping[str, Any]
# So many of a tool are run again, the latest.
_OBJECTIONS = 8
Turns = defaultdict[Any, list[int]]


@dataclass(slots=True)
class Counted:
    """The turns in which something happened, by agent, by (agent, tool), by lineage, and in all."""

    agent: Turns = field(default_factory=lambda: defaultdict(list))
    target: Turns = field(default_factory=lambda: defaultdict(list))
    lineage: Turns = field(default_factory=lambda: defaultdict(list))
    run: list[int] = field(default_factory=list)

    def note(self, turn: int, *, agent_id: int, tool_id: int, lineage: int) -> None:
        """Count one more."""
        self.agent[agent_id].append(turn)
        self.target[agent_id, tool_id].append(turn)
        self.lineage[lineage].append(turn)
        self.run.append(turn)

    def times(self, *, agent_id: int, tool_id: int, lineage: int) -> Times:
        """Return what was counted for an agent, on a tool, and for a lineage."""
        return Times(
            self.agent.get(agent_id, ()),
            self.target.get((agent_id, tool_id), ()),
            self.lineage.get(lineage, ()),
            self.run,
        )


class Tallies:
    """The counts as of the last entry folded."""

    def __init__(self) -> None:
        self.network = Network()
        self.admitted = Counted()
        self.born = Counted()
        # The turns in which agents said something, by what it was and by agent.
        self.said: defaultdict[tuple[Saying, int], list[int]] = defaultdict(list)
        self.kin: defaultdict[int, int] = defaultdict(int)
        self.kin_energy: defaultdict[int, float] = defaultdict(float)
        self._founders: dict[int, int] = {}
        self._energy: defaultdict[int, float] = defaultdict(float)
        self._spent: defaultdict[str, float] = defaultdict(float)
        # By tool, with the critics who showed each.
        self._objections: defaultdict[int, dict[Objected, list[int]]] = defaultdict(dict)
        self._tool_id = 0
        # Versions by tool and program, the first of each; texts are known at once, trees once they were examined.
        self._texts: dict[tuple[int, str], int] = {}
        self._trees: dict[tuple[int, str], int] = {}
        self._proposed: dict[int, tuple[int, int, str]] = {}
        self._programs: dict[int, str] = {}

    def fold(self, entry: Entry) -> None:
        """Take in one entry."""
        self.network.fold(entry)
        if entry.kind == "turn":
            self._tool_id = entry.tool_id or 0
        elif entry.kind == "retire" and entry.agent_id in self._founders:
            self._on_retire(entry.agent_id)
        for table, row in entry.rows:
            match table:
                case "agent":
                    self._on_agent(entry.turn or 0, row)
                case "tool_version":
                    self._on_version(entry.turn or 0, row)
                case "ledger":
                    self._on_ledger(row)
                case "post" | "signal" | "test_case":
                    self._on_saying(table, entry, row)
                case "proposal":
                    self._proposed[row["id"]] = (row["tool_id"], row["parent_id"], row["code_hash"])
                case "critique" | "verdict" if row["proposal_id"] in self._proposed:
                    (self._on_critique if table == "critique" else self._on_verdict)(row)

    def spent(self, *, agent_id: int, lineage: int, tool_id: int) -> Spent:
        """Return what models were paid."""
        spent = self._spent
        return Spent(
            agent=spent[f"agent {agent_id}"],
            lineage=spent[f"lineage {lineage}"],
            tool=spent[f"tool {tool_id}"] if tool_id else 0.0,
            run=spent["run"],
        )

    def twin(self, tool_id: int, *, code_hash: str, proposal_id: int) -> int | None:
        """Return the first version of a tool that is the program proposed, by its text or its syntax tree."""
        found = self._texts.get((tool_id, code_hash))
        return found or self._trees.get((tool_id, self._programs.get(proposal_id, "")))

    def objections(self, tool_id: int) -> tuple[Objected, ...]:
        """Return what critics demonstrated against rewrites of a tool and did not take back, oldest first."""
        return tuple(self._objections.get(tool_id, ()))

    def _on_critique(self, row: Row) -> None:
        """Keep what a critic demonstrated; by a word of support with the same input it takes that back."""
        held = self._objections[self._proposed[row["proposal_id"]][0]]
        evidence = json.loads(row["evidence"])
        if row["stance"] == "support":
            for each in [each for each in held if each.args == evidence.get("input")]:
                # What others showed as well stands by their word.
                held[each] = [critic for critic in held[each] if critic != row["agent_id"]]
                if not held[each]:
                    del held[each]
        elif shown := objected(row["kind"], evidence):
            held[shown] = list(dict.fromkeys([*held.get(shown, ()), row["agent_id"]]))
            if len(held) > _OBJECTIONS:
                self._forget_one(held)

    def _forget_one(self, held: dict[Objected, list[int]]) -> None:
        """Forget the oldest of the lineage that holds the most: nobody can talk others' objections away."""
        lineages = {each: self._founders.get(critics[0], critics[0]) for each, critics in held.items()}
        voices = Counter(lineages.values())
        most = max(voices.values())
        del held[next(each for each, lineage in lineages.items() if voices[lineage] == most)]

    def _on_saying(self, table: str, entry: Entry, row: Row) -> None:
        """Count what an agent said of its own; people say as much as they like, and so does the engine."""
        said: Mapping[str, Saying] = {"post": "post", "signal": "signal", "test_case": "case"}
        if row["agent_id"] and (table != "signal" or entry.payload.get("own")):
            self.said[said[table], row["agent_id"]].append(entry.turn or 0)

    def _on_agent(self, turn: int, row: Row) -> None:
        lineage = row["founder_id"]
        self._founders[row["id"]] = lineage
        self.kin[lineage] += 1
        if row["parent_id"] is not None:
            self.born.note(turn, agent_id=row["parent_id"], tool_id=0, lineage=lineage)

    def _on_retire(self, agent_id: int) -> None:
        lineage = self._founders[agent_id]
        self.kin[lineage] -= 1
        self.kin_energy[lineage] -= self._energy.pop(agent_id, 0.0)

    def _on_version(self, turn: int, row: Row) -> None:
        tool_id, version_id, proposal_id = row["tool_id"], row["id"], row["proposal_id"]
        self._texts.setdefault((tool_id, row["code_hash"]), version_id)
        if proposal_id is None:
            return
        if program := self._programs.pop(proposal_id, ""):
            self._trees.setdefault((tool_id, program), version_id)
        self._proposed.pop(proposal_id, None)
        if author := row["author_id"]:
            self.admitted.note(turn, agent_id=author, tool_id=tool_id, lineage=self._founders[author])

    def _on_ledger(self, row: Row) -> None:
        agent_id = row["agent_id"]
        lineage = self._founders.get(agent_id, 0)
        if row["kind"] == "usd":
            for whose in (f"agent {agent_id}", f"lineage {lineage}", f"tool {self._tool_id}", "run"):
                self._spent[whose] -= row["amount"]
        elif row["kind"] == "energy" and lineage:
            self._energy[agent_id] += row["amount"]
            self.kin_energy[lineage] += row["amount"]

    def _on_verdict(self, row: Row) -> None:
        """Learn the programs of a rewrite that was examined and of its parent; forget those of a refused one."""
        tool_id, parent_id, _text = self._proposed[row["proposal_id"]]
        if row["outcome"] == "veto":
            self._proposed.pop(row["proposal_id"])
            self._programs.pop(row["proposal_id"], None)
        elif programs := json.loads(row["evidence"]).get(PROGRAMS):
            self._trees.setdefault((tool_id, programs[0]), parent_id)
            self._programs[row["proposal_id"]] = programs[1]
