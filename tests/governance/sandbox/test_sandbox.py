"""What comes back from a run, in every tier: outcomes, values, limits and what calls of one program share."""

from __future__ import annotations

import itertools
import os

import pytest

from governance.sandbox import Call, Limits, Opaque, Program, Result, Run, Sandbox
from storage import SandboxError

SHORT = Limits(fuel=50_000, cpu_s=1, wall_s=10.0)


def run(sandbox: Sandbox, source: str, *args: str, limits: Limits = SHORT, **more: object) -> tuple[Result, ...]:
    """Run `f` of `source` once for each argument tuple."""
    program = Program(source, "f", tuple(Call(text) for text in args), **more)  # type: ignore[arg-type]
    found = sandbox.run(program, limits).results
    assert len(found) == len(args)
    return found


def one(sandbox: Sandbox, source: str, *, limits: Limits = SHORT) -> Result:
    """Run `f` of `source` once without arguments."""
    return run(sandbox, source, "()", limits=limits)[0]


@pytest.mark.parametrize(
    "literal",
    [
        "None", "True", "1", "-7", "1.0", "0.1", "'a\\u00e9\\ud800'", "b'\\x00\\xff'", "(1, [2, {3}], {'a': (4,)})",
        "{(1, 2): {'x': []}, None: 3}", "frozenset({1, 'b'})", "2j", "10**40", "-10**400", "...", "set()", "{}",
        "float('inf')", "-0.0", "complex('inf')", "1e308", "2**53", "bytearray(b'x')",
    ],
)  # fmt: skip
def test_a_value_comes_back_with_its_exact_type(sandbox: Sandbox, literal: str) -> None:
    result = one(sandbox, f"def f():\n    return {literal}\n")

    expect = eval(literal)
    assert result.outcome == "ok"
    assert repr(result.value) == repr(expect) and type(result.value) is type(expect)


def test_a_nan_comes_back_as_a_nan(sandbox: Sandbox) -> None:
    value = one(sandbox, "def f():\n    return float('nan')\n").value

    assert isinstance(value, float) and value != value


def test_an_object_of_another_type_becomes_opaque_and_equals_nothing(any_tier: Sandbox) -> None:
    source = "class Any:\n    def __eq__(self, other):\n        return True\ndef f():\n    return [Any()]\n"

    value = one(any_tier, source).value

    assert isinstance(value, list) and isinstance(value[0], Opaque)
    assert value[0].type_name == "Any" and value != [1]


@pytest.mark.parametrize(
    ("source", "outcome", "error"),
    [
        ("def f():\n    return 1 / 0\n", "error", "ZeroDivisionError: division by zero"),
        ("def f(:\n", "error", "SyntaxError"),
        ("def g():\n    pass\n", "error", "NameError: the source defines no 'f'"),
        ("import sys\ndef f():\n    sys.exit(0)\n", "error", "SystemExit: 0"),
        ("def f():\n    raise KeyboardInterrupt\n", "error", "KeyboardInterrupt"),
        ("def f():\n    return f()\n", "error", "RecursionError"),
        ("def f():\n    import socket\n", "error", "ModuleNotFoundError"),
        ("class E(Exception):\n    def __str__(self):\n        while 1: pass\ndef f():\n    raise E\n", "timeout", ""),
        ("class E(Exception):\n    def __str__(self):\n        return 1\ndef f():\n    raise E\n", "error", "E: "),
        ("def f():\n    while True:\n        pass\n", "timeout", ""),
        ("while True:\n    pass\n", "timeout", ""),
        ("def f():\n    raise MemoryError\n", "memory", ""),
        ("def f():\n    return 'x' * 10**10\n", "memory", ""),
        ("def f():\n    return bytearray(4 << 30)\n", "memory", ""),
        ("def f():\n    return ['x' * 1000] * 100_000\n", "output", ""),
        ("def f():\n    return 'x' * (2 << 20)\n", "output", ""),
        ("\0", "error", "SyntaxError"),
        ("(" * 5000, "error", ""),
        ("import os\ndef f():\n    os._exit(0)\n", "killed", "the program ended its process with exit code 0"),
        ("import os\ndef f():\n    os.close(3)\n    while 1: pass\n", "killed", ""),
    ],
)  # fmt: skip
def test_each_way_of_failing_has_its_outcome(any_tier: Sandbox, source: str, outcome: str, error: str) -> None:
    result = one(any_tier, source)

    assert result.outcome == outcome and result.error.startswith(error)
    assert one(any_tier, "def f():\n    return 5\n").value == 5


