"""What people and other processes asked of an ecology, and what it put in force.

Promises: a request is found by its key at once, however long the history; events of control are read without the rest.
Does not promise: what they mean; whoever folds them knows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, text

from .database import Reads
from .moment import When
from .row import SHAPES
from .tables import CONTROL_KINDS
from .transaction import Entry, entry_of
from .when import as_of_seq

_COLUMNS = ", ".join(column for column, _, _ in SHAPES["event"].columns)
# The kinds are written out, not bound: only so does SQLite see that its partial indexes fit.
_EVENTS = text(f"SELECT {_COLUMNS} FROM event WHERE kind IN {CONTROL_KINDS!r} AND seq <= :as_of ORDER BY seq")
_FOUND = text(
    "SELECT seq, run_id, turn, payload FROM event WHERE kind = 'request' AND json_extract(payload, '$.key') = :key"
    " AND seq <= :as_of"
).bindparams(bindparam("key"))
_REQUESTS = text("SELECT seq, run_id, turn, payload FROM event WHERE kind = 'request' AND seq <= :as_of ORDER BY seq")

_ADMITTED = text("SELECT id FROM tool_version WHERE proposal_id = :id AND seq <= :as_of LIMIT 1")
_CLOSED = text(
    "SELECT id FROM tool_version WHERE proposal_id = :id AND seq <= :as_of"
    " UNION ALL SELECT id FROM verdict WHERE proposal_id = :id AND outcome = 'veto' AND seq <= :as_of LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """A request as it was landed: where in the history, and what was asked and answered."""

    seq: int
    run_id: int | None
    turn: int
    payload: Mapping[str, Any]


class Control:
    """The requests and the events of control in a store."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    def request(self, key: str, *, as_of: When = None) -> RequestRecord | None:
        """Return the request of a key, None where there was none."""
        found = self._reads.rows(_FOUND, {"key": key, "as_of": as_of_seq(self._reads, as_of)})
        return _record(found[0]) if found else None

    def requests(self, *, as_of: When = None) -> Sequence[RequestRecord]:
        """Return all requests, oldest first."""
        return [_record(row) for row in self._reads.rows(_REQUESTS, {"as_of": as_of_seq(self._reads, as_of)})]

    def is_open(self, proposal_id: int, *, as_of: When = None) -> bool:
        """Whether a proposal is neither vetoed nor admitted."""
        return not self._reads.rows(_CLOSED, {"id": proposal_id, "as_of": as_of_seq(self._reads, as_of)})

    def is_admitted(self, proposal_id: int, *, as_of: When = None) -> bool:
        """Whether a proposal became a version."""
        return bool(self._reads.rows(_ADMITTED, {"id": proposal_id, "as_of": as_of_seq(self._reads, as_of)}))

    def events(self, *, as_of: When = None) -> Sequence[Entry]:
        """Return the events that put something in force or let it go, oldest first, without their rows."""
        found = self._reads.rows(_EVENTS, {"as_of": as_of_seq(self._reads, as_of)})
        return [entry_of(dict(row._mapping), payload=json.loads(row.payload), rows=()) for row in found]


def broken_glass(seq: int, turn: int, payload: Mapping[str, Any]) -> str:
    """Return what a person did who broke the glass, from the event of it, in a sentence."""
    rules = ", ".join(payload["rules"])
    return (
        f"event {seq}, turn {turn}: the glass was broken for proposal {payload['proposal']} in spite of {rules},"
        f" by {payload['by']} ({payload['reason']})"
    )


def _record(row: Any) -> RequestRecord:
    return RequestRecord(row.seq, row.run_id, row.turn, json.loads(row.payload))
