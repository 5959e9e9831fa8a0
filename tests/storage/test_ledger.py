"""Balances, and what is spent on models."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import AgentRecord, Store, Transaction

SPENDINGS = st.tuples(st.integers(0, 2), st.sampled_from([0.0, 0.25, 1.5]), st.integers(0, 9))


def enter(store: Store, agent_id: int | None, amount: float, *, coin: str = "energy") -> float:
    return store.write(
        lambda tx: store.ledger.enter(tx, agent_id, kind=coin, amount=amount, reason="r")  # type: ignore[arg-type]
    ).balance


def test_a_balance_is_the_sum_of_an_agents_entries(store: Store, ann: AgentRecord, bob: AgentRecord) -> None:
    assert [enter(store, ann.id, amount) for amount in (10, -2.5, 1)] == [10, 7.5, 8.5]
    enter(store, bob.id, 5)
    enter(store, ann.id, 3, coin="tokens")
    seq = store.last_seq()
    enter(store, None, 0.25, coin="usd")
    enter(store, ann.id, -8.5)

    assert store.ledger.balance(ann.id, kind="energy") == 0
    assert store.ledger.balance(ann.id, kind="energy", as_of=seq) == 8.5
    assert store.ledger.balance(None, kind="usd") == 0.25
    assert store.ledger.balance(bob.id, kind="usd") == 0
    assert store.ledger.totals() == {"energy": 5.0, "tokens": 3.0, "usd": 0.25}
    assert store.ledger.totals(as_of=seq) == {"energy": 13.5, "tokens": 3.0}


def test_spending_is_one_event_with_a_row_for_each_coin(store: Store, ann: AgentRecord) -> None:
    enter(store, ann.id, 2, coin="usd")
    before = store.last_seq()

    usd, tokens = store.write(lambda tx: store.ledger.spend(tx, ann.id, usd=0.5, tokens=40, turn=7, cause=1))

    (event,) = store.history(after=before)
    assert (event.kind, event.agent_id, event.turn, event.cause, len(event.rows)) == ("spend", ann.id, 7, 1, 2)
    assert (usd.kind, usd.amount, usd.balance) == ("usd", -0.5, 1.5)
    assert (tokens.kind, tokens.amount, tokens.balance) == ("tokens", -40.0, -40.0)
    assert store.ledger.balance(ann.id, kind="usd") == 1.5


def test_what_is_zero_is_not_recorded(store: Store, ann: AgentRecord) -> None:
    def change(tx: Transaction) -> list[str]:
        free = store.ledger.spend(tx, ann.id, usd=0.0, tokens=3)
        nothing = store.ledger.spend(tx, ann.id, usd=0.0, tokens=0)
        priced = store.ledger.spend(tx, ann.id, usd=0.1, tokens=0)
        return [entry.kind for entry in (*free, *nothing, *priced)]

    before = store.last_seq()

    assert store.write(change) == ["tokens", "usd"]
    assert [event.kind for event in store.history(after=before)] == ["spend", "spend"]


@pytest.mark.parametrize(("usd", "tokens"), [(-0.1, 0), (0.0, -1), (float("nan"), 1)])
def test_nobody_earns_by_spending(store: Store, ann: AgentRecord, usd: float, tokens: int) -> None:
    with pytest.raises(ValueError, match="0 or more"):
        store.write(lambda tx: store.ledger.spend(tx, ann.id, usd=usd, tokens=tokens))


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(SPENDINGS, st.booleans()), max_size=12))
def test_balances_are_what_was_spent_however_it_was_grouped(plan: list[tuple[tuple[int, float, int], bool]]) -> None:
    with tempfile.TemporaryDirectory() as folder, Store.create(Path(folder) / "zoo.db") as store:

        def change(tx: Transaction) -> None:
            for (agent, usd, tokens), entered in plan:
                store.ledger.spend(tx, ids[agent], usd=usd, tokens=tokens)
                if entered:
                    store.ledger.enter(tx, ids[agent], kind="usd", amount=-usd, reason="r")

        born = [store.write(lambda tx: store.agents.spawn(tx, name="a", species="s", genome={})).id for _ in range(2)]
        ids = [None, *born]
        store.write(change)

        for agent, one in enumerate(ids):
            mine = [(spent, entered) for spent, entered in plan if spent[0] == agent]
            usd = sum(spent[1] * (1 + entered) for spent, entered in mine)
            assert store.ledger.balance(one, kind="usd") == -usd
            assert store.ledger.balance(one, kind="tokens") == -sum(spent[2] for spent, _ in mine)
        store.verify()


def test_a_change_that_fails_leaves_no_balance_and_no_claim_behind(store: Store) -> None:
    agent = store.write(lambda tx: store.agents.spawn(tx, name="a-1", species="a", genome={}, parent_id=None)).id

    def fails(tx: Transaction) -> None:
        store.ledger.enter(tx, agent, kind="energy", amount=5.0, reason="gift")
        store.board.claim(tx, "tool:1", agent_id=agent, lease=3)
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        store.write(fails)
    entered = store.write(lambda tx: store.ledger.enter(tx, agent, kind="energy", amount=1.0, reason="gift"))
    claim = store.write(lambda tx: store.board.claim(tx, "tool:1", agent_id=agent, lease=3))

    assert entered.balance == 1.0
    assert claim is not None and claim.token == 1
