"""How many acts one act leads to, counted from recorded causes: overall, for each pair of kinds, and for each lineage.

Promises: equal acts give equal numbers, whatever else happens between them; constant time and memory for each act.
Does not promise: to know what led to an act. Whoever tells of an act says so; nothing is inferred from timing.
Source: the mean of a Poisson number of children has the standard error sqrt(m / n).
"""

from __future__ import annotations

import math
from collections import Counter, OrderedDict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

ActKind = Literal["proposal", "re-proposal", "critique", "spawn", "signal"]
KINDS: tuple[ActKind, ...] = ("proposal", "re-proposal", "critique", "spawn", "signal")

GLOBAL = "all"
_SQUARINGS = 24
_PLACES = range(len(KINDS))


@dataclass(slots=True, eq=False)
class Act:
    """Something an agent did to which others may answer; `parent` is the seq of the act that led to it (0: none did).

    `children` counts the acts that it led to by kind, `asked` those that were refused.
    """

    seq: int
    kind: ActKind
    parent: int
    agent_id: int
    lineage: int
    turn: int
    children: Counter[ActKind] = field(default_factory=Counter)
    asked: int = 0
    is_parent: bool = False
    windows: list[Window] = field(default_factory=list)


class Window:
    """The last acts of one scope that count as parents, and how many children they have, by kind."""

    def __init__(self, size: int) -> None:
        self.acts: deque[Act] = deque()
        self.totals: Counter[ActKind] = Counter()
        self._size = size

    def add(self, act: Act) -> None:
        """Let an act in, and the oldest out where there is no room."""
        if len(self.acts) == self._size:
            gone = self.acts.popleft()
            gone.windows.remove(self)
            self.totals.subtract(gone.children)
        self.acts.append(act)
        act.windows.append(self)
        self.totals.update(act.children)

    def clear(self) -> None:
        """Forget all acts."""
        for act in self.acts:
            act.windows.remove(self)
        self.acts.clear()
        self.totals.clear()


@dataclass(frozen=True, slots=True)
class Estimate:
    """So many children of so many parents: `mean` is the reproduction number R, `error` its standard error."""

    parents: int
    children: int

    @property
    def mean(self) -> float:
        """Children for each parent, 0.0 where there is no parent."""
        return self.children / self.parents if self.parents else 0.0

    @property
    def error(self) -> float:
        """The standard error of the mean, for a Poisson number of children."""
        return math.sqrt(self.mean / self.parents) if self.parents else 0.0

    @property
    def low(self) -> float:
        """The mean less its error: R is probably above this."""
        return max(self.mean - self.error, 0.0)


