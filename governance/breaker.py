"""The breaker: it stops acts that breed acts, before they take the whole ecology with them.

Promises: the state follows from what it is told alone, and moves closed, open, half-open and from there to either;
time is counted in turns; it never trips for fewer than `least` parents. Does not promise: to know whose fault it is;
the incident report traces that.
Source: the breaker of electronic and of distributed systems (Nygard, 2007), set off by the reproduction number.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from .reproduction import GLOBAL, KINDS, Act, Estimate, Reproduction, spectral_radius
from .verdict import JSON, Verdict

State = Literal["closed", "open", "half-open"]
Why = Literal["reproduction", "oscillation", "livelock", "cooled", "calm", "again", "resumed"]
MOVES: frozenset[tuple[State, State]] = frozenset(
    {("closed", "open"), ("open", "half-open"), ("half-open", "closed"), ("half-open", "open")}
)
BREAKER = "Breaker"
RETRY_BUDGET = "RetryBudget"
# Of what must not be made while the breaker is open; a first proposal and a first critique always may.
# So few acts refused in half-open show nothing.
_FEW = 2
HELD: frozenset[str] = frozenset({"spawn", "re-proposal", "critique of critique", "signal"})


@dataclass(frozen=True, slots=True)
class BreakerSettings:
    """The charter's section `[breaker]`; turns and parents are whole numbers.

    It trips where the mean number of children over the last `window` parents, less its standard error, is above
    `threshold`; not before there are `least`. An act that nobody answers counts as a parent after `ripe` turns. Open
    for `cool` turns (twice as long after each failed probe), half-open for `probe`; both at least twice the window of
    turns in flight. A run whose breaker is not closed for `most_open` turns ends. Each proposal earns `retry_share` of
    a re-proposal, up to `retry_burst` in store. `oscillation`: a tool that comes back to an earlier version within so
    many trips it; `livelock`: so many turns in which nothing that counts has changed (0: neither is looked for).
    """

    on: bool = True
    window: int = 60
    least: int = 20
    threshold: float = 0.95
    ripe: int = 120
    cool: int = 40
    probe: int = 40
    most_open: int = 400
    retry_share: float = 0.1
    retry_burst: int = 10
    oscillation: int = 6
    livelock: int = 200


@dataclass(frozen=True, slots=True)
class Transition:
    """A change of state that is due: `cause` is the seq that led to it, `evidence` what it rests on."""

    before: State
    after: State
    why: Why
    cause: int
    evidence: Mapping[str, JSON]

    def payload(self) -> dict[str, object]:
        """Return what the event of it keeps."""
        return {"from": self.before, "to": self.after, "why": self.why, "evidence": dict(self.evidence)}


class Breaker:
    """The state of one ecology's breaker; `tell` functions take in what happened, `due` says what is to follow."""

    def __init__(self, settings: BreakerSettings) -> None:
        self.settings = settings
        self.reproduction = Reproduction(window=settings.window, ripe=settings.ripe)
        self.state: State = "closed"
        self.since = 0
        self.unclosed_since = 0
        self.relapses = 0
        self.probes: dict[str, int] = {}
        self._refused: Counter[int] = Counter()
        self.retries = float(settings.retry_burst)
        self.why: Why = "calm"
        self._seq = 0
        self._pace = 1
        self._turn = 0
        self._dirty = False
        self._returned: tuple[int, Mapping[str, JSON]] | None = None
        self._unchanged = 0
        self._made = 0
        self._changed = True

    def begin(self, window: int) -> None:
        """Take in that a run begins with so many turns in flight; how long the breaker stood open before is past."""
        self._pace = 2 * window
        if self.state != "closed":
            self.since = self.unclosed_since = self._turn
            self.relapses = 0
            self.probes.clear()

    def bear(self, act: Act) -> None:
        """Take in an act that was made, and who it answers."""
        self.reproduction.bear(act)
        self._dirty = True
        self._made += 1
        if act.kind == "proposal":
            self.retries = min(self.retries + self.settings.retry_share, float(self.settings.retry_burst))
        elif act.kind == "re-proposal":
            self.retries = max(self.retries - 1.0, 0.0)

    def probe(self, kind: str, seq: int) -> None:
        """Take in that a kind that is held was made while the breaker was half-open."""
        if self.state == "half-open" and kind in HELD:
            self.probes.setdefault(kind, seq)

    def refuse(self, seq: int) -> None:
        """Take in that an act already told of was refused; what it took from the budget of retries is given back."""
        act = self.reproduction.acts.get(seq)
        if act and act.kind == "re-proposal":
            self.retries = min(self.retries + 1.0, float(self.settings.retry_burst))
        if act:
            self._refused[act.parent] += 1
        self.reproduction.refuse(seq)

    def ask(self, parent: int) -> None:
        """Take in that an act (0: none) led to one that was refused before it was made."""
        self._refused[parent] += 1
        self.reproduction.ask(parent)

    def answer(self, seq: int) -> None:
        """Take in that an act was answered, or can be no more."""
        self.reproduction.answer(seq)
        self._dirty = True

    def come_back(self, seq: int, evidence: Mapping[str, JSON]) -> None:
        """Take in that a tool came back to what it was before; `seq` says so."""
        self._returned = (seq, evidence)

    def pass_turn(self, *, changed: bool, made: int = 0) -> None:
        """Take in a turn in which somebody did something: whether what counts changed, and how much else was made."""
        self._made += made
        self._unchanged = 0 if changed else self._unchanged + 1
        if changed:
            self._made = 0
            self._changed = True

    def tick(self, turn: int) -> None:
        """Take in that a turn begins."""
        self._turn = turn
        self.reproduction.age(turn)

    def allows(self, kind: str) -> bool:
        """Whether an act of a kind may be made now; `critique of critique` is one, too."""
        if not self.settings.on or kind not in HELD or self.state == "closed":
            return True
        return self.state == "half-open" and kind not in self.probes

    def has_retry(self) -> bool:
        """Whether the shared budget holds one more re-proposal."""
        return not self.settings.on or self.retries >= 1.0

    def given_up(self, turn: int) -> bool:
        """Whether it has not been closed for so long that the run is to end."""
        return self.settings.on and self.state != "closed" and turn - self.unclosed_since >= self.settings.most_open

    def refusal(self, kind: str, *, charter: str) -> Verdict | None:
        """Return the verdict that refuses an act of a kind now, None where it may be made."""
        evidence: dict[str, JSON] = {"act": kind, "state": self.state, "why": self.why, "since_turn": self.since}
        if not self.allows(kind):
            hold = f"the same {kind} once the breaker has closed; it has been {self.state} since turn {self.since}"
            return Verdict(BREAKER, "admit", "veto", evidence, hold, charter)
        if kind == "re-proposal" and not self.has_retry():
            share = self.settings.retry_share
            evidence = {"act": kind, "retries_left": round(self.retries, 3), "share": share}
            hold = f"the same {kind} once new proposals have earned it; each earns {share:g} of one"
            return Verdict(RETRY_BUDGET, "admit", "veto", evidence, hold, charter)
        return None

    def due(self, turn: int) -> Transition | None:
        """Return the change of state that what was told so far calls for, None where there is none."""
        if not self.settings.on:
            return None
        match self.state:
            case "closed":
                return self._trip()
            case "open":
                cooled = turn - self.since >= max(self.settings.cool, self._pace) * 2**self.relapses
                return Transition("open", "half-open", "cooled", self._seq, {}) if cooled else None
            case _:
                probed = turn - self.since >= max(self.settings.probe, self._pace)
                return self._judge_probes() if probed else None

    def move(self, seq: int, turn: int, payload: Mapping[str, Any]) -> None:
        """Take in an event that says that the state has changed.

        Raises: ValueError: the breaker cannot have moved so.
        """
        before, after = payload["from"], payload["to"]
        if before != self.state or (before, after) not in MOVES:
            raise ValueError(f"event {seq}: a breaker that is {self.state} cannot go from {before} to {after}")
        if before == "closed":
            self.unclosed_since, self.relapses, self.why = turn, 0, payload["why"]
        elif payload["why"] == "again":
            self.relapses += 1
        elif payload["why"] == "resumed":
            turn = self._turn
        self.state, self.since, self._seq = after, turn, seq
        self.probes.clear()
        self._refused.clear()
        self._returned, self._unchanged, self._made = None, 0, 0
        if after == "open":
            self._changed = False
        # What was counted before says nothing about what comes now.
        self.reproduction.forget()

    def resumption(self, cause: int) -> Transition | None:
        """Return what a new run begins with: a breaker that is open is tried again."""
        return Transition("open", "half-open", "resumed", cause, {}) if self.state == "open" else None

    def figures(self) -> dict[str, JSON]:
        """Return R overall, the matrix of kinds with its spectral radius, and the budget of retries."""
        matrix = self.reproduction.matrix()
        rounded: dict[str, JSON] = {
            one: {other: round(mean, 4) for other, mean in row.items()} for one, row in matrix.items()
        }
        overall = self.reproduction.overall()
        return {
            "mean": round(overall.mean, 4),
            "parents": overall.parents,
            "rho": round(spectral_radius(matrix), 4),
            "kinds": rounded,
            "retries_left": round(self.retries, 3),
        }

    def _trip(self) -> Transition | None:
        if self._returned:
            return Transition("closed", "open", "oscillation", *self._returned)
        if self._dirty:
            if found := self._scopes():
                return self._reproducing(*found[0])
            self._dirty = False
        most = self.settings.livelock
        if most and self._unchanged >= most and 2 * self._made >= most:
            latest = self.reproduction.latest or self._seq
            evidence: dict[str, JSON] = {"turns": self._unchanged, "made": self._made, **self.figures()}
            return Transition("closed", "open", "livelock", latest, evidence)
        return None

    def _scopes(self) -> list[tuple[str, Estimate]]:
        """Return where acts breed too many acts: overall, by pairs of kinds, by lineages."""
        counted = self.reproduction
        found = [(GLOBAL, counted.overall())] if self._critical(counted.overall()) else []
        for one in KINDS:
            for other in KINDS[KINDS.index(one) :]:
                forth, back = counted.pair(one, other), counted.pair(other, one)
                if self._looping(forth, back):
                    found.append((f"{one} > {other}", forth))
        found += [(f"lineage {each}", what) for each, what in counted.lineages().items() if self._critical(what)]
        return found

    def _critical(self, found: Estimate) -> bool:
        return found.parents >= self.settings.least and found.low > self.settings.threshold

    def _looping(self, forth: Estimate, back: Estimate) -> bool:
        """Whether two kinds lead to each other so often that their loop grows; one kind is its own partner."""
        enough = min(forth.parents, back.parents) >= self.settings.least
        return enough and math.sqrt(forth.low * back.low) > self.settings.threshold

    def _reproducing(self, scope: str, found: Estimate) -> Transition:
        acts = self.reproduction.parents(scope)
        evidence: dict[str, JSON] = {
            "scope": scope,
            "children_per_parent": round(found.mean, 4),
            "error": round(found.error, 4),
            "threshold": self.settings.threshold,
            **self.figures(),
            "acts": [act.seq for act in acts],
        }
        return Transition("closed", "open", "reproduction", self.reproduction.latest, evidence)

    def _judge_probes(self) -> Transition:
        """Return where half-open leads: back to open where probes, or acts that are still refused, breed too much."""
        known = [self.reproduction.acts.get(seq) for seq in self.probes.values()]
        led = [act.children.total() + act.asked for act in known if act]
        del self._refused[0]
        pressing = self._refused.total() > max(len(self._refused), _FEW)
        grows = pressing or (bool(led) and sum(led) > len(led))
        stuck = self.why == "livelock" and self._unchanged > 0 and not self._changed
        evidence: dict[str, JSON] = {
            "probes": dict(self.probes),
            "led_to": led,
            "refused": self._refused.total(),
            **self.figures(),
        }
        cause = max([self._seq, *self.probes.values()])
        if grows or stuck:
            return Transition("half-open", "open", "again", cause, evidence)
        return Transition("half-open", "closed", "calm", cause, evidence)
