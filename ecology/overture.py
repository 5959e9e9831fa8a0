"""What comes before a turn when it is landed: what was asked from outside, approvals that ran out or were given.

Promises: it happens in the turn's own transaction, in one order, whether the turn is idle or not.
"""

from __future__ import annotations

from collections.abc import Sequence

from storage import Transaction

from .approvals import expire
from .canaries import Answers
from .control.clerk import land
from .control.desk import Asked
from .minutes import Minutes
from .pick import Pick
from .rewrites import Rewrites
from .scribe import Scribe
from .world import World


class Overture:
    """The overtures of one run's turns."""

    def __init__(self, scribe: Scribe, world: World, rewrites: Rewrites, *, charter_hash: str) -> None:
        self._scribe = scribe
        self._world = world
        self._rewrites = rewrites
        self._charter_hash = charter_hash

    def play(self, tx: Transaction, number: int, asked: Sequence[Asked], answers: Answers) -> None:
        """Land what was asked; deny what has waited too long, and admit what was approved, where it still may be."""
        for one in asked:
            moment = self._scribe.moment(turn=number)
            one.receipt = land(tx, one.request, moment, in_force=self._world.in_force)
            self._scribe.fold(tx)
        for tool_id in sorted(self._world.canaries):
            tool = self._world.tools[tool_id]
            if canary := tool.canary:
                looking = Pick(canary.proposal.author_id, "review", "", tool.head.seq, tool_id=tool_id)
                turn = self._minutes(tx, number, looking)
                self._rewrites.canaries.look(turn, tool, canary, answers.get(tool_id, ()))
        waiting = self._world.in_force.waiting
        if not waiting:
            return
        for each in [each for each in waiting.values() if each.approved > self._world.turn_seq]:
            if proposal := self._world.proposals.get(each.proposal_id):
                tool = self._world.tools[each.tool_id]
                # Nobody has this turn for it: what follows from an approval is done in the author's name.
                pick = Pick(
                    proposal.author_id, "review", f"review:{tool.id}", each.approved, tool_id=tool.id,
                    head_id=tool.head.id, proposal_ids=(each.proposal_id,),
                )  # fmt: skip
                self._rewrites.admit_all(self._minutes(tx, number, pick), [each.proposal_id])
        nobody = Pick(0, "review", "", self._world.seq)
        expire(self._minutes(tx, number, nobody), charter_hash=self._charter_hash)

    def _minutes(self, tx: Transaction, number: int, pick: Pick) -> Minutes:
        moment = self._scribe.moment(turn=number, cause=pick.cause)
        return Minutes(tx, pick, moment, number, self._scribe, self._world)
