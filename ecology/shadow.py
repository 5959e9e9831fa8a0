"""A charter judged beside the one in force: it decides nothing, and where it would have decided otherwise is kept.

Promises: its flips are events of the history, each with the event that led to the question; nothing else depends on
them; what is asked again while it waits is told once.
Does not promise: what would have come after a flip. The history goes on under the charter in force.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from agents import AnyAction, Spawn
from governance import DECIDED, Birth, Charter, Council, Motion, Policy, Standing, Verdict, read_charter

from .minutes import Minutes
from .states import ProposalState, ToolState
from .turn import Examined
from .wishes import speech, to_admit, wish

# The one rule that asks for more rather than for something else.
AWAITING = "AuthorNotSoleApprover"

Outcome = Literal["pass", "veto", "wait"]


def shadow_of(text: str | None) -> Charter | None:
    """Return the shadow charter of a run's settings. Raises: CharterError: the text is none."""
    return None if text is None else read_charter(text, where="of the shadow")


def awaits(verdicts: Sequence[Verdict]) -> bool:
    """Whether only support is missing, and may still come."""
    vetoes = [verdict for verdict in verdicts if verdict.vetoed]
    return [verdict.rule for verdict in vetoes] == [AWAITING] and not vetoes[0].evidence.get(DECIDED)


def outcome_of(verdicts: Sequence[Verdict]) -> Outcome:
    """Return what some verdicts come to: a rewrite waits where only support or approval is missing."""
    vetoes = [verdict.rule for verdict in verdicts if verdict.vetoed]
    if vetoes and not awaits(verdicts):
        return "veto"
    return "wait" if vetoes or any(verdict.outcome == "ask" for verdict in verdicts) else "pass"


class Shadow:
    """The shadow of one run; one without a charter sees nothing."""

    def __init__(self, charter: Charter | None) -> None:
        self._council = Council(charter) if charter else None

    def examined(self, turn: Minutes, proposal_id: int, found: Examined) -> None:
        """Compare what both found on the text and the trial of a rewrite."""
        if self._council:
            self._compare(turn, proposal_id, "examine", found.verdicts, found.shadow)

    def asked(self, turn: Minutes, action: AnyAction, old: Sequence[Verdict], proposal_id: int | None = None) -> None:
        """Compare what both policies say of an act."""
        if self._council:
            tool = turn.world.tools.get(turn.pick.tool_id or 0)
            request = wish(turn.world, self._policy, action, agent_id=turn.pick.agent_id, tool=tool)
            said = speech(turn.world, action, agent_id=turn.pick.agent_id, turn=turn.number)
            new = self._council.permit(request, said) if request else ()
            self._compare(turn, proposal_id, action.act, old, new)

    def admitted(
        self, turn: Minutes, proposal: ProposalState, tool: ToolState, motion: Motion, standing: Standing,
        old: Sequence[Verdict],
    ) -> None:  # fmt: skip
        """Compare what both say of a rewrite's admission."""
        if self._council:
            request = to_admit(turn.world, self._policy, motion, standing, tool=tool, proposal=proposal)
            new = self._council.admit(motion, standing, request)
            self._compare(turn, proposal.id, "admit", old, new)

    def born(self, turn: Minutes, action: Spawn, birth: Birth, standing: Standing, old: Sequence[Verdict]) -> None:
        """Compare what both say of a birth."""
        if self._council:
            request = wish(turn.world, self._policy, action, agent_id=turn.pick.agent_id, tool=None)
            self._compare(turn, None, "birth", old, self._council.admit_birth(birth, standing, request))

    @property
    def _policy(self) -> Policy:
        if self._council is None:
            raise ValueError("a shadow without a charter has no policy")
        return self._council.charter.policy

    def _compare(
        self, turn: Minutes, proposal_id: int | None, stage: str, old: Sequence[Verdict], new: Sequence[Verdict]
    ) -> None:
        was, would_be = outcome_of(old), outcome_of(new)
        if was == would_be or (proposal_id, stage, was, would_be) in turn.world.flips:
            return
        differing = new if would_be != "pass" else old
        said = {
            "proposal": proposal_id,
            "stage": stage,
            "old": was,
            "new": would_be,
            "rules": sorted({verdict.rule for verdict in differing if verdict.outcome != "pass"}),
            "charter": new[0].charter if new else "",
        }
        moment = turn.scribe.moment(turn=turn.number, cause=turn.world.seq)
        turn.tx.record("flip", agent_id=turn.pick.agent_id, tool_id=turn.pick.tool_id, payload=said, **moment)
        turn.scribe.fold(turn.tx)