def test_a_source_of_a_megabyte_is_refused_unread(sandbox: Sandbox) -> None:
    assert one(sandbox, "#" * (1 << 20) + "\n").outcome == "refused"


def test_a_killed_run_has_as_many_results_as_calls(any_tier: Sandbox) -> None:
    source = "import os\ndef f(n):\n    if n == 2:\n        os._exit(3)\n    return n\n"

    results = run(any_tier, source, "(1,)", "(2,)", "(3,)")

    assert [result.outcome for result in results] == ["ok", "killed", "killed"]


def test_out_of_fuel_is_not_machine_dependent_and_the_next_call_goes_on(any_tier: Sandbox) -> None:
    source = "def f(n):\n    while n:\n        pass\n    return n\n"

    run = any_tier.run(Program(source, "f", (Call("(1,)"), Call("(0,)"))), SHORT)

    assert [result.outcome for result in run.results] == ["timeout", "ok"]
    assert run.results[0].fuel == SHORT.fuel and not run.machine_dependent


STUBBORN = """
def f():
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
"""


@pytest.mark.parametrize(
    "source",
    [
        STUBBORN,
        "def f():\n    try:\n        while 1: pass\n    except BaseException:\n        return 5\n",
        "def f():\n    while 1:\n        try:\n            pass\n        finally:\n            continue\n",
        "def f(n=0):\n    try:\n        return n > 99 or f(n + 1)\n    finally:\n        f(n + 1) if n < 99 else 0\n",
        "class C:\n    def __enter__(s): return s\n    def __exit__(s, *a): return True\n"
        "def f():\n    while 1:\n        with C():\n            while 1: pass\n",
    ],
)
def test_running_dry_cannot_be_swallowed(any_tier: Sandbox, source: str) -> None:
    run = any_tier.run(Program(source, "f", (Call("()"),)), SHORT)

    assert run.results[0].outcome == "timeout" and not run.machine_dependent


def test_a_storm_of_recursion_errors_ends(any_tier: Sandbox) -> None:
    source = "def f():\n    try:\n        f()\n    except BaseException:\n        f()\n"

    assert one(any_tier, source).outcome == "timeout"


@pytest.mark.parametrize(
    "body",
    [
        "sum(itertools.count())", "list(itertools.repeat(1))", "max(iter(int, 1))", "-1 in itertools.count()",
        "2 ** 10**9", "(10**6) ** (10**6)", "1 << 10**12", "sum(range(10**12))", "math.factorial(10**7)",
        "sorted(range(10**9))", "''.join(itertools.repeat('x'))", "pow(3, 10**10)", "dict.fromkeys(range(10**9))",
        "[*itertools.count()]", "print(*itertools.count())", "collections.deque(itertools.count(), 0)",
        "[0].extend(itertools.count())", "[x for x in itertools.count() if False]", "all(map(abs, itertools.count(1)))",
    ],
)  # fmt: skip
def test_c_loops_and_big_numbers_are_counted(sandbox: Sandbox, body: str) -> None:
    source = f"import itertools, math, collections\ndef f():\n    return {body}\n"

    run = sandbox.run(Program(source, "f", (Call("()"),)), SHORT)

    assert run.results[0].outcome in ("timeout", "memory") and not run.machine_dependent


