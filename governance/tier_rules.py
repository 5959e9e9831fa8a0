"""Rules on where a rewrite was tried: a verdict is worth what the sandbox under it is.

Promises: what was not run is no ground for any verdict; a tier below the one demanded gives none either.
Does not promise: that the tiers agree. They do on what they all can run, but for the differences that
docs/threat-model.md names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .sandbox.run import GUARD, Tier, suffices
from .trial import Comparison, Trial
from .verdict import Objection


@dataclass(frozen=True, slots=True)
class TierDemanded:
    """A verdict must rest on the sandbox tier that the charter demands, or on a stronger one."""

    tier: Tier = GUARD
    needs_repeat: ClassVar[bool] = False

    def judge(self, comparison: Comparison) -> Objection | None:
        """Object to a trial of the rewrite or of its parent in a weaker tier."""
        weaker = [trial.tier for trial in (comparison.new, comparison.old) if not suffices(trial.tier, self.tier)]
        if not weaker:
            return None
        return Objection({"tier": weaker[0], "demanded": self.tier}, f"the same trial in the tier {self.tier} or above")


@dataclass(frozen=True, slots=True)
class BothRun:
    """A rewrite and its parent must both have been run: what a tier cannot run is neither right nor wrong."""

    needs_repeat: ClassVar[bool] = False

    def judge(self, comparison: Comparison) -> Objection | None:
        """Object to calls of either that were refused, such as those that Monty has no words for."""
        new, old = _refused(comparison.new), _refused(comparison.old)
        if not new and not old:
            return None
        reason = (comparison.new if new else comparison.old).refusal
        evidence = {"tier": comparison.new.tier, "rewrite_refused": new, "parent_refused": old, "reason": reason}
        return Objection(evidence, "the same rewrite on a machine whose sandbox can run it and its parent")


TIER_RULES = (TierDemanded, BothRun)


def _refused(trial: Trial) -> int:
    return dict(trial.outcomes).get("refused", 0)
