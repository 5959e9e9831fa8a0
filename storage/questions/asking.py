"""The sixteen questions a keeper asks, each a call that returns typed rows.

Promises: every call answers as of any moment; nothing is changed. Does not promise: that an answer about the present
holds once it is given; what is committed meanwhile is in the next one.
"""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import text

from ..agent import Agents
from ..database import Reads
from ..errors import ConfigurationError, NotFound
from ..moment import NOW, When
from ..tools import Tools
from ..views import VIEWS, CritiqueRow, DeathRow, LineageRow, RuleRow, ThingRow, VetoRow
from ..when import seq_of
from .descent import CHANGE, COMMON, DESCENDANTS, ORIGIN, Change, Fork, Step, Use
from .living import AGENT, DEATHS, MOMENT, TURN, Kin, Need
from .network import HEALTH, Health
from .question import Question
from .rewriting import COST, CRITIQUES, GAINS, RULES, VETOES, Cost
from .rows import Rows
from .time import ALIVE, DIVERSITY, Share, Spread, Trait
from .why import Event, why

Row = TypeVar("Row")

QUESTIONS: dict[str, Question[Any]] = {
    each.name: each
    for each in (
        ORIGIN, DESCENDANTS, CHANGE, COMMON, AGENT, VETOES, RULES, CRITIQUES, GAINS, ALIVE, DIVERSITY, MOMENT, COST,
        TURN, DEATHS, HEALTH,
    )
}  # fmt: skip
MOST_BUCKETS = 10_000
_TRAITS = ("founder", "author", "species", "model")


