"""What a rule answers: an objection, and the verdict that is kept of it.

Promises: a veto is a value that can be stored and shown; it names its rule, the evidence and what would have passed.
Does not promise: that the evidence tells everything. Of gate cases it holds counts alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

JSON: TypeAlias = "bool | int | float | str | Sequence[JSON] | Mapping[str, JSON] | None"
Evidence: TypeAlias = Mapping[str, JSON]
Stage = Literal["examine", "admit"]
Ruling = Literal["pass", "veto", "ask"]

COUNCIL = "council"
# The name in a ruling's evidence of what needs approval.
ASKS = "needs_approval"
# ... of the turn from which the same matter passes, where it only comes too early,
FROM_TURN = "from_turn"
# ... of that everybody who counts has spoken, so that waiting for more voices is in vain,
DECIDED = "decided"
# ... and of the digests of the parent's and the rewrite's syntax trees.
PROGRAMS = "programs"


@dataclass(frozen=True, slots=True)
class Objection:
    """What a rule holds against a matter, and in one sentence what it would have let pass.

    `needs_approval` says what a person must approve for the rule to be content, as `capability growth`; empty where
    nobody can: the objection is a veto then.
    """

    evidence: Evidence
    would_pass: str
    needs_approval: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One ruling, as it is stored: of a single rule that objects, or of the council where none did.

    `ask` is a rule that a person's approval would content; `charter` is the digest of the charter that was in force.
    """

    rule: str
    stage: Stage
    outcome: Ruling
    evidence: Evidence
    would_pass: str
    charter: str

    @property
    def vetoed(self) -> bool:
        """Whether this verdict stops the matter."""
        return self.outcome == "veto"

    @property
    def asks(self) -> str:
        """What a person must approve for the matter to go on, empty where nothing."""
        return str(self.evidence.get(ASKS, "")) if self.outcome == "ask" else ""
