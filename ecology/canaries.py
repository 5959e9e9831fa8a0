"""Versions that serve a share of the uses at first, and what becomes of them.

Promises: each ends as an event, kept or taken back, with the evidence; the version before serves the rest meanwhile.
Does not promise: that nobody rewrites it in its term; a newer version's term takes the place of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from governance import Council, Service, earnings_verdict
from storage import Case

from .commons import call_dependants
from .executors import Pool
from .minutes import Minutes
from .scribe import Scribe
from .shelf import Shelf
from .states import CanaryState, ToolState
from .turn import Corroborate
from .world import World

_REVIEW = (64.0, 40.0)
_FAILING = 2.0

# For each canary: whether the new version and the one before answer each case as agreed, in the order of the cases.
Answers = Mapping[int, Sequence[tuple[bool, bool]]]


@dataclass(frozen=True, slots=True)
class Trials:
    """Runs the agreed cases that canaries have not been tried on yet."""

    world: World
    scribe: Scribe
    pool: Pool
    shelf: Shelf

    def run(self) -> Answers:
        """Return what came of them, by tool; nothing where no canary serves. Raises: SandboxError, WorkerLost."""
        jobs: dict[int, list[Future[tuple[bool, ...]]]] = {}
        for tool_id in sorted(self.world.canaries):
            tool = self.world.tools[tool_id]
            if canary := tool.canary:
                jobs[tool_id] = [self._job(tool, canary, case) for case in _untried(tool, canary)]
        return {tool_id: [_pair(each.result()) for each in found] for tool_id, found in jobs.items()}

    def _job(self, tool: ToolState, canary: CanaryState, case: Case) -> Future[tuple[bool, ...]]:
        versions = (self.world.version(canary.version_id), self.world.version(canary.before_id))
        sources = tuple(self.scribe.source_of(each.code_hash) for each in versions)
        return self.pool.submit(Corroborate(tool.task_id, case, sources, self.shelf.around(tool, sources)))


class Canaries:
    """The canaries of one run."""

    def __init__(self, council: Council, *, half_life: float) -> None:
        """Args: half_life: of the call for work on a tool that fails again, in turns."""
        self._term = council.charter.canary
        self._half_life = half_life

    def begin(self, turn: Minutes, tool: ToolState, *, before_id: int) -> None:
        """Let a tool's new head serve its share, where the charter wants that."""
        if not self._term.turns:
            return
        until = turn.number + self._term.turns
        said = {"state": "begun", "version": tool.head.id, "before": before_id, "until": until}
        self._say(turn, tool, {**said, "share": self._term.share})
        turn.signal("review", f"review:{tool.id}", strength=_REVIEW)

    def look(self, turn: Minutes, tool: ToolState, canary: CanaryState, answers: Sequence[tuple[bool, bool]]) -> None:
        """Take back what failed an agreed case or a critic showed to be wrong; keep or take back whose term is over."""
        lost = [canary.tried + place for place, (new, old) in enumerate(answers) if old and not new]
        objectors = canary.proposal.objectors
        if lost:
            self._revert(turn, tool, canary, {"failed_cases": [list(tool.tests[place]) for place in lost]})
        elif objectors:
            self._revert(turn, tool, canary, {"objecting_agents": objectors})
        elif canary.until <= turn.number:
            self._end(turn, tool, canary, tried=canary.tried + len(answers))
        elif answers:
            self._say(turn, tool, {"state": "tried", "version": canary.version_id, "cases": len(answers)})

    def _end(self, turn: Minutes, tool: ToolState, canary: CanaryState, *, tried: int) -> None:
        new, old = turn.world.version(canary.version_id), turn.world.version(canary.before_id)
        services = [Service(each.id, turns=each.served, earned=each.earned) for each in (new, old)]
        evidence = {"served": [new.served, old.served], "earned": [new.earned, old.earned]}
        if new.served and earnings_verdict(*services, least_turns=new.served) == "revert":
            self._revert(turn, tool, canary, evidence)
            return
        self._say(turn, tool, {"state": "kept", "version": canary.version_id, "cases": tried, "evidence": evidence})
        call_dependants(turn, tool)

    def _revert(self, turn: Minutes, tool: ToolState, canary: CanaryState, evidence: Mapping[str, object]) -> None:
        """Bring the version before back, and call for work where it fails."""
        old = turn.world.version(canary.before_id)
        self._say(turn, tool, {"state": "reverted", "version": canary.version_id, "evidence": evidence})
        turn.scribe.store.tools.save(
            turn.tx, tool_id=tool.id, expected_head=tool.head.id, source=turn.scribe.source_of(old.code_hash),
            score=old.score, reason=f"reverted: the canary {canary.version_id} proved worse",
            parents=[(old.id, "restored")], **turn.moment,
        )  # fmt: skip
        turn.scribe.fold(turn.tx)
        if not tool.solved:
            turn.signal("failing", f"failing:{tool.id}", strength=(_FAILING, self._half_life))

    def _say(self, turn: Minutes, tool: ToolState, said: Mapping[str, object]) -> None:
        entry = turn.tx.record("canary", tool_id=tool.id, payload=said, **turn.moment)
        turn.moment["cause"] = entry.seq
        turn.scribe.fold(turn.tx)


def _untried(tool: ToolState, canary: CanaryState) -> list[Case]:
    return [
        Case("visible", expect=expect, args=args, setup=setup, call=call)
        for args, setup, call, expect in tool.tests[canary.tried :]
    ]


def _pair(found: tuple[bool, ...]) -> tuple[bool, bool]:
    return found[0], found[1]
