"""Rules on what a rewrite does where no case looks: on fresh inputs, and by the properties that its task states.

Promises: each judges from results that are compared out here; where the parent gave no answer it asks for none; the
evidence shows fresh inputs, which come from visible cases alone, and never a gate case.
Does not promise: that the parent was right. Where it passes every case its behaviour counts as established; else only
that it answered, and with what kind of value.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from .fresh import Check, Fresh
from .objected import SLIPS, touched
from .sandbox import same
from .sandbox.run import Opaque, Result
from .trial import Comparison
from .verdict import Objection

_SHOWN = 3
_CHARACTERS = 160


@dataclass(frozen=True, slots=True)
class FreshInputsAgree:
    """A rewrite of a tool that passes every case must answer fresh inputs as its parent does."""

    needs_repeat: ClassVar[bool] = True

    def judge(self, comparison: Comparison) -> Objection | None:
        """Object to answers that differ, or are missing, where the parent's behaviour is established."""
        fresh = comparison.fresh
        # What only its earnings judge may well make other edits than its parent.
        if fresh is None or not comparison.old.scorecard.solved or comparison.rewrite.task.judged == "earnings":
            return None
        differs = [call for call, new, old in _answered(fresh) if not _alike(comparison, new, old)]
        if not differs:
            return None
        return Objection(
            {"differing": len(differs), "inputs": _clipped(differs)},
            "a rewrite that answers these inputs as the parent does",
        )


@dataclass(frozen=True, slots=True)
class FreshInputsAnswered:
    """A rewrite must answer fresh inputs that its parent answers: without slips, in time, with a fitting kind of value.

    `share`: for inputs may lie outside the tool's domain, this share of the answered ones may end in slips, endless
    runs or unfitting values.
    """

    share: float = 0.3
    needs_repeat: ClassVar[bool] = True

    def judge(self, comparison: Comparison) -> Objection | None:
        """Object to slips, endless runs and kinds of results that neither a case nor the parent shows."""
        fresh = comparison.fresh
        if fresh is None or comparison.old.scorecard.solved or comparison.rewrite.task.judged == "earnings":
            return None
        answered = list(_answered(fresh))
        known = comparison.kinds | {_kind(old.value) for _, _, old in answered}
        faults: dict[str, list[str]] = {}
        for call, new, _old in answered:
            if fault := _fault(new, known):
                faults.setdefault(fault, []).append(call)
        if sum(map(len, faults.values())) <= max(1, self.share * len(answered)):
            return None
        evidence = {fault: _clipped(calls) for fault, calls in faults.items()}
        return Objection(
            evidence, "a rewrite that answers what its parent answers, with a kind of value that cases show"
        )


@dataclass(frozen=True, slots=True)
class FreshInputsUnmutated:
    """A rewrite may not change the arguments of fresh inputs whose parent leaves them alone."""

    needs_repeat: ClassVar[bool] = True

    def judge(self, comparison: Comparison) -> Objection | None:
        """Object to changed arguments where the parent changed none, of any case or fresh input."""
        fresh = comparison.fresh
        if fresh is None or any(comparison.old.mutated):
            return None
        pairs = [(call, touched(call, new), touched(call, old)) for call, new, old in _answered(fresh)]
        changed = [call for call, mine, _ in pairs if mine]
        if not changed or any(theirs for _, _, theirs in pairs):
            return None
        return Objection({"inputs": _clipped(changed)}, "the same result computed on a copy of the arguments")


@dataclass(frozen=True, slots=True)
class PropertiesHold:
    """A rewrite must have the properties that its task states, where it passes every case or its parent has them."""

    needs_repeat: ClassVar[bool] = True

    def judge(self, comparison: Comparison) -> Objection | None:
        """Object to a property that fails on some input; each is named with the inputs that show it."""
        fresh = comparison.fresh
        if fresh is None:
            return None
        broken: dict[str, list[str]] = {}
        parent: set[str] = set()
        for check in fresh.plan.checks:
            name = check.property.name
            if not _holds(comparison, check, fresh.new):
                broken.setdefault(name, []).append(check.args)
            if not _holds(comparison, check, fresh.old):
                parent.add(name)
        solved = comparison.new.scorecard.solved
        counts = {name: shown for name, shown in broken.items() if solved or name not in parent}
        if not counts:
            return None
        evidence = {name: _clipped(shown) for name, shown in counts.items()}
        return Objection(evidence, f"a rewrite that is {', '.join(sorted(counts))}, as its task states")


