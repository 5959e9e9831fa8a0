"""The turn that is being landed: its transaction, who took it, and the few things that every part of it writes.

Promises: what is written is folded into the world at once. Does not promise: to decide anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from governance import Unheard, Verdict
from storage import Moment, Ruling, Transaction

from .pick import Pick
from .scribe import Scribe
from .world import World

# Strengths and half-lives in turns of what a turn may call for.
_NICHE = (16.0, 400.0)


@dataclass(frozen=True, slots=True)
class Minutes:
    """One turn: `moment` is what its events carry, `number` counts turns from 1, `unheard` is what is passed over."""

    tx: Transaction
    pick: Pick
    moment: Moment
    number: int
    scribe: Scribe
    world: World
    unheard: Unheard = field(default_factory=Unheard)

    def pay(self, agent_id: int, amount: float, *, reason: str) -> None:
        """Enter energy that a living agent gains (above zero) or spends."""
        if agent_id in self.world.agents:
            self.scribe.store.ledger.enter(
                self.tx, agent_id, kind="energy", amount=round(amount, 6), reason=reason, **self.moment
            )
            self.scribe.fold(self.tx)

    def signal(self, kind: str, subject: str, *, strength: tuple[float, float], own: bool = False) -> None:
        """Leave a signal of a strength and a half-life; `own` where the agent asked for it."""
        agent_id = self.pick.agent_id
        self.scribe.signal(self.tx, kind, subject, strength=strength, agent_id=agent_id, moment=self.moment, own=own)

    def judge(
        self,
        proposal_id: int | None,
        verdicts: Sequence[Verdict],
        moment: Moment | None = None,
        *,
        about: Mapping[str, object] | None = None,
    ) -> None:
        """Write what the council said of a proposal, or of a birth or another act (None), which `about` describes."""
        rulings = [Ruling(each.rule, each.outcome, each.evidence, each.would_pass) for each in verdicts]
        self.scribe.store.tools.judge(
            self.tx, rulings, proposal_id=proposal_id, stage=verdicts[0].stage, charter_hash=verdicts[0].charter,
            tool_id=self.pick.tool_id, about=about, **(moment or self.moment),
        )  # fmt: skip
        self.scribe.fold(self.tx)

    def tell_unheard(self, charter: str) -> None:
        """Write what was passed over."""
        if verdicts := self.unheard.verdicts(agent_id=self.pick.agent_id, charter=charter):
            self.judge(None, verdicts)

    def refused(self, kind: str, charter: str) -> bool:
        """Whether the breaker refuses an act of a kind that is no rewrite now; its verdict is written then."""
        verdict = self.world.breaker.refusal(kind, charter=charter)
        if verdict:
            self.judge(None, (verdict,))
        return verdict is not None

    def retire(self, agent_id: int, *, reason: str) -> None:
        """Let a living agent go, and call for another where its niche is left empty."""
        if agent_id not in self.world.agents:
            return
        niche = self.world.agents[agent_id].genome.niche
        self.scribe.store.agents.retire(self.tx, agent_id, reason=reason, **self.moment)
        self.scribe.fold(self.tx)
        if not self.world.served(niche):
            self.signal("unmet", f"niche:{niche}", strength=_NICHE)
