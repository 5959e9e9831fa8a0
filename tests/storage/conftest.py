"""A new store for each test, with one settled task and two agents where a test asks for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from storage import AgentRecord, Case, Score, Settled, Store, Task, Transaction, VersionRecord

Save = Callable[[str], VersionRecord]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "zoo.db") as opened:
        yield opened


@pytest.fixture
def task() -> Task:
    cases = (
        Case("visible", "[1, 2]", args="([2, 1],)"),
        Case("gate", "[]", setup="x = []", call="sort_words(x)"),
        Case("sealed", "[3]", args="([3],)"),
    )
    return Task("sort", "sort_words", "def sort_words(a):\n    return a\n", cases, description="Sorts.", source="ours")


@pytest.fixture
def settled(store: Store, task: Task) -> Settled:
    return store.write(lambda tx: store.tasks.settle(tx, task))


@pytest.fixture
def ann(store: Store) -> AgentRecord:
    return store.write(lambda tx: store.agents.spawn(tx, name="ann", species="comparison", genome={"boldness": 0.5}))


@pytest.fixture
def bob(store: Store, ann: AgentRecord) -> AgentRecord:
    return store.write(lambda tx: store.agents.spawn(tx, name="bob", species="guard", genome={}, parent_id=ann.id))


@pytest.fixture
def save(store: Store, settled: Settled, ann: AgentRecord) -> Save:
    """Save the next version of the settled tool, by ann, on top of its head."""

    def one(source: str) -> VersionRecord:
        def change(tx: Transaction) -> VersionRecord:
            return store.tools.save(
                tx,
                tool_id=settled.tool_id,
                expected_head=head,
                source=source,
                score=Score(1, 1, 1, 1, 40),
                reason="line 2: sorted",
                author_id=ann.id,
            )

        head = store.tools.head(settled.tool_id).id
        return store.write(change)

    return one
