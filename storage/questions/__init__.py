"""The questions a keeper asks of a history, as calls that return typed rows: `store.ask.origin("sort_words")`."""

from __future__ import annotations

from ..when import seq_of
from .asking import QUESTIONS, Asking
from .descent import Change, Fork, Step, Use
from .living import Kin, Need
from .network import Health
from .question import Question
from .rewriting import Cost
from .rows import Rows
from .time import Share, Spread, Trait
from .why import Event

__all__ = [
    "QUESTIONS", "Asking", "Change", "Cost", "Event", "Fork", "Health", "Kin", "Need", "Question", "Rows", "Share",
    "Spread", "Step", "Trait", "Use", "seq_of",
]  # fmt: skip
