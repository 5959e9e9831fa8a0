"""Small sets of tools that have each other's work to gain from."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from ecology import Case, Task
from storage import Ring

PAIRS = ((4, 6), (9, 6), (7, 5), (12, 18), (1, 1), (10, 4))
GATE = ((8, 12), (21, 14), (5, 15), (100, 75))
POPULATION = {"specialist": 1, "linker": 2, "critic": 3, "breeder": 1}

Inputs = Sequence[tuple[Any, ...]]

GCD = "def gcd(a, b):\n    while b:\n        a, b = b, a % b\n    return {}\n"
# Its own helper is a faulty `gcd`, with more faults than a specialist mends in one edit.
LCM = """def common(a, b):
    for n in range(min(a, b), 1, -1):
        if a % n == 0 or b % n == 0:
            return n
    return 2


def lcm(a, b):
    return a * b // common(a, b)
"""
REDUCED = "def reduced(a, b):\n    d = a - b\n    return (a // d, b // d)\n"
MEASURE = "def measure(x, y):\n    return x if x < y else y\n"
# Right on every input, and dear.
SPAN = """def slow(x, y):
    for _ in range(40):
        x = x + 0
    while y:
        x, y = y, x % y
    return x


def span(pair):
    x, y = pair
    return slow(x, y)
"""
TILES = """def common(pair):
    for n in range(min(pair), 1, -1):
        if pair[0] % n == 0 or pair[1] % n == 0:
            return n
    return 2


def tiles(pair):
    a, b = pair
    return a * b // common(pair)
"""


def lcm(a: int, b: int) -> int:
    """What `lcm` should give."""
    return a * b // math.gcd(a, b)


def reduced(a: int, b: int) -> tuple[int, int]:
    """What `reduced` should give."""
    return a // math.gcd(a, b), b // math.gcd(a, b)


def task(
    name: str, code: str, function: Callable[..., Any], *, about: str, pairs: Inputs = PAIRS, gate: Inputs = GATE
) -> Task:
    """Return a task whose cases are what a right function gives."""
    rings: tuple[tuple[Ring, Inputs], ...] = (("visible", pairs), ("gate", gate), ("sealed", pairs[:2]))
    cases = tuple(
        Case(ring, expect=repr(function(*each)), args=repr(each)) for ring, inputs in rings for each in inputs
    )
    return Task(name=f"net/{name}", entry_point=name, description=about, code=code, cases=cases)


def shared_helper() -> tuple[Task, ...]:
    """Return a tool with one fault, and three whose own way of doing its work is beyond one edit."""
    return (
        task("gcd", GCD.format("b"), math.gcd, about="The greatest common divisor of two positive numbers."),
        task("lcm", LCM, lcm, about="The least common multiple of two positive numbers."),
        task("reduced", REDUCED, reduced, about="A fraction in lowest terms, by the greatest common divisor."),
        task("measure", MEASURE, math.gcd, about="The greatest length that measures two lengths."),
    )


def slow_before_fast() -> tuple[Task, ...]:
    """Return a right but dear tool, one that can only be built on it, and what makes it cheap but has to be mended."""
    paired = tuple((each,) for each in PAIRS)
    gate = tuple((each,) for each in GATE)
    about = "The greatest length that measures both sides."
    return (
        task("span", SPAN, lambda pair: math.gcd(*pair), about=about, pairs=paired, gate=gate),
        task("tiles", TILES, lambda pair: lcm(*pair), about="The least side that tiles fill.", pairs=paired, gate=gate),
        task("gcd", GCD.format("b"), math.gcd, about="The greatest common divisor of two positive numbers."),
    )
