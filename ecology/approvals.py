"""The queue of rewrites that wait for a person: who joins it, who is admitted out of it, who has waited too long.

Promises: a rewrite waits only when everything else would let it pass, and is judged once more when it is approved.
Does not promise: that somebody looks; whoever waits too long, in turns, is denied.
"""

from __future__ import annotations

from collections.abc import Sequence

from governance import Verdict

from .control.denial import deny
from .minutes import Minutes
from .states import ProposalState

EXPIRED = "nobody approved it in time"


def waits(turn: Minutes, proposal: ProposalState, verdicts: Sequence[Verdict], *, turns: int) -> bool:
    """Say whether a rewrite that nothing else stops has to wait for a person; write so once.

    Args: turns: how long it may wait.
    """
    waiting = turn.world.in_force.waiting.get(proposal.id)
    if waiting:
        return not waiting.approved
    asking = [verdict for verdict in verdicts if verdict.asks]
    if asking:
        turn.judge(proposal.id, asking)
    if not proposal.asks:
        return False
    said = {"proposal": proposal.id, "asked": list(dict.fromkeys(proposal.asks)), "until": turn.number + turns}
    turn.tx.record("await", tool_id=proposal.tool_id, payload=said, **turn.moment)
    turn.scribe.fold(turn.tx)
    return True


def expire(turn: Minutes, *, charter_hash: str) -> None:
    """Deny what has waited too long by this turn."""
    for waiting in list(turn.world.in_force.waiting.values()):
        if waiting.until <= turn.number and not waiting.approved:
            moment = turn.scribe.moment(turn=turn.number, cause=waiting.seq)
            deny(turn.tx, waiting, by="expiry", reason=EXPIRED, charter_hash=charter_hash, **moment)
            turn.scribe.fold(turn.tx)
