"""When something happened: its place in a run, and the moment as of which a question is asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Self, TypedDict

from .errors import ConfigurationError

NOW = 2**62
_DIGITS = 40


class Moment(TypedDict, total=False):
    """Where in a run something happened: the run, the turn (0 outside turns) and the seq of what led to it."""

    run_id: int | None
    turn: int
    cause: int | None


@dataclass(frozen=True, slots=True)
class AsOf:
    """A moment as a person names it: a seq, the end of a turn, or a wall time (seconds since 1970).

    `Store.as_of` says which seq that is in a database.
    """

    kind: Literal["seq", "turn", "time"]
    value: float

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `120` (a seq), `turn:40`, or a time such as `2026-03-01T12:00` (local where it names no zone).

        Raises: ConfigurationError: the text is none of these.
        """
        kind, _, number = text.rpartition(":") if text[:4] in ("turn", "seq:") else ("", "", text)
        if kind in ("", "seq", "turn") and number.isascii() and number.isdecimal() and len(number) < _DIGITS:
            return cls("turn" if kind == "turn" else "seq", int(number))
        try:
            return cls("time", datetime.fromisoformat(text).timestamp())
        except (ValueError, OverflowError, OSError):
            raise ConfigurationError(
                f"{text!r:.60} is no moment; give a seq (120), a turn (turn:40) or a time (2026-03-01T12:00)"
            ) from None


When = int | str | AsOf | None
