"""Who came from whom: ancestors, descendants and differences of tool versions and of agents.

Promises: every question takes logarithmically many look-ups or one recursive query; nothing is scanned.
Does not promise: second parents and ingredients in a line of descent; `parents` gives those of one version, and
`Asking.origin` and `Asking.descendants` follow them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import unified_diff
from operator import itemgetter
from typing import Any

from sqlalchemy import Select, bindparam, select, text

from .agent import AGENTS, AgentRecord, record_of
from .blobs import texts
from .card import card
from .database import Reads
from .jump import Family, climb, meet, place
from .moment import When
from .tables import table
from .tools import VERSIONS, Tools, VersionRecord, measured
from .when import as_of_seq


def _upwards(family: Family) -> Select[Any]:
    """The ids of all ancestors of the node `id`."""
    node = table(family)
    line = select(node.c.parent_id).where(node.c.id == bindparam("id")).cte("line", recursive=True)
    line = line.union_all(select(node.c.parent_id).where(node.c.id == line.c.parent_id))
    return select(line.c.parent_id).where(line.c.parent_id.is_not(None))


def _downwards(family: Family) -> Select[Any]:
    """The ids of all descendants of the node `id`."""
    node = table(family)
    line = select(node.c.id).where(node.c.parent_id == bindparam("id")).cte("line", recursive=True)
    return select(line.union_all(select(node.c.id).where(node.c.parent_id == line.c.id)).c.id)


_VERSION, _AGENT, _PARENT = table("tool_version"), table("agent"), table("version_parent")
_VERSION_BROOD = VERSIONS.where(_VERSION.c.id.in_(_downwards("tool_version"))).order_by(_VERSION.c.id)
_AGENT_LINE = AGENTS.where(_AGENT.c.id.in_(_upwards("agent"))).order_by(None).order_by(_AGENT.c.id.desc())
_AGENT_BROOD = AGENTS.where(_AGENT.c.id.in_(_downwards("agent")))
# The line is climbed by ids alone, which keeps the query's own table small; ids say the order, so SQLite need not sort.
_VERSION_LINE = text(
    "WITH RECURSIVE line(id, parent_id) AS ("
    " SELECT v.id, v.parent_id FROM tool_version w JOIN tool_version v ON v.id = w.parent_id WHERE w.id = :id"
    " UNION ALL SELECT v.id, v.parent_id FROM line JOIN tool_version v ON v.id = line.parent_id)"
    f" SELECT {', '.join(f'v.{column.name}' for column in _VERSION.columns)}, a.name"
    " FROM line JOIN tool_version v ON v.id = line.id LEFT JOIN agent a ON a.id = v.author_id"
)
_PARENTS = (
    select(_PARENT.c.parent_id, _PARENT.c.role)
    .where(_PARENT.c.version_id == bindparam("id"), _PARENT.c.seq <= bindparam("as_of"))
    .order_by(_PARENT.c.id)
)

_REQUIRED = text(
    "SELECT r.name, r.required_id, t.name AS tool,"
    " (SELECT max(n.id) FROM tool_version n WHERE n.tool_id = w.tool_id AND n.seq <= :as_of) AS head_id"
    " FROM requirement r JOIN tool_version w ON w.id = r.required_id JOIN tool t ON t.id = w.tool_id"
    " WHERE r.version_id = :id AND r.seq <= :as_of ORDER BY r.id"
)
_BY_MODEL = text(
    "WITH RECURSIVE edge(child, parent) AS ("
    " SELECT id, parent_id FROM tool_version WHERE seq <= :as_of"
    " UNION ALL SELECT version_id, parent_id FROM version_parent WHERE seq <= :as_of),"
    " line(id) AS (SELECT id FROM tool_version WHERE seq <= :as_of AND substr(model, 1, length(:prefix)) = :prefix"
    " UNION SELECT edge.child FROM edge JOIN line ON edge.parent = line.id) SELECT id FROM line"
)


_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a version requires: a function by its name, the version it is pinned to, its tool and that one's head."""

    name: str
    version_id: int
    tool: str
    head_id: int