class Reproduction:
    """The acts of a history and their reproduction numbers over the last `window` parents.

    An act counts as a parent once it has been answered, can be answered no more, or is `ripe` turns old; before that
    its children are still to come. It remembers `memory` acts.
    """

    def __init__(self, *, window: int, ripe: int, memory: int = 4096) -> None:
        self._size = window
        self._ripe = ripe
        self._memory = memory
        self.acts: OrderedDict[int, Act] = OrderedDict()
        self._latest = 0
        self._epoch = 0
        self._waiting: OrderedDict[int, Act] = OrderedDict()
        self._all = Window(window)
        self._by_kind = {kind: Window(window) for kind in KINDS}
        self._by_lineage: dict[int, Window] = {}

    def bear(self, act: Act) -> None:
        """Take in an act, as a child of the one that led to it; acts come in the order of their seq."""
        if parent := self.acts.get(act.parent):
            _count(parent, act.kind, 1)
        self.acts[act.seq] = self._waiting[act.seq] = act
        self._latest = act.seq
        if len(self.acts) > self._memory:
            gone, _ = self.acts.popitem(last=False)
            self._waiting.pop(gone, None)

    def refuse(self, seq: int) -> None:
        """Take an act back that was refused: it is asked for, and no child."""
        act = self.acts.pop(seq, None)
        if act is None:
            return
        self._waiting.pop(seq, None)
        if parent := self.acts.get(act.parent):
            _count(parent, act.kind, -1)
            parent.asked += 1

    def ask(self, parent: int) -> None:
        """Note that an act led to one that was refused before it was made."""
        if act := self.acts.get(parent):
            act.asked += 1

    def answer(self, seq: int) -> None:
        """Let an act count as a parent: it was answered, or can be no more."""
        act = self.acts.get(seq)
        if act is None or act.is_parent or act.seq <= self._epoch:
            return
        self._waiting.pop(seq, None)
        act.is_parent = True
        self._all.add(act)
        self._by_kind[act.kind].add(act)
        self._by_lineage.setdefault(act.lineage, Window(self._size)).add(act)

    def supersede(self, seq: int) -> None:
        """Let an unanswered act wait no more: a later one has taken its place."""
        self._waiting.pop(seq, None)

    def age(self, turn: int) -> None:
        """Let those that nobody answered for long count as parents."""
        for seq in list(self._overdue(turn)):
            self.answer(seq)

    def _overdue(self, turn: int) -> Iterator[int]:
        for seq, act in self._waiting.items():
            if turn - act.turn < self._ripe:
                return
            yield seq

    def forget(self) -> None:
        """Begin to count anew; what there was before is still known as a cause."""
        for window in (self._all, *self._by_kind.values(), *self._by_lineage.values()):
            window.clear()
        self._by_lineage.clear()
        self._waiting.clear()
        self._epoch = self._latest

    @property
    def latest(self) -> int:
        """The seq of the newest act, 0 before the first."""
        return self._latest

    def overall(self) -> Estimate:
        """Return R over the last parents of all kinds."""
        return _estimate(self._all)

    def pair(self, parent: ActKind, child: ActKind) -> Estimate:
        """Return K[parent, child]: children of one kind for each of the last parents of another."""
        window = self._by_kind[parent]
        return Estimate(len(window.acts), window.totals[child])

    def lineages(self) -> Mapping[int, Estimate]:
        """Return R over the last parents of each lineage."""
        return {lineage: _estimate(window) for lineage, window in self._by_lineage.items()}

    def parents(self, scope: str) -> list[Act]:
        """Return the parents that the estimate of a scope rests on: `all`, `lineage 3`, `signal > spawn`."""
        if scope == GLOBAL:
            return list(self._all.acts)
        if scope.startswith("lineage "):
            return list(self._by_lineage[int(scope.removeprefix("lineage "))].acts)
        one, _, other = scope.partition(" > ")
        found = {act.seq: act for kind in KINDS if kind in (one, other) for act in self._by_kind[kind].acts}
        return [found[seq] for seq in sorted(found)]

    def matrix(self) -> dict[ActKind, dict[ActKind, float]]:
        """Return K as children of each kind for each parent of a kind, zeros and kinds without parents left out."""
        rows = {one: {other: self.pair(one, other).mean for other in KINDS} for one in KINDS}
        return {
            one: {other: mean for other, mean in row.items() if mean}
            for one, row in rows.items()
            if self._by_kind[one].acts
        }


def spectral_radius(matrix: Mapping[ActKind, Mapping[ActKind, float]]) -> float:
    """Return rho(K), the gain of the strongest loop: one act comes to so many of its own kind in the long run.

    Args: matrix: no entry below zero. Two kinds that only lead to each other have the root of their product.
    """
    power = [[matrix.get(one, {}).get(two, 0.0) for two in KINDS] for one in KINDS]
    scale, times = 0.0, 1
    for _ in range(_SQUARINGS):
        # The norm of a power of K, to that root: Gelfand's formula. What leads round nowhere comes to nothing.
        norm = max(sum(row) for row in power)
        if not norm:
            return 0.0
        scale += math.log(norm) / times
        power = [[value / norm for value in row] for row in power]
        power = [[sum(row[k] * power[k][j] for k in _PLACES) for j in _PLACES] for row in power]
        times *= 2
    return math.exp(scale)


def _count(parent: Act, kind: ActKind, number: int) -> None:
    parent.children[kind] += number
    for window in parent.windows:
        window.totals[kind] += number


def _estimate(window: Window) -> Estimate:
    return Estimate(len(window.acts), window.totals.total())
