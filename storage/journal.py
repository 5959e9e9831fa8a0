"""Replies of models, kept before they are used, so that a crash never pays twice.

Promises: what `record` returned is on the disk; equal requests in one turn are told apart by their order.
Does not promise: a place in the history. The hash chain leaves these rows out, for they hold prices and latencies.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from .blobs import texts
from .database import Reads
from .row import Row
from .tables import table
from .transaction import Transaction
from .writer import Submits

_CALL = table("model_call")
_FOUND = (
    select(_CALL)
    .where(_CALL.c.request_hash == bindparam("request_hash"), _CALL.c.turn == bindparam("turn"))
    .order_by(_CALL.c.id)
    .limit(1)
    .offset(bindparam("nth"))
)


@dataclass(frozen=True, slots=True)
class ModelCall:
    """A request to a model and its reply: tokens counted, `usd` paid, `latency_s` seconds, `finish` why it ended."""

    turn: int
    model: str
    request: str
    reply: str
    tokens_in: int
    tokens_out: int
    usd: float
    latency_s: float
    finish: str
    run_id: int | None = None
    agent_id: int | None = None


_PLAIN = ("turn", "model", "tokens_in", "tokens_out", "usd", "latency_s", "finish", "run_id", "agent_id")


class Journal:
    """The journal of a store."""

    def __init__(self, reads: Reads, writes: Submits) -> None:
        self._reads = reads
        self._writes = writes

    def record(self, call: ModelCall) -> int:
        """Write a reply to the disk at once and return its id.

        Raises: ReadOnly, DiskFull, StorageError: it could not be written.
        """
        return self._writes.submit(lambda tx: _note(tx, call)).durable()

    def lookup(self, request_hash: str, turn: int, *, nth: int = 0) -> ModelCall | None:
        """Return the reply to a request (by `request_hash`) in a turn; `nth` counts equal ones from 0."""
        found = self._reads.rows(_FOUND, {"request_hash": request_hash, "turn": turn, "nth": nth})
        if not found:
            return None
        row: Any = found[0]
        words = texts(self._reads, [row.request_hash, row.reply_hash])
        plain = {name: row._mapping[name] for name in _PLAIN}
        return ModelCall(**plain, request=words[row.request_hash], reply=words[row.reply_hash])


def request_hash(request: str) -> str:
    """Return the name under which a request is looked up: its sha256 in hexadecimal."""
    return hashlib.sha256(request.encode()).hexdigest()


def _note(tx: Transaction, call: ModelCall) -> int:
    hashes = {"request_hash": tx.blob(call.request), "reply_hash": tx.blob(call.reply)}
    return tx.note(Row("model_call", {**{name: getattr(call, name) for name in _PLAIN}, **hashes, "at": tx.at}))