@pytest.mark.parametrize("step", ["s += s", "s = s + s", "s *= 2", "s = s * 2", "s = [s, s] and s + s"])
@pytest.mark.parametrize("start", ["'x'", "[1]", "(1,)", "b'x'"])
def test_doubling_without_end_stops_before_the_machine_does(sandbox: Sandbox, start: str, step: str) -> None:
    source = f"def f():\n    s = {start}\n    while True:\n        {step}\n"

    run = sandbox.run(Program(source, "f", (Call("()"),)), SHORT)

    assert run.results[0].outcome in ("memory", "timeout") and not run.machine_dependent


def test_squaring_without_end_stops_before_the_machine_does(sandbox: Sandbox) -> None:
    source = "def f():\n    n = 3\n    while True:\n        n *= n\n"

    run = sandbox.run(Program(source, "f", (Call("()"),)), SHORT)

    assert run.results[0].outcome in ("memory", "timeout") and not run.machine_dependent


def test_the_cpu_limit_is_the_backstop_for_what_fuel_does_not_see(any_tier: Sandbox) -> None:
    source = "import itertools\ndef f():\n    walk = [sum][0]\n    return walk(itertools.repeat(0))\n"

    run = any_tier.run(Program(source, "f", (Call("()"), Call("()"))), SHORT)

    assert [result.outcome for result in run.results] == ["timeout", "timeout"] and run.machine_dependent


def test_the_wall_limit_is_the_backstop_for_waiting(any_tier: Sandbox) -> None:
    source = "import sys\ndef f():\n    lock = sys.modules['_thread'].allocate_lock()\n"
    source += "    lock.acquire()\n    lock.acquire()\n"

    run = any_tier.run(Program(source, "f", (Call("()"),)), Limits(wall_s=0.5, cpu_s=5))

    assert run.results[0].outcome == "timeout" and run.machine_dependent


def test_sleeping_takes_no_time(sandbox: Sandbox) -> None:
    assert one(sandbox, "import time\ndef f():\n    time.sleep(3600)\n    return 1\n").value == 1


def test_calls_of_one_program_share_its_globals_and_programs_share_nothing(any_tier: Sandbox) -> None:
    source = "seen = []\ndef f(n):\n    seen.append(n)\n    return len(seen)\n"

    first = run(any_tier, source, "(1,)", "(2,)")
    second = run(any_tier, source, "(1,)")

    assert [result.value for result in first] == [1, 2] and second[0].value == 1


def test_every_call_gets_fresh_arguments_and_shows_what_it_did_to_them(any_tier: Sandbox) -> None:
    results = run(any_tier, "def f(items):\n    items.append(1)\n    return len(items)\n", "([5],)", "([5],)")

    assert [(result.value, result.args_after) for result in results] == [(2, ([5, 1],))] * 2


def test_an_expression_is_evaluated_after_its_setup_in_a_copy_of_the_globals(any_tier: Sandbox) -> None:
    calls = (Call(setup="x = [3]", expression="f(x) + helper"), Call(expression="'x' in globals()"))
    program = Program("def f(x):\n    return x[0]\n", "f", calls, helper="helper = 4")

    results = any_tier.run(program, SHORT).results

    assert [result.value for result in results] == [7, False] and results[0].args_after is None


def test_a_generator_is_read_into_a_list_where_asked(sandbox: Sandbox) -> None:
    source = "def f(n):\n    i = 0\n    while n < 0 or i < n:\n        yield i\n        i += 1\n"

    lists = run(sandbox, source, "(3,)", "(-1,)", generators_as_lists=True)
    plain = run(sandbox, source, "(3,)")

    assert lists[0].value == [0, 1, 2] and lists[1].value == list(range(5000))
    assert isinstance(plain[0].value, Opaque)


