"""Tools that require others run with the very versions they pin, each in a namespace of its own."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.library import closure, library_of
from governance.sandbox import Call, Limits, Part, Program, Result, Sandbox
from governance.sandbox.zygote.closure import unpin
from storage import Pin, pins_in, repinned

GCD = Part(
    1,
    "gcd",
    "def step(a, b):\n    return b, a % b\n\n\ndef gcd(a, b):\n    while b:\n        a, b = step(a, b)\n    return a\n",
)
LCM = "from shelf.v1 import gcd\n\n\ndef step(a):\n    return a\n\n\n"
LCM += "def lcm(a, b):\n    return step(a) * b // gcd(a, b)\n"


def ran(sandbox: Sandbox, source: str, call: str, *parts: Part, entry: str = "f") -> Result:
    asked = Program(source, entry, (Call(args=call),), parts=closure(source, library_of(parts)))
    return sandbox.run(asked).results[0]


def test_a_tool_calls_what_it_requires_and_equal_names_do_not_meet(sandbox: Sandbox) -> None:
    assert ran(sandbox, LCM, "(4, 6)", GCD, entry="lcm").value == 12


def test_tools_that_require_each_other_close_a_cycle_over_their_versions(sandbox: Sandbox) -> None:
    """A version 3 requires B version 2, which requires A version 1."""
    a1 = Part(1, "a", "def a(n):\n    return n + 1\n")
    b2 = Part(2, "b", "from shelf.v1 import a\n\n\ndef b(n):\n    return a(n) * 10\n")
    a3 = "from shelf.v2 import b\n\n\ndef a(n):\n    return b(n) + 1\n"

    assert ran(sandbox, a3, "(4,)", b2, a1, entry="a").value == 51


def test_two_versions_of_one_tool_serve_side_by_side(sandbox: Sandbox) -> None:
    old = Part(1, "size", "def size(n):\n    return n\n")
    new = Part(2, "size", "def size(n):\n    return -n\n")
    middle = Part(3, "mid", "from shelf.v1 import size\n\n\ndef mid(n):\n    return size(n)\n")
    both = "from shelf.v2 import size\nfrom shelf.v3 import mid\n\n\ndef f(n):\n    return size(n), mid(n)\n"

    assert ran(sandbox, both, "(7,)", old, new, middle).value == (-7, 7)


def test_fuel_counts_what_a_required_tool_uses(sandbox: Sandbox) -> None:
    spin = Part(
        1, "spin", "def spin(n):\n    total = 0\n    for i in range(n):\n        total += i\n    return total\n"
    )
    source = "from shelf.v1 import spin\n\n\ndef f(n):\n    return spin(n)\n"
    asked = Program(source, "f", (Call(args="(10,)"), Call(args="(1000,)"), Call(args="(10**9,)")), parts=(spin,))

    few, many, endless = sandbox.run(asked, Limits(fuel=50_000)).results

    assert (many.fuel - few.fuel, few.fuel > 10, endless.outcome) == (990, True, "timeout")


def test_a_version_that_is_not_on_the_shelf_fails_every_call_and_nothing_else(sandbox: Sandbox) -> None:
    found = ran(sandbox, LCM, "(4, 6)", entry="lcm")

    assert (found.outcome, "version 1" in found.error) == ("error", True)


@pytest.mark.parametrize(
    "line", ["import shelf.v1", "from shelf import v1", "from shelf.v1 import *", "from shelf.v1 import gcd as g"]
)
def test_only_the_plain_statement_requires_anything(sandbox: Sandbox, line: str) -> None:
    source = f"{line}\n\n\ndef f(a, b):\n    return a\n"

    assert pins_in(source) == ()
    assert ran(sandbox, source, "(1, 2)", GCD).outcome == "error"


def test_variants_in_one_fork_each_have_their_own_copy_of_what_they_require(sandbox: Sandbox) -> None:
    body = "    memory.append(n)\n    seen.append(n)\n    return len(memory) + len(seen)\n"
    keep = Part(1, "keep", f"seen = []\n\n\ndef keep(n, memory=[]):\n{body}")
    source = "from shelf.v1 import keep\n\n\ndef f(n):\n    return keep(n)\n"
    programs = [Program(source, "f", (Call(args="(1,)"),), parts=(keep,)) for _ in range(3)]

    assert [run.results[0].value for run in sandbox.run_variants(programs)] == [2, 2, 2]


# What a hostile tool may try on the function it was given. What only sets an attribute succeeds, on its own copy.
REACHES = {
    "scope": "gcd.__globals__['step'] = lambda a, b: (9, 0)",
    "code": "gcd.__code__ = (lambda a, b: 9).__code__",
    "defaults": "gcd.__defaults__ = (1, 2)",
    "keyword defaults": "gcd.__kwdefaults__ = {}",
    "closure": "gcd.__closure__[0].cell_contents = 9",
    "wrapped": "gcd.__wrapped__.__globals__['step'] = lambda a, b: (9, 0)",
    "partial": "gcd.func.__globals__['step'] = lambda a, b: (9, 0)",
    "method": "gcd.__func__.__globals__['step'] = lambda a, b: (9, 0)",
    "binding": "gcd.__get__(1).__func__.__wrapped__",
    "reduction": "gcd.__reduce__()[0].__globals__",
    "builtin scope": "gcd.__builtins__['abs']",
    "module": "import shelf\nshelf.v1.step = None",
    "module by number": "import sys\nsys.modules['shelf 1'].step = lambda a, b: (9, 0)",
}


SET_ON_ONES_OWN = [REACHES[name] for name in ("code", "defaults", "keyword defaults")]


@pytest.mark.parametrize("deed", REACHES.values(), ids=REACHES)
def test_what_is_required_shows_no_way_into_its_namespace(sandbox: Sandbox, deed: str) -> None:
    body = "\n".join(f"        {line}" for line in deed.splitlines())
    source = (
        "from shelf.v1 import gcd\n\n\ndef f(a, b):\n    try:\n"
        f"{body}\n        done = True\n    except (AttributeError, TypeError, ImportError, KeyError):\n"
        "        done = False\n    return done, gcd(a, b)\n"
    )

    assert ran(sandbox, source, "(4, 6)", GCD).value == (deed in SET_ON_ONES_OWN, 2)


def test_an_attribute_set_on_what_is_required_stays_with_whoever_set_it(sandbox: Sandbox) -> None:
    other = Part(2, "look", "from shelf.v1 import gcd\n\n\ndef look():\n    return hasattr(gcd, 'mark')\n")
    source = "from shelf.v1 import gcd\nfrom shelf.v2 import look\n\n\n"
    source += "def f():\n    gcd.mark = 1\n    return look(), gcd(4, 6)\n"

    assert ran(sandbox, source, "()", GCD, other).value == (False, 2)


def test_what_one_tool_does_to_anothers_defaults_reaches_nobody_else(sandbox: Sandbox) -> None:
    """`spoil` keeps what `table` gave it, which is that one's default itself, and writes on it."""
    table = Part(1, "table", "def table(rows=[]):\n    return rows\n")
    spoil = Part(
        2, "spoil", "from shelf.v1 import table\n\n\ndef spoil():\n    table().append(9)\n    return table()\n"
    )
    source = "from shelf.v1 import table\nfrom shelf.v2 import spoil\n\n\ndef f():\n    return spoil(), table()\n"

    assert ran(sandbox, source, "()", table, spoil).value == ([9], [])


