"""The tables: what is remembered, column by column.

Promises: every history row carries `seq`, the event that wrote it; columns marked `CLOCK` (wall time, facts about the
machine) are outside the hash chain; `HISTORY` lists the history tables in an order in which rows can be inserted.
The seals cover every column of every table in `SEALED`.
Does not promise: reading or writing; the facades (`tools`, `blackboard` and so on) do that.
"""

from __future__ import annotations

from sqlalchemy import Index, LargeBinary, UniqueConstraint, text
from sqlalchemy import Table as CoreTable

from .column import Table, column
from .operational import MilestoneTable, ModelCallTable, SealTable, SessionTable, SyntaxTable

# Events by which people put something in force or let it go, and what comes of it; `request` is what they asked.
CONTROL_KINDS = (
    *("quarantine", "release", "freeze", "unfreeze", "await", "approve", "deny", "stop", "clear"),
    *("break_glass", "roll_back", "canary"),
)


class HistoryTable(Table):
    """A row that an event wrote and the hash chain covers."""

    id: int | None = column("number of the row, counting from 1 without gaps", key=True)
    seq: int = column("event that wrote the row", to="event.seq", index=True)


class EventTable(Table, table=True):
    """One thing that happened; `agent_id`, `task_id` and `tool_id` may name rows that this very event writes."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_retire", "agent_id", sqlite_where=text("kind = 'retire'")),
        Index("ix_event_end", "run_id", sqlite_where=text("kind = 'end'")),
        Index("ix_event_flip", "seq", sqlite_where=text("kind = 'flip'")),
        Index("ix_event_control", "seq", sqlite_where=text(f"kind IN {CONTROL_KINDS!r}")),
        Index("ix_event_request", text("json_extract(payload, '$.key')"), sqlite_where=text("kind = 'request'")),
    )
    seq: int | None = column("number of the event, counting from 1 without gaps", key=True)
    run_id: int | None = column("run it belongs to, none outside runs")
    turn: int = column("turn it belongs to, 0 outside turns")
    kind: str = column("what happened: settle, spawn, turn, propose, judge, save, ...")
    cause: int | None = column("seq of the event that led to it", to="event.seq")
    agent_id: int | None = column("agent it is about")
    task_id: int | None = column("task it is about")
    tool_id: int | None = column("tool it is about")
    payload: str = column("what else there is to say, as JSON")
    digest: bytes = column("sha256 over the event, its rows and the digest before it", sa_type=LargeBinary, clock=True)
    at: float = column("wall time, seconds since 1970", clock=True)


class BlobTable(Table, table=True):
    """A text by its sha256, compressed; rows cover it by naming the hash."""

    __tablename__ = "blob"
    hash: str | None = column("sha256 of the text, hexadecimal", key=True)
    size: int = column("length of the text, bytes of UTF-8")
    data: bytes = column("the text, zlib-compressed", sa_type=LargeBinary, clock=True)


class RunTable(HistoryTable, table=True):
    """A run asked for: its seed, window, model and settings; its budget says how far it gets, not what happens."""

    __tablename__ = "run"
    seed: int = column("seed of all chance")
    window: int = column("W of law 5, turns")
    model: str = column("what its agents think with")
    turns_target: int = column("last turn at most")
    charter_hash: str = column("digest of the charter it began under")
    settings: str = column("its settings, as JSON")
    budget: str = column("what it may spend, as JSON", clock=True)


class AgentTable(HistoryTable, table=True):
    """An agent born; it dies by an event of kind `retire`."""

    __tablename__ = "agent"
    name: str = column("family or species, and number")
    species: str = column("what kind of mind it has")
    founder_id: int = column("first of its line; itself for a founder", to="agent.id")
    parent_id: int | None = column("who bore it, none for a founder", to="agent.id", index=True)
    depth: int = column("generations since the founder")
    jump_id: int = column("ancestor to which a climb may jump", to="agent.id")
    genome: str = column("what it was born with, as JSON")


class TaskTable(HistoryTable, table=True):
    """A task settled."""

    __tablename__ = "task"
    name: str = column("its name", unique=True)
    source: str = column("where it came from")
    licence: str = column("licence of its code")
    entry_point: str = column("name of the function under repair", index=True)
    description_hash: str = column("text that says what the tool is for", to="blob.hash")
    helper_hash: str = column("code run before the tool's", to="blob.hash")
    code_hash: str = column("code as it came", to="blob.hash")
    compare: str = column("exact, or close (within 1e-6)")
    lists: bool = column("whether tuples count as lists")
    judged: str = column("by its cases, or by earnings")
    capabilities: str | None = column("what its code may use beyond the usual, JSON list; none where nothing")
    properties: str | None = column("what must hold of it, JSON list; none where nothing is stated")
    digest: str = column("sha256 of everything in the task")


class CaseTable(HistoryTable, table=True):
    """One case of a task, in its ring and place."""

    __tablename__ = "task_case"
    task_id: int = column("task it belongs to", to="task.id", index=True)
    ring: str = column("visible, gate or sealed")
    position: int = column("place among the task's cases, from 0")
    args: str = column("arguments, a tuple literal; or empty")
    setup: str = column("statements to run first")
    call: str = column("expression to evaluate, where there are no args")
    expect: str = column("what it should give, a literal")


class ToolTable(HistoryTable, table=True):
    """A tool on the shelf; its code is in its versions."""

    __tablename__ = "tool"
    task_id: int = column("task that judges it", to="task.id", index=True)
    name: str = column("its name", unique=True)


class ProposalTable(HistoryTable, table=True):
    """A rewrite proposed: to replace `parent_id`; `basis_id` is the version its code was made from.

    `model` thought it up, empty where none did; `components` lists the versions of other tools it is built on (JSON).
    """

    __tablename__ = "proposal"
    tool_id: int = column("tool to be rewritten", to="tool.id", index=True)
    parent_id: int = column("version it is to replace", to="tool_version.id")
    basis_id: int | None = column("version its code was made from", to="tool_version.id")
    author_id: int | None = column("agent that proposed it", to="agent.id", index=True)
    family: str = column("family of edits, or empty")
    code_hash: str = column("the code proposed", to="blob.hash")
    reason: str = column("what the author says of it")
    model: str = column("model that thought it up, empty where none did")
    components: str = column("versions of other tools it is built on, JSON list")


class VersionTable(HistoryTable, table=True):
    """A version of a tool; the newest is the tool's head; number 0 is the code as it came."""

    __tablename__ = "tool_version"
    __table_args__ = (
        UniqueConstraint("tool_id", "number"),
        Index("ix_tool_version_tool_id_seq", "tool_id", "seq"),
    )
    tool_id: int = column("tool it is a version of", to="tool.id")
    number: int = column("place among the tool's versions, from 0")
    parent_id: int | None = column("version it replaced, none for number 0", to="tool_version.id", index=True)
    depth: int = column("steps from the root of its line")
    jump_id: int = column("ancestor to which a climb may jump", to="tool_version.id")
    author_id: int | None = column("agent that wrote it, none as it came", to="agent.id", index=True)
    proposal_id: int | None = column("proposal that became it", to="proposal.id", index=True)
    code_hash: str = column("its code", to="blob.hash")
    visible_passed: int | None = column("visible cases passed; of number 0 see evaluation")
    visible_total: int | None = column("visible cases")
    gate_passed: int | None = column("gate cases passed")
    gate_total: int | None = column("gate cases")
    fuel: int | None = column("fuel used by all these cases")
    size: int = column("length of its code, characters")
    reason: str = column("why it was written")
    model: str = column("model that thought it up, empty where none did")


