"""Rules on what agents say: how many posts, signals and cases, and how loud a signal may be.

Promises: each answers in constant time from the act and when its agent did the like before.
Does not promise: to know what is worth saying. What comes of it shows in the vital signs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from .limits import too_often
from .verdict import Objection

Saying = Literal["post", "signal", "case"]


@dataclass(frozen=True, slots=True)
class Speech:
    """A post, a signal or a case that an agent asks for in a turn, and the turns in which it had such before.

    `before` is oldest first and shared with whoever counts: to be read at once. A signal has its strength and its
    half-life in turns.
    """

    kind: Saying
    turn: int
    before: Sequence[int] = ()
    strength: float = 0.0
    half_life: float = 0.0


@dataclass(frozen=True, slots=True)
class PostsPerAgent:
    """One agent may not write more than `at_once` posts in a turn, nor more than `most` in any `turns` turns."""

    at_once: int = 16
    most: int = 200
    turns: int = 100

    def judge(self, speech: Speech) -> Objection | None:
        """Object where the agent has written that many of late."""
        if speech.kind != "post":
            return None
        return too_often(speech.before, speech.turn, most=self.most, turns=self.turns, what="post") or too_often(
            speech.before, speech.turn, most=self.at_once, turns=1, what="post"
        )


@dataclass(frozen=True, slots=True)
class SignalsPerAgent:
    """One agent may not leave more than `at_once` signals in a turn, nor more than `most` in any `turns` turns."""

    at_once: int = 4
    most: int = 200
    turns: int = 100

    def judge(self, speech: Speech) -> Objection | None:
        """Object where the agent has left that many of late."""
        if speech.kind != "signal":
            return None
        return too_often(speech.before, speech.turn, most=self.most, turns=self.turns, what="signal") or too_often(
            speech.before, speech.turn, most=self.at_once, turns=1, what="signal"
        )


@dataclass(frozen=True, slots=True)
class CasesPerAgent:
    """One agent may not offer more than `at_once` cases in a turn, nor more than `most` in any `turns` turns."""

    at_once: int = 8
    most: int = 200
    turns: int = 100

    def judge(self, speech: Speech) -> Objection | None:
        """Object where the agent has offered that many of late."""
        if speech.kind != "case":
            return None
        return too_often(speech.before, speech.turn, most=self.most, turns=self.turns, what="case") or too_often(
            speech.before, speech.turn, most=self.at_once, turns=1, what="case"
        )


@dataclass(frozen=True, slots=True)
class SignalStrength:
    """An agent's own signal may be no stronger than `most`, and halve at least every `half_life` turns."""

    most: float = 100.0
    half_life: float = 400.0

    def judge(self, speech: Speech) -> Objection | None:
        """Object to a signal that would drown the others, or never fade."""
        if speech.kind != "signal" or (speech.strength <= self.most and speech.half_life <= self.half_life):
            return None
        evidence = {"strength": speech.strength, "half_life": speech.half_life, "most": self.most}
        return Objection(evidence, f"a signal of at most {self.most:g} that halves within {self.half_life:g} turns")


SPEECH_RULES = (PostsPerAgent, SignalsPerAgent, CasesPerAgent, SignalStrength)
