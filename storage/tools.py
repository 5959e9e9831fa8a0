"""The shelf of tools: their names, their versions, and how a new version is saved.

Promises: versions of a tool are numbered from 0 without gaps; a save against anything but the head is refused.
Does not promise: that a version is good. Rules decide that before `save` is called.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, make_dataclass, replace
from difflib import get_close_matches
from typing import Any, Unpack, cast

from sqlalchemy import Select, bindparam, func, select

from .blobs import texts
from .card import Shown
from .cases import Cases
from .database import Reads
from .errors import StaleHead, UnknownTool, UnknownVersion
from .jump import below
from .moment import NOW, Moment, When
from .pins import pins_in
from .proposal import Score
from .proposals import Proposals
from .row import Row
from .tables import table
from .transaction import Transaction
from .when import as_of_seq

_TOOL, _TASK, _AGENT = table("tool"), table("task"), table("agent")
_VERSION, _EVALUATION = table("tool_version"), table("evaluation")
_TOOLS = (
    select(_TOOL.c.id, _TOOL.c.seq, _TOOL.c.name, _TOOL.c.task_id, _TASK.c.entry_point)
    .join(_TASK, _TASK.c.id == _TOOL.c.task_id)
    .where(_TOOL.c.seq <= bindparam("as_of"))
    .order_by(_TOOL.c.id)
)
_NAMED = _TOOLS.where((_TOOL.c.name == bindparam("name")) | (_TASK.c.entry_point == bindparam("name")))
VERSIONS: Select[Any] = (
    select(_VERSION, _AGENT.c.name.label("author"))
    .outerjoin(_AGENT, _AGENT.c.id == _VERSION.c.author_id)
    .where(_VERSION.c.seq <= bindparam("as_of"))
)
_ONE = VERSIONS.where(_VERSION.c.id == bindparam("id"))
_OF_TOOL = VERSIONS.where(_VERSION.c.tool_id == bindparam("tool_id"))
_HEAD = _OF_TOOL.order_by(_VERSION.c.number.desc()).limit(1)
_HEADS = VERSIONS.where(
    _VERSION.c.id.in_(
        select(func.max(_VERSION.c.id)).where(_VERSION.c.seq <= bindparam("as_of")).group_by(_VERSION.c.tool_id)
    )
).order_by(_VERSION.c.tool_id)
_BASELINES = (
    select(_EVALUATION)
    .where(_EVALUATION.c.version_id.in_(bindparam("versions", expanding=True)))
    .where(_EVALUATION.c.ring_set == "baseline", _EVALUATION.c.seq <= bindparam("as_of"))
    .order_by(_EVALUATION.c.id)
)


@dataclass(frozen=True, slots=True)
class ToolRecord:
    """A tool and the task that judges it."""

    id: int
    seq: int
    name: str
    task_id: int
    entry_point: str


@dataclass(frozen=True, slots=True)
class VersionRecord(Shown):
    """A version of a tool. Counts and fuel are None where nothing measured it yet; `size` is in characters.

    `model` thought it up, empty where none did.
    """

    id: int
    seq: int
    tool_id: int
    number: int
    parent_id: int | None
    depth: int
    jump_id: int
    author_id: int | None
    proposal_id: int | None
    code_hash: str
    visible_passed: int | None
    visible_total: int | None
    gate_passed: int | None
    gate_total: int | None
    fuel: int | None
    size: int
    reason: str
    model: str = ""
    author: str | None = None

    @property
    def score(self) -> float | None:
        """The share of gate cases passed (of visible ones where the task has no gate), None where unmeasured."""
        passed, total = self.gate_passed, self.gate_total
        if not total:
            passed, total = self.visible_passed, self.visible_total
        return passed / total if total and passed is not None else None


# A frozen record sets each field by a call of its own. Filled while open, and closed then, it is made in a quarter
# of the time, which a long line of descent is worth.
_Open: Any = make_dataclass("_Open", [each.name for each in fields(VersionRecord)], bases=(Shown,), slots=True)


def _recorded(row: Sequence[Any]) -> VersionRecord:
    record = _Open(*row)
    record.__class__ = VersionRecord
    return cast(VersionRecord, record)


class Tools(Proposals, Cases):
    """The tools of a store: versions here, proposals and the cases that agents wrote in the base classes."""

    def names(self, *, as_of: When = None) -> list[str]:
        """Return the names of all tools in the order in which they were settled."""
        return [tool.name for tool in self.all(as_of=as_of)]

    def all(self, *, as_of: When = None) -> Sequence[ToolRecord]:
        """Return all tools in the order in which they were settled."""
        return [ToolRecord(*row) for row in self._reads.rows(_TOOLS, {"as_of": as_of_seq(self._reads, as_of)})]

    def find(self, name: str, *, as_of: When = None) -> ToolRecord:
        """Return the tool of that name, else the one whose entry point has that name.

        Raises: UnknownTool: there is none (the message lists near names), or several share the entry point.
        """
        found = [
            ToolRecord(*row) for row in self._reads.rows(_NAMED, {"name": name, "as_of": as_of_seq(self._reads, as_of)})
        ]
        exact = [tool for tool in found if tool.name == name] or found
        if len(exact) == 1:
            return exact[0]
        if exact:
            raise UnknownTool(f"{name!r} is the entry point of several tools: {_listed([tool.name for tool in exact])}")
        tools = self.all(as_of=as_of)
        names = {key for tool in tools for key in (tool.name, tool.entry_point)}
        near = get_close_matches(name, sorted(names), n=3, cutoff=0.5)
        raise UnknownTool(f"no tool named {name!r}; " + (f"did you mean {_listed(near)}?" if near else _those(tools)))

    def head(self, tool_id: int, *, as_of: When = None) -> VersionRecord:
        """Return the newest version of a tool.

        Raises: UnknownTool: there is (or was then) no such tool.
        """
        return _head(self._reads, tool_id, as_of=as_of_seq(self._reads, as_of))

    def heads(self, *, as_of: When = None) -> Sequence[VersionRecord]:
        """Return the newest version of every tool, in the order of the tools' ids."""
        seq = as_of_seq(self._reads, as_of)
        return measured(self._reads, self._reads.rows(_HEADS, {"as_of": seq}), seq)

    def version(self, version_id: int, *, as_of: When = None) -> VersionRecord:
        """Return one version.

        Raises: UnknownVersion: there is (or was then) none.
        """
        seq = as_of_seq(self._reads, as_of)
        found = self._reads.rows(_ONE, {"id": version_id, "as_of": seq})
        if not found:
            raise UnknownVersion(f"no tool version {version_id} in this database; `ecology lineage TOOL` lists them")
        return measured(self._reads, found, seq)[0]

    def versions(self, tool_id: int, *, as_of: When = None) -> Sequence[VersionRecord]:
        """Return the versions of a tool, oldest first."""
        seq = as_of_seq(self._reads, as_of)
        found = self._reads.rows(_OF_TOOL.order_by(_VERSION.c.number), {"tool_id": tool_id, "as_of": seq})
        return measured(self._reads, found, seq)

    def source(self, version_id: int, *, as_of: When = None) -> str:
        """Return the code of a version.

        Raises: UnknownVersion: there is (or was then) none.
        """
        code = self.version(version_id, as_of=as_of).code_hash
        return texts(self._reads, [code])[code]

    def save(
        self,
        tx: Transaction,
        *,
        tool_id: int,
        expected_head: int,
        source: str,
        score: Score,
        reason: str,
        author_id: int | None = None,
        proposal_id: int | None = None,
        parents: Sequence[tuple[int, str]] = (),
        model: str = "",
        **moment: Unpack[Moment],
    ) -> VersionRecord:
        """Save the next version of a tool, child of `expected_head`; `parents` are further (version id, role).

        What its source pins (`pins_in`) is kept as what it requires.

        Raises: StaleHead: another version became the head meanwhile; UnknownTool: there is no such tool.
        """
        head = _head(tx, tool_id, as_of=NOW)
        if head.id != expected_head:
            raise StaleHead(f"tool {tool_id} has version {head.id} as its head, not {expected_head}; rewrite that one")
        new = tx.next_id("tool_version")
        depth, jump = below(tx, "tool_version", parent_id=head.id, id=new)
        place = {"tool_id": tool_id, "number": head.number + 1, "parent_id": head.id, "depth": depth, "jump_id": jump}
        origin = {"author_id": author_id, "proposal_id": proposal_id, "reason": reason, "model": model}
        text = {"code_hash": tx.code(source), "size": len(source)}
        version = Row("tool_version", {**place, **origin, **text, **asdict(score)})
        # A person may admit what names a version that never was; it requires nothing then.
        pins = [pin for pin in pins_in(source) if pin.version_id < new]
        roles = [*parents, *((id, "required") for id in dict.fromkeys(pin.version_id for pin in pins))]
        others = [Row("version_parent", {"version_id": new, "parent_id": id, "role": role}) for id, role in roles]
        others += [
            Row("requirement", {"version_id": new, "name": pin.name, "required_id": pin.version_id}) for pin in pins
        ]
        entry = tx.record("save", version, *others, agent_id=author_id, tool_id=tool_id, **moment)
        return VersionRecord(**entry.rows[0][1], author=_author(tx, author_id))


