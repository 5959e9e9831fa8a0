"""What the world is made of: tools with their versions and proposals, agents, signals, models, counts.

Promises: plain values with what can be read off them; only `World.fold` changes them.
Does not promise: anything about the past; ask the store for that.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from agents import Genome
from governance import CANARY
from storage import Score

# Rules that refuse a rewrite only for coming at the wrong time, so that the same one may be offered again.
UNTIMELY = (
    "FreshParent", "RatePerTool", "RatePerAgent", "RatePerTarget", "RatePerLineage", "RatePerRun", "NotFrozen",
    "NotQuarantined", "Breaker", "RetryBudget",
)  # fmt: skip
NOTHING = Score(0, 0, 0, 0, 0)
# What edits promise where nobody has looked: enough for somebody to look.
USUAL_PROMISE = 0.02
_SCORE = ("visible_passed", "visible_total", "gate_passed", "gate_total", "fuel")
# What a subject's first word says it is, and the kind of signal that calls for work on it.
CALLS = {
    "failing": "failing",
    "review": "review",
    "stale": "stale",
    "stuck": "unmet",
    "niche": "unmet",
    "improve": "improve",
    "operator": "operator",
    "upgrade": "upgrade",
}


@dataclass(slots=True)
class Progress:
    """How far one means (a niche, or an operator tool's version) has got with one version.

    That is: edits done, whether that was all, turns spent, and what the next edits promise, None where nobody said.
    """

    cursor: int = 0
    exhausted: bool = False
    turns: int = 0
    promise: float | None = None


@dataclass(slots=True)
class VersionState:
    """A version of a tool: which visible and gate cases it passes, and how far each means has got with it.

    `proposal_id` is None for the code as it came and for what was brought back. `served` and `earned` are of a version
    of an operator tool: turns in which it made edits, and what those brought. `taken_back`: people rolled it back.
    `basis_id` is the version that it was made from; `survey` is what each family was found to promise on it, and `mass`
    what all its edits promise together, by the `lore` of that moment and with `ingredients` out of these versions.
    """

    id: int
    seq: int
    number: int
    tool_id: int
    author_id: int | None
    proposal_id: int | None
    code_hash: str
    bitmap: str = ""
    score: Score = NOTHING
    served: int = 0
    earned: float = 0.0
    taken_back: bool = False
    basis_id: int | None = None
    progress: dict[str, Progress] = field(default_factory=dict)
    survey: dict[str, float] = field(default_factory=dict)
    mass: float = 0.0
    lore: tuple[tuple[str, float], ...] = ()
    ingredients: tuple[int, ...] = ()

    @property
    def gate_share(self) -> float:
        """The share of gate cases it passes, 0.0 where it was not measured."""
        gate = self.bitmap.partition("|")[2]
        return gate.count("1") / len(gate) if gate else 0.0

    def reached(self, means: str) -> Progress:
        """Return the progress of a means on this version, none yet where it has not been here."""
        return self.progress.get(means) or Progress()

    @property
    def is_open(self) -> bool:
        """Whether some family of edits may have something left to try here."""
        return not self.survey or any(not self.is_done(family, f"specialist/{family}") for family in self.survey)

    def is_done(self, family: str, means: str) -> bool:
        """Whether a means of a family of edits has nothing left to try here, as far as somebody has looked."""
        return self.survey.get(family) == 0.0 or self.reached(means).exhausted

    def promise_of(self, means: str, family: str) -> float:
        """Return the share of all that is promised here that falls to the next edit of a means, if somebody looked."""
        promise = self.reached(means).promise
        if promise is None:
            promise = self.survey.get(family)
        return USUAL_PROMISE if promise is None or not self.mass else promise / self.mass


@dataclass(slots=True)
class ProposalState:
    """A proposal not yet admitted or vetoed; `bitmap` marks the visible and gate cases it passes.

    `critiques` are (agent, stance, whether it brought evidence), `reviewers` the lineages that have looked at it,
    `not_before` the turn from which a late one may be offered again; `model` wrote it ("" for none),
    `operator_id` is the version of the operator tool that made it (0 for none), `components` those it is built on,
    `ingredient` the one that it copies from (0 for none), `kind` the kind of edit that made it, `place` how many
    candidates of its turn were run after it;
    `asks` is what rules want a person to approve of it, and `waits` whether it waits for that now.
    """

    id: int
    seq: int
    tool_id: int
    author_id: int
    parent_id: int
    basis_id: int
    family: str
    code_hash: str
    reason: str
    bitmap: str = ""
    score: Score = NOTHING
    critiques: list[tuple[int, str, bool]] = field(default_factory=list)
    reviewers: set[int] = field(default_factory=set)
    not_before: int = 0
    model: str = ""
    operator_id: int = 0
    components: tuple[int, ...] = ()
    ingredient: int = 0
    kind: str = ""
    place: int = 0
    asks: tuple[str, ...] = ()
    waits: bool = False

    def betters(self, version: VersionState) -> bool:
        """Whether it loses no case that the version passes, and wins one."""
        pairs = list(zip(self.bitmap, version.bitmap, strict=True))
        return self.bitmap != version.bitmap and not any(mine == "0" and theirs == "1" for mine, theirs in pairs)

    def gain(self, before: float) -> float:
        """Return what it brings over a head that passes this share of the gate: the share won, at least a tenth."""
        gate = self.bitmap.partition("|")[2]
        return max((gate.count("1") / len(gate) if gate else 0.0) - before, 0.1)

    @property
    def objectors(self) -> list[int]:
        """The agents other than its author whose last word on it is an objection with evidence."""
        last = {agent_id: (stance, shown) for agent_id, stance, shown in self.critiques}
        return [each for each, said in last.items() if said == ("object", True) and each != self.author_id]

    @property
    def solves(self) -> bool:
        """Whether it passes all visible and gate cases."""
        return bool(self.bitmap) and "0" not in self.bitmap


@dataclass(slots=True)
class SignalState:
    """What all signals on one subject come to at the `turn` of the newest, which is the one of `seq`."""

    seq: int
    kind: str
    strength: float
    half_life: float
    turn: int

    def felt(self, turn: int) -> float:
        """Return the strength left at a turn: it halves every half-life."""
        return float(self.strength * 2.0 ** (-(turn - self.turn) / self.half_life))


Offered = tuple[str, str, str, str]


@dataclass(slots=True)
class CanaryState:
    """A version that serves a `share` of the uses up to the turn `until`, and `before_id` the rest.

    `proposal` is what it was made of, which critics go on to look at; `tried` counts the agreed cases it was run on.
    """

    version_id: int
    before_id: int
    until: int
    share: float
    proposal: ProposalState
    tried: int = 0

    def serves(self, turn: int) -> bool:
        """Whether it, and not the version before, serves the uses of a turn."""
        return Random(f"{self.version_id}:{turn}").random() < self.share


@dataclass(slots=True)
class ToolState:
    """A tool: its versions (the last is the head), its pending and stale proposals, and turns since its last gain.

    `is_operator`: it makes edits, and is judged by what they earn; `tests` are the cases agreed on (arguments, set-up,
    call, what to expect), `offered` the others with the lineages that offered them; `posts` ids of agents and words;
    `fruitless` counts the turns since its last gain, searches by how much of a usual batch they ran, `called` how
    often that called for a child. `quarantined` and `frozen` are what people put in force; `canary` is the head's term
    as one; `capabilities` are what its task declares. `tried` counts the candidates that were run on it,
    `plausible_at` those up to the first rewrite that solved it (0: none did), which came in the turn `plausible_turn`;
    `behaviours` are how its rewrites behaved on the visible cases, and by what means first, `features` what
    kind of tool it is.
    """

    id: int
    task_id: int
    name: str
    is_operator: bool = False
    versions: list[VersionState] = field(default_factory=list)
    pending: dict[int, ProposalState] = field(default_factory=dict)
    stale: dict[int, ProposalState] = field(default_factory=dict)
    admitted_turns: list[int] = field(default_factory=list)
    said: deque[str] = field(default_factory=lambda: deque(maxlen=8))
    posts: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=8))
    tests: list[Offered] = field(default_factory=list)
    offered: dict[Offered, set[int]] = field(default_factory=dict)
    fruitless: float = 0.0
    called: int = 0
    quarantined: bool = False
    frozen: bool = False
    capabilities: tuple[str, ...] = ()
    canary: CanaryState | None = None
    tried: int = 0
    plausible_at: int = 0
    plausible_turn: int = 0
    behaviours: dict[str, str] = field(default_factory=dict)
    features: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether searches may have something left to try on any of its versions."""
        return any(version.is_open for version in self.versions if not version.taken_back)

    def served(self, turn: int) -> VersionState:
        """Return the version that serves the uses of a turn: the head, but while it is a canary mostly another."""
        if self.canary is None or self.canary.serves(turn):
            return self.head
        return next(each for each in self.versions if each.id == self.canary.before_id)

    @property
    def protected(self) -> bool:
        """Whether nobody may work on it now: it is in quarantine or frozen."""
        return self.quarantined or self.frozen

    @property
    def is_bait(self) -> bool:
        """Whether it is planted to show who touches it: nobody is called to it."""
        return self.name.startswith(CANARY)

    @property
    def head(self) -> VersionState:
        """The version that counts now."""
        return self.versions[-1]

    @property
    def solved(self) -> bool:
        """Whether the head passes all its visible and gate cases."""
        return bool(self.head.bitmap) and "0" not in self.head.bitmap

    def calls(self, first: str) -> bool:
        """Whether a signal on it whose subject begins so means anything now."""
        if self.protected:
            return False
        if first == "review":
            return bool(self.pending or self.canary)
        if first == "upgrade":
            return not self.is_operator
        if first in ("improve", "operator"):
            return self.solved and self.is_operator == (first == "operator")
        return not self.solved and (first != "stale" or bool(self.stale))


@dataclass(slots=True)
class AgentState:
    """An agent: its energy (ledger balance), what it has earned, its turns and its admitted rewrites.

    `quarantined`: people set it or its lineage aside; `active` is the turn of its birth or its latest own.
    """

    id: int
    name: str
    founder_id: int
    depth: int
    genome: Genome
    energy: float = 0.0
    earned: float = 0.0
    turns: int = 0
    wins: int = 0
    quarantined: bool = False
    active: int = 0


@dataclass(slots=True)
class ModelState:
    """What one model has brought and taken: turns it was asked in, gains admitted, tokens and dollars.

    `unknown` counts calls of unknown price; `way` is how it has proved to give structured replies, and `replies` and
    `parsed` count its SEARCH/REPLACE blocks.
    """

    turns: int = 0
    gain: float = 0.0
    tokens: int = 0
    usd: float = 0.0
    unknown: int = 0
    way: str = ""
    replies: int = 0
    parsed: int = 0

    def heard(self, talk: Mapping[str, Any]) -> None:
        """Take in what was said to the model in a turn."""
        self.turns += 1
        self.tokens += talk["tokens"]
        self.usd += talk["usd"]
        self.unknown += talk["unknown"]
        self.way = talk["way"] or self.way
        self.replies += len(talk["parses"])
        self.parsed += sum(talk["parses"])


@dataclass(slots=True)
class Counts:
    """Totals for the report and for limits."""

    turns: int = 0
    candidates: int = 0
    proposals: int = 0
    vetoes: int = 0
    spawned: int = 0
    retired: int = 0
    admitted: int = 0


def leave(signals: dict[str, SignalState], seq: int, row: Mapping[str, Any]) -> None:
    """Add a signal that was left to what is felt of its subject."""
    before = signals.get(row["subject"])
    # Signals of one subject share a half-life, so their sum fades like one of them.
    left = before.felt(row["turn"]) if before else 0.0
    signals[row["subject"]] = SignalState(
        seq=seq, kind=row["kind"], strength=row["strength"] + left, half_life=row["half_life"], turn=row["turn"]
    )


def score_in(row: Mapping[str, Any]) -> Score:
    """Return the score that a row of an evaluation holds."""
    return Score(**{name: row[name] for name in _SCORE})
