"""Cases for tools that agents wrote themselves: offered by one, agreed once others speak for them.

Promises: a case stays as it was recorded; one that changes its status is recorded again.
Does not promise: that a case is right, or that enough lineages back it. Whoever records it as agreed decides that.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Unpack

from sqlalchemy import bindparam, select

from .database import Reads
from .moment import Moment, When
from .row import Row, canonical
from .tables import table
from .transaction import Transaction
from .when import as_of_seq

TestStatus = Literal["offered", "agreed"]

_TEST = table("test_case")
_OF_TOOL = (
    select(_TEST).where(_TEST.c.tool_id == bindparam("tool_id"), _TEST.c.seq <= bindparam("as_of")).order_by(_TEST.c.id)
)
_OF_STATUS = _OF_TOOL.where(_TEST.c.status == bindparam("status"))


@dataclass(frozen=True, slots=True)
class TestRecord:
    """A case as an agent wrote it, its texts as in `Case`; `backing` are the lineages that speak for it."""

    # Not a class of tests, whatever a test runner makes of the name.
    __test__: ClassVar[bool] = False

    id: int
    seq: int
    tool_id: int
    agent_id: int | None
    args: str
    setup: str
    call: str
    expect: str
    reason: str
    status: TestStatus
    backing: tuple[int, ...]


class Cases:
    """The cases of a store that agents wrote; part of `Tools`."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    def test(
        self,
        tx: Transaction,
        *,
        tool_id: int,
        agent_id: int | None,
        expect: str,
        reason: str,
        status: TestStatus,
        backing: Sequence[int],
        args: str = "",
        setup: str = "",
        call: str = "",
        **moment: Unpack[Moment],
    ) -> TestRecord:
        """Record a case for a tool: `args`, or `setup` and `call`, should give `expect`; `backing` lists lineages."""
        case = {"args": args, "setup": setup, "call": call, "expect": expect}
        about = {"tool_id": tool_id, "agent_id": agent_id, "reason": reason, "status": status}
        row = Row("test_case", {**case, **about, "backing": canonical(list(backing))})
        return _record(tx.record("test", row, agent_id=agent_id, tool_id=tool_id, **moment).rows[0][1])

    def tests(self, tool_id: int, status: TestStatus | None = None, as_of: When = None) -> Sequence[TestRecord]:
        """Return the cases that agents wrote for a tool, oldest first, of one status where that is given."""
        asked = {"tool_id": tool_id, "as_of": as_of_seq(self._reads, as_of)}
        if status is None:
            return [_record(row._mapping) for row in self._reads.rows(_OF_TOOL, asked)]
        return [_record(row._mapping) for row in self._reads.rows(_OF_STATUS, {**asked, "status": status})]


def _record(values: Mapping[Any, Any]) -> TestRecord:
    return TestRecord(**{**values, "backing": tuple(json.loads(values["backing"]))})
