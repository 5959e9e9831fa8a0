"""Replies of models, kept before they are used, so that a crash never pays twice.

Promises: what `record` returned, and what `Pending.saved` of `submit` came back from, is on the disk; equal requests in
one turn are told apart by `nth`; a failure is kept like a reply.
Does not promise: a place in the history. The hash chain leaves these rows out, for they hold prices and latencies; as
of a moment, the calls of the turns begun by then count.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import bindparam, case, func, select, text

from .blobs import texts
from .database import Reads
from .errors import ModelFault
from .moment import NOW, When
from .row import Row, canonical
from .tables import table
from .transaction import Transaction
from .when import as_of_seq, last_turn
from .writer import Pending, Submits

CallKey = tuple[str, int, int]

_CALL, _AGENT, _BLOB = table("model_call"), table("agent"), table("blob")
_FOUND = (
    select(_CALL)
    .where(_CALL.c.request_hash == bindparam("request_hash"), _CALL.c.turn == bindparam("turn"))
    .where(_CALL.c.nth == bindparam("nth"), _CALL.c.turn <= bindparam("until"))
    .order_by(_CALL.c.id.desc())
    .limit(1)
)
_PAST = (
    select(_CALL, _BLOB.c.data.label("reply"))
    .join(_BLOB, _BLOB.c.hash == _CALL.c.reply_hash)
    .where(_CALL.c.turn > bindparam("after"), _CALL.c.turn <= bindparam("until"))
    .order_by(_CALL.c.id)
)
# All are read anyway, so the index on turns would only be a detour.
_BY_THEN = text("+model_call.turn <= :until")
_SENT = case((_CALL.c.shared, 0), else_=1)
_UNKNOWN = func.sum(case((_CALL.c.usd.is_(None), 1), else_=0)).label("unknown")
_SPENT = (
    select(
        _CALL.c.agent_id,
        func.sum(_CALL.c.counted_usd).label("usd"),
        func.sum(_CALL.c.counted_tokens).label("tokens"),
        func.sum(_CALL.c.counted_calls).label("calls"),
        _UNKNOWN,
    )
    .where(_CALL.c.run_id == bindparam("run_id"), _BY_THEN)
    .group_by(_CALL.c.agent_id)
    .order_by(_CALL.c.agent_id)
)
_SPECIES = func.coalesce(_AGENT.c.species, "").label("species")
_TOTALS = (
    select(
        _SPECIES,
        _CALL.c.model,
        func.sum(_SENT).label("calls"),
        func.sum(1 - _SENT).label("shared"),
        func.sum(case((_CALL.c.fault == "", 0), else_=1)).label("failed"),
        func.sum(_CALL.c.tokens_in).label("tokens_in"),
        func.sum(_CALL.c.tokens_out).label("tokens_out"),
        func.coalesce(func.sum(_CALL.c.usd), 0.0).label("usd"),
        _UNKNOWN,
    )
    .outerjoin(_AGENT, _AGENT.c.id == _CALL.c.agent_id)
    .where(_BY_THEN)
    .group_by(_SPECIES, _CALL.c.model)
    .order_by(_SPECIES, _CALL.c.model)
)
_FAILED = (
    select(_CALL.c.model, _CALL.c.fault, func.count().label("times"), func.max(_CALL.c.id).label("last"))
    .where(_CALL.c.fault != "", _BY_THEN)
    .group_by(_CALL.c.model, _CALL.c.fault)
    .subquery()
)
_FAILURES = (
    select(_FAILED.c.model, _FAILED.c.fault, _FAILED.c.times, _CALL.c.message)
    .join(_CALL, _CALL.c.id == _FAILED.c.last)
    .order_by(_FAILED.c.model, _FAILED.c.times.desc(), _FAILED.c.fault)
)
_TOTALS_OF_RUN = _TOTALS.where(_CALL.c.run_id == bindparam("run_id"))


@dataclass(frozen=True, slots=True)
class ModelCall:
    """A request to a model and its reply, or the `fault` (with its `message`) that was all that came of it.

    `usd` is what it cost, None where that is unknown; `counted_usd` what budgets count: the cost, or the most it may
    have cost, and so with `counted_tokens` and `counted_calls`. `finish` is why it ended, `prompt` the digest of the
    prompt's text, `attempts` the requests sent for it,
    `faults` how those failed that did; `estimated`: tokens were not told but reckoned; `shared`: the reply is that of
    an equal call under way, which pays for it.
    """

    turn: int
    model: str
    request: str
    reply: str
    tokens_in: int
    tokens_out: int
    usd: float | None
    latency_s: float
    finish: str
    run_id: int | None = None
    agent_id: int | None = None
    nth: int = 0
    prompt: str = ""
    counted_usd: float = 0.0
    provider_id: str = ""
    attempts: int = 1
    faults: tuple[ModelFault, ...] = ()
    fault: ModelFault | Literal[""] = ""
    message: str = ""
    estimated: bool = False
    shared: bool = False
    counted_tokens: int = 0
    counted_calls: int = 0


@dataclass(frozen=True, slots=True)
class AgentSpending:
    """What an agent's calls took from budgets: `usd` as counted there, `calls` requests sent, tries among them.

    `unknown` are the calls whose cost is unknown.
    """

    agent_id: int | None
    usd: float
    tokens: int
    calls: int
    unknown: int


@dataclass(frozen=True, slots=True)
class ModelSpending:
    """What one species had of one model: `calls` asked of it, and beside them those `shared` with an equal one.

    `failed` are calls without a reply, `usd` the costs as far as known, `unknown` the calls whose cost is not.
    """

    species: str
    model: str
    calls: int
    shared: int
    failed: int
    tokens_in: int
    tokens_out: int
    usd: float
    unknown: int


@dataclass(frozen=True, slots=True)
class ModelFailure:
    """One way in which calls of a model failed for good: how often, and what was said the last time."""

    model: str
    fault: ModelFault
    times: int
    message: str


_PLAIN = (
    "turn", "model", "tokens_in", "tokens_out", "usd", "latency_s", "finish", "run_id", "agent_id", "nth", "prompt",
    "counted_usd", "counted_tokens", "counted_calls", "provider_id", "attempts", "fault", "message", "estimated",
    "shared",
)  # fmt: skip


class Journal:
    """The journal of a store."""

    def __init__(self, reads: Reads, writes: Submits) -> None:
        self._reads = reads
        self._writes = writes

    def submit(self, call: ModelCall) -> Pending[int]:
        """Queue a call to be written; it may be used once that is durable. The result is its id.

        Raises: ReadOnly, StorageError: nothing can be written.
        """
        return self._writes.submit(lambda tx: _note(tx, call))

    def record(self, call: ModelCall) -> int:
        """Write a call to the disk at once and return its id.

        Raises: ReadOnly, DiskFull, StorageError: it could not be written.
        """
        return self.submit(call).durable()

    def lookup(self, request_hash: str, turn: int, *, nth: int = 0, as_of: When = None) -> ModelCall | None:
        """Return the call for a request (by `request_hash`) in a turn; `nth` counts equal ones from 0."""
        asked = {"request_hash": request_hash, "turn": turn, "nth": nth, "until": self._until(as_of)}
        found = self._reads.rows(_FOUND, asked)
        if not found:
            return None
        row: Any = found[0]
        words = texts(self._reads, [row.request_hash, row.reply_hash])
        return _call(row._mapping, request=words[row.request_hash], reply=words[row.reply_hash])

    def past(self, after_turn: int = -1, *, as_of: When = None) -> dict[CallKey, ModelCall]:
        """Return all calls of later turns by (request hash, turn, nth), the last of each.

        A later one was asked because the earlier was of no use, such as one that an earlier budget refused.
        Their `request` is left empty, for requests are long and whoever looks one up has it; `Store.blobs` knows it.
        """
        calls: dict[CallKey, ModelCall] = {}
        for row in self._reads.rows(_PAST, {"after": after_turn, "until": self._until(as_of)}):
            reply = zlib.decompress(row.reply).decode()
            calls[row.request_hash, row.turn, row.nth] = _call(row._mapping, request="", reply=reply)
        return calls

    def spent(self, run_id: int, *, as_of: When = None) -> Sequence[AgentSpending]:
        """Return what the calls of a run took from budgets, agent by agent."""
        found = self._reads.rows(_SPENT, {"run_id": run_id, "until": self._until(as_of)})
        return [AgentSpending(*row) for row in found]

    def totals(self, run_id: int | None = None, *, as_of: When = None) -> Sequence[ModelSpending]:
        """Return what each species had of each model, in one run or in all; calls by no agent are of species ''."""
        asked = {"until": self._until(as_of)}
        if run_id is None:
            found = self._reads.rows(_TOTALS, asked)
        else:
            found = self._reads.rows(_TOTALS_OF_RUN, {**asked, "run_id": run_id})
        return [ModelSpending(*row) for row in found]

    def failures(self, *, as_of: When = None) -> Sequence[ModelFailure]:
        """Return the ways in which calls of each model failed for good, the most frequent first."""
        return [ModelFailure(*row) for row in self._reads.rows(_FAILURES, {"until": self._until(as_of)})]

    def _until(self, as_of: When) -> int:
        """Return the last turn whose calls were there at a moment: a call belongs to a turn, and to no event."""
        return NOW if as_of is None else last_turn(self._reads, as_of_seq(self._reads, as_of))


def request_hash(request: str) -> str:
    """Return the name under which a request is looked up: its sha256 in hexadecimal."""
    return hashlib.sha256(request.encode()).hexdigest()


def _call(values: Mapping[Any, Any], *, request: str, reply: str) -> ModelCall:
    plain = {name: values[name] for name in _PLAIN}
    return ModelCall(**plain, faults=tuple(json.loads(values["faults"])), request=request, reply=reply)


def _note(tx: Transaction, call: ModelCall) -> int:
    plain = {name: getattr(call, name) for name in _PLAIN}
    hashes = {"request_hash": tx.blob(call.request), "reply_hash": tx.blob(call.reply)}
    return tx.note(Row("model_call", {**plain, **hashes, "faults": canonical(list(call.faults)), "at": tx.at}))
