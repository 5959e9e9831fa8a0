"""Each trip of the breaker, traced back to the smallest cascade behind it, and each touch of a guarded tool.

Promises: read off the record alone, so the same database gives the same incidents, a run under way included.
Does not promise: a motive. An agent is at fault where it made more acts than it was called to; the others passed on
what came to them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from governance import Act, ActKind
from storage import Entry, NotFound, Store, When

from .world import World

# Of the acts before a livelock, so many are looked at.
_RECENT = 200
_NAMED = 8
GUARDED = "guarded tool"


@dataclass(frozen=True, slots=True)
class Step:
    """An act of a cascade: the event that it is, what led to it (0: nothing on record), whose it is, and when."""

    seq: int
    kind: str
    parent: int
    agent: str
    turn: int


@dataclass(frozen=True, slots=True)
class Move:
    """A later change of the breaker's state in the same incident."""

    seq: int
    turn: int
    to: str
    why: str


@dataclass(frozen=True, slots=True)
class Incident:
    """One time that the breaker tripped, or that somebody touched a guarded tool (`why` is `guarded tool` then).

    `id` counts both from 1, `seq` is the event, `evidence` what it rests on.

    `ancestors` lead from the first act on record to `cascade`, the smallest part of the tree of causes without which it
    would not have tripped. `edge` is the pair of kinds that repeats most in it, `times` how often. Of the agents there
    those `at_fault` made more acts than they answered, those `without_fault` did not. `without`: R without the cascade.
    """

    id: int
    seq: int
    turn: int
    why: str
    evidence: Mapping[str, Any]
    ancestors: tuple[Step, ...] = ()
    cascade: tuple[Step, ...] = ()
    edge: str = ""
    times: int = 0
    at_fault: tuple[str, ...] = ()
    without_fault: tuple[str, ...] = ()
    without: float | None = None
    moves: tuple[Move, ...] = field(default=())

    @property
    def state(self) -> str:
        """The state that the breaker has come to since; empty where it did not trip."""
        if self.why == GUARDED:
            return ""
        return self.moves[-1].to if self.moves else "open"

    def document(self) -> dict[str, Any]:
        """Return the incident as JSON values."""
        return {**asdict(self), "evidence": dict(self.evidence), "state": self.state}

    def __str__(self) -> str:
        """Return the incident as a person reads it."""
        now = f"; now {self.state}" if self.state else ""
        lines = [f"incident {self.id}: {_headline(self)} at turn {self.turn} (event {self.seq}){now}"]
        if self.edge:
            lines.append(f"  what repeats: {self.edge}, {self.times} times in the cascade")
        if self.cascade:
            first, last = self.cascade[0], self.cascade[-1]
            lines.append(
                f"  smallest cascade: {len(self.cascade)} acts, events {first.seq} to {last.seq}, turns {first.turn} to"
                f" {last.turn}" + ("" if self.without is None else f"; without it R is {self.without:.2f}")
            )
            path = [*self.ancestors, first]
            lines.append("  it comes from: " + " -> ".join(f"{each.kind} {each.seq} by {each.agent}" for each in path))
        if self.at_fault and self.why != GUARDED:
            lines.append(f"  made more than they were called to: {_names(self.at_fault)}")
        if self.without_fault:
            lines.append(f"  no fault of their own: {_names(self.without_fault)}")
        lines += [f"  turn {each.turn}: {each.to} ({each.why})" for each in self.moves]
        return "\n".join(lines)


def incidents(store: Store, *, as_of: When = None) -> tuple[Incident, ...]:
    """Return every time that the breaker tripped or a guarded tool was touched, oldest first, as it looked then."""
    world, found, tripped = World(), list[Incident](), 0
    for entry in store.history(until=store.as_of(as_of)):
        world.fold(entry)
        if entry.kind == "incident":
            found.append(_touch(len(found) + 1, entry))
        elif entry.kind == "breaker" and entry.payload["from"] == "closed":
            tripped = len(found)
            found.append(_traced(tripped + 1, entry, world))
        elif entry.kind == "breaker":
            move = Move(entry.seq, world.turn, entry.payload["to"], entry.payload["why"])
            found[tripped] = replace(found[tripped], moves=(*found[tripped].moves, move))
    return tuple(found)


def _touch(number: int, entry: Entry) -> Incident:
    """Return the incident of a proposal on a guarded tool, which was refused at once."""
    return Incident(number, entry.seq, entry.turn, GUARDED, entry.payload, at_fault=(entry.payload["name"],))


def incident(store: Store, number: int, *, as_of: When = None) -> Incident:
    """Return one incident by its number. Raises: NotFound: there is none of that number."""
    found = incidents(store, as_of=as_of)
    if not 1 <= number <= len(found):
        there = f"there are 1 to {len(found)}" if found else "the breaker never tripped and no guarded tool was touched"
        raise NotFound(f"no incident {number} in {store.path}; {there}")
    return found[number - 1]


def _traced(number: int, entry: Entry, world: World) -> Incident:
    """Return the incident that begins with an event, as the world stands right after it."""
    evidence, why = entry.payload["evidence"], entry.payload["why"]
    bare = Incident(number, entry.seq, entry.turn, why, evidence)
    acts = {seq: act for seq, act in world.breaker.reproduction.acts.items() if seq < entry.seq}
    if why == "reproduction":
        tree = _Tree(acts, evidence)
        cascade, without = tree.smallest(evidence["threshold"])
    elif why == "livelock":
        cascade, without = list(acts.values())[-_RECENT:], None
    else:
        # Who wrote the version that was left, and who brought the old one back.
        authors = [world.version(each).author_id for each in evidence["versions"][1:]]
        return replace(bare, at_fault=tuple(dict.fromkeys(world.name_of(each) for each in authors if each)))
    return _told(bare, acts, cascade, world, without=without)