def test_a_closure_that_would_be_loaded_without_end_is_refused(sandbox: Sandbox) -> None:
    """Each of ten tools requires the one before it twice over, by way of two others."""
    parts = [Part(1, "t0", "def t0():\n    return 1\n")]
    for level in range(1, 10):
        for side in (0, 1):
            name, number = f"s{level}{side}", 3 * level + side
            pin = f"from shelf.v{parts[-1 - side].version_id} import {parts[-1 - side].entry_point}\n"
            parts.append(Part(number, name, f"{pin}\n\ndef {name}():\n    return {parts[-1 - side].entry_point}()\n"))
        pins = "".join(f"from shelf.v{part.version_id} import {part.entry_point}\n" for part in parts[-2:])
        sides = " + ".join(f"{part.entry_point}()" for part in parts[-2:])
        parts.append(Part(3 * level + 2, f"t{level}", f"{pins}\n\ndef t{level}():\n    return {sides}\n"))
    low, high = (
        f"from shelf.v{3 * level + 2} import t{level}\n\n\ndef f():\n    return t{level}()\n" for level in (3, 9)
    )

    assert ran(sandbox, low, "()", *parts).value == 8
    found = ran(sandbox, high, "()", *parts)
    assert (found.outcome, "more than 200 tools" in found.error) == ("error", True)


NAMES = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True).filter(lambda name: name.isidentifier())
LINES = st.one_of(
    st.builds(lambda name, number: Pin(name, number).line, NAMES, st.integers(0, 10**19)),
    st.sampled_from(["import shelf.v1", "from shelf.v2 import *", "from .shelf.v2 import a", "x = 1"]),
    st.sampled_from(["from math import gcd", "from shelf.v3 import a as b", "from shelf.v4 import a, b"]),
    st.sampled_from(["from shelf.v05 import a", "from shelf.v\u0663 import a", "if 1: from shelf.v6 import a"]),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(LINES, max_size=6))
def test_inside_and_outside_read_the_same_pins(lines: list[str]) -> None:
    source = "\n".join(lines)
    try:
        tree = ast.parse(source)
    except SyntaxError:
        assert pins_in(source) == ()
        return
    inside = tuple(dict.fromkeys(Pin(*pin) for pin in unpin(tree)))
    assert pins_in(source) == inside
    moved = {pin.version_id: pin.version_id + 1 for pin in inside}
    assert {pin.version_id for pin in pins_in(repinned(source, moved))} == set(moved.values())
