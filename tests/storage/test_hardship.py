"""Full disks, file systems that cannot be written, other programs' locks and clocks that jump: real ones."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from storage import DiskFull, ReadOnly, StorageError, Store, audit
from storage import database as database_module
from storage import keeper as keeper_module

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Mount a file system of two megabytes; skip where this is not allowed."""
    disk = folder / "disk"
    disk.mkdir()
    options = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)]
    if os.geteuid() != 0 or not shutil.which("mount") or subprocess.run(options, capture_output=True).returncode:
        pytest.skip("only root can mount a small file system, and here it cannot be done")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def fill(store: Store) -> int:
    """Post until the disk takes no more, and return how many posts were acknowledged."""
    for kept in itertools.count():
        body = os.urandom(2000).hex()
        try:
            store.write(partial(store.board.post, topic="t", body=body))
        except DiskFull:
            return kept
    raise AssertionError


def test_a_full_disk_is_said_and_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    with small_disk(tmp_path) as disk:
        ballast = disk / "ballast"
        ballast.write_bytes(b"\0" * 300_000)
        with Store.create(disk / "zoo.db") as store:
            kept = fill(store)
            assert kept > 20
            with pytest.raises(DiskFull, match="free some space and resume"):
                store.write(lambda tx: tx.record("note"))

        ballast.unlink()
        found = audit(disk / "zoo.db")
        assert found.holds and found.seq == kept
        with Store.open(disk / "zoo.db", write=True) as store:
            store.write(lambda tx: tx.record("note"))
        assert audit(disk / "zoo.db").holds


def test_a_file_system_that_turned_read_only_can_be_read_and_says_so(tmp_path: Path) -> None:
    with small_disk(tmp_path) as disk:
        with Store.create(disk / "zoo.db") as store:
            store.write(lambda tx: tx.record("note"))
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)

        with Store.open(disk / "zoo.db") as store:
            assert store.last_seq() == 1
        assert audit(disk / "zoo.db").holds
        with pytest.raises(ReadOnly, match="cannot be written"):
            Store.open(disk / "zoo.db", write=True)
        with pytest.raises(ReadOnly):
            Store.create(disk / "other.db")


HOLDING = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


def test_a_lock_of_another_program_is_waited_for_and_then_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "BUSY_S", 0.5)
    path = tmp_path / "zoo.db"
    with Store.create(path) as store:
        holder = subprocess.Popen(
            [sys.executable, "-c", HOLDING, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert holder.stdout is not None
        with holder:
            assert holder.stdout.readline() == "held\n"
            with pytest.raises(StorageError, match="is held by another program"):
                store.write(lambda tx: tx.record("note"))
            holder.kill()

    with Store.open(path, write=True) as store:
        store.write(lambda tx: tx.record("note"))
        assert store.last_seq() == 1
    assert audit(path).holds


def test_a_clock_that_jumps_back_changes_wall_clock_columns_alone(tmp_path: Path) -> None:
    hashes = set()
    for name, times in (("steady", itertools.count(1e9)), ("jumping", itertools.cycle([2e9, 1e9, 0.0, 3e9]))):
        with Store.create(tmp_path / f"{name}.db", clock=lambda times=times: float(next(times))) as store:  # type: ignore[misc]
            for n in range(20):
                store.write(partial(store.board.post, topic="t", body=str(n)))
            hashes.add(store.history_hash())
            assert [entry.seq for entry in store.history()] == list(range(1, 21))
        assert audit(tmp_path / f"{name}.db").holds

    assert len(hashes) == 1


def test_the_wal_is_folded_in_while_a_run_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper_module, "WAL_LEAST", 200_000)
    path = tmp_path / "zoo.db"
    with Store.create(path) as store:
        for n in range(400):
            store.submit(partial(store.board.post, topic="t", body=f"{n} " * 400))
        deadline = time.monotonic() + 30
        while path.stat().st_size < 400_000 and time.monotonic() < deadline:
            store.write(lambda tx: tx.record("note"))
            time.sleep(0.05)
        folded = path.stat().st_size

    assert folded >= 400_000


def test_the_head_is_told_while_a_run_writes(tmp_path: Path) -> None:
    head = tmp_path / "zoo.db.head"
    with Store.create(tmp_path / "zoo.db") as store:
        for _ in range(keeper_module.HEAD_COMMITS):
            store.write(lambda tx: tx.record("note"))
        deadline = time.monotonic() + 30
        while '"state":"at"' not in head.read_text() and time.monotonic() < deadline:
            time.sleep(0.05)
        told = head.read_text()

    assert '"state":"at"' in told
    assert audit(tmp_path / "zoo.db").holds
