"""Claims about `ecology ask` and `ecology why`: a table or one document each, as of any moment, and clear refusals."""

from __future__ import annotations

import json
import os
import pty
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ecology.cli.app import app
from storage import QUESTIONS, Store
from tests.ecology.cli.command_line import Shell, Zoo

WORDS = {
    "origin": "days_in_month", "descendants": "1", "change": "1 days_in_month", "common": "1 days_in_month",
    "agent": "1", "vetoes": "--tool days_in_month", "critiques": "--tool days_in_month", "turn": "3",
    "alive": "--by species --buckets 4", "diversity": "--by model --buckets 4", "cost": "days_in_month",
}  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS)
def test_each_question_is_a_command_that_answers_in_text_and_in_json(zoo: Zoo, question: str) -> None:
    words = ["ask", question, str(zoo.database), *WORDS.get(question, "").split()]

    # In this process, for thirty new ones take their time.
    said, told = (CliRunner().invoke(app, [*words, *more]) for more in ([], ["--json"]))

    assert (said.exit_code, told.exit_code) == (0, 0) and said.stdout.strip()
    document = json.loads(told.stdout)
    assert next(iter(document)) == "schema_version" and len(document) >= 2


def test_a_question_can_be_asked_as_of_a_turn(ecology: Shell, zoo: Zoo) -> None:
    now, then = (
        ecology("ask", "moment", zoo.database, "--json", *words).document()["moment"]
        for words in ((), ("--as-of", "turn:2"))
    )

    assert max(each["since_seq"] for each in then) < max(each["since_seq"] for each in now)
    assert [each["amount"] for each in then if each["kind"] == "run"] == [2.0]


def test_a_change_is_shown_side_by_side(ecology: Shell, zoo: Zoo) -> None:
    with closing(sqlite3.connect(zoo.database)) as plain:
        child, parent = plain.execute("SELECT id, parent_id FROM tool_version WHERE parent_id > 0 LIMIT 1").fetchone()

    said = ecology("ask", "change", zoo.database, str(parent), str(child)).out

    assert f"version {parent}" in said and f"version {child}" in said
    assert any(f" {mark} " in line for line in said.splitlines() for mark in "|<>")


def test_a_change_fits_the_terminal_and_loses_nothing_of_either_side(zoo: Zoo) -> None:
    with closing(sqlite3.connect(zoo.database)) as plain:
        child, parent = plain.execute("SELECT id, parent_id FROM tool_version WHERE parent_id > 0 LIMIT 1").fetchone()
    ours, theirs = pty.openpty()
    words = [sys.executable, "-m", "ecology", "ask", "change", str(zoo.database), str(parent), str(child)]
    done = subprocess.Popen(words, stdout=theirs, stderr=subprocess.DEVNULL, env=os.environ | {"COLUMNS": "60"})
    os.close(theirs)
    said = ""
    # A terminal that nobody has open any more ends with an error instead of an empty read.
    with suppress(OSError):
        while more := os.read(ours, 65_536):
            said += more.decode()
    os.close(ours)

    assert done.wait() == 0
    beside = said[said.index(f"version {parent} ") :].splitlines()
    with Store.open(zoo.database) as store:
        before, after = (store.tools.source(each) for each in (parent, child))
    assert max(map(len, before.splitlines())) > 30 and max(map(len, beside)) <= 60
    for source, side in ((before, slice(0, 28)), (after, slice(31, None))):
        shown = "".join("".join(line[side] for line in beside[1:]).split())
        assert shown == "".join(source.split())


def test_an_altered_history_ends_the_question_of_integrity_with_exit_code_1(
    ecology: Shell, zoo: Zoo, tmp_path: Path
) -> None:
    copy = tmp_path / "zoo.db"
    shutil.copy(zoo.database, copy)
    with closing(sqlite3.connect(copy)) as plain:
        plain.execute("DROP TRIGGER agent_no_UPDATE")
        plain.execute("UPDATE agent SET name = 'nobody' WHERE id = 1")
        plain.commit()

    said = ecology("ask", "integrity", copy, "--json")

    assert said.code == 1 and said.document()["history"]["sound"] is False
    assert "spawn" in said.document()["history"]["finding"]


def test_why_shows_a_tree_with_its_root_on_top(ecology: Shell, zoo: Zoo) -> None:
    with closing(sqlite3.connect(zoo.database)) as plain:
        seq = plain.execute("SELECT max(seq) FROM tool_version").fetchone()[0]

    rows = ecology("why", zoo.database, str(seq), "--json").document()["why"]
    lines = ecology("why", zoo.database, str(seq)).out.splitlines()

    assert rows[0]["cause"] is None and rows[0]["level"] < 0 and len(lines) == len(rows)
    assert not lines[0].startswith(" ") and any(line.strip().startswith(f"> {seq} save") for line in lines)


@pytest.mark.parametrize(
    ("words", "code", "parts"),
    [
        ("ask origin DB 9999", 3, ["no tool version 9999"]),
        ("ask origin DB days_in_mont", 3, ["did you mean days_in_month"]),
        ("ask origin DB 99999999999999999999999", 3, ["none is as large as that"]),
        ("ask agent DB nobody", 3, ["no agent named 'nobody'"]),
        ("ask turn DB 999", 3, ["no turn 999"]),
        ("ask alive DB --by colour", 2, ["'colour'"]),
        ("ask rules DB --as-of turn:999", 3, ["no turn 999", "its last is 24"]),
        ("ask rules DB --as-of soon", 4, ["'soon' is no moment"]),
        ("ask nothing DB", 2, ["'nothing'"]),
        ("why DB 99999", 3, ["no event 99999"]),
    ],
)
def test_what_cannot_be_answered_is_refused_in_one_sentence(
    ecology: Shell, zoo: Zoo, words: str, code: int, parts: list[str]
) -> None:
    given = [str(zoo.database) if word == "DB" else word for word in words.split()]

    complaint = ecology(*given).complaint(code)

    assert all(part in complaint for part in parts), complaint
