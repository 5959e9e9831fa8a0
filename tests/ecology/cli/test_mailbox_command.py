from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from agents.models.mailbox import MailboxModel
from agents.models.message import Message, Request
from storage import ModelError

ROOT = Path(__file__).parents[3]
REQUEST = Request((Message("user", "What is\n1 + 1? \x1b[31m"),))
# The command as users reach it, whether or not the others are there.
COMMAND = "from ecology.cli import main\nfrom ecology.cli.app import app\nfrom ecology.cli.mailbox import mailbox\n"
COMMAND += "names = [each.callback for each in app.registered_commands]\n"
COMMAND += "mailbox in names or app.command()(mailbox)\nmain()\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A mailbox in which one request waits."""
    with pytest.raises(ModelError):
        asyncio.run(MailboxModel(tmp_path / "box", timeout_s=0.01).complete(REQUEST))
    return tmp_path / "box"


def ecology(*words: str | Path, said: str = "", editor: str = "") -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in ("VISUAL", "EDITOR")}
    environment |= {"PYTHONPATH": str(ROOT)} | ({"EDITOR": editor} if editor else {})
    return subprocess.run(
        [sys.executable, "-c", COMMAND, "mailbox", *map(str, words)], env=environment, input=said, capture_output=True,
        text=True, timeout=60, check=False,
    )  # fmt: skip


def answered(folder: Path) -> str:
    time.sleep(0.25)
    return asyncio.run(MailboxModel(folder, timeout_s=5).complete(REQUEST)).text


def test_what_waits_is_listed_with_its_beginning_and_no_control_character(folder: Path) -> None:
    table, document = ecology(folder), ecology(folder, "--json")

    assert f"{REQUEST.digest}-0" in table.stdout and "What is 1 + 1?" in table.stdout and "\x1b" not in table.stdout
    assert json.loads(document.stdout)["waiting"][0]["id"] == f"{REQUEST.digest}-0"


def test_a_request_is_shown_in_full(folder: Path) -> None:
    text = ecology(folder, "--show", f"{REQUEST.digest[:8]}-0").stdout
    assert "## user\n\nWhat is\n1 + 1?" in text and text.endswith("\n")
    shown = json.loads(ecology(folder, "--show", REQUEST.digest[:8], "--json").stdout)
    assert shown["request"]["digest" if "digest" in shown["request"] else "id"].startswith(REQUEST.digest)


def test_a_request_is_answered_from_a_file(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "reply.md").write_text("2\n")

    done = ecology(folder, "--answer", REQUEST.digest[:8], "--file", tmp_path / "reply.md")

    assert (done.returncode, done.stdout) == (0, "") and "answered" in done.stderr
    assert answered(folder) == "2\n"
    table, document = ecology(folder), ecology(folder, "--json")
    assert (table.returncode, table.stdout) == (0, "") and table.stderr == f"nothing waits in {folder}\n"
    assert json.loads(document.stdout)["waiting"] == []


def test_a_request_is_answered_from_stdin(folder: Path) -> None:
    assert ecology(folder, "--answer", REQUEST.digest, "--file", "-", said="two").returncode == 0
    assert answered(folder) == "two"


def test_a_request_is_answered_in_an_editor_above_the_line(folder: Path, tmp_path: Path) -> None:
    script = tmp_path / "editor.py"
    script.write_text("import sys\np = sys.argv[-1]\nold = open(p).read()\nopen(p, 'w').write('it is 2' + old)\n")

    done = ecology(folder, "--answer", REQUEST.digest[:8], editor=f"{sys.executable} {script}")

    assert done.returncode == 0, done.stderr
    assert answered(folder) == "it is 2"


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["--answer", "zz"], 3, "no request waits"),
        (["--show", "zz"], 3, "no request waits"),
        (["--answer", REQUEST.digest[:8]], 4, "set EDITOR, or give the reply with --file"),
        (["--answer", REQUEST.digest[:8], "--file", "gone.md"], 4, "the reply gone.md cannot be read"),
        (["--answer", REQUEST.digest[:8], "--file", "-"], 4, "is empty"),
        (["--file", "x"], 2, "name it with --answer"),
        (["--show", "a", "--answer", "b"], 2, "not both"),
    ],
)
def test_a_slip_is_one_sentence_and_an_exit_code(folder: Path, words: list[str], code: int, told: str) -> None:
    done = ecology(folder, *words)

    assert (done.returncode, done.stdout) == (code, "")
    assert told in done.stderr and done.stderr.count("\n") == 1


def test_an_editor_that_fails_and_a_folder_that_is_not_there_are_named(folder: Path) -> None:
    assert "the editor 'false' failed" in ecology(folder, "--answer", REQUEST.digest[:8], editor="false").stderr
    assert ecology(folder / "gone").returncode == 3
