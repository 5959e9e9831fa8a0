"""Whether what was claimed of a rewrite is borne out: by a case known to be right, or by sources of other lineages.

Promises: a claim alone never counts, nor the code as it came, the author's kin, or a source that is known to be worse
than the rewrite it would speak against. Does not promise: that sources which agree are right.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from governance import Result, ask, literal
from storage import Case, Task

from .claim import Claim, input_of
from .evidence import Evidence, Trials, answer
from .view import ProposalSeen, Rival, View

_SHOWN = 100
_AS_IT_CAME = 0


def known_cases(view: View, task: Task) -> tuple[Case, ...]:
    """Return the cases that are right for sure: the visible ones, and those that unrelated sources agreed on."""
    return (*task.ring("visible"), *view.tests)


def live_sources(view: View) -> tuple[Rival, ...]:
    """Return every source of the tool in view, once for each lineage that wrote it; the head comes first."""
    head = [Rival(_AS_IT_CAME, view.head.source, "the head")] if view.head else []
    proposed = [Rival(each.lineage, each.source, f"proposal {each.id}") for each in view.proposals]
    kept: dict[tuple[int, str], Rival] = {}
    for each in (*head, *view.rivals, *proposed):
        kept.setdefault((each.lineage, each.source), each)
    return tuple(kept.values())


@dataclass(frozen=True, slots=True)
class Witnesses:
    """The live sources of a tool, and what each gave, by its text: on the known cases, and on those claimed."""

    task: Task
    sources: Sequence[Rival]
    cases: Sequence[Case]
    known: Mapping[str, Sequence[Result]]
    claims: Sequence[Claim]
    claimed: Mapping[str, Sequence[Result]]

    def evidence(self, number: int, proposal: ProposalSeen) -> Evidence | None:
        """Return what shows that a proposal is wrong where the claim of that number says so; None if nothing does."""
        claim = self.claims[number]
        mine = self.claimed[proposal.source][number]
        if mine.outcome == "refused" or claim.question.answered_by(mine):
            return None
        backer = self._known_answer(claim) if self.is_known(claim) else self._backer(number, proposal)
        if not backer:
            return None
        case = claim.case
        shown = f"{answer(mine)[:_SHOWN]} against {literal(claim.question.expected)[:_SHOWN]}, as {backer}"
        return Evidence("wrong answer", case.args or f"{case.setup}\n{case.call}".strip(), shown)

    def is_known(self, claim: Claim) -> bool:
        """Whether a known case has that input already."""
        return any(input_of(self.task, case) == claim.input for case in self.cases)

    def gives(self, number: int) -> bool:
        """Whether any live source answers as the claim of that number says."""
        question = self.claims[number].question
        return any(question.answered_by(results[number]) for results in self.claimed.values())

    def _known_answer(self, claim: Claim) -> str:
        """Say that a known case of that input expects what is claimed; empty where it expects something else."""
        like = next(case for case in self.cases if input_of(self.task, case) == claim.input)
        given = Result("ok", value=claim.question.expected)
        return "a known case expects" if ask(self.task, like).answered_by(given) else ""

    def _backer(self, number: int, proposal: ProposalSeen) -> str:
        """Name the first source that bears a claim out; empty where there is none, or more lineages say otherwise."""
        question = self.claims[number].question
        mine = self.claimed[proposal.source][number]
        alike = Trials(self.task, (question.call,))
        backing: dict[int, str] = {}
        against: set[int] = set()
        for source in self._unrelated(proposal):
            theirs = self.claimed[source.source][number]
            if question.answered_by(theirs):
                backing.setdefault(source.lineage, source.name)
            elif alike.disagreement([mine], [theirs]) is None:
                against.add(source.lineage)
        if not backing or len(against) > len(backing):
            return ""
        return f"{next(iter(backing.values()))} gives"

    def _unrelated(self, proposal: ProposalSeen) -> Iterator[Rival]:
        """Yield the sources that may speak against a proposal."""
        passed = self._passed(proposal.source)
        for each in self.sources:
            if each.lineage in (_AS_IT_CAME, proposal.lineage):
                continue
            if all(own or not theirs for own, theirs in zip(self._passed(each.source), passed, strict=True)):
                yield each

    def _passed(self, source: str) -> list[bool]:
        results = self.known[source]
        return [ask(self.task, case).answered_by(got) for case, got in zip(self.cases, results, strict=True)]
