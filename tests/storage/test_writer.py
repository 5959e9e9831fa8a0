"""The writer: order, isolation of failures, durability, and the chain's independence of grouping."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from storage import DiskFull, Entry, PostRecord, Row, StorageError, Store, Transaction
from storage.writer import GROUP, QUEUE

ROOT = Path(__file__).resolve().parents[2]


def note(store: Store, body: str) -> PostRecord:
    return store.write(lambda tx: store.board.post(tx, topic="t", body=body))


def test_a_write_is_seen_by_the_next_read(store: Store) -> None:
    post = note(store, "hello")

    assert store.board.since(0) == [post]
    assert store.last_seq() == post.seq == 1


def test_a_change_that_raises_leaves_no_trace_and_harms_no_other(store: Store, tmp_path: Path) -> None:
    def broken(tx: Transaction) -> None:
        store.board.post(tx, topic="t", body="lost")
        tx.blob("lost as well")
        raise ValueError("on purpose")

    first, failed, second = (
        store.submit(lambda tx: store.board.post(tx, topic="t", body="one")),
        store.submit(broken),
        store.submit(lambda tx: store.board.post(tx, topic="t", body="two")),
    )

    assert [first.durable().id, second.durable().id] == [1, 2]
    with pytest.raises(ValueError, match="on purpose"):
        failed.durable()
    with Store.create(tmp_path / "other.db") as other:
        note(other, "one")
        note(other, "two")
        assert other.history_hash() == store.history_hash()


def test_a_text_lost_with_its_change_is_kept_by_the_next(store: Store) -> None:
    def broken(tx: Transaction) -> None:
        tx.blob("said twice")
        raise ValueError("on purpose")

    with pytest.raises(ValueError):
        store.write(broken)

    assert store.blobs.text(store.write(lambda tx: tx.blob("said twice"))) == "said twice"


def test_a_row_that_breaks_a_constraint_is_refused_alone(store: Store) -> None:
    with pytest.raises(StorageError, match="FOREIGN KEY constraint failed"):
        store.write(lambda tx: store.board.post(tx, topic="t", body="b", agent_id=77))

    assert note(store, "still here").id == 1


def test_ids_are_known_when_a_change_was_applied(store: Store) -> None:
    pending = store.submit(lambda tx: store.board.post(tx, topic="t", body="b"))

    assert pending.applied().id == 1
    assert pending.durable() == pending.applied()


def test_a_coroutine_waits_for_the_disk_without_holding_up_its_loop(store: Store) -> None:
    async def both() -> list[int]:
        gate = threading.Event()
        held = store.submit(lambda tx: gate.wait(10) and store.board.post(tx, topic="t", body="held").id)
        waiting = asyncio.ensure_future(held.saved())
        await asyncio.sleep(0.01)
        assert not waiting.done()
        gate.set()
        others = (store.submit(lambda tx: store.board.post(tx, topic="t", body="b")) for _ in range(3))
        return [await waiting, *(post.id for post in await asyncio.gather(*(each.saved() for each in others)))]

    assert asyncio.run(both()) == [1, 2, 3, 4]
    assert len(store.board.since(0)) == 4


def test_a_coroutine_that_stops_waiting_harms_neither_its_change_nor_the_writer(store: Store) -> None:
    gate = threading.Event()

    async def impatient() -> None:
        held = store.submit(lambda tx: gate.wait(10) and store.board.post(tx, topic="t", body="kept"))
        waiting = asyncio.ensure_future(held.saved())
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    asyncio.run(impatient())
    gate.set()

    assert note(store, "next").id == 2
    assert [post.body for post in store.board.since(0)] == ["kept", "next"]


def test_a_coroutine_hears_what_its_change_raised(store: Store) -> None:
    async def hear() -> None:
        await store.submit(lambda tx: tx.rows(text("SELECT 1 / 0 AS none"))[0].none + 1).saved()

    with pytest.raises(TypeError):
        asyncio.run(hear())


def test_a_change_may_not_wait_for_another(store: Store) -> None:
    with pytest.raises(RuntimeError, match="do both in one"):
        store.write(lambda tx: note(store, "inner"))


def test_a_closed_store_refuses_changes(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "zoo.db")
    store.close()
    store.close()

    with pytest.raises(StorageError, match="is closed"):
        note(store, "late")


def test_a_closed_store_answers_no_questions(tmp_path: Path) -> None:
    with Store.create(tmp_path / "zoo.db") as store:
        pass

    with pytest.raises(StorageError, match="is closed; open it again to read"):
        store.last_seq()


def test_a_forked_child_cannot_write(store: Store, tmp_path: Path) -> None:
    script = FORKED.format(path=str(tmp_path / "forked.db"))

    child = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, timeout=60)

    assert "a forked process has no writer thread" in child.stdout, child.stderr


FORKED = """
import os
from storage import Store

with Store.create({path!r}) as store:
    if child := os.fork():
        os.waitpid(child, 0)
    else:
        try:
            store.write(lambda tx: tx.record("note"))
        except RuntimeError as error:
            print(error, flush=True)
        os._exit(0)