@dataclass(frozen=True, slots=True)
class ObjectionsAnswered:
    """A rewrite may not show again what critics demonstrated against an earlier one and did not withdraw."""

    needs_repeat: ClassVar[bool] = True

    def judge(self, comparison: Comparison) -> Objection | None:
        """Object to a fault that shows on the very input by which a critic showed it, unless the parent has it too."""
        fresh = comparison.fresh
        if fresh is None:
            return None
        stand = [
            [each.kind, *_clipped([each.args])]
            for each, place in fresh.plan.objections
            if each.shown_by(fresh.new[place], fresh.old[place], fresh.again.get(place))
        ]
        if not stand:
            return None
        return Objection({"objections": stand}, "a rewrite that answers these inputs well, or a word of their critics")


FRESH_RULES = (FreshInputsAgree, FreshInputsAnswered, FreshInputsUnmutated, PropertiesHold, ObjectionsAnswered)


def _answered(fresh: Fresh) -> Iterator[tuple[str, Result, Result]]:
    """Yield the fresh inputs that the parent answered, with both results."""
    inputs = fresh.plan.inputs
    for call, new, old in zip(fresh.plan.calls[:inputs], fresh.new[:inputs], fresh.old[:inputs], strict=True):
        if old.outcome == "ok" and new.outcome != "refused":
            yield call.args, new, old


def _alike(comparison: Comparison, new: Result, old: Result) -> bool:
    if new.outcome != "ok":
        return False
    if isinstance(old.value, Opaque):
        # Two objects cannot be told apart from here.
        return isinstance(new.value, Opaque) and new.value.type_name == old.value.type_name
    task = comparison.rewrite.task
    return same(new.value, old.value, compare=task.compare, lists=task.lists)


def _fault(result: Result, known: frozenset[str] | set[str]) -> str:
    if result.outcome == "timeout":
        return "endless"
    if result.outcome == "error":
        return "crash" if result.error.startswith(SLIPS) else ""
    return "" if result.outcome != "ok" or _kind(result.value) in known else "another kind of value"


def _kind(value: object) -> str:
    """Return what kind of value something is, numbers and sequences being one kind each."""
    if isinstance(value, Opaque):
        return value.type_name
    if isinstance(value, bool) or value is None:
        return type(value).__name__
    if isinstance(value, int | float | complex):
        return "number"
    return "sequence" if isinstance(value, list | tuple) else type(value).__name__


def kinds_of(values: list[object]) -> frozenset[str]:
    """Return the kinds of some values."""
    return frozenset(_kind(value) for value in values)


def _holds(comparison: Comparison, check: Check, results: tuple[Result, ...]) -> bool:
    """Whether a property holds on one input; where the call itself gave nothing, nothing is said."""
    base = results[check.base]
    if base.outcome != "ok" or isinstance(base.value, Opaque):
        return True
    kind = check.property.kind
    if check.other is None:
        return _length(base.value) == _length(ast.literal_eval(check.args)[check.property.argument])
    other = results[check.other]
    if other.outcome == "refused":
        return True
    if kind == "monotone":
        return _rises(base.value, other)
    if other.outcome != "ok":
        return False
    task = comparison.rewrite.task
    wanted = ast.literal_eval(check.args)[0] if kind == "inverse_of" else base.value
    return same(other.value, wanted, compare=task.compare, lists=task.lists)


def _rises(value: object, other: Result) -> bool:
    if other.outcome != "ok" or not isinstance(value, int | float) or not isinstance(other.value, int | float):
        return True
    return other.value >= value


def _length(value: object) -> int | None:
    return len(value) if hasattr(value, "__len__") else None


def _clipped(calls: list[str]) -> list[str]:
    return [call if len(call) <= _CHARACTERS else f"{call[: _CHARACTERS - 3]}..." for call in calls[:_SHOWN]]
