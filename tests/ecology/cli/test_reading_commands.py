"""Claims about the commands that read: a table or one JSON document, and clear refusals."""

from __future__ import annotations

import os
import subprocess

import pytest

from tests.ecology.cli.command_line import Shell, Zoo, environment

READING = [
    "agents", "agents --alive", "agents --as-of 9", "lineage days_in_month", "lineage everyday/days_in_month --as-of 9",
    "show", "show tool days_in_month", "show version 1", "show proposal 1", "show agent 1", "board",
    "board --turn 1000",
    "board --kind posts", "board --kind posts --topic tool/*", "verdicts", "verdicts --tool days_in_month",
    "verdicts --rule NoCaseLost --outcome veto --limit 2", "verdicts --as-of 9", "incidents",
]  # fmt: skip


def asked(zoo: Zoo, words: str) -> list[str]:
    """Return the words of a command with the database in its place."""
    command, *rest = words.split()
    return [command, str(zoo.database), *rest]


@pytest.mark.parametrize("words", READING)
def test_a_reading_command_prints_text_on_stdout_and_nothing_on_stderr(ecology: Shell, zoo: Zoo, words: str) -> None:
    said = ecology(*asked(zoo, words))

    assert (said.code, said.err) == (0, "") and said.out.strip()
    assert ecology.files() == set()


@pytest.mark.parametrize("words", READING)
def test_with_json_stdout_is_one_document_with_a_schema_version(ecology: Shell, zoo: Zoo, words: str) -> None:
    said = ecology(*asked(zoo, words), "--json")

    assert (said.code, said.err) == (0, "")
    assert len(said.document()) == 2


@pytest.mark.parametrize(
    ("words", "columns"),
    [
        ("agents", "id name species model founder_id parent_id depth energy retired"),
        ("lineage days_in_month", "id number author visible gate fuel reason"),
        ("lineage", "tool id number author visible gate fuel reason"),
        ("board", "kind subject strength"),
        ("verdicts", "seq proposal_id stage rule outcome evidence would_pass"),
    ],
)
def test_a_table_has_its_columns_and_one_line_a_row(ecology: Shell, zoo: Zoo, words: str, columns: str) -> None:
    (name, rows), *_ = [
        item for item in ecology(*asked(zoo, words), "--json").document().items() if item[0] != "schema_version"
    ]

    lines = ecology(*asked(zoo, words)).out.splitlines()

    assert lines[0].split() == columns.split() and len(lines) == len(rows) + 1, name


def test_as_of_shows_the_state_of_then(ecology: Shell, zoo: Zoo) -> None:
    now = ecology("agents", zoo.database, "--json").document()["agents"]
    first = now[0]["seq"]

    then = ecology("agents", zoo.database, "--as-of", str(first), "--json").document()["agents"]

    assert [each["id"] for each in then] == [now[0]["id"]] and len(now) > 1


@pytest.mark.parametrize(
    ("words", "code", "parts"),
    [
        ("agents --as-of 999999", 3, ["no seq 999999", "its newest is"]),
        ("verdicts --as-of 99999999999999999999999", 3, ["no seq 99999999999999999999999"]),
        ("agents --as-of 0", 2, ["--as-of", "'0'"]),
        ("lineage days_in_mont", 3, ["'days_in_mont'", "did you mean days_in_month"]),
        ("show tool", 2, ["tool, version, proposal, agent", "name or number"]),
        ("show beast 1", 2, ["tool, version, proposal, agent", "'beast'"]),
        ("show tool nothing_like_it", 3, ["'nothing_like_it'", "the database holds"]),
        ("show version 999", 3, ["no tool version 999", "ecology lineage"]),
        ("show version one", 2, ["'one' is no number"]),
        ("show proposal 999999", 3, ["no proposal 999999"]),
        ("show agent 999", 3, ["no agent 999", "ecology agents"]),
        ("show agent 99999999999999999999999", 3, ["no agent 99999999999999999999999"]),
        ("board --kind weather", 2, ["'weather'", "'posts', 'signals'"]),
        ("board --limit 0", 2, ["--limit", "'0'"]),
        ("board --limit 99999999999999999999", 2, ["--limit"]),
        ("board --turn 99999999999999999999", 2, ["--turn"]),
        ("board --topic tool/1", 2, ["--topic", "--kind posts"]),
        ("board --kind posts --turn 1", 2, ["--turn", "--kind signals"]),
        ("verdicts --outcome maybe", 2, ["'maybe'"]),
        ("verdicts --tool nothing_like_it", 3, ["'nothing_like_it'"]),
        ("verdicts --nope", 2, ["--nope", "ecology verdicts --help"]),
    ],
)
def test_a_wrong_question_is_refused_in_one_sentence(
    ecology: Shell, zoo: Zoo, words: str, code: int, parts: list[str]
) -> None:
    complaint = ecology(*asked(zoo, words)).complaint(code)

    assert all(part in complaint for part in parts), complaint


@pytest.mark.parametrize("words", [[], ["tasks"]])
def test_without_a_command_the_help_is_shown_on_stderr(ecology: Shell, words: list[str]) -> None:
    said = ecology(*words)

    assert (said.code, said.out) == (2, "") and said.err.startswith("Usage: ecology")


def test_an_unknown_command_is_named(ecology: Shell) -> None:
    assert "'nonsense'" in ecology("nonsense").complaint(2)


def test_help_and_version_are_data(ecology: Shell) -> None:
    version, help_ = ecology("--version"), ecology("run", "--help")

    assert (version.code, version.err, version.out.count("\n")) == (0, "", 1)
    assert (help_.code, help_.err) == (0, "") and "--workers" in help_.out


@pytest.mark.parametrize("words", ["agents", "agents --json", "verdicts --limit 9999", "show", "show --json"])
@pytest.mark.parametrize("reader", ["head -1", "true"])
def test_a_closed_pipe_ends_a_command_quietly(ecology: Shell, zoo: Zoo, words: str, reader: str) -> None:
    line = f'"$@" | {reader} > /dev/null; exit ${{PIPESTATUS[0]}}'

    done = subprocess.run(
        ["bash", "-c", line, "bash", *ecology.command(*asked(zoo, words))], env=environment(), capture_output=True,
        text=True, check=False, timeout=60,
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="/dev/full is not here")
@pytest.mark.parametrize("words", ["agents", "agents --json"])
def test_a_stdout_that_takes_no_more_is_an_error(ecology: Shell, zoo: Zoo, words: str) -> None:
    done = subprocess.run(
        ["bash", "-c", '"$@" > /dev/full', "bash", *ecology.command(*asked(zoo, words))], env=environment(),
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip

    assert done.returncode == 1 and done.stderr.startswith("error: stdout") and done.stderr.count("\n") == 1


def test_an_encoding_without_a_letter_breaks_nothing(ecology: Shell, zoo: Zoo) -> None:
    command = ecology.command("agents", zoo.database, "--json")

    done = subprocess.run(command, env=environment() | {"PYTHONIOENCODING": "ascii"}, capture_output=True, check=False)

    assert (done.returncode, done.stderr) == (0, b"")
