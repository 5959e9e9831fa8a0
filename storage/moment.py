"""When something happened: its place in a run, and the seq as of which a question is asked."""

from __future__ import annotations

from typing import TypedDict

NOW = 2**62


class Moment(TypedDict, total=False):
    """Where in a run something happened: the run, the turn (0 outside turns) and the seq of what led to it."""

    run_id: int | None
    turn: int
    cause: int | None


def as_of_seq(as_of: int | None) -> int:
    """Return the last seq that a question may see; None asks for everything."""
    return NOW if as_of is None else as_of
