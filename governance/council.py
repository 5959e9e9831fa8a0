"""The council: asks every rule of the charter and turns the answers into verdicts.

Promises: all objections of a stage are collected; a rule that fails is an objection of its own, so nothing passes
unjudged; equal questions under one charter get equal verdicts.
Does not promise: to act. What is done with a verdict is the engine's business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from storage import Task

from .bench import Bench
from .charter import BehaviourRule, Charter
from .dependants import follow
from .fresh import Fresh, FreshPlan, plan_again, plan_examination
from .fresh_rules import FRESH_RULES, kinds_of
from .library import Library
from .likeness import program_digest
from .network_rules import BreaksNoDependant
from .objected import Objected
from .proposal import Proposal
from .protection_rules import GUARDS
from .question import ask
from .request import AgentSeen, Request, ToolSeen
from .rewrite import Rewrite, read_rewrite
from .source import Unreadable
from .speech_rules import Speech
from .standing import Birth, Motion, Standing
from .trial import Comparison, Trial
from .user_rules import Written
from .verdict import ASKS, COUNCIL, JSON, PROGRAMS, Objection, Stage, Verdict

Objections = list[tuple[str, Objection]]


@dataclass(frozen=True, slots=True)
class Examination:
    """The verdicts on a proposal, and the trials where it came that far: its own and its parent's."""

    verdicts: tuple[Verdict, ...]
    trial: Trial | None = None
    parent_trial: Trial | None = None

    @property
    def passed(self) -> bool:
        """Whether no rule objected that a person's approval would not content."""
        return not any(verdict.vetoed for verdict in self.verdicts)


class Council:
    """The rules of one charter, asked together."""

    def __init__(self, charter: Charter) -> None:
        self.charter = charter

    def inspect(
        self, task: Task, source: str, *, parent_source: str = "", library: Library | None = None
    ) -> tuple[Verdict, ...]:
        """Judge a source by the code rules alone; without a parent, everything in it counts as new.

        `library` is the shelf; without it nothing may be required.
        """
        return self._verdicts("examine", self._read(task, source, parent_source, library)[0])

    def examine(self, proposal: Proposal, bench: Bench) -> Examination:
        """Judge a proposal: its text, then one sandbox run, then what it did, then a second run if all else passed.

        Raises: TaskError: a case of the task holds no literal. SandboxError: the sandbox broke down.
        """
        objections, rewrite = self._read(proposal.task, proposal.source, proposal.parent_source, bench.library)
        if rewrite is None or _stopped(objections):
            return Examination(self._verdicts("examine", objections))
        # What only needs approval is tried nonetheless, so that whoever approves it knows what it does.
        asked = objections
        new = bench.score(proposal.task, proposal.source)
        old = bench.score(proposal.task, proposal.parent_source)
        comparison = Comparison(rewrite, new=new, old=old)
        objections = self._behave(comparison, repeat=False)
        if not _stopped(objections) and any(rule.needs_repeat for rule in self.charter.behaviour):
            comparison = self._once_more(comparison, bench, proposal.objections)
            if any(isinstance(rule, BreaksNoDependant) for rule in self.charter.behaviour):
                comparison = replace(comparison, followed=follow(proposal, bench), radius=proposal.around.radius)
            objections = [*objections, *self._behave(comparison, repeat=True)]
        gain: dict[str, JSON] = {
            "score": [old.scorecard.score, new.scorecard.score],
            PROGRAMS: [program_digest(proposal.parent_source), program_digest(proposal.source)],
        }
        return Examination(self._verdicts("examine", [*asked, *objections], **gain), trial=new, parent_trial=old)

    def admit(
        self, motion: Motion | Proposal, standing: Standing, request: Request | None = None
    ) -> tuple[Verdict, ...]:
        """Judge whether an examined rewrite may become the head as things stand.

        `request` is what policy is asked; without one, of an author and a tool of whom no more is known than the motion
        says.
        """
        facts = motion.motion if isinstance(motion, Proposal) else motion
        author = AgentSeen(facts.author_id, lineage=facts.author_lineage)
        wish = request or Request.to_admit(facts, standing, agent=author, tool=ToolSeen(facts.tool_id))
        asked = [_ask(rule, partial(rule.judge, facts, standing)) for rule in self.charter.admission]
        return self._allowed(wish, asked)

    def guard(self, motion: Motion, standing: Standing) -> tuple[Verdict, ...]:
        """Return the vetoes of those rules that no examination and no support can content; empty where none objects."""
        guards = [rule for rule in self.charter.admission if isinstance(rule, GUARDS)]
        objections = _given(_ask(rule, partial(rule.judge, motion, standing)) for rule in guards)
        return self._verdicts("admit", objections) if objections else ()

    def admit_birth(self, birth: Birth, standing: Standing, request: Request | None = None) -> tuple[Verdict, ...]:
        """Judge whether an agent may have a child as things stand; `request` as of `admit`."""
        parent = AgentSeen(birth.parent_id)
        wish = request or Request.of("spawn", parent, parent, species="", family="", model=birth.model)
        asked = [_ask(rule, partial(rule.judge, birth, standing)) for rule in self.charter.birth]
        return self._allowed(wish, asked)

    def permit(self, request: Request, speech: Speech | None = None) -> tuple[Verdict, ...]:
        """Judge whether an agent may do what it asks: by policy, and where it would say something by those limits."""
        asked = [_ask(rule, partial(rule.judge, speech)) for rule in self.charter.speech] if speech else []
        return self._allowed(request, asked)

    def _allowed(self, request: Request, asked: Iterable[tuple[str, Objection | None]]) -> tuple[Verdict, ...]:
        """Ask policy after the rules; where nothing is objected to, the verdict names the policies that allow it."""
        policy = self.charter.policy
        objections = _given([*asked, _ask(policy, partial(policy.judge, request))])
        deciding: list[JSON] = [] if objections else list(policy.decide(request).policies)
        return self._verdicts("admit", objections, policies=deciding)

    def _read(
        self, task: Task, source: str, parent_source: str, library: Library | None
    ) -> tuple[Objections, Rewrite | None]:
        rewrite = read_rewrite(task, source, parent_source=parent_source, library=library)
        if isinstance(rewrite, Unreadable):
            evidence: dict[str, JSON] = {"problem": rewrite.problem, "line": rewrite.line}
            return [("Parses", Objection(evidence, "a source that Python can parse"))], None
        asked = (_ask(rule, partial(rule.judge, rewrite)) for rule in self.charter.code)
        return _given(asked), rewrite

    def _once_more(self, comparison: Comparison, bench: Bench, objections: Sequence[Objected]) -> Comparison:
        """Run what its cases do not speak against in another order, and beside its parent where no case looks."""
        task, source, parent = comparison.rewrite.task, comparison.rewrite.source, comparison.rewrite.parent_source
        fresh = None
        # Two charters whose trials are alike share their fresh inputs, and so their runs.
        plan = plan_examination(task, repr(self.charter.limits), objections)
        # What only its earnings judge is held to the properties of its task, not to its parent's answers.
        asked = (*plan.checks, *plan.objections) if task.judged == "earnings" else plan.calls
        if asked and any(isinstance(rule, FRESH_RULES) for rule in self.charter.behaviour):
            fresh = _tried(bench, plan, task=task, source=source, parent=parent)
        expected = [ask(task, case).expected for case in (*task.ring("visible"), *task.ring("gate"))]
        return replace(comparison, again=bench.repeat(task, source), fresh=fresh, kinds=kinds_of(expected))

    def _behave(self, comparison: Comparison, *, repeat: bool) -> Objections:
        rules: Iterable[BehaviourRule] = (rule for rule in self.charter.behaviour if rule.needs_repeat == repeat)
        return _given(_ask(rule, partial(rule.judge, comparison)) for rule in rules)

    def _verdicts(self, stage: Stage, objections: Objections, **gain: JSON) -> tuple[Verdict, ...]:
        digest = self.charter.digest
        if not objections:
            return (Verdict(COUNCIL, stage, "pass", gain, "", digest),)
        return tuple(_ruled(rule, objection, stage=stage, digest=digest) for rule, objection in objections)


