"""How soon the breaker trips on acts that breed acts, and that it leaves calm ones alone.

    python benchmarks/breaker.py [--seeds 100] [--json]

Each run is a branching process: acts are answered in turn, and each answer leads to a Poisson number of acts with mean
R; where nothing waits, somebody begins anew. They are told to the very breaker that the engine asks, with the charter
that ships. `cold` has nothing before it; `onset` has a full window of calm acts (R = 0.4) before R rises.
Promises: the same seeds give the same figures; exit status 1 where a bar is missed: no calm run trips, and each cold
one at R = 1.5 does by its 60th act.
Does not promise: that agents behave like that.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))

from governance import Act, Breaker, BreakerSettings, load_charter

CALM, STORM = 0.4, 1.5
MOST = 60
_LONG = 1_000


@dataclass(frozen=True, slots=True)
class Tripped:
    """When a breaker tripped: after so many acts, and so many acts that were answered, since R rose."""

    acts: int
    answered: int


class Stream:
    """Acts that breed acts, told to a breaker; one is answered each turn, the oldest first."""

    def __init__(self, seed: int, settings: BreakerSettings) -> None:
        self.breaker = Breaker(settings)
        self.made = self.answered = 0
        self._rng = Random(seed)
        self._waiting: deque[int] = deque()

    def run(self, mean: float, *, answers: int) -> Tripped | None:
        """Answer so many acts, each by a Poisson number of others; return when the breaker tripped, None if never."""
        made, answered = self.made, self.answered
        for _ in range(answers):
            if self._step(mean):
                return Tripped(self.made - made, self.answered - answered)
        return None

    def _step(self, mean: float) -> bool:
        self.breaker.tick(self.answered)
        if not self._waiting:
            self._bear(0)
        called = self._waiting.popleft()
        self.breaker.answer(called)
        for _ in range(poisson(self._rng, mean)):
            self._bear(called)
        self.answered += 1
        self.breaker.pass_turn(changed=True)
        return self.breaker.due(self.answered) is not None

    def _bear(self, parent: int) -> None:
        self.made += 1
        lineage = self._rng.randrange(1, 9)
        self.breaker.bear(Act(self.made, "signal", parent, lineage, lineage, self.answered))
        self._waiting.append(self.made)


def poisson(rng: Random, mean: float) -> int:
    """Return a Poisson number. Source: Knuth, 1969, "The Art of Computer Programming", volume 2."""
    number, product = 0, rng.random()
    while product >= math.exp(-mean):
        number, product = number + 1, product * rng.random()
    return number


def calm(seed: int, settings: BreakerSettings, *, mean: float = CALM) -> Tripped | None:
    """Return when a long calm run tripped: never, that is hoped."""
    return Stream(seed, settings).run(mean, answers=_LONG)


def cold(seed: int, settings: BreakerSettings, *, mean: float = STORM) -> Tripped | None:
    """Return when a run tripped that storms from its first act."""
    return Stream(seed, settings).run(mean, answers=_LONG)


def onset(seed: int, settings: BreakerSettings, *, mean: float = STORM) -> Tripped | None:
    """Return when a run tripped that was calm before it began to storm, counted from then."""
    stream = Stream(seed, settings)
    before = stream.run(CALM, answers=settings.window)
    return before or stream.run(mean, answers=_LONG)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it, print the table, and return 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    settings = load_charter().breaker
    trips = [calm(seed, settings) for seed in range(given.seeds)]
    rows = [{"run": "calm", "R": CALM, "runs": given.seeds, "tripped": sum(each is not None for each in trips)}]
    held = rows[0]["tripped"] == 0
    for name, mean in (("cold", STORM), ("onset", STORM), ("cold", 3.0), ("onset", 3.0)):
        found = [{"cold": cold, "onset": onset}[name](seed, settings, mean=mean) for seed in range(given.seeds)]
        seen = [each for each in found if each]
        acts, answered = [each.acts for each in seen], [each.answered for each in seen]
        rows.append({
            "run": name, "R": mean, "runs": given.seeds, "tripped": len(seen), "acts_median": median(acts),
            "acts_max": max(acts), "answered_median": median(answered), "answered_max": max(answered),
            "within": sum(each <= MOST for each in (acts if name == "cold" else answered)),
        })  # fmt: skip
        if (name, mean) == ("cold", STORM):
            held = held and rows[-1]["within"] == given.seeds
    print(json.dumps({"schema_version": 1, "held": held, "rows": rows}) if given.json else _table(rows))
    return 0 if held else 1


def _table(rows: Sequence[dict[str, object]]) -> str:
    names = list(rows[-1])
    lines = ["".join(f"{name:>16}" for name in names)]
    lines += ["".join(f"{row.get(name, '-')!s:>16}" for name in names) for row in rows]
    return "\n".join([*lines, f"within: tripped by {MOST} acts (cold) or {MOST} answered acts (onset)"])


if __name__ == "__main__":
    sys.exit(main())