class VersionParentTable(HistoryTable, table=True):
    """A second parent of a version, or an ingredient taken from another."""

    __tablename__ = "version_parent"
    version_id: int = column("version that has a further parent", to="tool_version.id", index=True)
    parent_id: int = column("that parent", to="tool_version.id", index=True)
    role: str = column("basis, component, ingredient, required or restored")


class RequirementTable(HistoryTable, table=True):
    """What a version requires: the function `name` of another tool, as it is in the version `required_id`."""

    __tablename__ = "requirement"
    version_id: int = column("version that requires it", to="tool_version.id", index=True)
    name: str = column("function by which its code calls the other tool: that one's entry point")
    required_id: int = column("version of the other tool that it is pinned to", to="tool_version.id", index=True)


class EvaluationTable(HistoryTable, table=True):
    """What one sandbox run of a candidate or a version gave; `passed` reads like `1101|111`, a group for each ring."""

    __tablename__ = "evaluation"
    proposal_id: int | None = column("proposal that was tried", to="proposal.id", index=True)
    version_id: int | None = column("version that was tried", to="tool_version.id", index=True)
    ring_set: str = column("examine, baseline or sealed")
    passed: str = column("a 1 or 0 for each case, a group for each ring")
    visible_passed: int = column("visible cases passed")
    visible_total: int = column("visible cases run")
    gate_passed: int = column("gate cases passed")
    gate_total: int = column("gate cases run")
    sealed_passed: int = column("sealed cases passed")
    sealed_total: int = column("sealed cases run")
    fuel: int = column("fuel used by all cases")
    signature: str = column("digest of what the candidate gave on its cases")
    outcome: str = column("how the run of the sandbox ended")
    tier: str = column("tier of the sandbox", clock=True)


