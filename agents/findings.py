"""What a specialist's search says besides what it proposes: how promising what is left looks, and where it came from.

Promises: plain values, the same wherever the turn was taken. Does not promise: that a hope comes true.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """What is known of a rewrite that a search proposes: the kind of edit, and how it behaves on the visible cases.

    `place` is how many candidates of the turn had been run when it came, itself included; `ingredient` the version that
    it copies from, 0 for none.
    """

    kind: str
    behaviour: str
    place: int
    ingredient: int = 0


@dataclass(frozen=True, slots=True)
class Findings:
    """What a search learnt: how promising its next edit is, and that of each family where it was asked.

    `mass` is what all edits of the families asked about promise together: the more there are, the less each is worth.
    `tried` gives the hopes it set in each kind of edit that it ran, summed up; `dead_ends` counts the better variants
    left alone for behaving like an earlier rewrite.
    """

    promise: float = 0.0
    survey: tuple[tuple[str, float], ...] = ()
    mass: float = 0.0
    tried: tuple[tuple[str, float], ...] = ()
    made: tuple[Finding, ...] = ()
    dead_ends: int = 0
