"""Cases for tools that agents wrote."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from sqlite3 import connect

import pytest

from storage import AgentRecord, Settled, StorageError, Store, TestRecord, TestStatus


def offer(
    store: Store, tool_id: int, agent_id: int, *, status: TestStatus = "offered", backing: tuple[int, ...] = ()
) -> TestRecord:
    change = partial(
        store.tools.test,
        tool_id=tool_id,
        agent_id=agent_id,
        setup="x = [2, 1]",
        call="sort_words(x)",
        expect="[1, 2]",
        reason="two words out of order",
        status=status,
        backing=backing,
        turn=6,
    )
    return store.write(change)


def test_a_case_reads_back_as_its_agent_wrote_it(store: Store, settled: Settled, ann: AgentRecord) -> None:
    offered = offer(store, settled.tool_id, ann.id, backing=(ann.founder_id,))

    assert store.tools.tests(settled.tool_id) == [offered]
    assert (offered.setup, offered.call, offered.args, offered.expect) == ("x = [2, 1]", "sort_words(x)", "", "[1, 2]")
    assert (offered.agent_id, offered.status, offered.backing) == (ann.id, "offered", (ann.founder_id,))


def test_a_case_is_one_event_about_its_agent_and_tool(store: Store, settled: Settled, ann: AgentRecord) -> None:
    before = store.last_seq()

    offer(store, settled.tool_id, ann.id)

    (event,) = store.history(after=before)
    assert (event.kind, event.agent_id, event.tool_id, event.turn) == ("test", ann.id, settled.tool_id, 6)
    assert [name for name, _ in event.rows] == ["test_case"]


def test_cases_can_be_asked_by_tool_status_and_moment(store: Store, settled: Settled, ann: AgentRecord) -> None:
    offered = offer(store, settled.tool_id, ann.id)
    agreed = offer(store, settled.tool_id, ann.id, status="agreed", backing=(1, 2))

    assert store.tools.tests(settled.tool_id) == [offered, agreed]
    assert store.tools.tests(settled.tool_id, "agreed") == [agreed]
    assert store.tools.tests(settled.tool_id, status="offered", as_of=offered.seq - 1) == []
    assert store.tools.tests(settled.tool_id, as_of=offered.seq) == [offered]
    assert store.tools.tests(settled.tool_id + 1) == []


def test_a_case_for_no_tool_is_refused(store: Store, ann: AgentRecord) -> None:
    with pytest.raises(StorageError, match="FOREIGN KEY"):
        offer(store, 9, ann.id)


def test_the_cases_of_a_tool_are_found_without_a_scan(store: Store, settled: Settled, ann: AgentRecord) -> None:
    offer(store, settled.tool_id, ann.id)

    with closing(connect(store.path)) as connection:
        plan = connection.execute("EXPLAIN QUERY PLAN SELECT * FROM test_case WHERE tool_id = 1 ORDER BY id").fetchall()

    assert all("SCAN" not in step[-1] and "TEMP B-TREE" not in step[-1] for step in plan)
