"""Agents, runs, sessions and texts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from storage import AgentRecord, NotFound, RunRecord, Store, UnknownAgent


def start(store: Store, *, seed: int = 1, budget: Mapping[str, object] | None = None) -> RunRecord:
    return store.write(
        lambda tx: store.runs.start(
            tx,
            seed=seed,
            window=8,
            model="offline",
            turns_target=400,
            charter_hash="c",
            settings={"workers": 2},
            budget=budget or {},
        )
    )


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


def test_a_budget_is_kept_outside_the_hash(tmp_path: Path) -> None:
    hashes = set()
    for name, budget in (("free", {}), ("paid", {"usd": 1.5, "calls": None})):
        with Store.create(tmp_path / f"{name}.db") as store:
            run = start(store, budget=budget)

            latest = store.runs.latest()
            assert latest == run and latest.budget == budget
            hashes.add(store.history_hash())

    assert len(hashes) == 1


def test_a_session_names_its_process_and_how_it_ended(tmp_path: Path) -> None:
    ticks = iter(range(1000))
    with Store.create(tmp_path / "zoo.db", clock=lambda: float(next(ticks))) as store:
        run = start(store)
        first, second = (
            store.write(lambda tx: store.sessions.begin(tx, run_id=run.id, workers=2, tier="zygote", guard="{}"))
            for _ in range(2)
        )
        before = store.history_hash()
        store.write(lambda tx: store.sessions.end(tx, first, outcome="finished", guard="{}"))

        ended, running = store.sessions.all()

        assert (ended.id, ended.outcome, ended.pid) == (first, "finished", os.getpid())
        assert ended.ended_at is not None and ended.ended_at > ended.began_at
        assert (running.id, running.ended_at, running.outcome) == (second, None, None)
        assert store.history_hash() == before


def test_a_session_names_the_database_it_replays_to_its_end(store: Store) -> None:
    run = start(store)
    first = store.write(
        lambda tx: store.sessions.begin(tx, run_id=run.id, workers=1, tier="t", guard="{}", replay="old.db")
    )
    store.write(lambda tx: store.sessions.begin(tx, run_id=run.id, workers=1, tier="t", guard="{}"))

    store.write(lambda tx: store.sessions.end(tx, first, outcome="finished", guard="{}"))

    assert [(session.replay, session.outcome) for session in store.sessions.all()] == [
        ("old.db", "finished"),
        ("", None),
    ]


def test_an_equal_text_is_kept_once(store: Store) -> None:
    names = {store.write(lambda tx: tx.blob("def f(): pass")) for _ in range(3)}

    assert store.blobs.texts([*names, *names]) == {names.pop(): "def f(): pass"}


def test_an_unknown_text_is_named(store: Store) -> None:
    with pytest.raises(NotFound, match="no text abc"):
        store.blobs.text("abc")
