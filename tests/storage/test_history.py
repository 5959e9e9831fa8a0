"""The history read back equals the history as it happened."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import Entry, Row, Score, Store, Transaction

Everything = Callable[[Store, Transaction], tuple[Entry, ...]]

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


def test_a_change_over_all_tables_reads_back_as_it_happened(store: Store, everything: Everything) -> None:
    entries = store.write(partial(everything, store))

    assert tuple(store.history()) == entries
    assert {name for entry in entries for name, _ in entry.rows} == {
        "run", "agent", "task", "task_case", "tool", "tool_version", "version_parent", "requirement", "proposal",
        "evaluation", "verdict", "critique", "test_case", "post", "signal", "claim", "ledger",
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
    def change(tx: Transaction, one: tuple[str, dict[str, object], list[tuple[str, float]]]) -> Entry:
        kind, payload, rows = one
        posts = [Row("post", {"topic": "t", "body": body}) for body, _ in rows]
        signals = [
            Row("signal", {"kind": "k", "subject": s, "strength": x, "half_life": 1, "turn": 0, "until_turn": 0})
            for s, x in rows
        ]
        return tx.record(kind, *signals, *posts, payload=payload)

    with new_store() as store:
        pending = [store.submit(partial(change, one=one)) for one in plan]
        live = [one.durable() for one in pending]

        assert list(store.history()) == live
        assert [repr(entry) for entry in store.history()] == [repr(entry) for entry in live]
        store.verify()


def test_history_can_be_read_from_and_up_to_any_seq(store: Store) -> None:
    def tick(tx: Transaction, n: int) -> Entry:
        return tx.record("tick", *[Row("post", {"topic": "t", "body": "b"})] * (n % 3))

    for n in range(1203):
        last = store.submit(partial(tick, n=n))
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
    for at, tier in ((1e9, "zygote"), (2e9, "rlimit")):
        with Store.create(tmp_path / f"{tier}.db", clock=partial(float, at)) as store:
            score = Score(0, 0, 0, 0, 0)
            trial = partial(store.tools.evaluate, ring_set="baseline", passed="", score=score, outcome="ok", tier=tier)
            store.write(trial)
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
