"""Rules on what a rewrite does, beside what its parent did on the same cases.

Promises: each answers from two trials; of gate cases the evidence holds counts, never a case, an input or a value.
Does not promise: that a rewrite is right. It is right on the cases there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from storage import Task

from .fresh_rules import FRESH_RULES
from .library import is_upgrade
from .likeness import same_program
from .proposal import Scorecard
from .signature import names_given
from .trial import Comparison
from .verdict import Evidence, Objection


@dataclass(frozen=True, slots=True)
class SignatureKept:
    """A rewrite must serve every caller that its parent served."""

    needs_repeat: ClassVar[bool] = False

    def judge(self, comparison: Comparison) -> Objection | None:
        """Object to an entry point that cannot be called as before: by place, and by the names that somebody gives.

        Names are given in cases and in the helper's code. An argument that nobody gives by name may
        have another; whoever builds on a tool takes a copy of its code along.
        """
        rewrite = comparison.rewrite
        entry = rewrite.task.entry_point
        was, now = rewrite.old.signatures.get(entry), rewrite.new.signatures.get(entry)
        if was is None or was == now:
            return None
        if now is not None and now.serves(was, named=_names_given(rewrite.task)):
            return None
        evidence: Evidence = {"parent": was.text, "rewrite": now.text if now else None}
        return Objection(evidence, f"`{entry}` with the signature {was.text}, or one that serves the same calls")


@dataclass(frozen=True, slots=True)
class ResultCount:
    """As many results must come back as calls went out."""

    needs_repeat: ClassVar[bool] = False

    def judge(self, comparison: Comparison) -> Objection | None:
        """Object to a run that left calls unanswered or answered more than was asked."""
        new = comparison.new
        if new.answered == new.asked:
            return None
        return Objection({"asked": new.asked, "answered": new.answered}, "one result for each call, and no more")


@dataclass(frozen=True, slots=True)
class NoCaseLost:
    """A rewrite may not fail a case that its parent passed."""

    needs_repeat: ClassVar[bool] = False

    def judge(self, comparison: Comparison) -> Objection | None:
        """Object to lost cases; visible ones are named by number from 1, gate ones counted."""
        new, old = comparison.new.scorecard, comparison.old.scorecard
        visible = [number for number, pair in enumerate(zip(old.visible, new.visible, strict=True), 1) if _lost(*pair)]
        gate = sum(_lost(*pair) for pair in zip(old.gate, new.gate, strict=True))
        if not visible and not gate:
            return None
        return Objection({"visible_lost": visible, "gate_lost": gate}, "the same gain without losing what worked")


@dataclass(frozen=True, slots=True)
class ScoreImproves:
    """A rewrite must pass more cases than its parent, or as many at less cost; one judged by its earnings, every case.

    What only follows the tools that it requires to their later versions need be no better than it was.
    `fuel_margin`: the share of the parent's fuel that a rewrite must save where it passes no more cases. Cost counts
    only between versions that pass every case: what fails early is cheap, and code that no case needs may be right.
    """

    fuel_margin: float = 0.05
    needs_repeat: ClassVar[bool] = False

    def judge(self, comparison: Comparison) -> Objection | None:
        """Object to what is no better: more gate cases, else more visible ones, else less fuel, else smaller.

        Where earnings judge, the cases only state what every version keeps to: all must pass, and the code be another.
        """
        new, old = comparison.new.scorecard, comparison.old.scorecard
        if comparison.rewrite.task.judged == "earnings":
            return _differs_and_works(comparison)
        if self._improves(new, old) or (_no_worse(new, old) and _is_upgrade(comparison)):
            return None
        evidence: Evidence = {"gate": _counts(old.gate, new.gate), "visible": _counts(old.visible, new.visible)}
        if not new.solved:
            return Objection(evidence, "a rewrite that passes more gate cases, or as many and more visible ones")
        evidence = {**evidence, "fuel": [old.fuel, new.fuel], "size": [old.size, new.size]}
        return Objection(
            evidence, f"the same results for {self.fuel_margin:.0%} less fuel, or for as much in less code"
        )

    def _improves(self, new: Scorecard, old: Scorecard) -> bool:
        if (new.gate_passed, new.visible_passed) != (old.gate_passed, old.visible_passed):
            return (new.gate_passed, new.visible_passed) > (old.gate_passed, old.visible_passed)
        if not (new.solved and old.solved):
            return False
        cheaper = new.fuel < old.fuel and new.fuel <= old.fuel * (1 - self.fuel_margin)
        return cheaper or (new.fuel == old.fuel and new.size < old.size)


@dataclass(frozen=True, slots=True)
class InputsUnmutated:
    """A rewrite may not change its arguments unless its parent did."""

    needs_repeat: ClassVar[bool] = False

    def judge(self, comparison: Comparison) -> Objection | None:
        """Object to changed arguments where the parent changed none in any case."""
        new, old = comparison.new, comparison.old
        if not any(new.mutated) or any(old.mutated):
            return None
        many = len(new.scorecard.visible)
        evidence: Evidence = {"visible": _numbers(new.mutated[:many]), "gate": sum(new.mutated[many:])}
        return Objection(evidence, "the same result computed on a copy of the arguments")


@dataclass(frozen=True, slots=True)
class Deterministic:
    """A rewrite must give the same results under every hash seed, in every order of the calls and on every machine."""

    needs_repeat: ClassVar[bool] = True

    def judge(self, comparison: Comparison) -> Objection | None:
        """Object to results that differ in a second run, last case first, and to runs that fuel did not end."""
        new = comparison.new
        if new.machine_dependent:
            return Objection({"backstop": new.outcome}, "a rewrite that stays within its fuel, memory and time")
        if comparison.again is None or comparison.again == new.prints:
            return None
        many = len(new.scorecard.visible)
        differs = [one != two for one, two in zip(new.prints, comparison.again, strict=False)]
        evidence: Evidence = {
            "visible": _numbers(differs[:many]),
            "gate": sum(differs[many:]),
            "results": [len(new.prints), len(comparison.again)],
        }
        cure = "results that rest on the arguments alone: not on earlier calls, sets' order, id, chance or clock"
        return Objection(evidence, cure)


@dataclass(frozen=True, slots=True)
class CostKept:
    """A rewrite may not need far more fuel than its parent on a case that both pass.

    `factor` times the parent's fuel and `extra` are allowed; what wins a case may cost something, but not everything.
    """

    factor: float = 50.0
    extra: int = 50_000
    needs_repeat: ClassVar[bool] = False

    def judge(self, comparison: Comparison) -> Objection | None:
        """Object to slow cases; visible ones are named by number from 1 with both costs, gate ones counted."""
        new, old = comparison.new, comparison.old
        passed = [*zip(_passed(new.scorecard), _passed(old.scorecard), new.fuel, old.fuel, strict=False)]
        slow = [mine and theirs and cost > before * self.factor + self.extra for mine, theirs, cost, before in passed]
        if not any(slow):
            return None
        many = len(new.scorecard.visible)
        shown = {str(place): [old.fuel[place - 1], new.fuel[place - 1]] for place in _numbers(slow[:many])}
        evidence: Evidence = {"visible_fuel": shown, "gate": sum(slow[many:])}
        return Objection(evidence, f"at most {self.factor:g} times the parent's fuel and {self.extra} more on a case")


BEHAVIOUR_RULES = (
    SignatureKept,
    ResultCount,
    NoCaseLost,
    ScoreImproves,
    CostKept,
    InputsUnmutated,
    Deterministic,
    *FRESH_RULES,
)


def _differs_and_works(comparison: Comparison) -> Objection | None:
    new, old = comparison.new.scorecard, comparison.old.scorecard
    if not new.solved:
        evidence: Evidence = {"gate": _counts(old.gate, new.gate), "visible": _counts(old.visible, new.visible)}
        return Objection(evidence, "a rewrite that passes every case; its earnings judge the rest")
    if same_program(comparison.rewrite.source, comparison.rewrite.parent_source):
        return Objection({"same_program": True}, "a rewrite that does something else than its parent")
    return None


def _no_worse(new: Scorecard, old: Scorecard) -> bool:
    return (new.gate_passed, new.visible_passed) >= (old.gate_passed, old.visible_passed)


def _is_upgrade(comparison: Comparison) -> bool:
    rewrite = comparison.rewrite
    return is_upgrade(rewrite.source, rewrite.parent_source, rewrite.library)


def _passed(card: Scorecard) -> tuple[bool, ...]:
    return (*card.visible, *card.gate)


def _names_given(task: Task) -> frozenset[str]:
    codes = [task.helper, *(text for case in task.cases if case.call for text in (case.setup, case.call))]
    return frozenset().union(*(names_given(code, task.entry_point) for code in codes))


def _lost(before: bool, after: bool) -> bool:
    return before and not after


def _numbers(flags: Sequence[bool]) -> list[int]:
    """Return the numbers, from 1, of the visible cases that are flagged."""
    return [number for number, flag in enumerate(flags, 1) if flag]


def _counts(old: Sequence[bool], new: Sequence[bool]) -> dict[str, int]:
    return {"before": sum(old), "after": sum(new), "of": len(new)}
