"""The state of the ecology that admission looks at, and the motions it decides on.

Promises: frozen values; whoever fills in a `Standing` needs no more than one tool's and one agent's present state.
Does not promise: that the state is still so after the turn. Admission is asked in commit order, so it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

Stance = Literal["support", "object"]


@dataclass(frozen=True, slots=True)
class Motion:
    """A rewrite that was examined and asks to become the tool's head.

    `tool` is the tool's name, `species` the author's, `kinds` what sort of rewrite it is (`compose`, `model`, or
    `rollback` where it asks for an earlier version back), `genome` the author's as one text.
    """

    tool_id: int
    parent_id: int
    author_id: int
    author_lineage: int
    tool: str = ""
    species: str = ""
    kinds: frozenset[str] = frozenset()
    genome: str = ""

    @property
    def by_model(self) -> bool:
        """Whether a language model wrote it."""
        return "model" in self.kinds


@dataclass(frozen=True, slots=True)
class Birth:
    """A child that an agent asks to have: the energy it would be given, and what it would think with ("": no model).

    `is_niche`: somebody could live so, of this species, family and model; `depth`: how many generations it would be
    from its founder.
    """

    parent_id: int
    endowment: float
    model: str = ""
    is_niche: bool = True
    depth: int = 0

    @property
    def by_model(self) -> bool:
        """Whether it would think with a language model."""
        return bool(self.model)


@dataclass(frozen=True, slots=True)
class Critique:
    """What one agent holds of a proposal; `lineage` is its founder, `evidence` whether it brought any.

    `genome` is the agent's own as one text, by which clones of different founders are known ("" where it is not told).
    """

    agent_id: int
    lineage: int
    stance: Stance
    evidence: bool = False
    genome: str = ""


@dataclass(frozen=True, slots=True)
class Times:
    """The turns in which something happened, oldest first: by the agent, by it to the tool, in its lineage, in the run.

    They are shared with whoever counts them: to be read at once and not to be kept.
    """

    agent: Sequence[int] = ()
    target: Sequence[int] = ()
    lineage: Sequence[int] = ()
    run: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Spent:
    """What models were paid, in US dollars: for the agent, its lineage, work on the tool, and the run."""

    agent: float = 0.0
    lineage: float = 0.0
    tool: float = 0.0
    run: float = 0.0


@dataclass(frozen=True, slots=True)
class Standing:
    """The present state, as of the commit before the motion's own.

    `critiques` of the proposal, oldest first (a later one of the same agent replaces its earlier); `admissions`: the
    turns in which the tool's latest versions were admitted; `population`: living agents; `energy`: the
    author's or parent's; `models`: those that the user let agents think with; `approved`: whether a person approved
    the motion; `quarantined`: what of the matter is in quarantine, in words ("" for nothing); `frozen`: the tool is;
    `taken_back`: the versions that a rewrite rests on and that were rolled back.
    `admitted` and `born` are when the author's rewrites became versions and the parent's children were born; `kin`:
    living agents of the lineage, `kin_energy` what they own together; `owner_id` and `owner_lineage` are of whoever
    wrote the head (None: it came so); `twin`: the earlier version that is the same program (None: there is none), and
    `twin_better`: it scored higher than the head.
    """

    turn: int
    head_id: int | None = None
    critiques: tuple[Critique, ...] = ()
    admissions: Sequence[int] = ()
    population: int = 0
    energy: float = 0.0
    models: frozenset[str] = frozenset()
    approved: bool = False
    quarantined: str = ""
    frozen: bool = False
    taken_back: tuple[int, ...] = ()
    admitted: Times = field(default_factory=Times)
    born: Times = field(default_factory=Times)
    spent: Spent = field(default_factory=Spent)
    kin: int = 0
    kin_energy: float = 0.0
    owner_id: int | None = None
    owner_lineage: int | None = None
    twin: int | None = None
    twin_better: bool = False

    def voices(self) -> tuple[Critique, ...]:
        """Return what each agent holds now: its latest critique."""
        return tuple({critique.agent_id: critique for critique in self.critiques}.values())


def independent(voices: Iterable[Critique], *, apart: Iterable[tuple[int, str]]) -> tuple[tuple[int, ...], ...]:
    """Return the lineages of the voices in groups, each of which counts once, smallest lineage first.

    Voices of one founder are one voice, and so are clones, whose genomes are equal; `apart` are the (lineage, genome)
    of those who may not count, nor anybody who is one with them.
    """
    seats = [*apart]
    barred = len(seats)
    seats += [(voice.lineage, voice.genome) for voice in voices]
    group: list[int] = []
    known: dict[int | str, int] = {}
    for place, (lineage, genome) in enumerate(seats):
        group.append(place)
        for mark in (lineage, genome) if genome else (lineage,):
            if (other := known.setdefault(mark, place)) != place:
                one, other = _root(group, place), _root(group, other)
                group[max(one, other)] = min(one, other)
    out = {_root(group, place) for place in range(barred)}
    found: dict[int, set[int]] = {}
    for place in range(barred, len(seats)):
        if (root := _root(group, place)) not in out:
            found.setdefault(root, set()).add(seats[place][0])
    return tuple(sorted(tuple(sorted(lineages)) for lineages in found.values()))


def _root(group: list[int], place: int) -> int:
    """Return the first of the group that a place belongs to."""
    while group[place] != place:
        place = group[place]
    return place