"""


def test_close_keeps_what_was_submitted_before_it(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "zoo.db")
    for n in range(200):
        store.submit(partial(store.board.post, topic="t", body=str(n)))
    store.close()

    with Store.open(tmp_path / "zoo.db") as again:
        assert [post.body for post in again.board.since(0, limit=500)] == [str(n) for n in range(200)]


def test_changes_of_many_threads_are_all_kept_in_one_order(store: Store) -> None:
    def work(name: int) -> None:
        for n in range(40):
            note(store, f"{name}.{n}")

    threads = [threading.Thread(target=work, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    posts = store.board.since(0, limit=1000)
    assert [post.id for post in posts] == list(range(1, 321))
    for name in range(8):
        assert [p.body for p in posts if p.body.startswith(f"{name}.")] == [f"{name}.{n}" for n in range(40)]
    store.verify()


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=20), st.booleans(), st.integers(0, 2)), max_size=25))
def test_the_chain_does_not_depend_on_how_changes_were_grouped(plan: list[tuple[str, bool, int]]) -> None:
    def change(tx: Transaction, body: str, fails: bool) -> None:
        tx.record("note", Row("post", {"topic": "t", "body": body}), payload={"body": body})
        tx.record("more", payload={"length": len(body)})
        if fails:
            raise ValueError(body)

    hashes = set()
    for pace in ("one by one", "all at once", "mixed"):
        with tempfile.TemporaryDirectory() as folder, Store.create(Path(folder) / "zoo.db") as store:
            for body, fails, wait in plan:
                pending = store.submit(partial(change, body=body, fails=fails))
                if pace == "one by one" or (pace == "mixed" and wait == 0):
                    assert fails == (pending._durable.exception() is not None)
            store.write(lambda tx: tx.record("end"))
            store.verify()
            hashes.add(store.history_hash())

    assert len(hashes) == 1


ENDLESS = """
import sys
from storage import Store

with Store.open(sys.argv[1], write=True) as store:
    while True:
        pending = [store.submit(lambda tx: (tx.record("tick"), tx.blob(str(tx.seq)), tx.seq)[2]) for _ in range(5)]
        for one in pending:
            print(one.durable(), flush=True)
"""


def test_nothing_acknowledged_is_lost_by_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "zoo.db"
    Store.create(path).close()
    chance = random.Random(7)

    for _ in range(4):
        child = subprocess.Popen([sys.executable, "-c", ENDLESS, str(path)], stdout=subprocess.PIPE, cwd=ROOT)
        assert child.stdout is not None
        with child.stdout as lines:
            for _ in range(chance.randrange(10, 200)):
                lines.readline()
            child.send_signal(signal.SIGKILL)
            rest = lines.read().split()
        child.wait()

        with Store.open(path) as reader:
            kept = reader.last_seq()
        assert kept >= int(rest[-1]) if rest else kept > 0
    with Store.open(path, write=True) as store:
        store.verify()
        assert store.write(lambda tx: tx.record("after")).seq == kept + 1


def post_until_full(store: Store) -> int:
    """Post until the disk refuses; return how many posts were acknowledged."""
    kept = 0
    with pytest.raises(StorageError):
        while True:
            kept = note(store, os.urandom(2000).hex()).id
    return kept


def test_a_full_disk_loses_nothing_acknowledged_and_takes_no_more(tmp_path: Path) -> None:
    path = tmp_path / "zoo.db"
    with Store.create(path) as store:
        pages = store.write(lambda tx: tx.rows(text("PRAGMA page_count"))[0][0])
        store.write(lambda tx: tx.rows(text(f"PRAGMA max_page_count = {pages + 20}")))

        kept = post_until_full(store)

        with pytest.raises(DiskFull, match="free some space and resume"):
            note(store, "more")
        assert len(store.board.since(0, limit=1000)) == kept > 5
    with Store.open(path, write=True) as store:
        store.verify()
        assert note(store, "space again").id == kept + 1


LIMITED = """
import os, resource, sys
from storage import Store, StorageError

with Store.open(sys.argv[1], write=True) as store:
    resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
    try:
        while True:
            body = os.urandom(3000).hex()
            print(store.write(lambda tx: store.board.post(tx, topic="t", body=body)).id, flush=True)
    except StorageError as error:
        print(error, file=sys.stderr)
"""


def test_a_write_that_the_system_refuses_is_one_sentence_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "zoo.db"
    Store.create(path).close()

    child = subprocess.run([sys.executable, "-c", LIMITED, str(path)], capture_output=True, text=True, cwd=ROOT)

    assert child.returncode == 0, child.stderr
    assert str(path) in child.stderr and len(child.stderr.splitlines()) == 1
    with Store.open(path, write=True) as store:
        store.verify()
        assert len(store.board.since(0, limit=10_000)) >= int(child.stdout.split()[-1]) > 5


def test_entries_of_a_change_are_at_hand_while_it_runs(store: Store) -> None:
    def change(tx: Transaction) -> tuple[Entry, ...]:
        store.board.post(tx, topic="t", body="b", turn=4)
        tx.record("note", cause=tx.seq, payload={"list": (1, 2)})
        return tuple(tx.entries)

    entries = store.write(change)

    assert [(entry.kind, entry.turn, entry.cause) for entry in entries] == [("post", 4, None), ("note", 0, 1)]
    assert entries[1].payload == {"list": [1, 2]}
    assert entries[0].rows[0][1]["body"] == "b"


def test_whoever_submits_more_than_may_wait_waits_until_there_is_room(store: Store) -> None:
    goes_on, done = threading.Event(), []

    def held(tx: Transaction) -> None:
        goes_on.wait(60)

    def feed() -> None:
        for n in range(3 * QUEUE):
            store.submit(lambda tx: tx.record("note"))
            done.append(n)

    store.submit(held)
    feeder = threading.Thread(target=feed)
    feeder.start()
    feeder.join(timeout=1.0)
    waited_after = len(done)
    goes_on.set()
    feeder.join(timeout=60)
    store.write(lambda tx: None)

    # The group that the writer took before it came to the held change is out of the queue.
    assert waited_after <= QUEUE + GROUP
    assert store.last_seq() == 3 * QUEUE