def test_a_trace_names_the_executed_lines_and_changes_no_fuel(sandbox: Sandbox) -> None:
    source = "def f(n):\n    if n:\n        return [i for i in range(n)]\n    return 0\n"

    traced = run(sandbox, source, "(2,)", "(0,)", trace=True)
    plain = run(sandbox, source, "(2,)", "(0,)")

    assert [result.lines for result in traced] == [frozenset({2, 3}) | (traced[0].lines & {1}), frozenset({2, 4})]
    assert [result.fuel for result in traced] == [result.fuel for result in plain]


def test_prints_go_nowhere_and_input_is_empty(any_tier: Sandbox) -> None:
    source = "import sys\ndef f():\n    print('x' * 100)\n    sys.stderr.write('y')\n    return input()\n"

    assert one(any_tier, source).error.startswith("EOFError")


def test_chance_and_hashes_are_the_same_in_every_run_and_program(any_tier: Sandbox) -> None:
    source = "import random\ndef f():\n    return random.random(), hash('a'), list({'a', 'b', 'c', 'd'})\n"
    program = Program(source, "f", (Call("()"),))

    alone = [any_tier.run(program, SHORT).results for _ in range(2)]
    together = any_tier.run_variants([program] * 3, SHORT)

    assert alone[0] == alone[1] == together[0].results == together[2].results


def test_the_hash_seed_decides_hashes() -> None:
    program = Program("def f():\n    return hash('a')\n", "f", (Call("()"),))
    values = []
    for seed in (0, 0, 1):
        with Sandbox("rlimit", hash_seed=seed) as sandbox:
            values.append(sandbox.run(program).results[0].value)

    assert values[0] == values[1] != values[2]


@pytest.mark.parametrize(
    "module",
    [
        "math", "re", "json", "string", "itertools", "functools", "collections", "heapq", "bisect", "datetime", "io",
        "decimal", "fractions", "statistics", "random", "typing", "dataclasses", "enum", "operator", "copy", "os",
        "textwrap", "unicodedata", "calendar", "hashlib", "numbers", "base64", "struct", "cmath", "contextlib", "abc",
    ],
)  # fmt: skip
def test_the_modules_of_everyday_tools_can_be_imported(any_tier: Sandbox, module: str) -> None:
    assert one(any_tier, f"import {module}\ndef f():\n    return {module}.__name__\n").value == module


def test_a_tool_that_is_loaded_is_not_the_main_program(any_tier: Sandbox) -> None:
    assert one(any_tier, "here = __name__\ndef f():\n    return here\n").value == "tool"


def test_everyday_library_code_works_without_files(any_tier: Sandbox) -> None:
    source = """
from __future__ import annotations
import datetime, decimal, enum, hashlib, re, statistics
from collections import namedtuple
from dataclasses import dataclass, field

@dataclass
class Point:
    x: int
    y: list[int] = field(default_factory=list)

class Colour(enum.Enum):
    RED = 1

Pair = namedtuple("Pair", "a b")

def f():
    day = datetime.datetime.strptime("2024-02-29", "%Y-%m-%d").strftime("%A")
    money = str(decimal.Decimal("1.10") + decimal.Decimal("2"))
    text = "Stra\\u00dfe".encode("idna").decode() + "x".encode("utf-16-le").hex() + re.sub("a+", "b", "caat")
    return day, money, Point(1).x, Colour["RED"].value, sum(Pair(1, 2)), statistics.mean([1, 2]), text, \\
        hashlib.sha256(b"").hexdigest()[:8], eval("1 + 1"), sorted({3: 1}.items())
"""
    value = one(any_tier, source).value

    assert value == ("Thursday", "3.10", 1, 1, 3, 1.5, "strasse7800cbt", "e3b0c442", 2, [(3, 1)])


