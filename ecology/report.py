"""What a run came to: what was solved, by whom, what was vetoed, what it cost.

Promises: every figure is counted from the database. Does not promise: `elapsed_s` beyond this process's own share of a
run that was resumed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, cast

from agents.models import SIMULATED
from governance import GUARD, GUARD_LABEL, labelled
from storage import (
    ConfigurationError,
    FlipRecord,
    Health,
    ModelFailure,
    ModelSpending,
    RunRecord,
    SessionRecord,
    Store,
    VersionRecord,
    When,
    card,
)

from .control.told import told

Ending = Literal["settled", "extinct", "turns", "budget", "breaker", "stopped", "waiting", "forked", "unfinished"]

_ENDINGS: dict[Ending, str] = {
    "settled": "nothing left to do",
    "extinct": "nobody is left alive who could go on",
    "turns": "all turns taken",
    "budget": "a budget is used up; `ecology resume` with a larger one goes on",
    "forked": "another future goes on from here",
    "breaker": "the breaker stayed open; `ecology incidents` tells why",
    "stopped": "stopped on request; `ecology resume` goes on",
    "waiting": "rewrites wait for approval: `ecology approvals` lists them, and `ecology resume` goes on",
    "unfinished": "not finished; `ecology resume` goes on",
}

_REPLAYED = {True: "replayed: the same history came out", False: "replayed: ANOTHER history came out"}
_LISTS = ("tools", "spending", "failures", "operators", "flips", "library")


@dataclass(frozen=True, slots=True)
class ToolReport:
    """How one tool ended: `sealed` marks its sealed cases (`1` passed), None where they have not been run.

    `simulated`: a simulated model, which may have been shown the answer, wrote a version that its head comes from.
    """

    task: str
    versions: int
    solved: bool
    sealed: str | None
    author: str
    reason: str
    simulated: bool = False

    @property
    def sealed_correct(self) -> bool:
        """Whether it is solved and passes every sealed case as well."""
        return self.solved and self.sealed is not None and "0" not in self.sealed


@dataclass(frozen=True, slots=True)
class Report:
    """The totals of a database and how each of its tools and its latest run ended.

    `agents_spawned` counts the founders too; `vetoes` are proposals and births refused; `usd` is what models were paid
    as far as it is known, `unpriced` the calls for which it is not; `spending` is what each species had of each model,
    `failures` how calls failed; `operators` are the tools that make edits. `refusal` says which limit ended the run,
    where this process saw it; `flips` are where a shadow charter would have decided otherwise, None where there was no
    such charter; `replayed` whether a history that was lived again is the same, None where none was; `in_force` tells
    what people hold, a sentence each. `proof` is what the self-test of the sandbox tier found.
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
    unpriced: int = 0
    refusal: str = ""
    replayed: bool | None = None
    proof: str = ""
    spending: tuple[ModelSpending, ...] = ()
    failures: tuple[ModelFailure, ...] = ()
    operators: tuple[ToolReport, ...] = ()
    flips: tuple[FlipRecord, ...] | None = None
    in_force: tuple[str, ...] = ()
    library: tuple[Health, ...] = ()

    @property
    def solved(self) -> int:
        """How many tools pass all their visible and gate cases; what a simulated model solved does not count."""
        return sum(tool.solved and not tool.simulated for tool in self.tools)

    @property
    def sealed_correct(self) -> int:
        """How many solved tools pass all their sealed cases too."""
        return sum(tool.sealed_correct and not tool.simulated for tool in self.tools)

    @property
    def simulated(self) -> int:
        """How many tools pass all their visible and gate cases by the hand of a simulated model."""
        return sum(tool.solved and tool.simulated for tool in self.tools)

    def document(self) -> dict[str, Any]:
        """Return the report as one JSON document."""
        totals = asdict(self)
        tools = [asdict(tool) | {"sealed_correct": tool.sealed_correct} for tool in self.tools]
        return {
            "schema_version": 1,
            "tasks": len(self.tools),
            "solved": self.solved,
            "sealed_correct": self.sealed_correct,
            "simulated": self.simulated,
            **{name: totals[name] for name in totals if name not in _LISTS},
            "tools": tools,
            "operators": [{"tool": each.task, "versions": each.versions} for each in self.operators],
            "spending": totals["spending"],
            "failures": totals["failures"],
            "flips": totals["flips"],
            "library": totals["library"],
        }

    def _repr_html_(self) -> str:
        """Return the totals and how each tool ended, for a notebook."""
        totals = {name: value for name, value in self.document().items() if not isinstance(value, list | tuple | dict)}
        return card(f"Report on {self.database}", totals | {each.task: _line(each)[2:] for each in self.tools})

    def __str__(self) -> str:
        """Return the report as a person reads it."""
        lines = [
            f"{self.solved} of {len(self.tools)} tools repaired, {self.sealed_correct} of them right on the sealed"
            " cases too",
            *(f"  {_line(tool)}" for tool in self.tools),
            *([f"{self.simulated} by a simulated model, which count for nothing"] if self.simulated else []),
            *_linked(self.library),
            *_rewritten(self.operators),
            *_spent(self.spending),
            *(_failed(each) for each in self.failures),
            f"{self.turns} turns, {self.candidates} candidates run, {self.proposals} proposals, {self.vetoes} vetoed",
            f"{self.agents_spawned} agents spawned, {self.agents_retired} retired;"
            f" {money(self.usd, self.unpriced)}; {self.elapsed_s:.1f} s; model {self.model}",
            f"sandbox {labelled(self.tier)}{': ' * bool(self.proof)}{self.proof}",
            f"ended: {_ENDINGS[self.ending]}",
            *([f"  {self.refusal}"] if self.refusal else []),
            *flipped(self.flips),
            *self.in_force,
            *([_REPLAYED[self.replayed]] if self.replayed is not None else []),
            f"kept in {self.database}; history {self.history_hash[:16]}",
        ]
        if self.tier == GUARD:
            lines.insert(-1, GUARD_LABEL)
        return "\n".join(lines)


