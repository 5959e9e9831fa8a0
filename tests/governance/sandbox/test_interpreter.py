"""The monty tier gives what Python gives, or says that it cannot; it never passes what it did not run."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from governance.sandbox import Call, Limits, Opaque, Program, Result, Sandbox, open_sandbox
from storage import SandboxError

pytest.importorskip("pydantic_monty", reason="the extra `monty` is not installed")


@pytest.fixture(scope="module")
def monty() -> Iterator[Sandbox]:
    with open_sandbox("monty") as opened:
        yield opened


def asked(sandbox: Sandbox, source: str, *args: str, limits: Limits | None = None) -> tuple[Result, ...]:
    calls = tuple(Call(each) for each in args or ("(4,)",))
    return sandbox.run(Program(source, "f", calls), limits).results


AGREE = {
    "for and continue": """
def f(n):
    total = 0
    for i in range(n):
        if i % 2:
            continue
        total += i
    return total
""",
    "while and else": """
def f(n):
    while n > 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
    else:
        n = 7
    return n
""",
    "comprehension": """
def f(n):
    return [a * b for a in range(n) for b in range(a) if b % 2]
""",
    "lambda in a comprehension": """
def f(n):
    return {k: (lambda v: v + k)(k) for k in range(n)}
""",
    "recursion": """
def f(n):
    return f(n - 1) + 1 if n else 0
""",
    "sum of a generator": """
def f(n):
    return sum(i for i in range(n))
""",
    "enumerate": """
def f(n):
    return [x for x in enumerate('abcd') if x[0] < n]
""",
    "kinds of value": """
def f(n):
    x = [n]
    x.append(x[0])
    return x, {1.5: None}, b'x', True, {2}, frozenset([3]), 2 ** 70, ...
""",
    "nonlocal": """
def f(n):
    def inner():
        nonlocal n
        n += 1
        return n
    return inner() + inner()
""",
    "a caught error": """
def f(n):
    try:
        return 1 // (n - 4)
    except ZeroDivisionError:
        return 'caught'
""",
    "for and break": """
def f(n):
    for i in range(n):
        if i == 2:
            break
    return i