def test_a_raised_recursion_limit_crashes_nobody(any_tier: Sandbox) -> None:
    source = "import sys\nsys.setrecursionlimit(10**9)\ndef f():\n    return sorted([1, 2], key=lambda x: f())\n"

    assert one(any_tier, source).outcome in ("error", "timeout", "memory", "killed")
    assert one(any_tier, "def f():\n    return 1\n").value == 1


def test_variants_give_what_runs_give(any_tier: Sandbox) -> None:
    sources = [
        "def f(n):\n    return n + 1\n", "def f(n):\n    while True: pass\n", "def f(n:\n", "def g(): pass\n",
        "import os\ndef f(n):\n    os._exit(0)\n", "def f(n):\n    raise ValueError(n)\n",
        "def f(n):\n    return bytearray(4 << 30)\n", "import os\ndef f(n):\n    return n if n == 1 else os._exit(1)\n",
        "def f(n):\n    return [n] * n\n", "#" * (1 << 20), "def f(n):\n    return 'x' * (2 << 20)\n",
        "import os\ndef f(n):\n    os.write(3, b'junk junk junk')\n    return 2\n", "def f(n):\n    return {n: n}\n",
    ]  # fmt: skip
    programs = [Program(source, "f", (Call("(1,)"), Call("(2,)"))) for source in sources]

    together = any_tier.run_variants(programs, SHORT)
    alone = [any_tier.run(program, SHORT) for program in programs]

    assert [run.results for run in together] == [run.results for run in alone]
    assert [run.machine_dependent for run in together] == [run.machine_dependent for run in alone]


def test_one_bad_variant_costs_only_itself(any_tier: Sandbox) -> None:
    good = [Program(f"def f():\n    return {n}\n", "f", (Call("()"),)) for n in range(300)]
    bad = Program("import os\ndef f():\n    os._exit(0)\n", "f", (Call("()"),))
    programs = list(itertools.chain.from_iterable((*good[n : n + 50], bad) for n in range(0, 300, 50)))

    runs = any_tier.run_variants(programs, SHORT)

    outcomes = [run.results[0].outcome for run in runs]
    assert outcomes.count("killed") == 6 and outcomes.count("ok") == 300
    assert [run.results[0].value for run in runs if run.results[0].outcome == "ok"] == list(range(300))


def test_variants_that_take_long_together_are_spread_over_forks(sandbox: Sandbox) -> None:
    source = "import itertools\ndef f():\n    walk = [sum][0]\n    return walk(itertools.repeat(0, 30_000_000))\n"
    programs = [Program(source, "f", (Call("()"),))] * 8

    runs = sandbox.run_variants(programs, SHORT)

    assert [run.results[0].outcome for run in runs] == ["ok"] * 8


def test_no_programs_and_no_calls_are_fine(sandbox: Sandbox) -> None:
    nothing = Program("def f():\n    return 1\n", "f", ())

    assert sandbox.run_variants([]) == []
    assert sandbox.run(nothing).results == ()
    assert [run.results for run in sandbox.run_variants([nothing, nothing])] == [(), ()]


@pytest.mark.parametrize("limits", [Limits(fuel=0), Limits(cpu_s=0), Limits(memory_mb=-1), Limits(wall_s=0)])
def test_a_limit_out_of_range_is_named(sandbox: Sandbox, limits: Limits) -> None:
    with pytest.raises(ValueError, match=r"Limits\.\w+ must be"):
        sandbox.run(Program("", "f", ()), limits)


def test_a_closed_sandbox_says_so() -> None:
    sandbox = Sandbox("rlimit")
    sandbox.close()
    sandbox.close()

    with pytest.raises(SandboxError, match="was closed"):
        sandbox.run(Program("", "f", ()))


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_sandbox_does_not_work_in_a_forked_process(sandbox: Sandbox) -> None:
    child = os.fork()
    if not child:
        try:
            sandbox.run(Program("", "f", ()))
        except SandboxError:
            os._exit(7)
        os._exit(0)
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 7
    assert isinstance(sandbox.run(Program("", "f", ())), Run)
