"""Other processes ask things of a run while it goes on; what was acknowledged is kept, once, and lived again."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import threading
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path

import pytest

from ecology import Ecology, Store, connect
from ecology.control.address import Doorplate
from ecology.control.desk import MOST, Desk
from ecology.control.request import MOST_BYTES, Post, Receipt
from storage import Busy, Entry
from tests.ecology.control.keeping import ended, living, resumed, turn_of, wait_until


def history(path: Path) -> list[Entry]:
    with Store.open(path) as store:
        return list(store.history())


def test_what_is_asked_of_a_run_is_landed_in_a_turn_and_lived_again_to_the_same_history(tmp_path: Path) -> None:
    path = tmp_path / "zoo.db"
    with living(path, turns=30) as process:
        wait_until(lambda: turn_of(path) > 2)
        with connect(path) as zoo:
            posted = zoo.board.post("tool/1", "beware of the empty list", key="first", by="ada")
            frozen = zoo.freeze("everyday/pages", reason="a release is near")
            held = zoo.quarantine("agent", 2)
            again = zoo.board.post("tool/1", "beware of the empty list", key="first", by="ada")
            unknown = zoo.freeze("everyday/none")
        ending, digest = ended(process)

    entries = {entry.seq: entry for entry in history(path)}
    asked = entries[posted.seq or 0]
    assert (posted.outcome, frozen.outcome, held.outcome) == ("done", "done", "done")
    assert (again.seq, again.again) == (posted.seq, True)
    assert (unknown.refused, unknown.code) == (True, 3)
    assert asked.kind == "request" and asked.turn > 0 and asked.payload["by"] == "ada"
    effect = entries[asked.seq + 1]
    assert (effect.kind, effect.cause, effect.turn) == ("post", asked.seq, asked.turn)
    assert ending in ("turns", "settled", "waiting")
    assert sum(entry.kind == "request" for entry in entries.values()) == 4
    later = [entry for entry in entries.values() if entry.kind == "turn" and entry.turn > asked.turn + 5]
    assert later and not any(entry.agent_id == 2 for entry in later)

    with Ecology(tmp_path / "again.db", model=f"replay:{path}", workers=1) as replay:
        report = replay.run()
    assert report.replayed is True and report.history_hash == digest


def test_what_was_acknowledged_before_a_kill_is_there_after_it_and_written_once(tmp_path: Path) -> None:
    path = tmp_path / "zoo.db"
    with living(path, turns=24) as process:
        wait_until(lambda: turn_of(path) > 1)
        with connect(path) as zoo:
            posted = zoo.board.post("note", "before the end", key="kept")
        process.send_signal(signal.SIGKILL)
        process.wait()
    with connect(path) as zoo:
        at_rest = zoo.board.post("note", "while it lay dead", key="dead")
        again = zoo.board.post("note", "before the end", key="kept")

    ending, digest = resumed(path)

    with Store.open(path) as store:
        bodies = [post.body for post in store.board.since(0) if post.agent_id is None]
        store.verify(head=digest)
    assert bodies == ["before the end", "while it lay dead"]
    assert again.again and again.seq == posted.seq and at_rest.seq
    assert ending in ("turns", "settled")
    with Ecology(tmp_path / "again.db", model=f"replay:{path}", workers=1) as replay:
        report = replay.run()
    assert report.replayed is True and report.history_hash == digest


def test_the_door_is_open_to_its_owner_alone_and_gone_with_the_ecology(tmp_path: Path) -> None:
    with Ecology(tmp_path / "zoo.db"):
        mode = (tmp_path / "zoo.db.sock").stat().st_mode
        assert stat.S_ISSOCK(mode) and stat.S_IMODE(mode) == 0o600

    assert not (tmp_path / "zoo.db.sock").exists()


def test_a_path_too_long_for_a_socket_has_its_door_elsewhere(tmp_path: Path) -> None:
    folder = tmp_path / ("deep" * 20) / ("deeper" * 10)
    folder.mkdir(parents=True)
    with Ecology(folder / "zoo.db"):
        place = Path((folder / "zoo.db.sock").read_text())
        with connect(folder / "zoo.db") as zoo:
            assert zoo.board.post("note", "hello").outcome == "done"
        assert stat.S_IMODE(place.stat().st_mode) == 0o600 and stat.S_IMODE(place.parent.stat().st_mode) == 0o700

    assert not place.exists() and not place.parent.exists()


def test_a_door_left_by_a_killed_process_is_in_nobodys_way(tmp_path: Path) -> None:
    path = tmp_path / "zoo.db"
    Ecology(path).close()
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "zoo.db.sock"))

    with connect(path) as zoo:
        assert zoo.board.post("note", "hello").outcome == "done"
    with Ecology(path), connect(path) as zoo:
        assert zoo.board.post("note", "again").outcome == "done"


@pytest.mark.parametrize(
    "line",
    [
        b"hello\n",
        b"[1]\n",
        b"{}\n",
        b'{"act": "dance"}\n',
        b'{"act": "post", "topic": "note"}\n',
        b'{"act": "post", "topic": "note", "body": "\\ud800"}\n',
        b'{"act": "approve", "proposal_id": "one"}\n',
        b'{"act": "stop", "and": "more"}\n',
        b"[" * 20_000 + b"\n",
        b'{"act": "post", "topic": "t", "body": "' + b"x" * MOST_BYTES + b'"}\n',
        b"\xff\xfe\n",
    ],
)
def test_whatever_is_no_request_gets_one_sentence_and_nothing_is_written(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "zoo.db"
    with Ecology(path):
        caller = Doorplate(path).connect(5.0)
        assert caller is not None
        with caller, caller.makefile("rb") as lines:
            caller.sendall(line)
            said = json.loads(lines.readline())

    assert said["error"] and "\n" not in said["error"] and said["code"] == 4
    assert history(path) == []


def test_whoever_hangs_up_in_the_middle_of_a_line_leaves_the_door_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "zoo.db"
    with Ecology(path):
        for _ in range(80):
            if caller := Doorplate(path).connect(5.0):
                with caller, suppress(OSError):
                    caller.sendall(b'{"act": "po')
        with connect(path) as zoo:
            assert zoo.board.post("note", "still here").outcome == "done"


def test_an_engine_that_does_not_answer_is_told_with_the_key_to_ask_again(tmp_path: Path) -> None:
    path = tmp_path / "zoo.db"
    with living(path, turns=200) as process:
        wait_until(lambda: turn_of(path) > 1)
        os.kill(process.pid, signal.SIGSTOP)
        with connect(path, patience_s=0.5) as zoo, pytest.raises(Busy, match="the key mine"):
            zoo.board.post("note", "hello?", key="mine")
        os.kill(process.pid, signal.SIGCONT)
        with connect(path) as zoo:
            assert zoo.board.post("note", "hello?", key="mine").outcome == "done"

    assert sum(entry.kind == "request" for entry in history(path)) == 1


def test_more_requests_than_may_wait_are_refused_and_the_others_landed_once(tmp_path: Path) -> None:
    path, answers = tmp_path / "zoo.db", list[Future[Receipt]]()

    def ask(desk: Desk) -> None:
        for number in range(MOST):
            answers.append(desk.ask(Post(topic="note", body=str(number), key=f"k{number}")))
        with pytest.raises(Busy, match=f"{MOST} requests wait already; ask again in a while with the same key"):
            desk.ask(Post(topic="note", body="one more", key="more"))
        answers.append(Future())

    with Ecology(path) as zoo:
        with zoo._desk.running():
            caller = threading.Thread(target=ask, args=(zoo._desk,))
            caller.start()
            caller.join(timeout=60)
        assert [each.result(timeout=60).outcome for each in answers[:MOST]] == ["done"] * MOST
        assert len(answers) == MOST + 1

    posts = [entry.rows[0][1]["body"] for entry in history(path) if entry.kind == "post"]
    assert posts == [str(number) for number in range(MOST)]