class Asking:
    """The questions of a store. A version is named by its id or by its tool (then the head of that moment is meant).

    `as_of` is a seq, an `AsOf`, or what `AsOf.parse` reads (`turn:40`); a version that was not there by then is
    unknown.
    """

    def __init__(self, reads: Reads, tools: Tools, agents: Agents) -> None:
        self._reads = reads
        self._tools = tools
        self._agents = agents

    def origin(self, version: int | str, *, as_of: When = None) -> Rows[Step]:
        """Return where a version came from, newest first, second parents and ingredients included.

        Raises: UnknownVersion, UnknownTool: there is no such version or tool.
        """
        seq = seq_of(self._reads, as_of)
        return self._ask(ORIGIN, seq, version=self._version(version, seq))

    def descendants(self, version: int | str, *, as_of: When = None) -> Rows[Use]:
        """Return what descends from a version, and who uses it or what came of it (its blast radius).

        Raises: UnknownVersion, UnknownTool: there is no such version or tool.
        """
        seq = seq_of(self._reads, as_of)
        return self._ask(DESCENDANTS, seq, version=self._version(version, seq))

    def change(self, a: int | str, b: int | str, *, as_of: When = None) -> Rows[Change]:
        """Return the versions undone and done on the way from `a` to `b`; `Lineage.diff` shows the code.

        Raises: UnknownVersion, UnknownTool: there is no such version or tool.
        """
        seq = seq_of(self._reads, as_of)
        return self._ask(CHANGE, seq, a=self._version(a, seq), b=self._version(b, seq))

    def common(self, a: int | str, b: int | str, *, as_of: When = None) -> Rows[Fork]:
        """Return two lines side by side from their most recent common ancestor on; no rows where they share none.

        Where they have none on their lines of parents, it is the newest version both came from by any edge, alone.
        Raises: UnknownVersion, UnknownTool: there is no such version or tool.
        """
        seq = seq_of(self._reads, as_of)
        return self._ask(COMMON, seq, a=self._version(a, seq), b=self._version(b, seq))

    def agent(self, agent: int | str, *, as_of: When = None) -> Rows[Kin]:
        """Return an agent (by id or name) with its ancestors, who spawned it, and whom it spawned.

        Raises: UnknownAgent, NotFound: there is (or was then) no such agent.
        """
        seq = seq_of(self._reads, as_of)
        return self._ask(AGENT, seq, agent=self._agent(agent, seq))

    def vetoes(
        self,
        *,
        tool: str | None = None,
        rule: str | None = None,
        looks_false: bool = False,
        as_of: When = None,
    ) -> Rows[VetoRow]:
        """Return the vetoes, oldest first, of one tool or rule, or those alone that look false now.

        Raises: UnknownTool: there is no such tool.
        """
        seq = seq_of(self._reads, as_of)
        return self._ask(VETOES, seq, tool=self._tool(tool, seq), rule=rule, looks_false=int(looks_false))

    def rules(self, *, as_of: When = None) -> Rows[RuleRow]:
        """Return what each rule said, the one that vetoes most first."""
        return self._ask(RULES, seq_of(self._reads, as_of))

    def critiques(self, *, tool: str | None = None, as_of: When = None) -> Rows[CritiqueRow]:
        """Return the critiques, oldest first, with the rewrite each led to and whether it helped.

        Raises: UnknownTool: there is no such tool.
        """
        seq = seq_of(self._reads, as_of)
        return self._ask(CRITIQUES, seq, tool=self._tool(tool, seq))

    def gains(self, *, as_of: When = None) -> Rows[LineageRow]:
        """Return the founders by what their lines gained, each with its largest single gain."""
        return self._ask(GAINS, seq_of(self._reads, as_of))

    def alive(self, *, by: Trait = "founder", buckets: int = 100, as_of: When = None) -> Rows[Share]:
        """Return whose code was alive over time: a Muller table.

        Args: buckets: 1 to 10,000, of equally many events.
        Raises: ConfigurationError: `by` or `buckets` is none of these.
        """
        return self._ask(ALIVE, seq_of(self._reads, as_of), **_time(by, buckets))

    def diversity(self, *, by: Trait = "founder", buckets: int = 20, as_of: When = None) -> Rows[Spread]:
        """Return how diverse agents and code were over time, and where either collapsed.

        Args: buckets: 1 to 10,000, of equally many events.
        Raises: ConfigurationError: `by` or `buckets` is none of these.
        """
        return self._ask(DIVERSITY, seq_of(self._reads, as_of), **_time(by, buckets))

    def moment(self, *, as_of: When = None) -> Rows[ThingRow]:
        """Return the whole ecology at a moment."""
        return self._ask(MOMENT, seq_of(self._reads, as_of))

    def cost(self, version: int | str, *, as_of: When = None) -> Rows[Cost]:
        """Return what a version cost (the first row, `whole_...` with all it came from), and each of those.

        Raises: UnknownVersion, UnknownTool: there is no such version or tool.
        """
        seq = seq_of(self._reads, as_of)
        return self._ask(COST, seq, version=self._version(version, seq))

    def turn(self, number: int, *, as_of: When = None) -> Rows[Need]:
        """Return what a turn depended on; the first row says whether all of that is kept.

        `ecology replay` lives it again in fact. Raises: NotFound: no such turn was taken (by then).
        """
        found = self._ask(TURN, seq_of(self._reads, as_of), turn=number)
        if not found:
            raise NotFound(f"no turn {number} in this database; `ecology show` says how many were taken")
        return found

    def deaths(self, *, as_of: When = None) -> Rows[DeathRow]:
        """Return who died, when and why; `Store.verify` says whether the history was altered."""
        return self._ask(DEATHS, seq_of(self._reads, as_of))

    def health(self, *, as_of: When = None) -> Rows[Health]:
        """Return how each tool does as a part of others, the one that is reused most first."""
        return self._ask(HEALTH, seq_of(self._reads, as_of))

    def why(self, seq: int, *, limit: int = 200, as_of: When = None) -> Rows[Event]:
        """Return what led to an event, up to the root, and at most `limit` events that came of it, the earliest.

        Raises: NotFound: there is (or was then) no such event.
        """
        return why(self._reads, seq, limit=limit, as_of=seq_of(self._reads, as_of))

    def view(self, name: str, *, as_of: When = None) -> Rows[Any]:
        """Return all rows of a view (`v_version`, ...), as it was at a moment.

        Raises: NotFound: there is no such view.
        """
        if name not in VIEWS:
            raise NotFound(f"no view {name!r:.60}; the views are {', '.join(VIEWS)}")
        view = VIEWS[name]
        whole = Question(name, view.about, view.row, f"SELECT * FROM {name}")
        return self._ask(whole, seq_of(self._reads, as_of))

    def _ask(self, question: Question[Row], seq: int, **given: Any) -> Rows[Row]:
        if seq == NOW:
            found = self._reads.rows(text(question.sql), given)
        else:
            found = self._reads.rows(text(question.then()), {**given, "as_of": seq})
        return Rows(question.row, [question.row(*row) for row in found])

    def _version(self, version: int | str, seq: int) -> int:
        if isinstance(version, str):
            return self._tools.head(self._tools.find(version, as_of=seq).id, as_of=seq).id
        return self._tools.version(version, as_of=seq).id

    def _tool(self, name: str | None, seq: int) -> str | None:
        return None if name is None else self._tools.find(name, as_of=seq).name

    def _agent(self, agent: int | str, seq: int) -> int:
        if isinstance(agent, int):
            return self._agents.get(agent, as_of=seq).id
        named = [each.id for each in self._agents.all(as_of=seq) if each.name == agent]
        if not named:
            raise NotFound(f"no agent named {agent!r:.60} in this database; `ecology agents` lists them")
        return named[0]


def _time(by: str, buckets: int) -> dict[str, Any]:
    if by not in _TRAITS:
        raise ConfigurationError(f"by is {by!r:.40}; it is one of {', '.join(_TRAITS)}")
    if not 1 <= buckets <= MOST_BUCKETS:
        raise ConfigurationError(f"buckets is {buckets}; it must be 1 to {MOST_BUCKETS}")
    return {"by": by, "buckets": buckets}