def _line(tool: ToolReport) -> str:
    if not tool.solved:
        return f"- {tool.task}: not repaired"
    if tool.versions == 1:
        return f"+ {tool.task}: nothing to repair"
    by = f"{tool.author}, simulated" if tool.simulated else tool.author
    return f"+ {tool.task}: {tool.reason} ({by}), {tool.versions - 1} rewrite{'s' * (tool.versions > 2)}"


def _linked(library: Sequence[Health]) -> list[str]:
    """Return how tools that are built on tools do; nothing where none is."""
    if not any(each.requires for each in library):
        return []
    most = max(library, key=lambda each: each.reused)
    states = Counter(each.state for each in library)
    return [
        f"{sum(each.requires > 0 for each in library)} tools require others; {states['used']} are required, most of all"
        f" {most.tool} (by {most.reused}); {states['redundant']} redundant, {states['dead']} dead"
    ]


def _rewritten(operators: Sequence[ToolReport]) -> list[str]:
    new = [each for each in operators if each.versions > 1]
    return [f"operator tools rewritten: {', '.join(each.task for each in new)}"] if new else []


def _spent(spending: Sequence[ModelSpending]) -> list[str]:
    """Return a line for what each species had of each model."""
    lines = []
    for each in spending:
        failed = f", {each.failed} failed" if each.failed else ""
        lines.append(
            f"{each.species} with {each.model}: {counted(each.calls, 'call')}{failed}, {each.tokens_in} tokens in and"
            f" {each.tokens_out} out, {money(each.usd, each.unknown)}"
        )
    return lines


def _failed(failure: ModelFailure) -> str:
    return f"  {counted(failure.times, 'call')} of {failure.model} failed ({failure.fault}): {failure.message}"