def _tried(bench: Bench, plan: FreshPlan, *, task: Task, source: str, parent: str) -> Fresh:
    """Run a rewrite and its parent on a plan's calls, and a second time on those that were shown to be unsteady."""
    new, old = bench.fresh(task, source, plan), bench.fresh(task, parent, plan)
    second, places = plan_again(plan)
    if not places:
        return Fresh(plan, new=new, old=old)
    both = zip(
        bench.fresh(task, source, second, again=True), bench.fresh(task, parent, second, again=True), strict=True
    )
    return Fresh(plan, new=new, old=old, again=dict(zip(places, both, strict=True)))


def _ruled(rule: str, objection: Objection, *, stage: Stage, digest: str) -> Verdict:
    if not objection.needs_approval:
        return Verdict(rule, stage, "veto", objection.evidence, objection.would_pass, digest)
    evidence: dict[str, JSON] = {**objection.evidence, ASKS: objection.needs_approval}
    return Verdict(rule, stage, "ask", evidence, objection.would_pass, digest)


def _stopped(objections: Objections) -> bool:
    """Whether something is objected to that no approval could allow."""
    return any(not objection.needs_approval for _, objection in objections)


def _ask(rule: object, judge: Callable[[], Objection | None]) -> tuple[str, Objection | None]:
    """Return a rule's name and answer; a rule that fails objects, for it let nothing be known."""
    name = rule.name if isinstance(rule, Written) else type(rule).__name__
    try:
        return name, judge()
    except Exception as problem:
        failure = f"{type(problem).__name__}: {problem}"[:200]
        return name, Objection({"rule_failed": failure}, f"the same matter, once the rule {name} works again")


def _given(asked: Iterable[tuple[str, Objection | None]]) -> Objections:
    return [(name, answer) for name, answer in asked if answer is not None]
