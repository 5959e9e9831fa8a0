"""The history read back equals the history as it happened."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import Case, Entry, Row, Ruling, Score, Store, Task, Transaction

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**40), 2**40)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


@contextmanager
def new_store() -> Iterator[Store]:
    with tempfile.TemporaryDirectory() as folder, Store.create(Path(folder) / "zoo.db") as store:
        yield store


def full_turn(store: Store, tx: Transaction) -> tuple[Entry, ...]:
    """One change that writes to every table of the history."""
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
    store.tools.save(
        tx,
        tool_id=ids.tool_id,
        expected_head=ids.version_id,
        source="y",
        score=score,
        reason="why",
        proposal_id=proposed.id,
        parents=[(ids.version_id, "ingredient")],
    )
    store.board.post(tx, topic="task:1", body="hé\0llo", agent_id=bob.id)
    store.board.signal(tx, kind="open", subject="task:1", strength=-0.0, half_life=3, turn=2)
    store.board.claim(tx, "task:1", agent_id=bob.id, lease=3, turn=2)
    store.ledger.enter(tx, bob.id, kind="energy", amount=-1, reason="birth")
    store.agents.retire(tx, ann.id, reason="old", turn=2)
    return tuple(tx.entries)


def test_a_change_over_all_tables_reads_back_as_it_happened(store: Store) -> None:
    entries = store.write(lambda tx: full_turn(store, tx))

    assert tuple(store.history()) == entries
    assert {name for entry in entries for name, _ in entry.rows} == {
        "run", "agent", "task", "task_case", "tool", "tool_version", "version_parent", "proposal", "evaluation",
        "verdict", "critique", "post", "signal", "claim", "ledger",
    }  # fmt: skip
    store.verify()


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(TEXTS, st.dictionaries(TEXTS, JSON, max_size=3), st.lists(st.tuples(TEXTS, NUMBERS), max_size=3)),
        max_size=8,
    )
)
def test_whatever_is_recorded_reads_back_equal_and_verifies(
    plan: list[tuple[str, dict[str, object], list[tuple[str, float]]]],
) -> None:
    def change(tx: Transaction, kind: str, payload: dict[str, object], rows: list[tuple[str, float]]) -> Entry:
        posts = [Row("post", {"topic": "t", "body": body}) for body, _ in rows]
        signals = [
            Row("signal", {"kind": "k", "subject": s, "strength": x, "half_life": 1, "turn": 0, "until_turn": 0})
            for s, x in rows
        ]
        return tx.record(kind, *signals, *posts, payload=payload)

    with new_store() as store:
        pending = [store.submit(lambda tx, one=one: change(tx, *one)) for one in plan]
        live = [one.durable() for one in pending]

        assert list(store.history()) == live
        assert [repr(entry) for entry in store.history()] == [repr(entry) for entry in live]
        store.verify()


def test_history_can_be_read_from_and_up_to_any_seq(store: Store) -> None:
    for n in range(1203):
        last = store.submit(lambda tx, n=n: tx.record("tick", *[Row("post", {"topic": "t", "body": "b"})] * (n % 3)))
    last.durable()

    everything = list(store.history())

    assert [entry.seq for entry in everything] == list(range(1, 1204))
    assert [len(entry.rows) for entry in everything] == [n % 3 for n in range(1203)]
    assert list(store.history(after=700)) == everything[700:]
    assert list(store.history(after=499, until=1001)) == everything[499:1001]
    assert list(store.history(after=1203)) == list(store.history(until=0)) == []


def test_history_does_not_stop_the_writer_nor_see_half_a_change(store: Store) -> None:
    for _ in range(600):
        store.submit(lambda tx: tx.record("tick"))
    store.write(lambda tx: tx.record("tick"))

    walk = store.history()
    seen = [next(walk)]
    store.write(lambda tx: [tx.record("tock"), tx.record("tock")])
    seen.extend(walk)

    assert [entry.seq for entry in seen] == list(range(1, 604))


def test_an_empty_history_has_the_zero_hash(store: Store) -> None:
    assert store.history_hash() == "0" * 64
    assert store.last_seq() == 0
    store.verify()


def test_equal_histories_have_equal_hashes_although_clocks_and_tiers_differ(tmp_path: Path) -> None:
    hashes = set()
    for n, tier in enumerate(("zygote", "rlimit")):
        with Store.create(tmp_path / f"{n}.db", clock=lambda n=n: 1e9 + n) as store:
            score = Score(0, 0, 0, 0, 0)
            store.write(
                lambda tx, store=store, tier=tier, score=score: store.tools.evaluate(
                    tx, ring_set="baseline", passed="", score=score, outcome="ok", tier=tier
                )
            )
            hashes.add(store.history_hash())

    assert len(hashes) == 1


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), {1, 2}])
def test_what_is_no_json_is_refused(store: Store, value: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        store.write(lambda tx: tx.record("note", payload={"value": value}))

    assert store.last_seq() == 0


def test_an_infinite_amount_is_refused_before_it_reaches_a_table(store: Store) -> None:
    with pytest.raises(ValueError):
        store.write(lambda tx: store.ledger.enter(tx, None, kind="usd", amount=float("inf"), reason="bug"))

    assert store.ledger.totals() == {}
