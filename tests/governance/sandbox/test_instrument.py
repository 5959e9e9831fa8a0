"""Counting fuel changes no value, and counts the same everywhere."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from governance.sandbox import Call, Limits, Program, Sandbox
from governance.sandbox.zygote.instrument import instrument
from governance.sandbox.zygote.meter import Meter, OutOfFuel

ROOT = Path(__file__).parents[3]
SUITE = Path(__file__).parent / "everyday.txt"


def metered(source: str, *, fuel: int = 1_000_000) -> tuple[dict[str, Any], int]:
    """Execute an instrumented source in this process and return its globals and the fuel it took."""
    tree = ast.parse(source)
    instrument(tree)
    meter = Meter()
    meter.largest = 1 << 20
    builtins: dict[str, Any] = dict(vars(__import__("builtins")))
    meter.lend(builtins)
    meter.refill(fuel)
    scope: dict[str, Any] = {"__builtins__": builtins, "__name__": "tool"}
    exec(compile(tree, "<tool>", "exec", dont_inherit=True), scope)
    return scope, meter.used


@pytest.mark.parametrize(
    ("source", "fuel"),
    [
        ("x = 1", 0),
        ("for i in range(10): pass", 10),
        ("i = 0\nwhile i < 10: i += 1", 10),
        ("x = [i for i in range(10) if i % 2]", 10),
        ("x = {i: j for i in range(3) for j in range(4)}", 15),
        ("x = sum(i for i in range(10))", 10),
        ("def f(): 'only a docstring'\nf(); f()", 2),
        ("f = lambda: 1\nf(); f(); f()", 3),
        ("x = list(range(1600))", 100),
        ("x = 10**9 + 7\ny = 2 * 1.5", 0),
        ("class C:\n    y = [i for i in range(2)]\n    def m(self): return 1\nC().m()", 3),
    ],
)
def test_a_step_costs_one_unit(source: str, fuel: int) -> None:
    assert metered(source)[1] == fuel


def test_the_suite_of_everyday_code_gives_the_values_it_gives_without_counting() -> None:
    source = SUITE.read_text(encoding="utf-8")
    plain: dict[str, Any] = {"__name__": "tool"}
    exec(compile(source, "<tool>", "exec", dont_inherit=True), plain)

    counted, _ = metered(source)

    assert counted["answers"]() == plain["answers"]()


def test_line_numbers_stay_where_they_were() -> None:
    source = "def f(x):\n    y = x + [1]\n\n    return y[5]\n"
    scope, _ = metered(source)

    with pytest.raises(IndexError) as caught:
        scope["f"]([])

    assert caught.traceback[-1].lineno + 1 == 4


def test_running_dry_raises_again_at_each_later_tick() -> None:
    scope, _ = metered("def f():\n    for i in range(10): pass\n", fuel=5)

    for _ in range(3):
        with pytest.raises(OutOfFuel):
            scope["f"]()
            scope["f"]()


def test_out_of_fuel_is_no_exception_that_a_tool_would_catch() -> None:
    assert not issubclass(OutOfFuel, Exception)


def test_the_names_of_the_meter_cannot_be_spelt() -> None:
    builtins: dict[str, Any] = {}
    Meter().lend(builtins)

    assert builtins and not any(name.isidentifier() for name in builtins)


def _interpreters() -> list[str]:
    found = [shutil.which(f"python3.{minor}") for minor in (11, 12, 13)]
    home = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    # Another user's folder may be there and closed to us, which is as good as none.
    pyenv = sorted(home.glob("versions/3.1[123].*/bin/python")) if os.access(home, os.R_OK | os.X_OK) else []
    return [sys.executable, *(str(path) for path in pyenv), *(path for path in found if path and "shims" not in path)]


WORKER = """
import json, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from zygote import execute, preload
preload.load()
execute.prepare()
class Collect:
    patient, frames = False, []
    def send_text(self, text):
        self.frames.append(json.loads(text))
execute._METER.largest = 1 << 26
runner = execute.Runner(Collect(), fuel=1_000_000, output=1 << 20)
job = execute.Job("answers", [["()", "", ""], ["", "x = 2", "[answers() for _ in range(x)]"]], "", False, False, [])
runner.run(0, job, source=Path(sys.argv[2]).read_text(encoding="utf-8"))
sys.__dict__["stdout_real"] = open(1, "w")
sys.__dict__["stdout_real"].write(json.dumps(Collect.frames))
sys.__dict__["stdout_real"].flush()
"""


def test_every_supported_python_counts_the_same_fuel_and_gives_the_same_values() -> None:
    answers = {}
    for python in _interpreters():
        command = [python, "-S", "-s", "-P", "-W", "ignore", "-c", WORKER, str(ROOT / "governance/sandbox"), str(SUITE)]
        done = subprocess.run(command, env={"PYTHONHASHSEED": "0"}, capture_output=True, text=True, check=True)
        answers[python] = json.loads(done.stdout)

    first = answers[sys.executable]
    assert first[0][2]["outcome"] == "ok" and first[0][2]["fuel"] > 100
    assert all(answer == first for answer in answers.values())


def test_the_sandbox_counts_what_the_instrument_counts(sandbox: Sandbox) -> None:
    program = Program(SUITE.read_text(encoding="utf-8"), "answers", (Call("()"), Call("()")))

    first, second = sandbox.run(program, Limits()).results

    assert first.outcome == "ok" and first.value == second.value and first.fuel >= second.fuel > 100


def test_code_nested_beyond_reason_is_an_error_of_its_own(sandbox: Sandbox) -> None:
    deep = "x = " + "-" * 90 + "1\ndef f():\n    return " + "+".join(["1"] * 3000) + "\n"

    run = sandbox.run(Program(deep, "f", (Call("()"),)))

    assert run.results[0].outcome in ("ok", "error", "memory", "killed")
