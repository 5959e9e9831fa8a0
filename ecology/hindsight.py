"""An old history judged under another charter: which rewrites and births would have fared otherwise, and by which rule.

Promises: each is judged as of its own moment, on the world folded up to there, with the sources, trials and critiques
that are kept; the sandbox is used only where what a rewrite does must be judged by other rules or limits than it was.
Does not promise: what would have come after. A history under the new charter would soon have been another.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from agents import Genome, niche_parts
from governance import (
    UNHEARD,
    Bench,
    Charter,
    Council,
    Proposal,
    Request,
    Surroundings,
    Verdict,
    library_of,
    read_charter,
)  # fmt: skip
from storage import Entry, NotFound, RunRecord, Store, Task, When, pins_in

from .settings import Settings
from .shadow import Outcome, outcome_of
from .shelf import Shelf
from .standings import birth_of, motion_of, nursery_of, standing_of
from .states import ProposalState, ToolState
from .turn import gate_kept
from .wishes import agent_seen, to_admit, tool_seen
from .world import World

_POLICY = "Policy"
# Vetoes that no charter's rules gave: the breaker's, the engine's own, and those of people, who leave their name.
_NO_RULES = ("Breaker", "RetryBudget", *UNHEARD)
_BY_PEOPLE = "denied_by"


@dataclass(frozen=True, slots=True)
class Flip:
    """One matter that fares otherwise: a rewrite (at `propose`, `examine` or `admit`), or a `birth` (no proposal).

    `old` and `new` are `pass`, `veto` or `wait`; `rules` are those that stand against it where it does not pass.
    """

    seq: int
    turn: int
    stage: str
    proposal_id: int | None
    tool: str
    old: Outcome
    new: Outcome
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hindsight:
    """What came of judging a history again: matters by stage, how many were `tried` in the sandbox, and the flips."""

    charter: str
    judged: Mapping[str, int]
    tried: int
    flips: tuple[Flip, ...]


@dataclass(slots=True)
class _Old:
    """The run that an entry is of: its charter, and the models that its agents were given."""

    charter: Charter
    models: frozenset[str]


@dataclass(slots=True)
class _Judge:
    """Goes through one history; `open_bench` opens a sandbox when the first is needed."""

    store: Store
    council: Council
    open_bench: Callable[[], Bench]
    tasks: Mapping[int, Task]
    olds: Mapping[int, _Old]
    world: World = field(default_factory=World)
    judged: Counter[str] = field(default_factory=Counter)
    flips: list[Flip] = field(default_factory=list)
    denied: dict[int, tuple[Entry, tuple[Verdict, ...]]] = field(default_factory=dict)
    waiting: dict[int, Entry] = field(default_factory=dict)
    told: set[int] = field(default_factory=set)
    tried: int = 0

    def take(self, entry: Entry) -> None:
        """Judge what an entry decided, as of the moment before it, then fold it in."""
        if entry.kind == "turn":
            self._still_waiting(entry)
        if entry.kind == "judge":
            self._judge(entry)
        self.world.fold(entry)
        if entry.kind == "propose":
            self._proposed(entry)
        if entry.kind == "criticise":
            self.waiting[entry.rows[0][1]["proposal_id"]] = entry

    def _judge(self, entry: Entry) -> None:
        row = entry.rows[0][1]
        proposal = self.world.proposals.get(row["proposal_id"])
        if row["rule"] in _NO_RULES:
            return
        if row["proposal_id"] is None:
            if birth := entry.payload.get("birth"):
                self._born(entry, birth)
        elif proposal and row["stage"] == "examine":
            self._examined(entry, proposal)
        elif proposal and _is_of_proposing(entry):
            self._compare(entry, "propose", proposal.id, _old(entry), self._on_proposing(proposal))
            self.denied.pop(proposal.id, None)
        elif proposal and _is_of_rules(entry):
            self.waiting.pop(proposal.id, None)
            self._compare(entry, "admit", proposal.id, _old(entry), self._admitted(entry, proposal))

    def _proposed(self, entry: Entry) -> None:
        """Note what the new policy says of proposing at all; the old one's word, where it denies, comes later."""
        proposal = self.world.proposals[entry.rows[0][1]["id"]]
        verdicts = self._on_proposing(proposal)
        self.judged["propose"] += 1
        if outcome_of(verdicts) != "pass":
            self.denied[proposal.id] = (entry, verdicts)

    def _on_proposing(self, proposal: ProposalState) -> tuple[Verdict, ...]:
        agent = agent_seen(self.world, proposal.author_id)
        tool = tool_seen(self._tool(proposal), self.council.charter.policy)
        return self.council.permit(
            Request.of("compose" if self._is_composed(proposal) else "propose", agent, tool, model=agent.model)
        )

    def _is_composed(self, proposal: ProposalState) -> bool:
        """Whether others' code was put into a rewrite, which may require others besides."""
        required = {pin.version_id for pin in pins_in(self.store.blobs.text(proposal.code_hash))}
        return bool(set(proposal.components) - required)

    def _examined(self, entry: Entry, proposal: ProposalState) -> None:
        task, source = self.tasks[proposal.tool_id], self.store.blobs.text(proposal.code_hash)
        parent = self.store.blobs.text(self.world.version(proposal.parent_id).code_hash)
        around = self._around(self.world.tools[proposal.tool_id], [source, parent])
        found = self.council.inspect(task, source, parent_source=parent, library=library_of(around.parts))
        if outcome_of(found) != "veto":
            found = self._behaved(entry, proposal, found, task=task, source=source, parent=parent, around=around)
        self.judged["examine"] += 1
        self._compare(entry, "examine", proposal.id, _old(entry), found)

    def _behaved(
        self,
        entry: Entry,
        proposal: ProposalState,
        read: tuple[Verdict, ...],
        *,
        task: Task,
        source: str,
        parent: str,
        around: Surroundings,
    ) -> tuple[Verdict, ...]:
        """Return what the new charter says of what a rewrite does; as was found then, where the rules are the same."""
        old, new = self.olds[entry.run_id or 0].charter, self.council.charter
        if proposal.bitmap and (old.behaviour, old.limits) == (new.behaviour, new.limits):
            names = {getattr(rule, "name", type(rule).__name__) for rule in old.behaviour}
            kept = tuple(verdict for verdict in _old(entry) if verdict.rule in names)
            return (*(verdict for verdict in read if verdict.outcome != "pass"), *kept)
        self.tried += 1
        asked = Proposal(
            task, source, parent, author_id=proposal.author_id, author_lineage=self.world.founders[proposal.author_id],
            tool_id=proposal.tool_id, parent_id=proposal.parent_id, basis_id=proposal.basis_id, family=proposal.family,
            reason=proposal.reason, objections=self.world.tallies.objections(proposal.tool_id),
            around=around,
        )  # fmt: skip
        bench = self.open_bench()
        bench.shelve(around.parts)
        return self.council.examine(asked, bench).verdicts

    def _around(self, tool: ToolState, sources: Sequence[str]) -> Surroundings:
        """Return what stands around a tool as the history has it by now, with the dependants' tasks."""
        tools = self.world.tools
        tasks = {tools[tool_id].task_id: task for tool_id, task in self.tasks.items() if tool_id in tools}
        around = Shelf(self.world, self.store.blobs.text, tasks).around(tool, sources)
        told = tuple(replace(each, task=tasks[each.task_id]) for each in around.dependants)
        return replace(around, dependants=told)

    def _admitted(self, entry: Entry, proposal: ProposalState) -> tuple[Verdict, ...]:
        tool = self._tool(proposal)
        motion = motion_of(self.world, tool, proposal)
        standing = standing_of(self.world, tool, proposal, turn=entry.turn)
        request = to_admit(self.world, self.council.charter.policy, motion, standing, tool=tool, proposal=proposal)
        self.judged["admit"] += 1
        return self.council.admit(motion, standing, request)

    def _born(self, entry: Entry, said: Mapping[str, Any]) -> None:
        genome = Genome.model_validate(said["genome"])
        models = self.olds[entry.run_id or 0].models
        parent = self.world.agents.get(said["parent"])
        standing = nursery_of(self.world, parent, turn=entry.turn, models=models)
        birth = birth_of(self.world, said["parent"], genome, endowment=said["endowment"])
        child = {"species": genome.species, "family": genome.family, "model": genome.model}
        agent = agent_seen(self.world, said["by"])
        request = Request.of("spawn", agent, agent_seen(self.world, said["parent"]), **child)
        self.judged["birth"] += 1
        self._compare(entry, "birth", None, _old(entry), self.council.admit_birth(birth, standing, request))

    def _still_waiting(self, entry: Entry) -> None:
        """Look at what was criticised in the turn before and waits still: the new charter may not let it wait."""
        for proposal_id, criticised in self.waiting.items():
            proposal = self.world.proposals.get(proposal_id)
            if proposal and proposal_id not in self.told:
                found = self._admitted(criticised, proposal)
                if outcome_of(found) == "pass":
                    self.told.add(proposal_id)
                    self._flip(criticised, "admit", proposal_id, "wait", "pass", ("AuthorNotSoleApprover",))
        self.waiting.clear()

    def finish(self) -> None:
        """Tell of what only the new charter lets nobody propose."""
        for proposal_id, (entry, verdicts) in self.denied.items():
            self._flip(entry, "propose", proposal_id, "pass", outcome_of(verdicts), _objecting(verdicts))

    def _compare(
        self, entry: Entry, stage: str, proposal_id: int | None, old: Sequence[Verdict], new: Sequence[Verdict]
    ) -> None:
        was, would_be = outcome_of(old), outcome_of(new)
        if was != would_be:
            rules = _objecting(old if would_be == "pass" else new)
            self._flip(entry, stage, proposal_id, was, would_be, rules)

    def _flip(
        self, entry: Entry, stage: str, proposal_id: int | None, old: Outcome, new: Outcome, rules: tuple[str, ...]
    ) -> None:
        tool = self.world.tools.get(entry.tool_id or 0)
        self.flips.append(Flip(entry.seq, entry.turn, stage, proposal_id, tool.name if tool else "", old, new, rules))

    def _tool(self, proposal: ProposalState) -> ToolState:
        return self.world.tools[proposal.tool_id]