class Lineage:
    """The lines of descent in a store. A version may be named by its id, or by its tool: then the head is meant."""

    def __init__(self, reads: Reads, tools: Tools) -> None:
        self._reads = reads
        self._tools = tools

    def ancestors(self, version: int | str, *, as_of: When = None) -> Sequence[VersionRecord]:
        """Return a version's parent, that one's parent and so on, youngest first; a tool's own head stands before them.

        `Asking.origin` has second parents and ingredients too.
        Raises: UnknownVersion, UnknownTool: there is (or was then) no such version or tool.
        """
        here, seq = self._record(version, as_of), as_of_seq(self._reads, as_of)
        found = sorted(self._reads.rows(_VERSION_LINE, {"id": here.id}), key=itemgetter(0), reverse=True)
        line = measured(self._reads, found, seq)
        return [here, *line] if isinstance(version, str) else line

    def descendants(self, version: int | str, *, as_of: When = None) -> Sequence[VersionRecord]:
        """Return the versions that came from this one, oldest first.

        Raises: UnknownVersion, UnknownTool: there is no such version or tool.
        """
        seq = as_of_seq(self._reads, as_of)
        return measured(
            self._reads, self._reads.rows(_VERSION_BROOD, {"id": self._record(version, as_of).id, "as_of": seq}), seq
        )

    def ancestor(self, version_id: int, *, depth: int, as_of: When = None) -> int:
        """Return the id of the ancestor (or the version itself) that stands `depth` steps below the root.

        Raises: UnknownVersion: there is (or was then) no such version; ValueError: it stands above that depth.
        """
        start = place(self._reads, "tool_version", id=self._record(version_id, as_of).id)
        if not 0 <= depth <= start.depth:
            raise ValueError(
                f"version {version_id} stands at depth {start.depth}; depth must be 0 to that, not {depth}"
            )
        return climb(self._reads, "tool_version", start=start, depth=depth).id

    def common_ancestor(self, a: int, b: int, *, as_of: When = None) -> int | None:
        """Return the id of the youngest version that both came from (or are), None where they share none.

        Raises: UnknownVersion: there is no such version.
        """
        found = meet(self._reads, "tool_version", a=a, b=b)
        if found is None or as_of is not None:
            # In the present, where they share one both are there.
            self._record(a, as_of), self._record(b, as_of)
        return found

    def parents(self, version_id: int, *, as_of: When = None) -> Sequence[tuple[int, str]]:
        """Return the second parents and ingredients of a version, as (version id, role)."""
        asked = {"id": version_id, "as_of": as_of_seq(self._reads, as_of)}
        return [(row.parent_id, row.role) for row in self._reads.rows(_PARENTS, asked)]

    def requires(self, version_id: int, *, as_of: When = None) -> Sequence[Requirement]:
        """Return what a version requires of other tools, in the order of its lines."""
        asked = {"id": version_id, "as_of": as_of_seq(self._reads, as_of)}
        return [Requirement(*row) for row in self._reads.rows(_REQUIRED, asked)]

    def of_model(self, prefix: str, *, as_of: When = None) -> frozenset[int]:
        """Return the ids of the versions that a model of such a name wrote, and of all that came from them."""
        asked = {"prefix": prefix, "as_of": as_of_seq(self._reads, as_of)}
        return frozenset(row.id for row in self._reads.rows(_BY_MODEL, asked))

    def diff(self, a: int, b: int, *, as_of: When = None) -> str:
        """Return what changed from version `a` to version `b`, as a unified diff; empty where nothing did.

        Raises: UnknownVersion: there is (or was then) no such version.
        """
        before, after = self._tools.version(a, as_of=as_of), self._tools.version(b, as_of=as_of)
        codes = texts(self._reads, [before.code_hash, after.code_hash])
        old, new = (codes[version.code_hash].splitlines() for version in (before, after))
        return "\n".join(unified_diff(old, new, f"version {a}", f"version {b}", lineterm=""))

    def agent_ancestors(self, agent_id: int, *, as_of: When = None) -> Sequence[AgentRecord]:
        """Return an agent's parent, that one's parent and so on, youngest first."""
        asked = {"id": agent_id, "as_of": as_of_seq(self._reads, as_of)}
        return [record_of(row._mapping) for row in self._reads.rows(_AGENT_LINE, asked)]

    def agent_descendants(self, agent_id: int, *, as_of: When = None) -> Sequence[AgentRecord]:
        """Return an agent's children, theirs and so on, oldest first."""
        asked = {"id": agent_id, "as_of": as_of_seq(self._reads, as_of)}
        return [record_of(row._mapping) for row in self._reads.rows(_AGENT_BROOD, asked)]

    def _repr_html_(self) -> str:
        """Return every tool with the length of its line, for a notebook."""
        heads = {head.tool_id: head for head in self._tools.heads()}
        lines = {tool.name: f"{heads[tool.id].number} rewrites, score {_share(heads[tool.id].score)}"
                 for tool in self._tools.all()}  # fmt: skip
        shown = dict(list(lines.items())[:_SHOWN])
        rest = f", the first {_SHOWN} here" if len(lines) > _SHOWN else ""
        return card(f"Lineage of {len(lines)} tools{rest}", shown)

    def _record(self, version: int | str, as_of: When = None) -> VersionRecord:
        if isinstance(version, str):
            return self._tools.head(self._tools.find(version, as_of=as_of).id, as_of=as_of)
        return self._tools.version(version, as_of=as_of)


def _share(score: float | None) -> str:
    return "not known" if score is None else f"{score:.3f}"
