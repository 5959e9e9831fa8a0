"""Rules by which people keep hold of an ecology: what needs their approval, and what they set aside or froze.

Promises: each answers from a motion and its `Standing` alone; what is set aside stays so until it is released.
Does not promise: to know who is a person. Whoever may write the database may approve.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from .standing import Birth, Motion, Standing
from .verdict import Objection


@dataclass(frozen=True, slots=True)
class NeedsApproval:
    """A rewrite of a listed tool, species or kind may pass only with a person's approval.

    `tools` are patterns of names (`operator/*`); `kinds` are `compose` (built on other tools) and `model` (written by
    a language model).
    """

    tools: frozenset[str] = frozenset()
    species: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()

    def judge(self, motion: Motion, standing: Standing) -> Objection | None:
        """Ask for approval while nobody has given it."""
        listed = [f"tool {motion.tool}"] if any(fnmatchcase(motion.tool, each) for each in self.tools) else []
        listed += [f"species {motion.species}"] if motion.species in self.species else []
        listed += [f"kind {each}" for each in sorted(motion.kinds & self.kinds)]
        if standing.approved or not listed:
            return None
        return Objection({"listed": listed}, "the same rewrite once a person approves it", ", ".join(listed))


@dataclass(frozen=True, slots=True)
class NotQuarantined:
    """A rewrite may neither come from nor be built on anything in quarantine, nor be of such a tool."""

    def judge(self, motion: Motion, standing: Standing) -> Objection | None:
        """Object while the author, its lineage, the tool or a component is in quarantine."""
        return _quarantined(standing)


@dataclass(frozen=True, slots=True)
class ParentNotQuarantined:
    """An agent in quarantine may not have a child."""

    def judge(self, birth: Birth, standing: Standing) -> Objection | None:
        """Object while the parent or its lineage is in quarantine."""
        return _quarantined(standing)


@dataclass(frozen=True, slots=True)
class NotFrozen:
    """A frozen tool may not be rewritten."""

    def judge(self, motion: Motion, standing: Standing) -> Objection | None:
        """Object while the tool is frozen."""
        if not standing.frozen:
            return None
        return Objection({"frozen": motion.tool}, "the same rewrite once `ecology unfreeze` lets the tool change again")


@dataclass(frozen=True, slots=True)
class NotTakenBack:
    """A rewrite may not be made from, nor built on, a version that was rolled back."""

    def judge(self, motion: Motion, standing: Standing) -> Objection | None:
        """Object while its basis or a component is taken back."""
        if not standing.taken_back:
            return None
        return Objection({"taken_back": list(standing.taken_back)}, "a rewrite without what was taken back")


def _quarantined(standing: Standing) -> Objection | None:
    if not standing.quarantined:
        return None
    return Objection({"quarantined": standing.quarantined}, "the same once `ecology release` has let it go")


PROTECTION_RULES = (NeedsApproval, NotQuarantined, NotFrozen, NotTakenBack)
PARENTHOOD_RULES = (ParentNotQuarantined,)


@dataclass(frozen=True, slots=True)
class Approvals:
    """How long a rewrite waits for approval: so many `turns`, after which it is denied."""

    turns: int = 400
