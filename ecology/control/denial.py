"""Deny a rewrite that waited for approval: an event that says who and why, and a verdict that closes it."""

from __future__ import annotations

from typing import Unpack

from storage import Moment, Ruling, Runs, Tools, Transaction

from .in_force import Waiting

RULE = "NeedsApproval"


def charter(tx: Transaction) -> str:
    """Return the digest of the charter of the latest run, under which a person decides."""
    run = Runs(tx).latest()
    return run.charter_hash if run else ""


def deny(
    tx: Transaction, waiting: Waiting, *, by: str, reason: str, charter_hash: str, **moment: Unpack[Moment]
) -> None:
    """Write that a rewrite was denied, and the veto that follows from it."""
    said = {"proposal": waiting.proposal_id, "by": by, "reason": reason}
    denied = tx.record("deny", tool_id=waiting.tool_id, payload=said, **moment)
    evidence = {"asked": list(waiting.asked), "denied_by": by, "reason": reason}
    moment["cause"] = denied.seq
    Tools(tx).judge(
        tx, [Ruling(RULE, "veto", evidence, "the same rewrite with a person's approval")],
        proposal_id=waiting.proposal_id, stage="admit", charter_hash=charter_hash, tool_id=waiting.tool_id, **moment,
    )  # fmt: skip