def judge_again(path: Path, charter: Charter, *, open_bench: Callable[[], Bench], as_of: When = None) -> Hindsight:
    """Judge the rewrites and births of a database, up to a moment, under another charter.

    Args: open_bench: opens a sandbox with the charter's limits; called at most once, and only where one is needed.
    Raises: NotFound: no run was ever begun there; CharterError: a run's own charter means nothing to this release.
    """
    with Store.open(path) as store:
        seq = store.as_of(as_of)
        runs = store.runs.all(as_of=seq)
        if not runs:
            raise NotFound(f"{path} holds no run to judge again; `ecology run` begins one")
        tasks = {each.tool_id: gate_kept(each.task) for each in store.tasks.all(as_of=seq)}
        judge = _Judge(store, Council(charter), _once(open_bench), tasks, {run.id: _old_of(run) for run in runs})
        for entry in store.history(until=seq):
            judge.take(entry)
        judge.finish()
    flips = sorted(judge.flips, key=lambda flip: flip.seq)
    return Hindsight(charter.digest, dict(judge.judged), judge.tried, tuple(flips))


def _once(open_bench: Callable[[], Bench]) -> Callable[[], Bench]:
    opened: list[Bench] = []

    def bench() -> Bench:
        if not opened:
            opened.append(open_bench())
        return opened[0]

    return bench


