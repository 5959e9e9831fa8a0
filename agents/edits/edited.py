"""How an attempt to read an edit ends: with a new source, or with a problem that the model can act on.

Promises: values; a problem's message is written to the model and says what to do otherwise. Does not promise: that a
new source is right or allowed, only that it parses and defines the entry point.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Flaw = Literal[
    "cut-off",
    "too-long",
    "no-block",
    "unclosed",
    "syntax",
    "missing-function",
    "elided",
    "unmatched",
    "ambiguous",
    "unchanged",
]


@dataclass(frozen=True, slots=True)
class Edited:
    """The new source of the whole module; `ignored` names what the model wrote besides and that was left out."""

    source: str
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EditProblem:
    """Why a reply gives no edit, and what to tell the model."""

    flaw: Flaw
    message: str

    @property
    def malformed(self) -> bool:
        """Whether the form was missed; one who changed nothing, or was cut off, may know the form well."""
        return self.flaw not in ("unchanged", "cut-off")
