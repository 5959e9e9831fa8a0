"""Claims about `run` and `resume` that succeed, are locked out, run out of disk or are interrupted."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from storage import NotFound, Store
from tests.ecology.cli.command_line import RUN, Shell, Zoo

FIELDS = (
    "schema_version tasks solved sealed_correct turns candidates vetoes agents_spawned agents_retired usd elapsed_s"
    " history_hash"
)


def test_run_ends_with_one_document_that_has_the_promised_fields(zoo: Zoo) -> None:
    found = zoo.said.document()

    assert set(FIELDS.split()) <= set(found)
    assert (found["tasks"], found["turns"], found["usd"], zoo.said.err) == (4, 24, 0.0, "")
    assert 0 <= found["solved"] <= 4 and len(found["history_hash"]) == 64


def test_the_history_stays_whole_and_its_hash_is_the_one_reported(ecology: Shell, zoo: Zoo) -> None:
    database = ecology("doctor", zoo.database, "--sandbox", "rlimit", "--json").document()["database"]

    assert database["history_hash"] == zoo.said.document()["history_hash"]


def test_a_finished_run_is_only_reported_by_resume(ecology: Shell, zoo: Zoo) -> None:
    said = ecology("resume", zoo.database, "--json")

    same = ("tasks", "solved", "turns", "history_hash", "ending")
    assert said.code == 0
    assert [said.document()[name] for name in same] == [zoo.said.document()[name] for name in same]


def test_remarks_and_progress_go_to_stderr_and_the_report_to_stdout(ecology: Shell, tasks: Path) -> None:
    said = ecology("run", tasks, "--turns", "1")

    assert said.code == 0
    assert said.err.splitlines()[0] == "the history is kept in four.db"
    assert "tools repaired" in said.out and "kept in four.db" in said.out
    assert "four.db" in ecology.files()


def test_without_a_name_each_run_gets_a_fresh_database(ecology: Shell, tasks: Path) -> None:
    (ecology.folder / "four.db").write_text("mine", encoding="utf-8")

    assert ecology("run", tasks, "--turns", "1", "-q").code == 0
    assert "four-2.db" in ecology.files() and (ecology.folder / "four.db").read_text(encoding="utf-8") == "mine"


def test_a_database_that_another_process_writes_is_refused_and_can_still_be_read(ecology: Shell, zoo: Zoo) -> None:
    with Store.open(zoo.database, write=True):
        complaint = ecology("resume", zoo.database).complaint(1)

        assert f"process {os.getpid()}" in complaint and "wait for it" in complaint
        assert ecology("agents", zoo.database).code == 0


def bytes_a_file(most: int) -> Callable[[], None]:
    """Return what lets no file grow beyond so many bytes: to SQLite a disk that is full."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


def test_a_disk_too_full_for_a_database_leaves_nothing_behind(ecology: Shell, tasks: Path) -> None:
    said = ecology("run", tasks, "--db", "full.db", *RUN, limit=bytes_a_file(8192))

    assert "full.db" in said.complaint(1)
    assert ecology.files() == set()


def test_a_disk_that_fills_up_loses_nothing_and_resume_goes_on_to_the_same_history(
    ecology: Shell, tasks: Path, zoo: Zoo
) -> None:
    # The whole history would just fit; its log, which holds pages several times over, does not.
    most = zoo.database.stat().st_size
    said = ecology("run", tasks, "--db", "full.db", *RUN, limit=bytes_a_file(most))

    assert "full.db" in said.complaint(1)
    resumed = ecology("resume", "full.db", "-q", "--json")
    assert resumed.document()["history_hash"] == zoo.said.document()["history_hash"]


def _wait_for_turns(database: Path, turns: int, *, of: subprocess.Popen[str]) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until and of.poll() is None:
        try:
            with Store.open(database) as store:
                if store.totals.last_turn() >= turns:
                    return
        except NotFound:
            pass
        time.sleep(0.05)
    raise AssertionError(f"no {turns} turns in time: {of.communicate()}")


def test_the_first_interrupt_lands_the_turns_in_flight_and_resume_goes_on(
    ecology: Shell, tasks: Path, zoo: Zoo
) -> None:
    process = ecology.start("run", tasks, "--db", "zoo.db", *RUN, "--json")
    _wait_for_turns(ecology.folder / "zoo.db", 3, of=process)

    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)

    assert (process.returncode, err) == (130, "") and '"ending": "stopped"' in out
    with Store.open(ecology.folder / "zoo.db") as store:
        store.verify()
        assert store.totals.last_turn() < 24
    assert ecology("resume", "zoo.db", "-q", "--json").document()["history_hash"] == _hash(zoo)


def test_the_second_interrupt_aborts_and_loses_nothing(ecology: Shell, tasks: Path, zoo: Zoo) -> None:
    process = ecology.start("run", tasks, "--db", "zoo.db", *RUN, "--json")
    _wait_for_turns(ecology.folder / "zoo.db", 3, of=process)

    process.send_signal(signal.SIGINT)
    time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)

    assert (process.returncode, out) == (130, "")
    assert err == "error: stopped at once; `ecology resume` goes on from the last commit\n"
    assert ecology("resume", "zoo.db", "-q", "--json").document()["history_hash"] == _hash(zoo)


def test_a_killed_run_is_resumed_to_the_same_history(ecology: Shell, tasks: Path, zoo: Zoo) -> None:
    process = ecology.start("run", tasks, "--db", "zoo.db", *RUN, "--json")
    _wait_for_turns(ecology.folder / "zoo.db", 6, of=process)

    process.kill()
    process.communicate(timeout=60)

    assert ecology("resume", "zoo.db", "-q", "--json", "--workers", "1").document()["history_hash"] == _hash(zoo)


@pytest.mark.parametrize("words", ["--db other.db", "--db zoo.db --seed 3"])
def test_run_never_goes_on_in_a_database_that_is_there(ecology: Shell, tasks: Path, words: str) -> None:
    for name in ("other.db", "zoo.db"):
        (ecology.folder / name).write_text("mine", encoding="utf-8")

    assert "is there already" in ecology("run", tasks, *words.split()).complaint(4)
    assert ecology.files() == {"other.db", "zoo.db"}


def _hash(zoo: Zoo) -> str:
    return str(zoo.said.document()["history_hash"])