def _old_of(run: RunRecord) -> _Old:
    settings = Settings.checked(**run.settings)
    models = frozenset(niche_parts(niche)[2] for niche in settings.population) - {""}
    return _Old(read_charter(settings.charter, where=f"of run {run.id}"), models)


def _old(entry: Entry) -> tuple[Verdict, ...]:
    """Return the verdicts that an entry wrote; their evidence is not needed."""
    return tuple(
        Verdict(row["rule"], row["stage"], row["outcome"], {}, row["would_pass"], row["charter_hash"])
        for _, row in entry.rows
    )


def _objecting(verdicts: Sequence[Verdict]) -> tuple[str, ...]:
    return tuple(sorted({verdict.rule for verdict in verdicts if verdict.outcome != "pass"}))


def _is_of_proposing(entry: Entry) -> bool:
    """Whether a verdict of policy was about proposing and not yet about admission."""
    rows = [row for _, row in entry.rows]
    return [row["rule"] for row in rows] == [_POLICY] and json.loads(rows[0]["evidence"])["action"] != "admit"


def _is_of_rules(entry: Entry) -> bool:
    """Whether the council decided on admission, and not a person, time or the breaker."""
    rows = [row for _, row in entry.rows]
    return rows[0]["stage"] == "admit" and not any(_BY_PEOPLE in json.loads(row["evidence"]) for row in rows)