class VerdictTable(HistoryTable, table=True):
    """One rule's answer to one proposal, or to a birth asked for (no proposal; the event names the parent)."""

    __tablename__ = "verdict"
    proposal_id: int | None = column("proposal judged, none for a birth", to="proposal.id", index=True)
    stage: str = column("examine or admit")
    rule: str = column("rule that answered", index=True)
    outcome: str = column("pass, veto or ask")
    evidence: str = column("what the rule saw, as JSON")
    would_pass: str = column("what would have passed")
    charter_hash: str = column("digest of the charter in force")


class CritiqueTable(HistoryTable, table=True):
    """What an agent said for or against a proposal, with evidence."""

    __tablename__ = "critique"
    proposal_id: int = column("proposal spoken of", to="proposal.id", index=True)
    agent_id: int = column("agent that spoke", to="agent.id", index=True)
    stance: str = column("support or object")
    kind: str = column("sort of evidence")
    evidence: str = column("the evidence, as JSON")


class TestCaseTable(HistoryTable, table=True):
    """A case for a tool that an agent wrote; `backing` lists the lineages that speak for it."""

    __tablename__ = "test_case"
    tool_id: int = column("tool it tests", to="tool.id", index=True)
    agent_id: int | None = column("agent that wrote it", to="agent.id")
    args: str = column("arguments, a tuple literal; or empty")
    setup: str = column("statements to run first")
    call: str = column("expression to evaluate, where there are no args")
    expect: str = column("what it should give, a literal")
    reason: str = column("what its author says of it")
    status: str = column("offered or agreed")
    backing: str = column("founders of the lineages that speak for it, JSON list")


class PostTable(HistoryTable, table=True):
    """A post on the blackboard; one with `retracts_id` takes that post back."""

    __tablename__ = "post"
    agent_id: int | None = column("agent that posted it", to="agent.id")
    topic: str = column("what it is about, such as tool/3")
    body: str = column("the text")
    thread_id: int | None = column("post it answers", to="post.id", index=True)
    retracts_id: int | None = column("post it takes back", to="post.id", index=True)


class SignalTable(HistoryTable, table=True):
    """A scent on the blackboard; after `until_turn` it is too faint to be read."""

    __tablename__ = "signal"
    agent_id: int | None = column("agent that left it", to="agent.id")
    kind: str = column("failing, unmet, review, stale, improve, ...")
    subject: str = column("what it calls to")
    strength: float = column("strength when it was left")
    half_life: float = column("turns after which half is left")
    turn: int = column("turn in which it was left")
    until_turn: int = column("last turn in which it can be sensed", index=True)


class ClaimTable(HistoryTable, table=True):
    """A lease on a subject for the turns from `turn` up to, not including, `until_turn`."""

    __tablename__ = "claim"
    __table_args__ = (UniqueConstraint("subject", "token"),)
    agent_id: int = column("agent that holds it", to="agent.id")
    subject: str = column("what is claimed")
    turn: int = column("first turn of the lease")
    until_turn: int = column("first turn after the lease")
    token: int = column("fencing token, counting up for each subject")


class LedgerTable(HistoryTable, table=True):
    """An amount that an agent (or the whole run) gained or spent, and what it has after that."""

    __tablename__ = "ledger"
    __table_args__ = (Index("ix_ledger_agent_kind", "agent_id", "kind", "id"),)
    agent_id: int | None = column("whose account, none for the run's own", to="agent.id")
    kind: str = column("energy, usd or tokens")
    amount: float = column("gained (above zero) or spent, in units of kind")
    balance: float = column("what the account holds afterwards")
    reason: str = column("what for")


HISTORY: tuple[str, ...] = (
    "run", "agent", "task", "task_case", "tool", "proposal", "tool_version", "version_parent", "requirement",
    "evaluation", "verdict", "critique", "test_case", "post", "signal", "claim", "ledger",
)  # fmt: skip
OPERATIONAL: tuple[str, ...] = tuple(
    str(each.__tablename__) for each in (SessionTable, ModelCallTable, SyntaxTable, MilestoneTable)
)
SEALED: tuple[str, ...] = ("event", "blob", *HISTORY, *OPERATIONAL)
ALL: tuple[str, ...] = (*SEALED, str(SealTable.__tablename__))


def table(name: str) -> CoreTable:
    """Return the SQLAlchemy table of that name."""
    return Table.metadata.tables[name]


def table_names() -> frozenset[str]:
    """Return the names of all tables of a store."""
    return frozenset(ALL)
