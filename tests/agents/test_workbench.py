"""Claims about trying sources in the sandbox while thinking."""

from __future__ import annotations

import pytest

from agents import Workbench, visible_only
from governance import Call
from storage import Task


def test_a_trace_tells_which_visible_cases_pass_and_which_lines_ran(bench: Workbench, clamp: Task) -> None:
    trace = bench.trace(clamp, clamp.code)

    assert trace.passed == (True, False, False)
    assert trace.lines[0] >= {2, 3} and 5 not in trace.lines[0] and 6 in trace.lines[1]
    assert all(fuel > 0 for fuel in trace.fuel)


def test_an_attempt_gives_each_source_its_passes_whatever_its_neighbours_do(bench: Workbench, clamp: Task) -> None:
    right = clamp.code.replace("value < high", "value > high")
    sources = [right, "def clamp(:\n", "def clamp(*a):\n    while True: pass\n", clamp.code, right]

    found = bench.attempt(visible_only(clamp), sources, base=bench.trace(clamp, clamp.code))

    assert found[0] == found[4] == (True, True, True)
    assert found[1] == found[2] == found[3] == (False, False, False)


def test_an_attempt_on_nothing_gives_nothing(bench: Workbench, clamp: Task) -> None:
    assert bench.attempt(clamp, [], base=bench.trace(clamp, clamp.code)) == []


def test_a_comparison_gives_a_result_for_every_source_and_input(bench: Workbench, clamp: Task) -> None:
    broken = "def clamp(value, low, high):\n    return nothing\n"

    mine, theirs = bench.compare(clamp, [clamp.code, broken], calls=[Call(args="(1, 2, 3)"), Call(args="(9, 2, 3)")])

    assert [each.value for each in mine] == [2, 9]
    assert [each.error for each in theirs] == ["NameError: name 'nothing' is not defined"] * 2


def test_a_repetition_runs_under_another_hash_seed(bench: Workbench, clamp: Task) -> None:
    source = "def clamp(value, low, high):\n    return hash('a word')\n"

    first = bench.compare(clamp, [source], calls=[Call(args="(1, 2, 3)")])[0]

    assert bench.repeat(clamp, source, calls=[Call(args="(1, 2, 3)")])[0].value != first[0].value


def test_a_rehearsal_tells_what_each_visible_case_gave(bench: Workbench, clamp: Task) -> None:
    found = bench.rehearse(clamp, clamp.code)

    assert (found.passed, found.seen, found.score) == ((True, False, False), ("1", "12", "9"), 1)
    assert found.fuel == sum(bench.trace(clamp, clamp.code).fuel)


@pytest.mark.parametrize(
    ("body", "seen"),
    [
        ("raise KeyError('low')", "raised KeyError: 'low'"),
        ("while True: pass", "did not end within its fuel (an endless loop, or far too many steps)"),
        ("return clamp", "an object of type function, which is no plain data"),
        ("return 'a' * 500", f"'{'a' * 179} [142 characters left out] {'a' * 179}'"),
        ("return (", "raised SyntaxError"),
    ],
)
def test_a_rehearsal_tells_failures_in_words(bench: Workbench, clamp: Task, body: str, seen: str) -> None:
    found = bench.rehearse(clamp, f"def clamp(value, low, high):\n    {body}\n")

    assert found.passed == (False, False, False)
    assert all(each.startswith(seen) and len(each) <= 400 for each in found.seen)


def test_an_operator_is_run_on_a_source_and_its_usable_rewrites_come_back_in_order(
    bench: Workbench, clamp: Task
) -> None:
    right = clamp.code.replace("value < high", "value > high")
    operator = (
        "def edits(source, entry_point, inputs, outputs, lines):\n"
        "    assert (inputs[0], outputs[0], lines) == ('(0, 1, 9)', '1', [[4, 1.0]])\n"
        "    return [source, 3, source.replace('value < high', 'value > high'), f'{entry_point} = max', 'x = (']\n"
    )

    found = bench.operate(operator, source=clamp.code, entry_point="clamp", task=clamp, lines=[(4, 1.0)])

    assert found == (right, "clamp = max")


@pytest.mark.parametrize(
    "body",
    ["raise SystemExit", "while True: pass", "return 3", "return source", "return ['x' * 10**7]", "(lambda: 0)(1)"],
)
def test_an_operator_that_gives_no_list_gives_nothing(bench: Workbench, clamp: Task, body: str) -> None:
    operator = f"def edits(source, entry_point, inputs, outputs, lines):\n    {body}\n"

    assert bench.operate(operator, source=clamp.code, entry_point="clamp", task=clamp, lines=[]) == ()