def flipped(flips: Sequence[FlipRecord] | None) -> list[str]:
    """Return what a shadow charter would have decided otherwise, in a line, and one for each sort of it."""
    if flips is None:
        return []
    sorts = Counter((each.stage, each.old, each.new, ", ".join(each.rules)) for each in flips)
    lines = [f"the shadow charter would have decided {counted(len(flips), 'matter')} otherwise"]
    for (stage, old, new, rules), times in sorted(sorts.items()):
        lines.append(f"  {times} x {stage}: {old} would be {new} ({rules})")
    return lines


def counted(number: int, noun: str) -> str:
    """Return a number of things: `1 call`, `2 calls`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def money(usd: float, unpriced: int) -> str:
    """Return what was paid: dollars as far as they are known, and the calls for which they are not, never as none."""
    unknown = f"{counted(unpriced, 'call')} of unknown price" if unpriced else ""
    if unknown and not usd:
        return unknown
    known = f"{usd:.2f} USD" if not usd or usd >= 1 else f"{max(usd, 0.0001):.4f} USD"
    return f"{known} and {unknown}" if unknown else known


def report_on(
    store: Store, *, elapsed_s: float, refusal: str = "", replayed: bool | None = None, as_of: When = None
) -> Report:
    """Return the report of a store's latest run, as it stood at a moment.

    Raises: ConfigurationError: the store holds (or held then) no run; NotFound: no such moment.
    """
    seq = store.as_of(as_of)
    run = store.runs.latest(as_of=seq)
    if run is None:
        then = "" if seq is None else f" as of seq {seq}"
        raise ConfigurationError(f"{store.path} holds no run to report on{then}; `ecology run` begins one")
    sessions = store.sessions.all(as_of=seq)
    operators = {each.task.name: each.task.judged == "earnings" for each in store.tasks.all(as_of=seq)}
    tools = [(each.task, each) for each in _tools(store, seq)]
    spending = store.journal.totals(as_of=seq)
    return Report(
        database=str(store.path),
        ending=_ending(run, sessions),
        model=run.model,
        tier=sessions[-1].tier if sessions else "",
        proof=sessions[-1].proof if sessions else "",
        tools=tuple(each for name, each in tools if not operators[name]),
        operators=tuple(each for name, each in tools if operators[name]),
        spending=tuple(spending),
        failures=tuple(store.journal.failures(as_of=seq)),
        usd=sum(each.usd for each in spending),
        unpriced=sum(each.unknown for each in spending),
        refusal=refusal,
        replayed=replayed,
        in_force=told(store, as_of=seq),
        library=tuple(store.ask.health(as_of=seq)),
        elapsed_s=elapsed_s,
        history_hash=store.history_hash(as_of=seq),
        flips=store.totals.flips(as_of=seq) if run.settings.get("shadow") is not None else None,
        **asdict(store.totals.counts(as_of=seq)),
    )


def _ending(run: RunRecord, sessions: Sequence[SessionRecord]) -> Ending:
    if run.ending is not None:
        return cast(Ending, run.ending)
    outcome = sessions[-1].outcome if sessions else None
    return cast(Ending, outcome) if outcome in ("stopped", "waiting") else "unfinished"


def _tools(store: Store, as_of: int | None) -> tuple[ToolReport, ...]:
    names = {tool.id: tool.name for tool in store.tools.all(as_of=as_of)}
    trials = store.tools.evaluations(ring_set="sealed", as_of=as_of)
    sealed = {each.version_id: each.passed for each in trials}
    simulated = store.lineage.of_model(SIMULATED, as_of=as_of)
    return tuple(
        ToolReport(
            task=names[head.tool_id],
            versions=head.number + 1,
            solved=_solved(head),
            sealed=sealed.get(head.id),
            author=head.author or "",
            reason=head.reason,
            simulated=head.id in simulated,
        )
        for head in store.tools.heads(as_of=as_of)
    )


def _solved(head: VersionRecord) -> bool:
    counts = (head.visible_passed, head.gate_passed)
    return head.visible_total is not None and counts == (head.visible_total, head.gate_total)
