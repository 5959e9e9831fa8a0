"""Agents, runs, sessions, the ledger and the journal."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from storage import AgentRecord, ModelCall, NotFound, RunRecord, StorageError, Store, UnknownAgent, request_hash


def start(store: Store, *, seed: int = 1) -> RunRecord:
    return store.write(
        lambda tx: store.runs.start(
            tx, seed=seed, window=8, model="offline", turns_target=400, charter_hash="c", settings={"workers": 2}
        )
    )


def enter(store: Store, agent_id: int | None, amount: float, *, coin: str = "energy") -> float:
    return store.write(
        lambda tx: store.ledger.enter(tx, agent_id, kind=coin, amount=amount, reason="r")  # type: ignore[arg-type]
    ).balance


def call(*, turn: int = 3, reply: str = "answer") -> ModelCall:
    return ModelCall(turn, "gpt", "ask", reply, tokens_in=5, tokens_out=7, usd=0.01, latency_s=0.5, finish="stop")


def test_an_agent_reads_back_as_it_was_born(store: Store, ann: AgentRecord) -> None:
    assert store.agents.get(ann.id) == ann
    assert ann.alive and ann.genome == {"boldness": 0.5} and ann.founder_id == ann.id


def test_a_child_belongs_to_its_founders_line(store: Store, ann: AgentRecord, bob: AgentRecord) -> None:
    assert (bob.parent_id, bob.founder_id, bob.depth) == (ann.id, ann.id, 1)
    assert store.agents.children(ann.id) == [bob]
    assert store.agents.children(ann.id, as_of=ann.seq) == []


def test_the_retired_stay_readable_and_were_alive_before(store: Store, ann: AgentRecord, bob: AgentRecord) -> None:
    end = store.write(lambda tx: store.agents.retire(tx, ann.id, reason="no energy", turn=9))

    assert store.agents.get(ann.id).retired == end.seq
    assert store.agents.all(alive=True) == [bob]
    assert [agent.id for agent in store.agents.all(alive=False)] == [ann.id]
    assert store.agents.all(as_of=end.seq - 1, alive=True) == [ann, bob]
    assert end.payload == {"reason": "no energy"}


def test_nobody_retires_twice_and_strangers_neither(store: Store, ann: AgentRecord) -> None:
    store.write(lambda tx: store.agents.retire(tx, ann.id, reason="old"))

    with pytest.raises(UnknownAgent, match="retired already"):
        store.write(lambda tx: store.agents.retire(tx, ann.id, reason="again"))
    with pytest.raises(UnknownAgent, match="no agent 9"):
        store.write(lambda tx: store.agents.retire(tx, 9, reason="who"))
    with pytest.raises(UnknownAgent):
        store.write(lambda tx: store.agents.spawn(tx, name="x", species="s", genome={}, parent_id=9))
    with pytest.raises(UnknownAgent):
        store.agents.get(ann.id, as_of=0)


def test_runs_are_kept_with_their_settings(store: Store) -> None:
    assert store.runs.latest() is None

    first, second = start(store), start(store, seed=2)

    assert store.runs.all() == [first, second]
    assert store.runs.all(as_of=first.seq) == [first]
    assert store.runs.latest() == second
    assert first.settings == {"workers": 2}


def test_a_run_says_how_it_ended(store: Store) -> None:
    run = start(store)
    assert run.ending is None

    end = store.write(lambda tx: store.runs.end(tx, ending="finished", run_id=run.id))

    latest = store.runs.latest()
    assert latest is not None and latest.ending == "finished"
    assert store.runs.all(as_of=end.seq - 1) == [run]


def test_a_session_names_its_process_and_how_it_ended(tmp_path: Path) -> None:
    ticks = iter(range(1000))
    with Store.create(tmp_path / "zoo.db", clock=lambda: float(next(ticks))) as store:
        run = start(store)
        first, second = (
            store.write(lambda tx: store.sessions.begin(tx, run_id=run.id, workers=2, tier="zygote")) for _ in range(2)
        )
        before = store.history_hash()
        store.write(lambda tx: store.sessions.end(tx, first, outcome="finished"))

        ended, running = store.sessions.all()

        assert (ended.id, ended.outcome, ended.pid) == (first, "finished", os.getpid())
        assert ended.ended_at is not None and ended.ended_at > ended.began_at
        assert (running.id, running.ended_at, running.outcome) == (second, None, None)
        assert store.history_hash() == before


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


def test_a_journalled_reply_is_found_by_request_and_turn(store: Store) -> None:
    store.journal.record(call(reply="first"))
    store.journal.record(call(reply="second"))

    name = request_hash("ask")
    assert store.journal.lookup(name, 3) == call(reply="first")
    assert store.journal.lookup(name, 3, nth=1) == call(reply="second")
    assert store.journal.lookup(name, 3, nth=2) is store.journal.lookup(name, 4) is None


def test_the_journal_stays_outside_the_history(store: Store) -> None:
    before = store.history_hash()

    store.journal.record(call())

    assert store.history_hash() == before and store.last_seq() == 0
    store.verify()


def test_an_equal_text_is_kept_once(store: Store) -> None:
    names = {store.write(lambda tx: tx.blob("def f(): pass")) for _ in range(3)}

    assert store.blobs.texts([*names, *names]) == {names.pop(): "def f(): pass"}


def test_an_unknown_text_is_named(store: Store) -> None:
    with pytest.raises(NotFound, match="no text abc"):
        store.blobs.text("abc")


def test_a_reader_sees_no_journal_to_write_to(tmp_path: Path) -> None:
    Store.create(tmp_path / "zoo.db").close()

    with Store.open(tmp_path / "zoo.db") as store, pytest.raises(StorageError, match="opened for reading"):
        store.journal.record(call())
