"""What an agent sees in its turn: a read-only picture of the world as of one moment.

Promises: the task holds its visible cases only; everything is plain data, so a view can travel between processes.
Does not promise: freshness. The world has moved on by the time a mind acts, and the rule layer knows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from governance import NOTHING_AROUND, Objected, Surroundings
from storage import Case, Task

from .genome import Genome

SAID_CHARACTERS = 2_000

POSTED_CHARACTERS = 1_500

Activity = Literal["search", "rewrite", "link", "upgrade", "improve", "test", "review", "repropose", "breed"]


@dataclass(frozen=True, slots=True)
class Myself:
    """The agent itself: `founder_id` names its lineage, `energy` is its balance."""

    id: int
    founder_id: int
    genome: Genome
    energy: float


@dataclass(frozen=True, slots=True)
class VersionSeen:
    """A version of a tool as an agent sees it; `passed` marks its visible cases, in order."""

    id: int
    source: str
    passed: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class ProposalSeen:
    """A pending proposal under review, or a stale one that may be made again; `basis_id` is what it was made from.

    `lineage` is its author's.
    """

    id: int
    author: str
    author_id: int
    basis_id: int
    source: str
    reason: str
    lineage: int = 0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A living agent that may become a parent, with its energy and what it has earned of it so far.

    `learnt` is what it has found out of edits since it was born, as `Genome.lore` has it.
    """

    id: int
    genome: Genome
    energy: float
    earned: float
    learnt: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Rival:
    """A live source of the tool and the lineage that wrote it, 0 for the code as it came; `name` is what to call it."""

    lineage: int
    source: str
    name: str


@dataclass(frozen=True, slots=True)
class Shelved:
    """A solved tool of the ecology, which others may be built on; `cases` are its visible ones."""

    version_id: int
    tool: str
    entry_point: str
    description: str
    source: str
    cases: tuple[Case, ...] = ()


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of a solved tool that may help another: an expression or statements, and the version it stands in."""

    version_id: int
    source: str


@dataclass(frozen=True, slots=True)
class Search:
    """What a specialist's or linker's turn may use and knows: `allowance` is how many candidates it may run at most.

    It stops before edits that score less than `floor`, since others have better ones by then; `survey`: it is the first
    on this version and says what each of these families finds promising. `lore` tells by how much more often than usual
    a kind of edit or a family proved right, `ingredients` come from solved tools, `dead_ends` are how earlier rewrites
    of the tool behaved on the visible cases. `uniform`: edits come in an order that was drawn by lot.
    """

    allowance: int = 256
    floor: float = 0.0
    survey: tuple[str, ...] = ()
    lore: tuple[tuple[str, float], ...] = ()
    ingredients: tuple[Fragment, ...] = ()
    dead_ends: tuple[str, ...] = ()
    uniform: bool = False


@dataclass(frozen=True, slots=True)
class Posted:
    """What an agent wrote on the blackboard."""

    author: str
    body: str


@dataclass(frozen=True, slots=True)
class View:
    """One agent's picture of the world as of `seq`, for one `activity`.

    `head` is the tool as it stands, `base` the version this turn works from. `cursor` is how many edits of the
    agent's family were tried on the base before, `operator` the tool that makes those edits where the family is one.
    `proposals` are those under review (or the stale one), oldest first, `said` is what rules and critics lately held
    against rewrites of the tool, newest last, within `SAID_CHARACTERS`. `kin` are the living agents a breeder chooses
    parents from, `unmet` the niches called for, as `specialist/guard` or `mender@gpt-5-mini`. `tests` are the cases on
    which unrelated sources have agreed. Those who think with a model also see `rivals`, the tool's live sources, its
    head first, and `posts` about the tool, newest last; a composer sees the `shelf`, and whoever rewrites an operator
    tool its `record`: how long each version served and what it earned. `objections` are what critics demonstrated
    against earlier rewrites, and what the rule layer runs again on the next. `search` is what a specialist goes by;
    `unseeing`: critics support the first rewrite without a look, as in an experiment that does without them. A linker
    sees the part of the `shelf` that it has not tried on the base yet, and in `behind` what the head is pinned to and
    the later version of each. `around` is what stands around the tool on the shelf; a worker puts it there.
    """

    turn: int
    seq: int
    activity: Activity
    me: Myself
    tool_id: int | None = None
    task: Task | None = None
    head: VersionSeen | None = None
    base: VersionSeen | None = None
    cursor: int = 0
    proposals: tuple[ProposalSeen, ...] = ()
    said: tuple[str, ...] = ()
    kin: tuple[Candidate, ...] = ()
    unmet: tuple[str, ...] = ()
    rivals: tuple[Rival, ...] = ()
    tests: tuple[Case, ...] = ()
    posts: tuple[Posted, ...] = ()
    shelf: tuple[Shelved, ...] = ()
    record: tuple[str, ...] = ()
    operator: VersionSeen | None = None
    objections: tuple[Objected, ...] = ()
    search: Search = Search()
    unseeing: bool = False
    behind: tuple[tuple[int, int], ...] = ()
    around: Surroundings = NOTHING_AROUND


def visible_only(task: Task) -> Task:
    """Return the task as agents may see it: gate and sealed cases are taken away."""
    return replace(task, cases=task.ring("visible"))
