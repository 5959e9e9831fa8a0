"""Rules on tools that are built on tools: what may be required, and who would break.

Promises: each answers from the text and from runs; of gate cases the evidence holds counts, never a case or a value.
Does not promise: anything about tools that were not told of; whoever asks names the shelf and the dependants.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from storage import pins_in

from .proposal import Followed
from .rewrite import Rewrite
from .trial import Comparison
from .verdict import JSON, Objection


@dataclass(frozen=True, slots=True)
class RequirementsShelved:
    """A rewrite may require only versions that are on the shelf, each by its entry point's name.

    `most`: so many tools may one require.
    """

    most: int = 8

    def judge(self, rewrite: Rewrite) -> Objection | None:
        """Object to new requirements of what is not on the shelf or is called otherwise, and to too many of them."""
        pins = pins_in(rewrite.source)
        known = frozenset(pins_in(rewrite.parent_source))
        wrong: list[JSON] = [
            pin.line for pin in pins if pin not in known and not _fits(rewrite, pin.name, pin.version_id)
        ]
        names = [pin.name for pin in pins]
        twice: list[JSON] = [name for name in dict.fromkeys(names) if names.count(name) > 1]
        if not wrong and not twice and len(pins) <= self.most:
            return None
        cure = f"at most {self.most} lines `from shelf.vN import NAME`: a version on the shelf and its entry point"
        return Objection({"wrong": wrong, "twice": twice, "required": len(pins)}, cure)


@dataclass(frozen=True, slots=True)
class BreaksNoDependant:
    """A rewrite of a tool may not break those that require it, if they followed."""

    needs_repeat: ClassVar[bool] = True

    def judge(self, comparison: Comparison) -> Objection | None:
        """Object where a dependant, with its pin moved to the rewrite, loses a case that it passes now."""
        broken = [each for each in comparison.followed if _losses(each)]
        if not broken:
            return None
        shown: dict[str, JSON] = {each.dependant.tool: _shown(each) for each in broken}
        names = ", ".join(each.dependant.tool for each in broken)
        evidence: dict[str, JSON] = {
            "breaks": shown, "tried": len(comparison.followed), "radius": list(comparison.radius),
        }  # fmt: skip
        return Objection(evidence, f"a rewrite with which {names} would pass what it passes now")


def _fits(rewrite: Rewrite, name: str, version_id: int) -> bool:
    part = rewrite.library.get(version_id)
    return part is not None and part.entry_point == name != rewrite.task.entry_point


def _losses(followed: Followed) -> bool:
    now, then = followed.now, followed.then
    return bool(_lost(now.visible, then.visible) or _lost(now.gate, then.gate))


def _shown(followed: Followed) -> dict[str, JSON]:
    now, then = followed.now, followed.then
    visible: list[JSON] = [*_lost(now.visible, then.visible)]
    gate = len(_lost(now.gate, then.gate))
    return {"version": followed.dependant.version_id, "visible_lost": visible, "gate_lost": gate}


def _lost(before: Sequence[bool], after: Sequence[bool]) -> list[int]:
    """Return the numbers, from 1, of the cases that passed before and do not after."""
    return [number for number, (was, now) in enumerate(zip(before, after, strict=True), 1) if was and not now]
