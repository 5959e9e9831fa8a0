"""What every tier's `enter` gives back.

Promises: a value.
Does not promise: that the tier holds; probes decide that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entered:
    """`confine` is called in each child just before its candidate; `facts` are whole numbers for the parent."""

    confine: Callable[[], None]
    facts: dict[str, int]
