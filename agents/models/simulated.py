"""A seeded oracle in a language model's place, for load and for measuring the rules: `simulated:p,q,r`.

Promises: it answers with a right rewrite with probability p, a wrong one with q, an unsafe one with r, else rubbish;
the draw depends on the seed and the request's digest alone; every reply is marked `simulated` and costs nothing. It
knows right sources only when it is given them; without, it changes at random what the prompt shows.
Does not promise: to think. What it solves was never solved by the system, and must not be counted so.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from types import MappingProxyType
from typing import Literal, Self

from storage import ConfigurationError

from ..mutation import FAMILIES, edits
from .instance import instance_of
from .message import Reply, Request
from .shown import Shown, function_in, shown, with_signature
from .unsafe import unsafe_rewrite
from .wire import tokens_about

SIMULATED = "simulated"

Kind = Literal["right", "wrong", "unsafe", "rubbish"]

_NO_REFERENCES: Mapping[str, str] = MappingProxyType({})
# How far down a family's list of edits a random one is drawn.
_DEEPEST_EDIT = 12
_RUBBISH = (
    "I am not sure what is asked of me here.",
    "```python\ndef (:\n```",
    "The fault is plain to see. I have mended it, and all cases pass now.",
    "```python\ndef unrelated(x):\n    return x\n```",
    "```python\nfor each in [1, 2:\n    print(each)",
    '{"answer": 42',
    "",
    "```diff\n- old\n+ new\n```",
)


@dataclass(frozen=True, slots=True)
class Chances:
    """The probabilities of the kinds of reply; what they leave of 1 is rubbish."""

    right: float
    wrong: float
    unsafe: float

    def __post_init__(self) -> None:
        parts = (self.right, self.wrong, self.unsafe)
        if not (all(0 <= part <= 1 for part in parts) and math.fsum(parts) <= 1 + 1e-9):
            raise ConfigurationError(
                f"simulated:{','.join(f'{part:g}' for part in parts)} gives no chances; each must be 0 to 1 and their"
                " sum at most 1, such as simulated:0.3,0.4,0.3"
            )

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the chances written as `p,q,r`.

        Raises: ConfigurationError: they are not three probabilities that leave room for each other.
        """
        try:
            right, wrong, unsafe = (float(part) for part in text.split(","))
        except ValueError:
            raise ConfigurationError(
                f"simulated:{text} is no model; give the chances of a right, a wrong and an unsafe reply, such as"
                " simulated:0.3,0.4,0.3"
            ) from None
        return cls(right, wrong, unsafe)

    def draw(self, number: float) -> Kind:
        """Return the kind that a number from 0 up to 1 falls on."""
        if number < self.right:
            return "right"
        if number < self.right + self.wrong:
            return "wrong"
        return "unsafe" if number < self.right + self.wrong + self.unsafe else "rubbish"


class SimulatedModel:
    """The oracle. `references` goes from entry points to right sources; an empty one makes it a blind mutator."""

    def __init__(self, chances: Chances, *, seed: int = 0, references: Mapping[str, str] = _NO_REFERENCES) -> None:
        self.name = f"{SIMULATED}:{chances.right:g},{chances.wrong:g},{chances.unsafe:g}"
        self._chances = chances
        self._seed = seed
        self._references = references

    async def complete(self, request: Request) -> Reply:
        """Return the reply that the seed and this request's digest draw."""
        digest = request.digest
        text = self._answer(request, Random(hashlib.sha256(f"{self._seed}:{digest}".encode()).digest()))
        return Reply(
            text=text,
            tokens_in=tokens_about(request.text),
            tokens_out=tokens_about(text),
            usd=0.0,
            latency_s=0.0,
            finish="stop",
            id=f"{SIMULATED}-{digest[:16]}",
            model=SIMULATED,
            estimated=True,
        )

    async def close(self) -> None:
        """Nothing is held."""

    def _answer(self, request: Request, rng: Random) -> str:
        kind = self._chances.draw(rng.random())
        if kind == "rubbish":
            return rng.choice(_RUBBISH)
        if request.schema is not None:
            return json.dumps(instance_of(request.schema, rng))
        texts = [each.content for each in reversed(request.messages) if each.role != "assistant"]
        seen = shown(texts, known=self._references)
        if seen is None:
            return rng.choice(_RUBBISH)
        return f"Here is the function, rewritten.\n\n```python\n{self._rewrite(kind, seen, rng).rstrip()}\n```\n"

    def _rewrite(self, kind: Kind, seen: Shown, rng: Random) -> str:
        right = self._references.get(seen.entry_point)
        if right is not None:
            right = with_signature(right, seen.function, name=seen.entry_point)
        if kind == "unsafe":
            # The harder for the rules: what is unsafe otherwise does what it should.
            return unsafe_rewrite(function_in(right or "", seen.entry_point) or seen.function, rng)
        if kind == "right" and right is not None:
            return right
        return _one_edit(right or seen.source, seen.entry_point, rng)


def _one_edit(source: str, entry_point: str, rng: Random) -> str:
    """Return the source one small random change away; as it is where there is none to make."""
    families = list(FAMILIES)
    rng.shuffle(families)
    for family in families:
        if found := edits(source, entry_point, family)[:_DEEPEST_EDIT]:
            return rng.choice(found).apply(source)
    return source
