"""Offering a rewrite again that was refused only because its tool had moved on meanwhile.

Promises: the same code on the same basis; the engine moves it to the present head and has it examined afresh.
"""

from __future__ import annotations

from ..actions import AnyAction, Propose
from ..view import View

_AGAIN = " (again, on the new head)"


def offered_again(view: View) -> list[AnyAction]:
    """Return the view's proposals as actions, each marked once as offered again."""
    return [
        Propose(source=each.source, basis_id=each.basis_id, reason=f"{each.reason.removesuffix(_AGAIN)}{_AGAIN}")
        for each in view.proposals
    ]
