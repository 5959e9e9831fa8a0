"""The tables: what is remembered, column by column.

Promises: every history row carries `seq`, the event that wrote it; columns marked `CLOCK` (wall time, facts about the
machine) are outside the hash chain; `HISTORY` lists the history tables in an order in which rows can be inserted; the
seals cover every column of every table in `SEALED`.
Does not promise: reading or writing; the facades (`tools`, `blackboard` and so on) do that.
"""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy import Index, LargeBinary, MetaData, UniqueConstraint, text
from sqlalchemy import Table as CoreTable
from sqlmodel import Field, SQLModel

CLOCK: dict[str, Any] = {"info": {"clock": True}}
# Events by which people put something in force or let it go, and what comes of it; `request` is what they asked.
CONTROL_KINDS = (
    "quarantine", "release", "freeze", "unfreeze", "await", "approve", "deny", "stop", "clear", "break_glass",
    "roll_back", "canary",
)  # fmt: skip


class Table(SQLModel):
    """The base of all tables; its own `MetaData` keeps a user's SQLModel classes out of our files."""

    metadata: ClassVar[MetaData] = MetaData()


class HistoryTable(Table):
    """A row that an event wrote and the hash chain covers."""

    id: int | None = Field(default=None, primary_key=True)
    seq: int = Field(foreign_key="event.seq", index=True)


class EventTable(Table, table=True):
    """One thing that happened; `agent_id`, `task_id` and `tool_id` may name rows that this very event writes."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_retire", "agent_id", sqlite_where=text("kind = 'retire'")),
        Index("ix_event_end", "run_id", sqlite_where=text("kind = 'end'")),
        Index("ix_event_control", "seq", sqlite_where=text(f"kind IN {CONTROL_KINDS!r}")),
        Index("ix_event_request", text("json_extract(payload, '$.key')"), sqlite_where=text("kind = 'request'")),
    )
    seq: int | None = Field(default=None, primary_key=True)
    run_id: int | None
    turn: int
    kind: str
    cause: int | None = Field(foreign_key="event.seq")
    agent_id: int | None
    task_id: int | None
    tool_id: int | None
    payload: str
    digest: bytes = Field(sa_type=LargeBinary, sa_column_kwargs=CLOCK)
    at: float = Field(sa_column_kwargs=CLOCK)


class BlobTable(Table, table=True):
    """A text by its sha256, compressed; rows cover it by naming the hash."""

    __tablename__ = "blob"
    hash: str | None = Field(default=None, primary_key=True)
    size: int
    data: bytes = Field(sa_type=LargeBinary, sa_column_kwargs=CLOCK)


class RunTable(HistoryTable, table=True):
    """A run asked for: its seed, window, model and settings; its budget says how far it gets, not what happens."""

    __tablename__ = "run"
    seed: int
    window: int
    model: str
    turns_target: int
    charter_hash: str
    settings: str
    budget: str = Field(sa_column_kwargs=CLOCK)


class AgentTable(HistoryTable, table=True):
    """An agent born; it dies by an event of kind `retire`."""

    __tablename__ = "agent"
    name: str
    species: str
    founder_id: int = Field(foreign_key="agent.id")
    parent_id: int | None = Field(foreign_key="agent.id", index=True)
    depth: int
    jump_id: int = Field(foreign_key="agent.id")
    genome: str


class TaskTable(HistoryTable, table=True):
    """A task settled."""

    __tablename__ = "task"
    name: str = Field(unique=True)
    source: str
    licence: str
    entry_point: str = Field(index=True)
    description_hash: str = Field(foreign_key="blob.hash")
    helper_hash: str = Field(foreign_key="blob.hash")
    code_hash: str = Field(foreign_key="blob.hash")
    compare: str
    lists: bool
    judged: str
    capabilities: str | None
    properties: str | None
    digest: str


class CaseTable(HistoryTable, table=True):
    """One case of a task, in its ring and place."""

    __tablename__ = "task_case"
    task_id: int = Field(foreign_key="task.id", index=True)
    ring: str
    position: int
    args: str
    setup: str
    call: str
    expect: str


class ToolTable(HistoryTable, table=True):
    """A tool on the shelf; its code is in its versions."""

    __tablename__ = "tool"
    task_id: int = Field(foreign_key="task.id", index=True)
    name: str = Field(unique=True)


class ProposalTable(HistoryTable, table=True):
    """A rewrite proposed: to replace `parent_id`; `basis_id` is the version its code was made from.

    `model` thought it up, empty where none did; `components` lists the versions of other tools it is built on (JSON).
    """

    __tablename__ = "proposal"
    tool_id: int = Field(foreign_key="tool.id", index=True)
    parent_id: int = Field(foreign_key="tool_version.id")
    basis_id: int | None = Field(foreign_key="tool_version.id")
    author_id: int | None = Field(foreign_key="agent.id", index=True)
    family: str
    code_hash: str = Field(foreign_key="blob.hash")
    reason: str
    model: str
    components: str


class VersionTable(HistoryTable, table=True):
    """A version of a tool; the newest is the tool's head; number 0 is the code as it came."""

    __tablename__ = "tool_version"
    __table_args__ = (UniqueConstraint("tool_id", "number"),)
    tool_id: int = Field(foreign_key="tool.id")
    number: int
    parent_id: int | None = Field(foreign_key="tool_version.id", index=True)
    depth: int
    jump_id: int = Field(foreign_key="tool_version.id")
    author_id: int | None = Field(foreign_key="agent.id", index=True)
    proposal_id: int | None = Field(foreign_key="proposal.id", index=True)
    code_hash: str = Field(foreign_key="blob.hash")
    visible_passed: int | None
    visible_total: int | None
    gate_passed: int | None
    gate_total: int | None
    fuel: int | None
    size: int
    reason: str
    model: str


