"""What one sandbox run of a source showed, boiled down to what may be kept and compared.

Promises: small, frozen and picklable; of gate cases it holds whether they passed and fingerprints, never a value.
Does not promise: that the values of visible cases are more than the child's claims.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .fingerprint import fingerprint, signature
from .fresh import Fresh
from .proposal import Followed, Scorecard
from .rewrite import Rewrite
from .sandbox.run import Result, Run, Tier


@dataclass(frozen=True, slots=True)
class Trial:
    """How one source did on a task's visible and gate cases, in that order.

    `asked` calls went out and `answered` results came back. `visible`: the results of the visible cases; `prints`: one
    fingerprint a case; `mutated`: whether a case's arguments were changed, by the child's word. `signature`: what it
    does on visible cases.
    `fuel`: what each case used, by the child's word.
    `refusal`: why calls were not run, where any was refused.
    `machine_dependent`: a backstop ended even the second run, so the trial says nothing that holds elsewhere.
    """

    scorecard: Scorecard
    asked: int
    answered: int
    visible: tuple[Result, ...]
    prints: tuple[str, ...]
    mutated: tuple[bool, ...]
    signature: str
    tier: Tier
    machine_dependent: bool = False
    note: str = ""
    refusal: str = ""
    outcomes: tuple[tuple[str, int], ...] = ()
    fuel: tuple[int, ...] = ()

    @property
    def values(self) -> tuple[object, ...]:
        """What the visible calls returned, None where they did not return."""
        return tuple(result.value for result in self.visible)

    @property
    def outcome(self) -> str:
        """The one word for the whole run: `ok`, or the first other outcome by name."""
        return next((name for name, _ in self.outcomes if name != "ok"), "ok")


@dataclass(frozen=True, slots=True)
class Comparison:
    """A rewrite with its trial and its parent's: the matter that behaviour rules judge.

    `again` holds the rewrite's fingerprints under another hash seed and `fresh` what both gave on fresh inputs, once
    these runs were made; `kinds` are those of the values that cases expect. `followed` are dependants with the rewrite
    in its parent's place, and `radius` names every tool that it reaches through them.
    """

    rewrite: Rewrite
    new: Trial
    old: Trial
    again: tuple[str, ...] | None = None
    fresh: Fresh | None = None
    kinds: frozenset[str] = frozenset()
    followed: tuple[Followed, ...] = ()
    radius: tuple[str, ...] = ()


def summarise(run: Run, *, passed: Sequence[bool], mutated: Sequence[bool], visible: int, size: int) -> Trial:
    """Boil a run down to a trial; the first `visible` cases are the visible ones, `passed` covers all asked."""
    prints = tuple(fingerprint(result) for result in run.results)
    counted: Mapping[str, int] = Counter(result.outcome for result in run.results)
    return Trial(
        scorecard=Scorecard(
            visible=tuple(passed[:visible]),
            gate=tuple(passed[visible:]),
            fuel=sum(result.fuel for result in run.results),
            size=size,
        ),
        asked=len(passed),
        answered=len(run.results),
        visible=run.results[:visible],
        prints=prints,
        mutated=tuple(mutated),
        signature=signature(prints[:visible]),
        tier=run.tier,
        machine_dependent=run.machine_dependent,
        note=run.note,
        refusal=next((result.error for result in run.results if result.outcome == "refused"), ""),
        fuel=tuple(result.fuel for result in run.results),
        outcomes=tuple(sorted(counted.items())),
    )