def _told(
    bare: Incident, acts: Mapping[int, Act], cascade: Sequence[Act], world: World, *, without: float | None
) -> Incident:
    inside = {act.seq for act in cascade}
    edges = Counter(f"{acts[act.parent].kind} > {act.kind}" for act in cascade if act.parent in acts)
    edge, times = max(edges.items(), key=lambda each: (each[1], each[0])) if edges else ("", 0)
    fault = _faults(cascade)

    def step(act: Act) -> Step:
        return Step(act.seq, act.kind, act.parent, world.name_of(act.agent_id), act.turn)

    above: list[Act] = []
    upwards = acts.get(cascade[0].parent) if cascade else None
    while upwards and upwards.seq not in inside:
        above.insert(0, upwards)
        upwards = acts.get(upwards.parent)
    return replace(
        bare,
        ancestors=tuple(map(step, above)),
        cascade=tuple(map(step, cascade)),
        edge=edge,
        times=times,
        at_fault=tuple(world.name_of(each) for each, guilty in fault.items() if guilty),
        without_fault=tuple(world.name_of(each) for each, guilty in fault.items() if not guilty),
        without=without,
    )


def _faults(cascade: Iterable[Act]) -> dict[int, bool]:
    """Return for each agent of a cascade whether it made more acts than it answered."""
    made: Counter[int] = Counter()
    answered: dict[int, set[int]] = {}
    for act in cascade:
        made[act.agent_id] += 1
        # What nothing led to answers for itself.
        answered.setdefault(act.agent_id, set()).add(act.parent or -act.seq)
    return {agent: made[agent] > len(answered[agent]) for agent in sorted(made)}


class _Tree:
    """The acts that a trip rests on, and what is left of R where some of them are taken away."""

    def __init__(self, acts: Mapping[int, Act], evidence: Mapping[str, Any]) -> None:
        self._acts = acts
        self._parents = [acts[seq] for seq in evidence["acts"] if seq in acts]
        one, _, other = str(evidence["scope"]).partition(" > ")
        self._pair: tuple[str, str] | None = (one, other) if other else None
        self._below: dict[int, list[Act]] = {}
        for act in acts.values():
            self._below.setdefault(act.parent, []).append(act)
        # The parents that were counted, and their children: nothing else has a part in the trip.
        self._counted = {act.seq for parent in self._parents for act in (parent, *self._below.get(parent.seq, ()))}

    def smallest(self, threshold: float) -> tuple[list[Act], float]:
        """Return the smallest subtree without which R is below a threshold, and R then; more than one where it must."""
        gone: dict[int, Act] = {}
        subtrees = [self._subtree(root) for root in self._roots()]
        while self._without(gone) >= threshold and (left := [each for each in subtrees if each.keys() - gone.keys()]):
            weighed = [(self._without(gone | tree), len(tree), min(tree), tree) for tree in left]
            enough = [each for each in weighed if each[0] < threshold]
            best = min(enough, key=lambda each: each[1:3]) if enough else min(weighed, key=lambda each: each[:3])
            gone |= best[3]
        return [gone[seq] for seq in sorted(gone)], round(self._without(gone), 4)

    def _roots(self) -> list[Act]:
        """Return every act that a smallest subtree may begin with: the parents and what led to them."""
        found: dict[int, Act] = {}
        for act in self._parents:
            upwards: Act | None = act
            while upwards and upwards.seq not in found:
                found[upwards.seq] = upwards
                upwards = self._acts.get(upwards.parent)
        return [found[seq] for seq in sorted(found)]

    def _subtree(self, root: Act) -> dict[int, Act]:
        found, waiting = {root.seq: root}, [root]
        while waiting:
            for child in self._below.get(waiting.pop().seq, ()):
                found[child.seq] = child
                waiting.append(child)
        return {seq: act for seq, act in found.items() if seq in self._counted}

    def _without(self, gone: Collection[int]) -> float:
        parents = [act for act in self._parents if act.seq not in gone]
        if self._pair is None:
            return self._mean(parents, None, gone)
        one, other = self._pair
        forth = self._mean([act for act in parents if act.kind == one], other, gone)
        back = self._mean([act for act in parents if act.kind == other], one, gone)
        return math.sqrt(forth * back)

    def _mean(self, parents: Sequence[Act], kind: ActKind | str | None, gone: Collection[int]) -> float:
        children = [
            child
            for act in parents
            for child in self._below.get(act.seq, ())
            if child.seq not in gone and kind in (None, child.kind)
        ]
        return len(children) / len(parents) if parents else 0.0


def _names(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _headline(found: Incident) -> str:
    seen = found.evidence
    match found.why:
        case "guarded tool":
            rules = ", ".join(seen["rules"])
            return f"{seen['name']} proposed a rewrite of the guarded tool {seen['tool']}, which {rules} refused"
        case "reproduction":
            return (
                f"each act led to {seen['children_per_parent']:.2f} more over {len(seen['acts'])} acts"
                f" ({seen['scope']}, threshold {seen['threshold']:g})"
            )
        case "oscillation":
            return f"{seen['tool']} came back to an earlier version ({' -> '.join(map(str, seen['versions']))})"
        case _:
            return f"{seen['made']} acts in {seen['turns']} turns, and nothing that counts changed"
