"""The kill switch: seen before every turn and merge, recorded with its reason, and in force until it is cleared."""

from __future__ import annotations

import os
import signal
from functools import partial
from pathlib import Path

import pytest

from agents import Critique, Propose
from ecology import Ecology, Settings, Store, Task, connect
from ecology.control.desk import Desk
from ecology.control.request import Stop
from ecology.control.switch import Switch
from ecology.engine import Standing as EngineStanding
from ecology.landing import Landing
from ecology.pick import Pick
from ecology.scribe import Scribe
from ecology.turn import Deed, Examined, Weighed
from ecology.world import World
from governance import Council, Motion, Proposal, Request, Scorecard, Standing, Verdict, load_charter
from storage import Busy, Entry, Stopped
from tests.ecology.control.keeping import RESUME, ended, living, start, turn_of, wait_until


def history(path: Path) -> list[Entry]:
    with Store.open(path) as store:
        return list(store.history())


def stops(path: Path) -> list[Entry]:
    return [entry for entry in history(path) if entry.kind == "stop"]


def test_a_run_that_is_stopped_ends_cleanly_and_goes_on_only_once_cleared(tmp_path: Path) -> None:
    path = tmp_path / "zoo.db"
    with living(path, turns=30) as process:
        wait_until(lambda: turn_of(path) > 2)
        with connect(path) as zoo:
            stopped = zoo.stop(reason="look at this first", by="ada")
        ending, _ = ended(process)
    (stop,) = stops(path)

    assert (stopped.outcome, ending) == ("done", "stopped")
    assert stop.payload["reason"] == "look at this first" and stop.cause == stopped.seq
    with Ecology(path, workers=1) as ecology:
        with pytest.raises(Stopped, match="look at this first"):
            ecology.resume()
        assert any(each.startswith("STOPPED, by ada") for each in ecology.report().in_force)
        assert ecology.controls.clear().outcome == "done"
        report = ecology.resume()
    assert report.ending in ("turns", "settled") and not report.in_force
    with Ecology(tmp_path / "again.db", model=f"replay:{path}", workers=1) as replay:
        again = replay.run()
    assert again.replayed is True and again.history_hash == report.history_hash


def test_a_stuck_engine_stops_by_the_file_as_soon_as_it_moves_again(tmp_path: Path) -> None:
    path = tmp_path / "zoo.db"
    with living(path, turns=400) as process:
        wait_until(lambda: turn_of(path) > 1)
        os.kill(process.pid, signal.SIGSTOP)
        with connect(path, patience_s=0.3) as zoo, pytest.raises(Busy, match="kill switch is thrown"):
            zoo.stop(reason="it hangs", key="mine")
        turn = turn_of(path)
        os.kill(process.pid, signal.SIGCONT)
        ending, _ = ended(process)

    (stop,) = stops(path)
    assert ending == "stopped" and stop.payload["reason"] == "it hangs"
    assert turn_of(path) <= turn + 1
    assert [entry.payload["key"] for entry in history(path) if entry.kind == "request"] == ["mine"]


def test_a_file_made_by_hand_is_a_stop_with_its_text_as_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "zoo.db"
    with living(path, turns=400) as process:
        wait_until(lambda: turn_of(path) > 1)
        (tmp_path / "zoo.db.stop").write_text("enough for today\n")
        ending, _ = ended(process)

    (stop,) = stops(path)
    assert ending == "stopped" and (stop.payload["by"], stop.payload["reason"]) == ("a file", "enough for today")
    refused = start(RESUME, str(path))
    _, err = refused.communicate(timeout=60)
    assert refused.returncode != 0 and "enough for today" in err


def test_a_stop_from_within_a_run_ends_it(tmp_path: Path, few_tasks: tuple[Task, ...]) -> None:
    with Ecology(tmp_path / "zoo.db", seed=1, workers=1) as ecology:
        ecology.settle(few_tasks)

        def watch(standing: EngineStanding) -> None:
            if standing.turn == 3:
                assert ecology.controls.stop().outcome == "queued"

        report = ecology.run(200, watch=watch)

    assert report.ending == "stopped" and report.turns == 3


class Throws(Council):
    """A council while whose session somebody throws the switch."""

    def __init__(self, switch: Switch) -> None:
        super().__init__(load_charter())
        self._switch = switch

    def admit(
        self, motion: Motion | Proposal, standing: Standing, request: Request | None = None
    ) -> tuple[Verdict, ...]:
        """Have the switch thrown, and judge as ever."""
        self._switch.throw(Stop(reason="not this one"))
        return super().admit(motion, standing, request)


def test_nothing_is_merged_once_the_switch_is_thrown(tmp_path: Path, few_tasks: tuple[Task, ...]) -> None:
    path = tmp_path / "zoo.db"
    with Ecology(path, seed=1, workers=1) as ecology:
        ecology.settle(few_tasks[:1])
        ecology.run(1)
    with Store.open(path, write=True) as store:
        desk, world, run = Desk(store), World(), store.runs.latest()
        assert run is not None
        for entry in store.history():
            world.fold(entry)
        scribe = Scribe(store, world, run_id=run.id, desk=desk)
        landing = Landing(scribe, world, council=Throws(desk.switch), settings=Settings())
        tool = world.tools[1]
        pick = partial(
            Pick, activity="review", cause=1, tool_id=1, head_id=tool.head.id, base_id=tool.head.id,
            means="critic",
        )  # fmt: skip
        marks = tuple(mark == "1" for mark in tool.head.bitmap.replace("|", ""))
        card = Scorecard(visible=(True,) * len(marks), gate=(True,), fuel=1, size=1)
        passed = Verdict("council", "examine", "pass", {}, "", load_charter().digest)
        proposed = Examined((passed,), Weighed(card, "", "ok", "zygote"))
        landing.land(
            2,
            pick(1, subject="review:1/2"),
            Deed((Propose(source="def f(): pass", basis_id=tool.head.id, reason="better"),), (proposed,)),
        )
        scribe.settle()
        before = store.last_seq()
        number = max(world.proposals)
        support = Critique(proposal_id=number, stance="support", kind="tried", evidence={})

        with pytest.raises(Stopped, match="not this one"):
            landing.land(3, pick(2, subject="review:1/3", proposal_ids=(number,)), Deed((support,)))

        assert store.last_seq() == before and store.tools.head(1).id == tool.head.id
        desk.switch.reset()
        assert not desk.switch.thrown
