"""What each tier of this machine stops and does not: every probe against every tier that can be entered.

Promises: a cell is what was seen, never what is believed; a tier that cannot be entered is named with the reason.
Does not promise: that a tier is proved; `proof` decides that from its vital probes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .probes import ProbeResult, run_probes
from .process import TierRefused
from .proof import failure, said
from .run import GUARD, Tier
from .sandbox import Sandbox


@dataclass(frozen=True, slots=True)
class Column:
    """One tier and what came of the probes in it; without any where `missing` says why it cannot be entered.

    `proved`: whether `auto` would take it where it came to it.
    """

    tier: Tier
    landlock_abi: int = 0
    proof: str = ""
    proved: bool = False
    missing: str = ""
    rows: tuple[ProbeResult, ...] = ()


def examine(tiers: Sequence[Tier], *, hash_seed: int = 0) -> tuple[Column, ...]:
    """Run every probe in every one of some tiers and return a column for each, in their order.

    Raises: OSError: there is no temporary folder to lay bait in.
    """
    return tuple(_examine(tier, hash_seed=hash_seed) for tier in tiers)


def _examine(tier: Tier, *, hash_seed: int) -> Column:
    try:
        sandbox = Sandbox(tier, hash_seed=hash_seed)
    except TierRefused as error:
        return Column(tier, missing=str(error))
    with sandbox:
        rows = tuple(run_probes(sandbox))
        proved = tier != GUARD and failure(rows) is None
        return Column(tier, sandbox.landlock_abi, said(sandbox, rows), proved=proved, rows=rows)
