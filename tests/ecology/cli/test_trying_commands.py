"""Claims about `try`, `doctor` and `tasks check`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from governance import TIERS
from tests.ecology.cli.command_line import Shell, Zoo

TOOL = r"""
def plus(x):
    return x + 1

def endless():
    while True:
        pass

def chatty():
    print("a word on stdout")
    return "\x1b[31mred"

def failing():
    raise ValueError("two\nlines")

def big():
    return [0] * 10**10
"""


@pytest.fixture
def tool(tmp_path: Path) -> Path:
    file = tmp_path / "tool.py"
    file.write_text(TOOL, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("call", "code", "outcome", "value", "error"),
    [
        ("plus(1)", 0, "ok", 2, ""),
        ("[plus(1), None, {'a': True}]", 0, "ok", [2, None, {"a": True}], ""),
        ("(plus(1), {3})", 0, "ok", "(2, {3})", ""),
        ("chatty()", 0, "ok", "\x1b[31mred", ""),
        ("endless()", 1, "timeout", None, ""),
        ("failing()", 1, "error", None, "ValueError: two\nlines"),
        ("nothing_like_it()", 1, "error", None, "NameError: name 'nothing_like_it' is not defined"),
        ("big()", 1, "memory", None, ""),
    ],
)
def test_try_tells_tier_outcome_and_value(
    ecology: Shell, tool: Path, call: str, code: int, outcome: str, value: object, error: str
) -> None:
    said = ecology("try", tool, "--call", call, "--json")
    plain = ecology("try", tool, "--call", call)

    found = said.document()
    assert (said.code, said.err, found["outcome"], found["value"]) == (code, "", outcome, value)
    assert found["literal"] == (None if value is None else value if value == "(2, {3})" else repr(value))
    assert found["error"] == error and found["tier"] in TIERS
    assert (plain.code, plain.err, plain.out.count("\n")) == (code, "", 1)
    assert plain.out.startswith(f"{found['tier']}  {outcome}  ")


def test_try_shows_a_syntax_error_of_the_file_as_its_outcome(ecology: Shell, tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text("def f(:\n", encoding="utf-8")

    said = ecology("try", "bad.py", "--call", "f(1)", "--json")

    assert said.code == 1 and said.document()["outcome"] == "error" and "SyntaxError" in said.document()["error"]


@pytest.mark.parametrize("call", ["", "x = 1", "plus(1); plus(2)", "plus(", "1 +"])
def test_try_refuses_a_call_that_is_no_expression(ecology: Shell, tool: Path, call: str) -> None:
    complaint = ecology("try", tool, "--call", call).complaint(2)

    assert "is no expression" in complaint and repr(call) in complaint


@pytest.mark.parametrize(
    ("words", "code", "part"),
    [
        (["nowhere.py", "--call", "f()"], 4, "nowhere.py cannot be read (No such file or directory)"),
        ([".", "--call", "f()"], 4, "Is a directory"),
        (["binary.py", "--call", "f()"], 4, "binary.py is no UTF-8"),
        (["tool.py"], 2, "'--call'"),
        (["tool.py", "--call", "plus(1)", "--fuel", "0"], 2, "'--fuel'"),
        (["tool.py", "--call", "plus(1)", "--fuel", "9" * 30], 2, "'--fuel'"),
        (["tool.py", "--call", "plus(1)", "--sandbox", "cage"], 2, "'cage'"),
    ],
)
def test_try_refuses_what_it_cannot_run(ecology: Shell, tool: Path, words: list[str], code: int, part: str) -> None:
    tool.with_name("binary.py").write_bytes(b"\xff\xfe\x00")

    assert part in ecology("try", *words).complaint(code)


def test_doctor_prints_one_line_a_probe_and_verifies_a_database(ecology: Shell, zoo: Zoo) -> None:
    said = ecology("doctor", zoo.database, "--sandbox", "rlimit")

    assert said.code == 0 and said.out.startswith("sandbox tier ")
    assert "socket" in said.out and said.out.rstrip().endswith("holds")
    assert said.err == "the rlimit tier is an accident guard, not a sandbox\n"


def test_doctor_says_for_every_tier_what_each_probe_came_to(ecology: Shell) -> None:
    found, plain = ecology("doctor", "--json").document(), ecology("doctor").out

    tiers = {each["tier"]: each for each in found["tiers"]}
    assert tuple(tiers) == TIERS and found["tier"] in TIERS and found["database"] is None
    entered = [tier for tier, each in tiers.items() if not each["missing"]]
    assert "rlimit" in entered and "accident guard" in tiers["rlimit"]["label"]
    for probe in found["probes"]:
        assert list(probe["cells"]) == entered
        assert set(probe["cells"].values()) <= {"stopped", "not stopped", "not run"}
    looked = next(probe for probe in found["probes"] if probe["name"] == "look at a file outside")
    assert looked["cells"]["rlimit"] == "not stopped" and looked["cells"][found["tier"]] == "stopped"
    assert all(f"{each}" in plain.splitlines()[1] for each in entered)
    assert "rlimit (an accident guard, not a sandbox): self-test of rlimit" in plain


def test_doctor_names_a_database_that_is_not_there(ecology: Shell) -> None:
    assert "no database at nowhere.db" in ecology("doctor", "nowhere.db").complaint(3)


def test_tasks_check_shows_what_each_tool_passes(ecology: Shell, tasks: Path) -> None:
    said, plain = ecology("tasks", "check", tasks, "--json"), ecology("tasks", "check", tasks)

    found = said.document()
    assert (said.code, said.err, found["problems"]) == (0, "", []) and len(found["tasks"]) == 4
    assert plain.code == 0 and len(plain.out.splitlines()) == 5 and plain.err == ""


def test_tasks_check_lists_every_problem_on_stderr(ecology: Shell, tasks: Path, tmp_path: Path) -> None:
    good = json.loads(tasks.read_text(encoding="utf-8").splitlines()[0])
    rows = [good, good, {**good, "id": "b", "entry_point": "nope"}]
    (tmp_path / "bad.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows) + "{\n", encoding="utf-8")

    said = ecology("tasks", "check", "bad.jsonl")

    assert said.code == 4
    assert [line.split(":")[1].strip() for line in said.err.splitlines()] == [
        "bad.jsonl, line 2, field `id`", "bad.jsonl, line 3, field `entry_point`", "bad.jsonl, line 4"
    ]  # fmt: skip