class VersionParentTable(HistoryTable, table=True):
    """A second parent of a version, or an ingredient taken from another."""

    __tablename__ = "version_parent"
    version_id: int = Field(foreign_key="tool_version.id", index=True)
    parent_id: int = Field(foreign_key="tool_version.id", index=True)
    role: str


class EvaluationTable(HistoryTable, table=True):
    """What one sandbox run of a candidate or a version gave; `passed` reads like `1101|111`, a group for each ring."""

    __tablename__ = "evaluation"
    proposal_id: int | None = Field(foreign_key="proposal.id", index=True)
    version_id: int | None = Field(foreign_key="tool_version.id", index=True)
    ring_set: str
    passed: str
    visible_passed: int
    visible_total: int
    gate_passed: int
    gate_total: int
    sealed_passed: int
    sealed_total: int
    fuel: int
    signature: str
    outcome: str
    tier: str = Field(sa_column_kwargs=CLOCK)


class VerdictTable(HistoryTable, table=True):
    """One rule's answer to one proposal, or to a birth asked for (no proposal; the event names the parent)."""

    __tablename__ = "verdict"
    proposal_id: int | None = Field(foreign_key="proposal.id", index=True)
    stage: str
    rule: str = Field(index=True)
    outcome: str
    evidence: str
    would_pass: str
    charter_hash: str


class CritiqueTable(HistoryTable, table=True):
    """What an agent said for or against a proposal, with evidence."""

    __tablename__ = "critique"
    proposal_id: int = Field(foreign_key="proposal.id", index=True)
    agent_id: int = Field(foreign_key="agent.id", index=True)
    stance: str
    kind: str
    evidence: str


class TestCaseTable(HistoryTable, table=True):
    """A case for a tool that an agent wrote; `backing` lists the lineages that speak for it."""

    __tablename__ = "test_case"
    tool_id: int = Field(foreign_key="tool.id", index=True)
    agent_id: int | None = Field(foreign_key="agent.id")
    args: str
    setup: str
    call: str
    expect: str
    reason: str
    status: str
    backing: str


class PostTable(HistoryTable, table=True):
    """A post on the blackboard; one with `retracts_id` takes that post back."""

    __tablename__ = "post"
    agent_id: int | None = Field(foreign_key="agent.id")
    topic: str
    body: str
    thread_id: int | None = Field(foreign_key="post.id", index=True)
    retracts_id: int | None = Field(foreign_key="post.id", index=True)


