"""A new store for each test, with one settled task and two agents where a test asks for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from storage import AgentRecord, Case, Entry, Ruling, Score, Settled, Store, Task, Transaction, VersionRecord

Save = Callable[[str], VersionRecord]
Everything = Callable[[Store, Transaction], tuple[Entry, ...]]


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


@pytest.fixture(scope="session")
def everything() -> Everything:
    """A change that writes to every table of the history."""
    return write_everything


def write_everything(store: Store, tx: Transaction) -> tuple[Entry, ...]:
    task = Task("sort", "f", "def f(a): return a", (Case("visible", "1", args="(1,)"), Case("gate", "2", args="(2,)")))
    run = store.runs.start(
        tx, seed=1, window=4, model="offline", turns_target=9, charter_hash="c", settings={"b": 1, "a": [0.5]}
    )
    ids = store.tasks.settle(tx, task, run_id=run.id)
    ann = store.agents.spawn(tx, name="ann", species="guard", genome={"boldness": 0.25}, run_id=run.id)
    bob = store.agents.spawn(tx, name="bob", species="guard", genome={}, parent_id=ann.id, cause=ann.seq)
    score = Score(1, 1, 0, 1, 12)
    proposed = store.tools.propose(
        tx,
        tool_id=ids.tool_id,
        parent_id=ids.version_id,
        author_id=ann.id,
        family="guard",
        source="x",
        reason="why",
        turn=1,
    )
    store.tools.evaluate(
        tx, ring_set="examine", passed="1|0", score=score, outcome="ok", tier="zygote", proposal_id=proposed.id, turn=1
    )
    rulings = [Ruling("NoCaseLost", "pass"), Ruling("Gate", "veto", {"lost": [1]}, "pass case 1")]
    store.tools.judge(tx, rulings, proposal_id=proposed.id, stage="examine", charter_hash="c", cause=proposed.seq)
    store.tools.criticise(
        tx, proposal_id=proposed.id, agent_id=bob.id, stance="object", kind="slow", evidence={"fuel": 10**9}
    )
    store.tools.test(
        tx,
        tool_id=ids.tool_id,
        agent_id=bob.id,
        args="(3,)",
        expect="3",
        reason="why",
        status="agreed",
        backing=[1],
    )
    store.tools.save(
        tx,
        tool_id=ids.tool_id,
        expected_head=ids.version_id,
        source=f"from shelf.v{ids.version_id} import f\n",
        score=score,
        reason="why",
        proposal_id=proposed.id,
        parents=[(ids.version_id, "ingredient")],
    )
    store.board.post(tx, topic="task:1", body="hé\0llo", agent_id=bob.id)
    store.board.signal(tx, kind="open", subject="task:1", strength=-0.0, half_life=3, turn=2)
    store.board.claim(tx, "task:1", agent_id=bob.id, lease=3, turn=2)
    store.ledger.enter(tx, bob.id, kind="energy", amount=-1, reason="birth")
    store.ledger.spend(tx, bob.id, usd=0.25, tokens=12, turn=2)
    store.agents.retire(tx, ann.id, reason="old", turn=2)
    return tuple(tx.entries)
