"""Replies and failures of models: kept before they are used, found again, and counted."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import (
    AgentRecord,
    AgentSpending,
    ModelCall,
    ModelFailure,
    ModelFault,
    ModelSpending,
    StorageError,
    Store,
    request_hash,
)

ROOT = Path(__file__).resolve().parents[2]

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
FAULTS = st.sampled_from(get_args(ModelFault))
COSTS = st.floats(0, 1e6)
COUNTS = st.integers(0, 10**9)
CALLS = st.builds(
    ModelCall,
    turn=st.integers(0, 3),
    model=TEXTS,
    request=st.sampled_from(["ask", "ask again"]),
    reply=TEXTS,
    tokens_in=COUNTS,
    tokens_out=COUNTS,
    usd=st.none() | COSTS,
    latency_s=COSTS,
    finish=TEXTS,
    nth=st.integers(0, 2),
    prompt=TEXTS,
    counted_usd=COSTS,
    provider_id=TEXTS,
    attempts=COUNTS,
    faults=st.lists(FAULTS, max_size=3).map(tuple),
    fault=st.just("") | FAULTS,
    message=TEXTS,
    estimated=st.booleans(),
    shared=st.booleans(),
)


def call(*, turn: int = 3, reply: str = "answer", nth: int = 0) -> ModelCall:
    return ModelCall(
        turn, "gpt", "ask", reply, tokens_in=5, tokens_out=7, usd=0.01, latency_s=0.5, finish="stop", nth=nth
    )


def start(store: Store) -> int:
    return store.write(
        lambda tx: store.runs.start(tx, seed=1, window=8, model="gpt", turns_target=9, charter_hash="c", settings={})
    ).id


def test_a_journalled_reply_is_found_by_request_turn_and_order(store: Store) -> None:
    store.journal.record(call(reply="second", nth=1))
    store.journal.record(call(reply="first"))

    name = request_hash("ask")
    assert store.journal.lookup(name, 3) == call(reply="first")
    assert store.journal.lookup(name, 3, nth=1) == call(reply="second", nth=1)
    assert store.journal.lookup(name, 3, nth=2) is store.journal.lookup(name, 4) is None


@settings(max_examples=20, deadline=None)
@given(st.lists(CALLS, max_size=6))
def test_any_call_reads_back_equal_and_the_last_of_a_key_counts(calls: list[ModelCall]) -> None:
    with tempfile.TemporaryDirectory() as folder, Store.create(Path(folder) / "zoo.db") as store:
        last: dict[tuple[str, int, int], ModelCall] = {}
        for one in calls:
            store.journal.submit(one)
            last[request_hash(one.request), one.turn, one.nth] = one
        store.write(lambda tx: None)

        for (name, turn, nth), one in last.items():
            assert store.journal.lookup(name, turn, nth=nth) == one
        assert store.journal.past() == {key: replace(one, request="") for key, one in last.items()}
        assert {one.shared.__class__ for one in store.journal.past().values()} <= {bool}
        assert {store.blobs.text(name) for name, _, _ in store.journal.past()} == {one.request for one in calls}


def test_the_past_begins_after_the_turn_that_is_given(store: Store) -> None:
    for turn in (0, 1, 2):
        store.journal.record(call(turn=turn))

    name = request_hash("ask")
    assert list(store.journal.past(-1)) == [(name, 0, 0), (name, 1, 0), (name, 2, 0)]
    assert list(store.journal.past(1)) == [(name, 2, 0)]
    assert store.journal.past(2) == {}


def test_a_call_is_on_the_disk_when_a_coroutine_has_waited_for_it(store: Store) -> None:
    async def both() -> list[int]:
        pending = [store.journal.submit(call(nth=nth)) for nth in range(2)]
        return list(await asyncio.gather(*(each.saved() for each in pending)))

    assert asyncio.run(both()) == [1, 2]
    assert len(store.journal.past()) == 2


ENDLESS = """
import asyncio, sys
from itertools import count
from storage import ModelCall, Store

async def think(store, place):
    for turn in count():
        one = ModelCall(turn, "m", f"ask {place}", f"reply {turn}", 1, 1, 0.1, 0.1, "stop", nth=place)
        await store.journal.submit(one).saved()
        print(place, turn, flush=True)

async def all_of(store):
    await asyncio.gather(*(think(store, place) for place in range(4)))