def _head(reads: Reads, tool_id: int, *, as_of: int) -> VersionRecord:
    found = reads.rows(_HEAD, {"tool_id": tool_id, "as_of": as_of})
    if not found:
        raise UnknownTool(f"no tool {tool_id} in this database; Store.tools.all() lists them")
    return measured(reads, found, as_of)[0]


def measured(reads: Reads, found: Sequence[Any], as_of: int) -> Sequence[VersionRecord]:
    """Return the versions of those rows, the counts of version 0 taken from its baseline trial."""
    versions = [_recorded(row) for row in found]
    bare = [version.id for version in versions if version.fuel is None]
    if not bare:
        return versions
    trials = reads.rows(_BASELINES, {"versions": bare, "as_of": as_of})
    counts = {row.version_id: {name: row._mapping[name] for name in _COUNTS} for row in trials}
    return [replace(version, **counts.get(version.id, {})) for version in versions]


_COUNTS = ("visible_passed", "visible_total", "gate_passed", "gate_total", "fuel")


def _author(tx: Transaction, author_id: int | None) -> str | None:
    if author_id is None:
        return None
    return str(tx.rows(select(_AGENT.c.name).where(_AGENT.c.id == author_id))[0].name)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)


def _those(tools: Sequence[ToolRecord]) -> str:
    if not tools:
        return "the database holds no tools yet"
    more = f" and {len(tools) - 5} more" if len(tools) > 5 else ""
    return f"the database holds {_listed([tool.name for tool in tools[:5]])}{more}"