class SignalTable(HistoryTable, table=True):
    """A scent on the blackboard; after `until_turn` it is too faint to be read."""

    __tablename__ = "signal"
    agent_id: int | None = Field(foreign_key="agent.id")
    kind: str
    subject: str
    strength: float
    half_life: float
    turn: int
    until_turn: int = Field(index=True)


class ClaimTable(HistoryTable, table=True):
    """A lease on a subject for the turns from `turn` up to, not including, `until_turn`."""

    __tablename__ = "claim"
    __table_args__ = (UniqueConstraint("subject", "token"),)
    agent_id: int = Field(foreign_key="agent.id")
    subject: str
    turn: int
    until_turn: int
    token: int


class LedgerTable(HistoryTable, table=True):
    """An amount that an agent (or the whole run) gained or spent, and what it has after that."""

    __tablename__ = "ledger"
    __table_args__ = (Index("ix_ledger_agent_kind", "agent_id", "kind", "id"),)
    agent_id: int | None = Field(foreign_key="agent.id")
    kind: str
    amount: float
    balance: float
    reason: str


class SessionTable(Table, table=True):
    """A process that worked on a run: one row when it begins, one that names it in `began_id` when it ends.

    `guard` is the text that lists the rule layer's files with their digests; older releases kept none.
    """

    __tablename__ = "session"
    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(foreign_key="run.id")
    began_id: int | None = Field(foreign_key="session.id")
    pid: int
    workers: int
    tier: str
    proof: str
    python: str
    replay: str
    outcome: str
    guard: str | None = Field(foreign_key="blob.hash")
    at: float


class ModelCallTable(Table, table=True):
    """A reply of a model, or its failure, kept before it is used; `nth` tells equal requests of one turn apart."""

    __tablename__ = "model_call"
    __table_args__ = (Index("ix_model_call_turn", "turn", "request_hash"),)
    id: int | None = Field(default=None, primary_key=True)
    run_id: int | None = Field(foreign_key="run.id")
    turn: int
    nth: int
    agent_id: int | None = Field(foreign_key="agent.id")
    request_hash: str = Field(foreign_key="blob.hash")
    reply_hash: str = Field(foreign_key="blob.hash")
    model: str
    prompt: str
    tokens_in: int
    tokens_out: int
    usd: float | None
    counted_usd: float
    counted_tokens: int
    counted_calls: int
    latency_s: float
    finish: str
    provider_id: str
    attempts: int
    faults: str
    fault: str
    message: str
    estimated: bool
    shared: bool
    at: float


class SealTable(Table, table=True):
    """What one commit wrote: `spans` (JSON) are the first and last id in each table, `marks` eight bytes for each row.

    `digest` is the sha256 over the digest of the seal before, this seal, and every column of each of those rows.
    """

    __tablename__ = "seal"
    id: int | None = Field(default=None, primary_key=True)
    seq: int
    spans: str
    marks: bytes = Field(sa_type=LargeBinary, sa_column_kwargs=CLOCK)
    digest: bytes = Field(sa_type=LargeBinary, sa_column_kwargs=CLOCK)
    at: float


HISTORY: tuple[str, ...] = (
    "run", "agent", "task", "task_case", "tool", "proposal", "tool_version", "version_parent", "evaluation", "verdict",
    "critique", "test_case", "post", "signal", "claim", "ledger",
)  # fmt: skip
OPERATIONAL: tuple[str, ...] = ("session", "model_call")
SEALED: tuple[str, ...] = ("event", "blob", *HISTORY, *OPERATIONAL)
ALL: tuple[str, ...] = (*SEALED, "seal")


def table(name: str) -> CoreTable:
    """Return the SQLAlchemy table of that name."""
    return Table.metadata.tables[name]


def table_names() -> frozenset[str]:
    """Return the names of all tables of a store."""
    return frozenset({"event", "blob", *HISTORY, *OPERATIONAL})