with Store.open(sys.argv[1], write=True) as store:
    asyncio.run(all_of(store))
"""


def test_no_reply_that_was_used_is_lost_by_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "zoo.db"
    Store.create(path).close()

    child = subprocess.Popen([sys.executable, "-c", ENDLESS, str(path)], stdout=subprocess.PIPE, cwd=ROOT)
    assert child.stdout is not None
    with child.stdout as lines:
        used = [lines.readline() for _ in range(150)]
        child.send_signal(signal.SIGKILL)
        used += lines.readlines()
    child.wait()

    with Store.open(path) as store:
        past = store.journal.past()
    # The last line may have been cut short by the kill.
    for place, turn in (map(int, line.split()) for line in used if line.endswith(b"\n")):
        assert past[request_hash(f"ask {place}"), turn, place].reply == f"reply {turn}"


def test_spending_is_counted_for_each_agent_of_a_run(store: Store, ann: AgentRecord, bob: AgentRecord) -> None:
    run, other = start(store), start(store)
    paid = replace(call(), run_id=run, agent_id=ann.id, counted_usd=0.5, counted_tokens=12, counted_calls=1)
    tried = replace(paid, nth=1, usd=None, counted_usd=0.25, attempts=3, faults=("server", "rate_limit"))
    for one in (
        paid,
        # What may have been charged counts with its bound, and what was refused before that not at all.
        replace(tried, counted_tokens=500, counted_calls=2),
        replace(paid, nth=2, shared=True, counted_usd=0.0, counted_tokens=0, counted_calls=0),
        replace(paid, nth=3, agent_id=bob.id),
        replace(paid, nth=4, run_id=other),
    ):
        store.journal.record(one)

    assert store.journal.spent(run) == [
        AgentSpending(ann.id, usd=0.75, tokens=512, calls=3, unknown=1),
        AgentSpending(bob.id, usd=0.5, tokens=12, calls=1, unknown=0),
    ]
    assert store.journal.spent(99) == []


def test_totals_are_counted_for_each_species_and_model(store: Store, ann: AgentRecord, bob: AgentRecord) -> None:
    run = start(store)
    mine = replace(call(), run_id=run, agent_id=ann.id, usd=0.5)
    for one in (
        mine,
        replace(mine, nth=1, usd=None, fault="timeout", reply="", tokens_in=0, tokens_out=0),
        replace(mine, nth=2, shared=True, tokens_in=0, tokens_out=0, usd=0.0),
        replace(mine, nth=3, model="qwen"),
        replace(mine, nth=4, agent_id=bob.id),
        replace(mine, nth=5, agent_id=None, run_id=None),
    ):
        store.journal.record(one)

    anns = ModelSpending(ann.species, "gpt", 2, shared=1, failed=1, tokens_in=5, tokens_out=7, usd=0.5, unknown=1)
    rest = ModelSpending(ann.species, "qwen", 1, shared=0, failed=0, tokens_in=5, tokens_out=7, usd=0.5, unknown=0)
    assert store.journal.totals(run) == [anns, rest, replace(rest, species=bob.species, model="gpt")]
    assert store.journal.totals() == [replace(rest, species="", model="gpt"), *store.journal.totals(run)]
    assert store.journal.totals(99) == []


def test_the_ways_in_which_a_model_failed_are_told_with_the_last_words(store: Store) -> None:
    failed = replace(call(), reply="", fault="timeout", message="slow")
    for one in (
        call(),
        failed,
        replace(failed, nth=1, message="slower"),
        replace(failed, nth=2, fault="server", message="down"),
        replace(failed, nth=3, model="qwen", message="asleep"),
    ):
        store.journal.record(one)

    assert store.journal.failures() == [
        ModelFailure("gpt", "timeout", 2, "slower"),
        ModelFailure("gpt", "server", 1, "down"),
        ModelFailure("qwen", "timeout", 1, "asleep"),
    ]


def test_the_journal_stays_outside_the_history(store: Store) -> None:
    before = store.history_hash()

    store.journal.record(call())

    assert store.history_hash() == before and store.last_seq() == 0
    store.verify()


def test_a_reader_sees_no_journal_to_write_to(tmp_path: Path) -> None:
    Store.create(tmp_path / "zoo.db").close()

    with Store.open(tmp_path / "zoo.db") as store, pytest.raises(StorageError, match="opened for reading"):
        store.journal.record(call())
