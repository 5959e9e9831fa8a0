"""Judging an operator tool's new version by what it earned in service, beside what the version before it earned.

Promises: a pure answer from two records; a version is judged once, in the turn that ends its term, and never sent back
where it earned as much a turn as its parent.
Does not promise: that the difference means much. A term tells a broken operator from a working one, and little more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Judgement = Literal["keep", "revert", "wait"]

# Sums of shares are only almost exact.
_NOISE = 1e-9


@dataclass(frozen=True, slots=True)
class Earnings:
    """How a rewrite of an operator tool is judged once it is in use.

    `turns`: so many turns a new version serves before it is judged; with 0 none is.
    """

    turns: int = 24


@dataclass(frozen=True, slots=True)
class Service:
    """What a version of an operator tool did: the `turns` in which it made edits, and what those `earned`."""

    version_id: int
    turns: int
    earned: float


def earnings_verdict(new: Service, old: Service, *, least_turns: int = 24) -> Judgement:
    """Return whether a new version stays (`keep`), goes (`revert`), or has to serve on before that is known (`wait`).

    It goes where it earned less a turn than `old`, its parent. A parent that served a shorter term is held to have
    served the whole of it, so that one early stroke of luck is no measure. A version past its term has been judged: it
    stays, for whoever is compared again and again falls behind some day by chance.
    """
    if new.turns < least_turns:
        return "wait"
    if new.turns > least_turns or least_turns == 0:
        return "keep"
    due = old.earned * new.turns / max(old.turns, least_turns)
    return "revert" if new.earned < due * (1 - _NOISE) else "keep"
