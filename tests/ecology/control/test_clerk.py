"""What people ask at rest: each request is written once, refused with a reason, and folds to what is in force."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecology import Ecology, Receipt, Store, Task
from ecology.control import InForce
from ecology.control.desk import Desk
from ecology.control.request import Refused
from ecology.world import World
from storage import Control, Entry

KEYS = st.sampled_from(["a", "b", "c"])


@pytest.fixture
def zoo(tmp_path: Path, lived: Path) -> Iterator[Ecology]:
    """A copy of an ecology that lived for sixty turns, open and at rest."""
    shutil.copy(lived, tmp_path / "zoo.db")
    with Ecology(tmp_path / "zoo.db", workers=1) as ecology:
        yield ecology


def history(ecology: Ecology) -> list[Entry]:
    with Store.open(ecology.report().database) as store:
        return list(store.history())


def folded(ecology: Ecology) -> World:
    world = World()
    for entry in history(ecology):
        world.fold(entry)
    return world


def test_what_is_put_in_force_is_the_same_in_the_world_and_read_alone(zoo: Ecology) -> None:
    zoo.controls.quarantine("agent", 3, reason="odd edits", by="ada")
    zoo.controls.quarantine("lineage", 5)
    zoo.controls.quarantine("tool", "everyday/slug")
    zoo.controls.freeze("everyday/pages")

    world = folded(zoo)

    assert world.in_force == zoo.in_force
    assert {each.id for each in world.agents.values() if each.quarantined} >= {3, 5}
    assert all(each.quarantined for each in world.agents.values() if each.founder_id == 5)
    assert {tool.name for tool in world.tools.values() if tool.quarantined} == {"everyday/slug"}
    assert {tool.name for tool in world.tools.values() if tool.frozen} == {"everyday/pages"}
    assert {tool.name for tool in world.tools.values() if tool.protected} == {"everyday/slug", "everyday/pages"}
    assert zoo.in_force.agents[3].by == "ada" and zoo.in_force.agents[3].reason == "odd edits"


def test_what_is_let_go_is_as_it_was_before(zoo: Ecology) -> None:
    for put, let in (("quarantine", "release"), ("freeze", "unfreeze")):
        about = ("tool", "everyday/slug") if put == "quarantine" else ("everyday/slug",)
        assert getattr(zoo.controls, put)(*about).outcome == "done"
        assert getattr(zoo.controls, put)(*about).refused
        assert getattr(zoo.controls, let)(*about).outcome == "done"
        assert getattr(zoo.controls, let)(*about).refused

    world = folded(zoo)
    assert not any(tool.protected for tool in world.tools.values())
    assert not (zoo.in_force.tools or zoo.in_force.frozen)


REFUSED: dict[str, Callable[[Ecology], Receipt]] = {
    "no agent 'nobody'": lambda zoo: zoo.controls.quarantine("agent", "nobody"),
    "no agent 99999": lambda zoo: zoo.controls.quarantine("lineage", 99_999),
    "no tool named": lambda zoo: zoo.controls.freeze("everyday/nothing"),
    "no proposal 99999": lambda zoo: zoo.controls.approve(99_999),
    "does not wait": lambda zoo: zoo.controls.deny(1),
    "no post 99999": lambda zoo: zoo.controls.post("note", "what?", thread_id=99_999),
    "no tool version 99999": lambda zoo: zoo.controls.roll_back(99_999),
    "the code as it came": lambda zoo: zoo.controls.roll_back(1),
    "did not veto|not vetoed|too;|admitted already": lambda zoo: zoo.controls.break_glass(1, ["None"], reason="why"),
}


@pytest.mark.parametrize("says", REFUSED)
def test_what_cannot_be_done_is_refused_in_a_sentence_that_is_kept(zoo: Ecology, says: str) -> None:
    before = zoo.in_force

    receipt = REFUSED[says](zoo)

    assert receipt.refused and receipt.code in (1, 3)
    assert any(each in receipt.said for each in says.split("|"))
    kept = history(zoo)[-1]
    assert (kept.seq, kept.kind, kept.payload["said"]) == (receipt.seq, "request", receipt.said)
    assert {**vars_of(zoo.in_force), "seq": 0} == {**vars_of(before), "seq": 0}


def vars_of(in_force: InForce) -> dict[str, object]:
    return {name: getattr(in_force, name) for name in InForce.__slots__}


def test_a_key_asked_for_something_else_is_refused_and_changes_nothing(zoo: Ecology) -> None:
    zoo.board.post("note", "one", key="mine")

    other = zoo.board.post("note", "two", key="mine")

    assert other.refused and "key" in other.said
    assert [post.body for post in zoo.board.since(0) if post.agent_id is None] == ["one"]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(KEYS, min_size=1, max_size=8))
def test_whatever_the_order_and_the_repeats_each_key_is_written_once(zoo: Ecology, keys: list[str]) -> None:
    before = len([each for each in history(zoo) if each.kind == "request"])
    name = f"{before}-"

    with ThreadPoolExecutor(4) as threads:
        receipts = list(threads.map(lambda key: zoo.board.post("note", key, key=name + key), keys))

    entries = [each for each in history(zoo) if each.kind == "request"][before:]
    assert sorted(each.payload["key"] for each in entries) == sorted({name + key for key in keys})
    assert {each.key: each.seq for each in receipts} == {each.payload["key"]: each.seq for each in entries}
    assert all(each.outcome == "done" for each in receipts)


def test_a_request_is_found_by_its_key_through_an_index(zoo: Ecology) -> None:
    zoo.board.post("note", "hello", key="mine")
    found = "SELECT seq FROM event WHERE kind = 'request' AND json_extract(payload, '$.key') = ?"

    with sqlite3.connect(zoo.report().database) as connection:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {found}", ("mine",)).fetchall()
        (row,) = connection.execute(found, ("mine",)).fetchall()
    connection.close()

    assert "ix_event_request" in str(plan)
    assert row == (history(zoo)[-1].cause,)


def test_a_replay_takes_nothing_from_outside(tmp_path: Path, zoo: Ecology) -> None:
    source = zoo.report().database
    zoo.close()
    with Ecology(tmp_path / "again.db", model=f"replay:{source}", workers=1) as replay:
        digest = replay.run(3).history_hash
        with pytest.raises(Refused, match="replay"):
            replay.board.post("note", "hello")
        assert replay.report().history_hash == digest


def test_requests_between_and_before_runs_are_lived_again_where_they_were(
    tmp_path: Path, few_tasks: tuple[Task, ...]
) -> None:
    path = tmp_path / "zoo.db"
    with Ecology(path, seed=2, workers=1, window=3) as ecology:
        ecology.board.post("note", "before anything")
        ecology.settle(few_tasks[:1])
        ecology.controls.freeze(few_tasks[0].name)
        ecology.settle(few_tasks[1:2])
        ecology.run(4)
        ecology.controls.unfreeze(few_tasks[0].name)
        ecology.run(5, watch=lambda standing: once(ecology, standing.turn))
        digest = ecology.board.post("note", "after all").key and ecology.report().history_hash

    with Ecology(tmp_path / "again.db", model=f"replay:{path}", workers=1) as replay:
        report = replay.run()

    assert report.replayed is True and report.history_hash == digest


def once(ecology: Ecology, turn: int) -> None:
    if turn == 6:
        assert ecology.board.post("note", "from within", key="within").outcome == "queued"


def test_the_desk_finds_what_is_in_force_without_the_rest_of_the_history(zoo: Ecology) -> None:
    zoo.controls.freeze("everyday/slug")
    path = zoo.report().database
    zoo.close()
    with Store.open(path, write=True) as store:
        assert Desk(store).switch.thrown is False
        read = store.write(lambda tx: InForce.of(Control(tx)))
    assert list(read.frozen) == [next(iter(read.frozen))]