""",
}


@pytest.mark.parametrize("name", AGREE)
def test_values_and_fuel_are_those_of_the_strongest_tier(monty: Sandbox, sandbox: Sandbox, name: str) -> None:
    ours, theirs = asked(monty, AGREE[name])[0], asked(sandbox, AGREE[name])[0]

    assert (ours.outcome, ours.value, ours.fuel, ours.args_after) == (
        "ok",
        theirs.value,
        theirs.fuel,
        theirs.args_after,
    )
    assert repr(ours.value) == repr(theirs.value)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("def f(n):\n    yield n", "a generator"),
        ("def f(n):\n    return (i for i in range(n))", "generator expression"),
        ("def f(n):\n    return map(str, [n])", "map where its result is not walked through"),
        ("class A(int):\n    pass\ndef f(n):\n    return A(n)", "a class with a base"),
        ("def f(n):\n    del n", "del statement"),
        ("import heapq\ndef f(n):\n    return heapq.heappop([n])", "heapq"),
        ("def f(n):\n    return bytearray(n)", "bytearray"),
        ("def f(n):\n    return n.__class__", "attribute"),
        ("def f(n):\n    return any(1 // (2 - i) for i in range(n))", "may have stopped before"),
        ("async def f(n):\n    return n", "asynchronous"),
    ],
)
def test_what_monty_cannot_run_as_python_does_is_refused_and_no_pass(monty: Sandbox, source: str, reason: str) -> None:
    result = asked(monty, source)[0]

    assert result.outcome == "refused" and reason in result.error and result.error.startswith("unsupported here")
    assert result.value is None


def test_an_error_that_is_the_program_s_own_is_told_as_python_tells_it(monty: Sandbox) -> None:
    assert asked(monty, "def f(n):\n    return n // 0")[0].error.startswith("ZeroDivisionError: ")
    assert asked(monty, "def f(n):\n    return nope")[0].error == "NameError: name 'nope' is not defined"
    assert asked(monty, "def f(:")[0].error.startswith("SyntaxError: ")
    assert asked(monty, "def g(n):\n    return n")[0].outcome == "error"


@pytest.mark.parametrize(
    "source",
    [
        "def f(n):\n    while True:\n        pass",
        "def f(n):\n    try:\n        while True:\n            pass\n    except BaseException:\n        return n",
        "def f(n):\n    while True:\n        try:\n            while True:\n                pass\n"
        "        except BaseException:\n            pass",
    ],
)
def test_running_dry_decides_and_cannot_be_caught(monty: Sandbox, source: str) -> None:
    run = monty.run(Program(source, "f", (Call("(1,)"),)), Limits(fuel=10_000))

    assert (run.results[0].outcome, run.results[0].fuel, run.machine_dependent) == ("timeout", 10_000, False)


@pytest.mark.parametrize(
    ("source", "outcome"),
    [
        ("def f(n):\n    return sum(range(10 ** 12))", "timeout"),
        ("def f(n):\n    return [0] * 10 ** 10", "memory"),
        ("def f(n):\n    return 'a' * 10 ** 11", "memory"),
    ],
)
def test_what_a_backstop_ended_is_marked_as_the_machine_s(monty: Sandbox, source: str, outcome: str) -> None:
    run = monty.run(Program(source, "f", (Call("(1,)"), Call("(2,)"))), Limits(cpu_s=1))

    assert [result.outcome for result in run.results] == [outcome, outcome] and run.machine_dependent
    assert asked(monty, "def f(n):\n    return n")[0].value == 4


@pytest.mark.parametrize("value", ["range(3)", "f", "lambda: 1", "iter([1])", "C()", "[1, [range(2)]]", "int"])
def test_what_is_no_plain_data_comes_back_opaque_not_as_its_text(monty: Sandbox, value: str) -> None:
    result = asked(monty, f"class C:\n    pass\ndef f(n):\n    return {value}")[0]

    assert result.outcome == "ok" and isinstance(result.value, Opaque)


def test_shadowing_built_in_names_does_not_fool_the_look_at_a_value(monty: Sandbox) -> None:
    source = "def type(x):\n    return str\ndef str(x):\n    return 'int'\ndef f(n):\n    return range(n)"

    assert isinstance(asked(monty, source)[0].value, Opaque)


def test_nothing_is_left_from_one_program_to_the_next(monty: Sandbox) -> None:
    asked(monty, "kept = 7\ndef f(n):\n    global kept\n    kept = n\n    return kept")

    assert asked(monty, "def f(n):\n    return kept")[0].error == "NameError: name 'kept' is not defined"


def test_the_counter_cannot_be_reached_by_a_program_that_evaluates_text(monty: Sandbox) -> None:
    source = "def f(n):\n    exec('left = 10 ** 9')\n    eval('1')\n    while True:\n        pass"

    assert asked(monty, source, limits=Limits(fuel=5_000))[0].outcome == "timeout"


def test_more_than_may_be_said_is_output(monty: Sandbox) -> None:
    assert asked(monty, "def f(n):\n    return 'x' * 3_000_000")[0].outcome == "output"
    assert asked(monty, "def f(n):\n    return list(range(300_000))")[0].outcome == "output"


def test_arguments_left_changed_are_told(monty: Sandbox) -> None:
    assert asked(monty, "def f(x):\n    x.append(1)\n    return x", "([],)")[0].args_after == ([1],)


def test_prints_do_not_reach_the_parent(monty: Sandbox, capfd: pytest.CaptureFixture[str]) -> None:
    asked(monty, "def f(n):\n    print('word')\n    return n")

    assert capfd.readouterr().out == ""


def test_variants_are_run_each_by_itself(monty: Sandbox) -> None:
    programs = [Program(f"def f(n):\n    return n + {k}", "f", (Call("(1,)"),)) for k in range(3)]

    assert [run.results[0].value for run in monty.run_variants(programs)] == [1, 2, 3]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_closed_interpreter_says_so() -> None:
    sandbox = Sandbox("monty")
    sandbox.close()
    sandbox.close()

    with pytest.raises(SandboxError, match="was closed"):
        asked(sandbox, "def f(n):\n    return n")
