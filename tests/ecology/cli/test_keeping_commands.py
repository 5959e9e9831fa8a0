"""`ecology post, approvals, quarantine, freeze, rollback, stop, break-glass`: one sentence, one exit code each."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ecology import Store
from tests.ecology.cli.command_line import EXAMPLES, RUN, Shell, Zoo


@pytest.fixture
def db(tmp_path: Path, zoo: Zoo) -> Path:
    """A finished run of one's own."""
    return Path(shutil.copy(zoo.database, tmp_path / "zoo.db"))


def test_a_post_is_written_once_however_often_it_is_asked_for(ecology: Shell, db: Path) -> None:
    first = ecology("post", db, "tool/1", "mind the gap", "--key", "mine", "--by", "ada", "--json").document()
    again = ecology("post", db, "tool/1", "mind the gap", "--key", "mine", "--json").document()

    assert (first["outcome"], first["again"], again["again"], again["seq"]) == ("done", False, True, first["seq"])
    with Store.open(db) as store:
        assert [post.body for post in store.board.since(0) if post.agent_id is None] == ["mind the gap"]


def test_what_is_held_is_told_by_show_until_it_is_let_go(ecology: Shell, db: Path) -> None:
    with Store.open(db) as store:
        tool, agent = store.tools.names()[0], store.agents.all()[0].name

    assert ecology("quarantine", db, "agent", agent, "--reason", "odd", "--by", "ada").out == (
        f"agent {agent} is in quarantine\n"
    )
    assert ecology("freeze", db, tool, "--by", "ada").code == 0
    shown = ecology("show", db).out
    assert f"in quarantine: agent {agent}, by ada (odd)" in shown and f"frozen: tool {tool}, by ada" in shown
    assert ecology("release", db, "agent", agent).code == ecology("unfreeze", db, tool).code == 0
    assert "quarantine" not in ecology("show", db).out


def test_a_stopped_database_is_not_gone_on_with_before_it_is_cleared(ecology: Shell, db: Path, tasks: Path) -> None:
    assert ecology("run", tasks, "--db", "open.db", *RUN).code == 0
    assert ecology("stop", "open.db", "--reason", "enough", "--by", "ada").out == "it is stopped\n"

    with Store.open(ecology.folder / "open.db") as store:
        run = store.runs.latest()
    assert run is not None and "open.db.stop" in ecology.files()
    assert "STOPPED, by ada (enough)" in ecology("show", "open.db").out
    assert ecology("stop", "open.db", "--clear").code == 0
    assert "open.db.stop" not in ecology.files() and "STOPPED" not in ecology("show", "open.db").out


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("quarantine", "zoo.db", "agent", "nobody"), 3, "no agent 'nobody'"),
        (("freeze", "zoo.db", "nothing"), 3, "no tool named"),
        (("release", "zoo.db", "lineage", "1"), 1, "not in quarantine"),
        (("approvals", "zoo.db", "approve", "9999"), 3, "no proposal 9999"),
        (("approvals", "zoo.db", "approve"), 2, "give its number"),
        (("approvals", "approve", "zoo.db", "9999"), 3, "no proposal 9999"),
        (("approvals", "deny", "zoo.db", "9999"), 3, "no proposal 9999"),
        (("approvals", "approve", "zoo.db"), 2, "give its number"),
        (("approvals", "list", "zoo.db", "3"), 2, "takes no proposal"),
        (("approvals", "list"), 2, "write `ecology approvals list DB`"),
        (("approvals", "deny", "zoo.db", "x"), 2, "'x' is no proposal"),
        (("approvals", "deny", "zoo.db", "9" * 5000), 2, "is no proposal"),
        (("approvals", "deny", "zoo.db", "1", "2"), 2, "take one"),
        (("rollback", "zoo.db", "1"), 1, "the code as it came"),
        (("break-glass", "zoo.db", "--proposal", "9999", "--rule", "X", "--reason", "y"), 3, "no proposal 9999"),
        (("break-glass", "zoo.db", "--proposal", "1", "--rule", "X", "--reason", ""), 4, "reason"),
        (("post", "none.db", "t", "b"), 3, "no database at none.db"),
        (("post", "zoo.db", "t" * 300, "b"), 4, "topic"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_with_its_exit_code(
    ecology: Shell, db: Path, words: tuple[str, ...], code: int, says: str
) -> None:
    said = ecology(*words)

    assert says in said.complaint(code)


def test_nothing_waits_in_a_population_that_needs_no_approval(ecology: Shell, db: Path) -> None:
    assert ecology("approvals", db, "--json").document()["waiting"] == []
    assert ecology("approvals", "list", db, "--json").document()["waiting"] == []


def test_a_run_that_waits_for_a_person_ends_with_an_exit_code_of_its_own(ecology: Shell) -> None:
    (line,) = [each for each in EXAMPLES.read_text(encoding="utf-8").splitlines() if "def pages(" in each]
    (ecology.folder / "one.jsonl").write_text(line + "\n", encoding="utf-8")
    (ecology.folder / "strict.toml").write_text('[protection.NeedsApproval]\ntools = ["*"]\n')
    words = ("run", "one.jsonl", "--db", "strict.db", "--charter", "strict.toml", "--turns", "300", "--seed", "1", "-q")

    ran = ecology(*words)
    (first, *_) = ecology("approvals", "strict.db", "--json").document()["waiting"]
    number = str(first["proposal"])
    approved = ecology("approvals", "approve", "strict.db", number, "--reason", "fine")
    again = ecology("approvals", "strict.db", "approve", number)

    assert ran.code == 8 and "waits for approval" in ran.out
    assert approved.code == 0 and "is approved" in approved.out
    assert "approved already" in again.complaint(1)
    assert first["asked"].startswith("tool ")
