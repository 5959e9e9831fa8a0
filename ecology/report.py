"""What a run came to: what was solved, by whom, what was vetoed, what it cost.

Promises: every figure is counted from the database. Does not promise: `elapsed_s` beyond this process's own share of a
run that was resumed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, cast

from storage import ConfigurationError, RunRecord, SessionRecord, Store, VersionRecord

Ending = Literal["settled", "extinct", "turns", "stopped", "unfinished"]

_ENDINGS: dict[Ending, str] = {
    "settled": "nothing left to do",
    "extinct": "nobody is left alive who could go on",
    "turns": "all turns taken",
    "stopped": "stopped on request; `ecology resume` goes on",
    "unfinished": "not finished; `ecology resume` goes on",
}


@dataclass(frozen=True, slots=True)
class ToolReport:
    """How one tool ended: `sealed` marks its sealed cases (`1` passed), None where they have not been run."""

    task: str
    versions: int
    solved: bool
    sealed: str | None
    author: str
    reason: str

    @property
    def sealed_correct(self) -> bool:
        """Whether it is solved and passes every sealed case as well."""
        return self.solved and self.sealed is not None and "0" not in self.sealed


@dataclass(frozen=True, slots=True)
class Report:
    """The totals of a database and how each of its tools and its latest run ended.

    `agents_spawned` counts the founders too; `vetoes` are proposals and births refused; `usd` is what models were paid.
    """

    database: str
    ending: Ending
    model: str
    tier: str
    tools: tuple[ToolReport, ...]
    turns: int
    candidates: int
    proposals: int
    vetoes: int
    agents_spawned: int
    agents_retired: int
    usd: float
    elapsed_s: float
    history_hash: str

    @property
    def solved(self) -> int:
        """How many tools pass all their visible and gate cases."""
        return sum(tool.solved for tool in self.tools)

    @property
    def sealed_correct(self) -> int:
        """How many solved tools pass all their sealed cases too."""
        return sum(tool.sealed_correct for tool in self.tools)

    def document(self) -> dict[str, Any]:
        """Return the report as one JSON document."""
        totals = asdict(self)
        tools = [asdict(tool) | {"sealed_correct": tool.sealed_correct} for tool in self.tools]
        return {
            "schema_version": 1,
            "tasks": len(self.tools),
            "solved": self.solved,
            "sealed_correct": self.sealed_correct,
            **{name: totals[name] for name in totals if name != "tools"},
            "tools": tools,
        }

    def __str__(self) -> str:
        """Return the report as a person reads it."""
        lines = [
            f"{self.solved} of {len(self.tools)} tools repaired, {self.sealed_correct} of them right on the sealed"
            " cases too",
            *(f"  {_line(tool)}" for tool in self.tools),
            f"{self.turns} turns, {self.candidates} candidates run, {self.proposals} proposals, {self.vetoes} vetoed",
            f"{self.agents_spawned} agents spawned, {self.agents_retired} retired; {self.usd:.2f} USD; "
            f"{self.elapsed_s:.1f} s; sandbox {self.tier}; model {self.model}",
            f"ended: {_ENDINGS[self.ending]}",
            f"kept in {self.database}; history {self.history_hash[:16]}",
        ]
        if self.tier == "rlimit":
            lines.insert(-1, "the rlimit tier is an accident guard, not a sandbox")
        return "\n".join(lines)


def _line(tool: ToolReport) -> str:
    if not tool.solved:
        return f"- {tool.task}: not repaired"
    if tool.versions == 1:
        return f"+ {tool.task}: nothing to repair"
    return f"+ {tool.task}: {tool.reason} ({tool.author}), {tool.versions - 1} rewrite{'s' * (tool.versions > 2)}"


def report_on(store: Store, *, elapsed_s: float) -> Report:
    """Return the report of a store's latest run.

    Raises: ConfigurationError: the store holds no run.
    """
    run = store.runs.latest()
    if run is None:
        raise ConfigurationError(f"{store.path} holds no run to report on; `ecology run` begins one")
    sessions = store.sessions.all()
    return Report(
        database=str(store.path),
        ending=_ending(run, sessions),
        model=run.model,
        tier=sessions[-1].tier if sessions else "",
        tools=_tools(store),
        usd=abs(store.ledger.totals().get("usd", 0.0)),
        elapsed_s=elapsed_s,
        history_hash=store.history_hash(),
        **asdict(store.totals.counts()),
    )


def _ending(run: RunRecord, sessions: Sequence[SessionRecord]) -> Ending:
    if run.ending in ("settled", "extinct", "turns"):
        return cast(Ending, run.ending)
    return "stopped" if sessions and sessions[-1].outcome == "stopped" else "unfinished"


def _tools(store: Store) -> tuple[ToolReport, ...]:
    names = {tool.id: tool.name for tool in store.tools.all()}
    sealed = {each.version_id: each.passed for each in store.tools.evaluations(ring_set="sealed")}
    return tuple(
        ToolReport(
            task=names[head.tool_id],
            versions=head.number + 1,
            solved=_solved(head),
            sealed=sealed.get(head.id),
            author=head.author or "",
            reason=head.reason,
        )
        for head in store.tools.heads()
    )


def _solved(head: VersionRecord) -> bool:
    counts = (head.visible_passed, head.gate_passed)
    return head.visible_total is not None and counts == (head.visible_total, head.gate_total)
