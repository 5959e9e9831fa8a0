"""What admission of one proposal costs where much has happened: a world of many agents, tools and versions.

    python benchmarks/admission.py [--agents 1000] [--tools 1000] [--versions 100] [--critiques 5] [--json]

The world is folded from entries as a run writes them. Promises: processor time of all that admission does before it
writes: the motion, the standing, what policy is asked, and every rule of the charter that ships. Does not promise: the
time of the transaction that follows.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from agents import Genome
from ecology.standings import motion_of, standing_of
from ecology.states import ProposalState
from ecology.wishes import to_admit
from ecology.world import World
from governance import Council, load_charter
from storage import Entry

_SAMPLES = 500
_FOUNDERS = 40
_GENOME = Genome(species="specialist", family="guard").model_dump_json()
_COUNTS = {"visible_passed": 1, "visible_total": 1, "gate_passed": 1, "gate_total": 1, "fuel": 9}


class Record:
    """Makes entries as a run writes them, numbering events, versions and proposals."""

    def __init__(self) -> None:
        self._seq = 0
        self._versions = 0

    def entry(self, kind: str, *rows: tuple[str, dict[str, Any]], turn: int = 0, agent_id: int | None = None) -> Entry:
        """Return the next entry."""
        self._seq += 1
        return Entry(
            seq=self._seq, kind=kind, run_id=1, turn=turn, agent_id=agent_id, tool_id=None, task_id=None, cause=None,
            payload={}, rows=rows,
        )  # fmt: skip

    def agent(self, number: int) -> Entry:
        """Return a birth: founders first, then children of theirs in turn."""
        founder = number if number <= _FOUNDERS else 1 + number % _FOUNDERS
        parent = None if number == founder else founder
        row = {"id": number, "name": f"agent-{number}", "founder_id": founder, "parent_id": parent}
        return self.entry("spawn", ("agent", {**row, "depth": int(parent is not None), "genome": _GENOME}))

    def tool(self, number: int) -> Entry:
        """Return a tool as it was settled."""
        task = {"id": number, "judged": "cases", "capabilities": "[]"}
        tool = {"id": number, "task_id": number, "name": f"tool-{number}"}
        return self.entry("settle", ("task", task), ("tool", tool), ("tool_version", self._version(number, 0, 0)))

    def rewrite(self, tool_id: int, number: int, *, author: int, turn: int) -> Iterator[Entry]:
        """Yield a rewrite from its proposal to its version."""
        proposal_id, parent_id = self._versions + 1, self._versions
        proposal = {
            "id": proposal_id, "tool_id": tool_id, "author_id": author, "parent_id": parent_id, "basis_id": parent_id,
            "family": "guard", "code_hash": f"code {tool_id}/{number}", "reason": "", "model": "", "components": "[]",
        }  # fmt: skip
        yield self.entry("propose", ("proposal", proposal), turn=turn)
        trial = {"ring_set": "examine", "proposal_id": proposal_id, "version_id": None, "passed": "1|1", **_COUNTS}
        yield self.entry("evaluate", ("evaluation", trial), turn=turn)
        evidence = json.dumps({"programs": [f"tree {tool_id}/{number - 1}", f"tree {tool_id}/{number}"]})
        verdict = {"proposal_id": proposal_id, "rule": "council", "outcome": "pass", "evidence": evidence}
        yield self.entry("judge", ("verdict", {**verdict, "would_pass": ""}), turn=turn)
        version = self._version(tool_id, number, author) | {"proposal_id": proposal_id, "parent_id": parent_id}
        yield self.entry("save", ("tool_version", version), turn=turn)

    def _version(self, tool_id: int, number: int, author: int) -> dict[str, Any]:
        self._versions += 1
        return {
            "id": self._versions, "number": number, "tool_id": tool_id, "author_id": author or None,
            "proposal_id": None, "parent_id": None, "code_hash": f"code {tool_id}/{number}", **_COUNTS,
        }  # fmt: skip


def world_of(*, agents: int, tools: int, versions: int) -> World:
    """Return a world in which so many agents have given each of so many tools so many versions."""
    world, record = World(), Record()
    for number in range(1, agents + 1):
        world.fold(record.agent(number))
    turn = 0
    for tool_id in range(1, tools + 1):
        world.fold(record.tool(tool_id))
        for number in range(1, versions):
            turn += 1
            for entry in record.rewrite(tool_id, number, author=1 + turn % agents, turn=turn):
                world.fold(entry)
    world.turn = turn
    return world


def admissions(world: World, *, critiques: int) -> list[float]:
    """Return the processor seconds of admitting rewrites of tools all over the world."""
    council = Council(load_charter())
    taken = []
    tools = list(world.tools.values())
    for number in range(_SAMPLES):
        tool = tools[number * 7919 % len(tools)]
        said = [(2 + place, "support", True) for place in range(critiques)]
        proposal = ProposalState(
            10**9 + number, seq=1, tool_id=tool.id, author_id=1 + number % len(world.agents), parent_id=tool.head.id,
            basis_id=tool.head.id, family="guard", code_hash=f"new {number}", reason="", critiques=said,
        )  # fmt: skip
        begun = time.process_time()
        motion, standing = motion_of(world, tool, proposal), standing_of(world, tool, proposal, turn=world.turn + 1)
        request = to_admit(world, council.charter.policy, motion, standing, tool=tool, proposal=proposal)
        council.admit(motion, standing, request)
        taken.append(time.process_time() - begun)
    return taken


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--agents", type=int, default=1000)
    parser.add_argument("--tools", type=int, default=1000)
    parser.add_argument("--versions", type=int, default=100, help="of each tool")
    parser.add_argument("--critiques", type=int, default=5, help="of each proposal")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    world = world_of(agents=given.agents, tools=given.tools, versions=given.versions)
    taken = admissions(world, critiques=given.critiques)
    found = {
        "agents": len(world.agents),
        "versions": sum(len(tool.versions) for tool in world.tools.values()),
        "ms_p50": round(median(taken) * 1e3, 4),
        "ms_p99": round(quantiles(taken, n=100)[98] * 1e3, 4),
    }
    print(json.dumps(found) if given.json else "  ".join(f"{name} {value}" for name, value in found.items()))


if __name__ == "__main__":
    main()
