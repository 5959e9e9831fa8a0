"""Storms in real runs: the breaker stops them, says so in the record, and lets calm populations be."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from ecology import Ecology, Report, Store, Task, load_tasks
from ecology.engine import Standing
from ecology.world import World
from storage import Entry

from .storms import FLIPPING, breed, echo, ecology, flip, storm, talk

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "everyday.jsonl"


@pytest.fixture(scope="module")
def stormed(few_tasks: tuple[Task, ...], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Report]:
    path = tmp_path_factory.mktemp("storm") / "storm.db"
    return path, storm(path, few_tasks, echo)


def moves(path: Path) -> list[Entry]:
    with Store.open(path) as store:
        return [entry for entry in store.history() if entry.kind == "breaker"]


def test_calls_that_breed_calls_are_stopped_and_the_run_ends(stormed: tuple[Path, Report]) -> None:
    path, report = stormed

    first = moves(path)[0]
    assert report.ending == "breaker" and report.turns < 140
    assert first.payload["why"] == "reproduction" and first.turn <= 60
    assert "--reset-breaker" in report.refusal and "the breaker stayed open" in str(report)


def test_every_move_is_an_event_with_cause_and_evidence(stormed: tuple[Path, Report]) -> None:
    found = moves(stormed[0])

    assert [each.payload["to"] for each in found[:4]] == ["open", "half-open", "open", "half-open"]
    assert all(each.cause is not None and each.cause < each.seq for each in found)
    assert found[0].payload["evidence"]["children_per_parent"] > 1
    assert len(found[0].payload["evidence"]["acts"]) >= 20


def test_what_it_refused_is_kept_as_verdicts_that_say_what_would_pass(stormed: tuple[Path, Report]) -> None:
    with Store.open(stormed[0]) as store:
        refused = store.tools.verdicts(rule="Breaker")
        store.verify()

    assert refused and all(each.outcome == "veto" and "breaker has closed" in each.would_pass for each in refused)


def test_while_it_is_open_nobody_follows_calls_that_agents_left_of_their_own(stormed: tuple[Path, Report]) -> None:
    first = moves(stormed[0])[0]
    with Store.open(stormed[0]) as store:
        own = {entry.seq for entry in store.history() if entry.payload.get("own")}
        turns = [entry for entry in store.history() if entry.kind == "turn"]

    before = [entry for entry in turns if entry.turn <= first.turn and entry.cause in own]
    # Those in flight when it tripped are landed.
    held = [entry for entry in turns if first.turn + 4 < entry.turn < first.turn + 8 and entry.cause in own]
    assert before and not held


def test_two_workers_make_the_same_storm(
    stormed: tuple[Path, Report], tmp_path: Path, few_tasks: tuple[Task, ...]
) -> None:
    assert storm(tmp_path / "two.db", few_tasks, echo, workers=2).history_hash == stormed[1].history_hash


def test_a_storm_interrupted_is_gone_on_with_to_the_same_history(
    stormed: tuple[Path, Report], tmp_path: Path, few_tasks: tuple[Task, ...]
) -> None:
    def interrupt(standing: Standing) -> None:
        if standing.taken == 30:
            os.kill(os.getpid(), signal.SIGINT)

    path = tmp_path / "cut.db"
    with ecology(path, few_tasks, echo) as ours:
        ours.settle(few_tasks)
        assert ours.run(140, watch=interrupt).ending == "stopped"
    with ecology(path, few_tasks, echo) as ours:
        assert ours.resume().history_hash == stormed[1].history_hash


def test_the_state_is_the_fold_of_the_record(stormed: tuple[Path, Report]) -> None:
    last = moves(stormed[0])[-1]
    world = World()
    with Store.open(stormed[0]) as store:
        for entry in store.history():
            world.fold(entry)

    assert world.breaker.state == last.payload["to"] and world.breaker.since == last.turn


def test_it_goes_on_only_where_that_is_asked_for_and_then_tries_half_open(
    tmp_path: Path, few_tasks: tuple[Task, ...]
) -> None:
    path = tmp_path / "again.db"
    ended = storm(path, few_tasks, breed, turns=200)
    with ecology(path, few_tasks, breed) as ours:
        assert ours.resume().history_hash == ended.history_hash
    with ecology(path, few_tasks, talk) as ours:
        again = ours.resume(reset_breaker=True)

    assert ended.ending == "breaker" and again.turns > ended.turns
    with Store.open(path) as store:
        runs = store.runs.all()
        later = [entry for entry in store.history(after=runs[1].seq) if entry.kind == "breaker"]
    assert len(runs) == 2 and runs[1].turns_target == runs[0].turns_target
    assert (later[0].payload["to"], later[0].payload["why"], later[0].cause) == ("half-open", "resumed", runs[1].seq)
    assert later[0].turn == 0 and later[1].payload["to"] == "closed"


def test_births_that_breed_births_are_stopped(tmp_path: Path, few_tasks: tuple[Task, ...]) -> None:
    report = storm(tmp_path / "births.db", few_tasks, breed)

    first = moves(tmp_path / "births.db")[0]
    assert report.ending == "breaker"
    assert first.payload["evidence"]["kinds"]["spawn"]["spawn"] > 1
    assert report.agents_spawned < 80


def test_talk_that_changes_nothing_is_a_livelock(tmp_path: Path, few_tasks: tuple[Task, ...]) -> None:
    report = storm(tmp_path / "talk.db", few_tasks, talk)

    assert report.ending == "breaker"
    assert moves(tmp_path / "talk.db")[0].payload["why"] == "livelock"


def test_a_tool_that_comes_back_to_what_it_was_trips_it(tmp_path: Path, few_tasks: tuple[Task, ...]) -> None:
    path = tmp_path / "flip.db"
    storm(path, few_tasks, flip, charter=FLIPPING, turns=60)

    found = next(each for each in moves(path) if each.payload["to"] == "open")
    assert found.payload["why"] == "oscillation"
    with Store.open(path) as store:
        back = next(entry for entry in store.history() if entry.kind == "oscillation")
        codes = [store.tools.source(each) for each in back.payload["versions"]]
        saved = next(entry for entry in store.history() if entry.seq == back.cause)
    assert found.cause == back.seq and saved.kind == "save"
    assert codes[0] == codes[2] != codes[1]


def test_switched_off_nothing_trips(tmp_path: Path, few_tasks: tuple[Task, ...]) -> None:
    report = storm(tmp_path / "off.db", few_tasks, echo, charter="[breaker]\non = false\n", turns=60)

    assert report.ending == "turns" and not moves(tmp_path / "off.db")


def test_a_calm_population_never_trips_it(tmp_path: Path) -> None:
    with Ecology(tmp_path / "calm.db", seed=2, workers=2) as ours:
        ours.settle(load_tasks(EXAMPLES))
        ours.run(80)

    world, highest = World(), 0.0
    with Store.open(tmp_path / "calm.db") as store:
        for entry in store.history():
            world.fold(entry)
            highest = max(highest, world.breaker.reproduction.overall().low)
    assert not moves(tmp_path / "calm.db")
    assert len(world.breaker.reproduction.acts) > 15 and highest < 0.7
