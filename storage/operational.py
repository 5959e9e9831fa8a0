"""The tables outside the history: who worked on it, what models replied, what is derived, and the seals over all rows.

Promises: the hash chain knows nothing of these rows, so that they may differ between two equal histories.
"""

from __future__ import annotations

from sqlalchemy import Index, LargeBinary

from .column import Table, column


class SyntaxTable(Table, table=True):
    """The syntax tree of a source, to find equal programs by; a source that was noted twice has equal rows."""

    __tablename__ = "syntax"
    id: int | None = column("number of the row", key=True)
    code_hash: str = column("the source's text", to="blob.hash", index=True)
    tree_hash: str = column("equal for sources that differ in layout, comments and documentation alone", index=True)


class SessionTable(Table, table=True):
    """A process that worked on a run: one row when it begins, one that names it in `began_id` when it ends.

    `guard` is the text that lists the rule layer's files with their digests; older releases kept none.
    """

    __tablename__ = "session"
    id: int | None = column("number of the row", key=True)
    run_id: int = column("run it worked on", to="run.id")
    began_id: int | None = column("row of its beginning, where this is its end", to="session.id")
    pid: int = column("process")
    workers: int = column("worker processes")
    tier: str = column("tier of the sandbox")
    proof: str = column("what the sandbox proved of itself, as JSON")
    python: str = column("version of Python")
    replay: str = column("database whose replies it used, empty where none")
    outcome: str = column("how it ended, empty at its beginning")
    guard: str | None = column("the list of the rule layer's files with their digests", to="blob.hash")
    at: float = column("wall time, seconds since 1970")


class ModelCallTable(Table, table=True):
    """A reply of a model, or its failure, kept before it is used; `nth` tells equal requests of one turn apart."""

    __tablename__ = "model_call"
    __table_args__ = (Index("ix_model_call_turn", "turn", "request_hash"),)
    id: int | None = column("number of the call", key=True)
    run_id: int | None = column("run it belongs to", to="run.id")
    turn: int = column("turn it was asked in")
    nth: int = column("tells equal requests of one turn apart, from 0")
    agent_id: int | None = column("agent that asked", to="agent.id")
    request_hash: str = column("the request's text", to="blob.hash")
    reply_hash: str = column("the reply's text", to="blob.hash")
    model: str = column("model that was asked")
    prompt: str = column("digest of the prompt it was made from")
    tokens_in: int = column("tokens of the request")
    tokens_out: int = column("tokens of the reply")
    usd: float | None = column("price in dollars, none where unknown")
    counted_usd: float = column("dollars counted against budgets")
    counted_tokens: int = column("tokens counted against budgets")
    counted_calls: int = column("calls counted against budgets")
    latency_s: float = column("seconds until the reply")
    finish: str = column("why the reply ended")
    provider_id: str = column("the provider's own id of it")
    attempts: int = column("requests sent for it")
    faults: str = column("kinds of failed attempts")
    fault: str = column("kind of the failure, empty for a reply")
    message: str = column("what the failure said")
    estimated: bool = column("whether the tokens are estimated")
    shared: bool = column("whether another's equal call brought it")
    at: float = column("wall time, seconds since 1970")


class MilestoneTable(Table, table=True):
    """The totals of the history up to `seq`, noted every thousand events; derived, so outside the hash chain."""

    __tablename__ = "milestone"
    id: int | None = column("number of the row", key=True)
    seq: int = column("last event counted", to="event.seq", unique=True)
    turn: int = column("last turn by then", index=True)
    at: float = column("latest wall time by then, seconds since 1970", index=True)
    turns: int = column("turns taken")
    candidates: int = column("programs run by minds")
    proposals: int = column("rewrites proposed")
    vetoes: int = column("rewrites and births refused")
    admissions: int = column("rewrites that became versions")
    births: int = column("agents born, founders among them")
    deaths: int = column("agents retired")
    energy_gained: float = column("energy that agents gained")
    energy_spent: float = column("energy that agents spent")
    usd: float = column("dollars spent on models, as far as known")
    tokens: float = column("tokens spent on models")
    rules: str = column("vetoes of each rule, as JSON")


class SealTable(Table, table=True):
    """What one commit wrote: `spans` (JSON) are the first and last id in each table, `marks` eight bytes for each row.

    `digest` is the sha256 over the digest of the seal before, this seal, and every column of each of those rows.
    """

    __tablename__ = "seal"
    id: int | None = column("number of the seal", key=True)
    seq: int = column("last event by then")
    spans: str = column("first and last id it covers in each table, as JSON")
    marks: bytes = column("eight bytes for itself and for each row it covers", sa_type=LargeBinary, clock=True)
    digest: bytes = column("sha256 over the seal before, this one and its rows", sa_type=LargeBinary, clock=True)
    at: float = column("wall time, seconds since 1970")
