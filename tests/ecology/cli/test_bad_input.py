"""Claims about input that no run can use: one sentence, the right exit code, and nothing left behind."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

import pytest

from storage import Store
from tests.ecology.cli.command_line import Shell, Zoo


def written(ecology: Shell, *rows: dict[str, Any] | str) -> Path:
    """Write a task file with these lines and return its path."""
    file = ecology.folder / "bad.jsonl"
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return file


@pytest.fixture
def good(tasks: Path) -> dict[str, Any]:
    row: dict[str, Any] = json.loads(tasks.read_text(encoding="utf-8").splitlines()[0])
    return row


@pytest.mark.parametrize(
    ("change", "line", "field"),
    [
        ({"code": "def days_in_month(:\n"}, 2, "code"),
        ({"entry_point": "days_in_moth"}, 2, "entry_point"),
        ({"visible": [{"args": "(open('x'),)", "expect": "1"}]}, 2, "visible"),
        ({"gate": [{"args": "(1, 2)", "expect": "len('a')"}]}, 2, "gate"),
        ({"visible": []}, 2, "visible"),
        ({"compare": "roughly"}, 2, "compare"),
        ({"id": "everyday/days_in_month"}, 2, "id"),
        ({"id": 7}, 2, "id"),
    ],
)
def test_a_malformed_task_is_told_with_line_and_field(
    ecology: Shell, good: dict[str, Any], change: dict[str, Any], line: int, field: str
) -> None:
    file = written(ecology, good, {**good, "id": "second", **change})

    complaint = ecology("run", file, "--db", "x.db").complaint(4)

    assert f"line {line}, field `{field}" in complaint
    assert ecology.files() == {"bad.jsonl"}


@pytest.mark.parametrize(
    ("lines", "part"),
    [(["{"], "line 1: is no JSON"), (["[1]"], "line 1: is a JSON list"), ([], "is empty"), (["  "], "is empty")],
)
def test_a_file_that_is_no_task_file_is_named(ecology: Shell, lines: list[str], part: str) -> None:
    complaint = ecology("run", written(ecology, *lines), "--db", "x.db").complaint(4)

    assert "bad.jsonl" in complaint and part in complaint
    assert ecology.files() == {"bad.jsonl"}


@pytest.mark.parametrize(
    ("words", "code", "parts"),
    [
        ("--workers 0", 4, ["workers is 0", "1 to 256"]),
        ("--workers 9999", 4, ["workers is 9999"]),
        ("--workers two", 2, ["--workers", "'two'"]),
        ("--window 0", 4, ["'window' is 0"]),
        ("--window 99999", 4, ["'window' is 99999"]),
        ("--turns 0", 4, ["turns is 0"]),
        ("--turns -5", 4, ["turns is -5"]),
        (f"--turns {'9' * 30}", 4, ["turns is 999"]),
        ("--turns many", 2, ["--turns", "'many'"]),
        ("--seed 1.5", 2, ["--seed", "'1.5'"]),
        (f"--seed {2**63}", 4, ["'seed' is 9223372036854775808"]),
        ("--model gpt-nothing", 4, ["'gpt-nothing'", "offline"]),
        ("--sandbox cage", 2, ["'cage'", "rlimit"]),
        ("--charter nowhere.toml", 4, ["nowhere.toml cannot be read"]),
        ("--charter broken.toml", 4, ["broken.toml is no TOML"]),
        ("--charter strange.toml", 4, ["strange.toml", "'NoSuchRule'"]),
        ("--charter wrong.toml", 4, ["wrong.toml", "fuel"]),
        ("--db .", 4, ["is a folder"]),
        ("--db nowhere/x.db", 4, ["no folder nowhere"]),
        ("--db broken.toml/x.db", 4, ["no folder broken.toml"]),
        (f"--db {'x' * 300}", 1, ["File name too long"]),
        ("--nope", 2, ["--nope"]),
        ("too many", 2, ["extra argument"]),
    ],
)
def test_a_bad_option_is_named_and_leaves_nothing(
    ecology: Shell, tasks: Path, words: str, code: int, parts: list[str]
) -> None:
    charters = {"broken": "x =", "strange": "[code.NoSuchRule]\non = true", "wrong": "[trial]\nfuel = -1"}
    for name, text in charters.items():
        (ecology.folder / f"{name}.toml").write_text(text, encoding="utf-8")
    before = ecology.files()

    complaint = ecology("run", tasks, *([] if "--db" in words else ["--db", "x.db"]), *words.split()).complaint(code)

    assert all(part in complaint for part in parts), complaint
    assert ecology.files() == before


def test_a_missing_task_file_is_named(ecology: Shell) -> None:
    assert "nowhere.jsonl: there is no such file" in ecology("run", "nowhere.jsonl").complaint(4)
    assert ecology.files() == set()


@pytest.mark.parametrize("command", ["agents", "resume", "doctor"])
@pytest.mark.parametrize(
    ("name", "code", "part"),
    [
        ("nowhere.db", 3, "no database at nowhere.db"),
        ("folder", 3, "no database at folder"),
        ("text.db", 4, "is no SQLite database"),
        ("other.db", 4, "not one of ours"),
        ("newer.db", 4, "schema 7"),
    ],
)
def test_a_database_that_cannot_be_used_is_named(
    ecology: Shell, zoo: Zoo, command: str, name: str, code: int, part: str
) -> None:
    (ecology.folder / "folder").mkdir()
    (ecology.folder / "text.db").write_text("a text that is long enough to be one\n" * 40, encoding="utf-8")
    shutil.copy(zoo.database, ecology.folder / "newer.db")
    for file, sql in (("other.db", "CREATE TABLE t (x)"), ("newer.db", "PRAGMA user_version = 7")):
        connection = sqlite3.connect(ecology.folder / file)
        connection.execute(sql)
        connection.commit()
        connection.close()

    assert part in ecology(command, name).complaint(code)


def test_a_database_without_a_run_says_what_begins_one(ecology: Shell) -> None:
    Store.create(ecology.folder / "bare.db").close()

    assert "ecology run" in ecology("resume", "bare.db").complaint(4)
    assert "ecology run" in ecology("show", "bare.db").complaint(4)


def _read_only(folder: Path) -> tuple[str, ...]:
    """Make a folder read-only and return what to put before a command: permissions do not bind root, a mount does."""
    if os.geteuid():
        folder.chmod(0o555)
        return ()
    script = f"mount --bind '{folder}' '{folder}' && mount -o remount,ro,bind '{folder}' && exec \"$@\""
    prefix = ("unshare", "--mount", "sh", "-c", script, "sh")
    if not shutil.which("unshare") or subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode:
        pytest.skip("root is not allowed to mount a folder read-only here")
    return prefix


def test_a_read_only_folder_can_be_read_and_not_written(ecology: Shell, tasks: Path, zoo: Zoo) -> None:
    folder = ecology.folder / "shelf"
    folder.mkdir()
    shutil.copy(zoo.database, folder / "zoo.db")
    prefix = _read_only(folder)

    for said in (
        ecology("run", tasks, "--db", "shelf/x.db", prefix=prefix),
        ecology("resume", "shelf/zoo.db", prefix=prefix),
    ):
        assert "cannot be written" in said.complaint(1)
    folder.chmod(0o755)
    assert {each.name for each in folder.iterdir()} == {"zoo.db"}
