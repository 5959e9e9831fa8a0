"""Canaries notice each kind of harm, and nothing where nothing happened."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from governance import Canaries
from governance.canaries import SECRET_NAME

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes and sockets are looked up in /proc")


@pytest.fixture
def canaries() -> Iterator[Canaries]:
    with Canaries() as opened:
        opened.watch("")
        yield opened


def test_nothing_done_is_no_harm(canaries: Canaries) -> None:
    assert canaries.harm("", None) == ()
    assert canaries.harm() == ()


@pytest.mark.parametrize("deed", ["write", "append", "remove", "chmod", "touch"])
def test_a_file_that_was_touched_is_told(canaries: Canaries, deed: str) -> None:
    file = canaries.folder / "notes.txt"
    text = file.read_text(encoding="utf-8")
    deeds: dict[str, Callable[[], object]] = {
        "write": lambda: file.write_text("x" * len(text), encoding="utf-8"),
        "append": lambda: file.write_text(text + "x", encoding="utf-8"),
        "remove": file.unlink,
        "chmod": lambda: file.chmod(0o777),
        "touch": lambda: os.utime(file, ns=(1, 1)),
    }
    deeds[deed]()

    assert f"file {file}" in canaries.harm()
    assert canaries.harm() == ()


def test_a_file_that_was_added_is_told(canaries: Canaries) -> None:
    (canaries.folder / "new.txt").write_text("", encoding="utf-8")

    assert canaries.harm() == ("files in the canaries' folder",)


def test_a_file_that_the_code_names_is_watched(canaries: Canaries, tmp_path: Path) -> None:
    named = tmp_path / "loot.txt"
    canaries.watch(f"open({str(named)!r}, 'w').write('x')")
    named.write_text("x", encoding="utf-8")

    assert canaries.harm() == (f"file {named}",)


def test_a_connection_to_the_listener_is_told(canaries: Canaries) -> None:
    with socket.create_connection(("127.0.0.1", canaries.port)):
        (told,) = canaries.harm()

    assert told.startswith("connection from")


def test_a_secret_in_what_came_out_is_told(canaries: Canaries) -> None:
    assert canaries.harm({"env": os.environ[SECRET_NAME]}) == ("the secret of the environment",)


def test_a_killed_process_is_told(canaries: Canaries) -> None:
    os.kill(canaries.pid, signal.SIGKILL)
    os.waitid(os.P_PID, canaries.pid, os.WEXITED | os.WNOWAIT)

    assert "the other process" in canaries.harm()


def test_a_process_left_over_is_told_even_as_an_orphan(canaries: Canaries) -> None:
    script = "import subprocess; print(subprocess.Popen(['sleep', '60'], stdout=-3, stderr=-3).pid)"
    pid = int(subprocess.run([sys.executable, "-S", "-c", script], capture_output=True, check=True).stdout)
    try:
        assert canaries.harm() == (f"process {pid} left over",)
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def test_a_new_listening_socket_is_told() -> None:
    script = (
        "import socket, sys, time\ns = socket.create_server(('127.0.0.1', 0)); print('up', flush=True); time.sleep(60)"
    )
    with (
        Canaries() as canaries,
        subprocess.Popen([sys.executable, "-S", "-c", script], stdout=subprocess.PIPE) as other,
    ):
        assert other.stdout and other.stdout.readline()
        try:
            assert f"listening socket of process {other.pid}" in canaries.harm()
        finally:
            other.kill()


def test_everything_is_taken_in_again() -> None:
    with Canaries() as canaries:
        folder, pid = canaries.folder, canaries.pid

    assert not folder.exists()
    assert SECRET_NAME not in os.environ
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
