"""Every command that reads a database takes `--as-of`, and answers as a copy that ends at that moment would."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from ecology import Store
from ecology.cli.app import app
from storage import fork
from tests.ecology.cli.command_line import EXAMPLES

# Words after each command that reads; DB, FILE and the like are filled in.
READING: dict[str, list[str]] = {
    "agents": ["DB"],
    "lineage": ["DB"],
    "show": ["DB"],
    "show tool": ["DB", "tool", "slug"],
    "show version": ["DB", "version", "5"],
    "show proposal": ["DB", "proposal", "2"],
    "show agent": ["DB", "agent", "2"],
    "totals": ["DB", "--every", "3"],
    "why": ["DB", "3"],
    "board": ["DB"],
    "board posts": ["DB", "--kind", "posts"],
    "verdicts": ["DB", "--tool", "slug"],
    "incidents": ["DB"],
    "approvals": ["DB"],
    "export": ["DB", "FILE", "--format", "graphml"],
    "plot": ["DB", "score", "--output", "FILE.svg"],
    "govern replay": ["DB", "--charter", "CHARTER"],
    "tasks breed": ["TASKS", "--from", "DB", "--out", "FILE", "--sandbox", "rlimit"],
    "ask origin": ["DB", "slug"],
    "ask descendants": ["DB", "1"],
    "ask change": ["DB", "1", "days_in_month"],
    "ask common": ["DB", "1", "days_in_month"],
    "ask agent": ["DB", "2"],
    "ask vetoes": ["DB"],
    "ask rules": ["DB"],
    "ask critiques": ["DB"],
    "ask gains": ["DB"],
    "ask alive": ["DB"],
    "ask diversity": ["DB"],
    "ask moment": ["DB"],
    "ask cost": ["DB", "slug"],
    "ask turn": ["DB", "2"],
    "ask integrity": ["DB"],
    "ask health": ["DB"],
}
# The others, and why a moment means nothing to them.
OTHERS = {
    **dict.fromkeys(("run", "resume", "post", "quarantine", "release", "freeze", "unfreeze", "rollback", "stop",
                     "break-glass", "backup", "compact", "migrate"), "writes"),
    **dict.fromkeys(("tasks check", "charter check", "govern bench", "govern rules", "mailbox", "try"),
                    "reads no database"),
    **dict.fromkeys(("experiment emergence", "experiment selection"), "lives databases of its own"),
    "fork": "takes --at",
    "replay": "lives the whole again",
    "audit": "holds the whole file against its seals",
    "doctor": "looks at the file as it is",
    "datasette": "describes tables and queries, not rows",
}  # fmt: skip


def commands(group: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[str, set[str]]]:
    """Yield every command of the command line with its options."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*above, name))
        else:
            yield " ".join((*above, name)), {option for each in command.params for option in each.opts}


def test_every_command_that_reads_a_database_takes_a_moment() -> None:
    options = dict(commands(get_command(app)))
    without = {name for name, known in options.items() if "--as-of" not in known}

    assert without == set(OTHERS), "give it --as-of, or say why a moment means nothing to it"
    assert options.keys() - without == {name for name in options if any(each.startswith(name) for each in READING)}
    assert set(READING) >= options.keys() - without


@pytest.fixture(scope="module")
def copy(grown: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """A copy of the grown database that ends within its second run, and the last seq in it."""
    path = tmp_path_factory.mktemp("copy") / "copy.db"
    with Store.open(grown) as whole:
        return path, fork(whole, path, at=whole.as_of("turn:42"))


@pytest.mark.parametrize("name", READING)
def test_an_answer_of_the_past_is_the_present_of_a_copy_that_ends_there(
    name: str, grown: Path, copy: tuple[Path, int], tmp_path: Path
) -> None:
    (tmp_path / "strict.toml").write_text("[social.AuthorNotSoleApprover]\nquorum = 2\n")
    path, cut = copy

    def said(database: Path, *more: str) -> tuple[str, str]:
        folder = tmp_path / database.stem
        folder.mkdir()
        values = {"DB": str(database), "CHARTER": str(tmp_path / "strict.toml"), "TASKS": str(EXAMPLES),
                  "FILE": str(folder / "out"), "FILE.svg": str(folder / "out.svg")}  # fmt: skip
        words = [*name.split()[: 2 if name.startswith(("ask ", "govern ", "tasks ")) else 1],
                 *(values.get(word, word) for word in READING[name]), *more]  # fmt: skip
        done = CliRunner().invoke(app, [*words, *([] if name in ("plot", "export") else ["--json"])])
        assert done.exception is None, (done.exception, done.output)
        written = "".join(each.read_text() for each in sorted(folder.iterdir()))
        return tuple(text.replace(str(folder), "").replace(str(database), "DB").replace(database.name, "DB")
                     for text in (done.output, written))  # type: ignore[return-value]  # fmt: skip

    past, present = said(grown, "--as-of", str(cut)), said(path)

    assert past == present
    assert any(past)


def test_nothing_is_approved_in_the_past(grown: Path) -> None:
    done = CliRunner().invoke(app, ["approvals", str(grown), "approve", "1", "--as-of", "turn:2"])

    assert done.exit_code == 2 and "nothing can be approved or denied in the past" in done.output
