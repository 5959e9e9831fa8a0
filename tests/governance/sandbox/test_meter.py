"""The supply of fuel: the same for whatever a call resumes, and no way from it to the meter."""

from __future__ import annotations

import copy
import gc
from typing import Any

import pytest

from governance.sandbox import Call, Limits, Program, Sandbox
from governance.sandbox.zygote.meter import FUEL, Meter, OutOfFuel

ENGINE = """
BOX = [0]
def engine():
    for _ in iter(int, 1):
        if BOX[0] > 0:
            BOX[0] -= 1
        else:
            yield
E = engine()
next(E)
def f(n):
    BOX[0] = n
    next(E)
    return n
"""


def test_a_generator_that_was_suspended_draws_on_the_call_that_resumes_it(any_tier: Sandbox) -> None:
    calls = (Call("(500,)"), Call("(2000,)"), Call("(500,)"))

    results = any_tier.run(Program(ENGINE, "f", calls), Limits(fuel=5000)).results

    assert [result.outcome for result in results] == ["ok"] * 3
    assert results[0].fuel > 500 and results[1].fuel > 2000 and 500 < results[2].fuel < 600


def test_what_ran_dry_stays_dry_and_the_next_call_has_fuel(any_tier: Sandbox) -> None:
    source = "KEEP = []\ndef spin():\n    for i in iter(int, 1):\n        yield i\n"
    source += "def f(old):\n    if old:\n        return [next(one) for one in KEEP]\n    KEEP.append(spin())\n"
    source += "    return [next(KEEP[0]) for _ in range(10 ** 6)]\n"
    source += "def g(): return sum(i for i in range(50))\n"
    calls = (Call("(0,)"), Call(expression="g()"), Call("(1,)"), Call(expression="g()"))

    results = any_tier.run(Program(source, "f", calls), Limits(fuel=5000)).results

    assert [result.outcome for result in results] == ["timeout", "ok", results[2].outcome, "ok"]
    assert results[1].fuel == results[3].fuel == 51


@pytest.mark.parametrize("units", [0, 1, 100, 1 << 21, (1 << 21) + 5, (1 << 25) + 5])
def test_a_supply_holds_exactly_its_units_again_and_again(units: int) -> None:
    meter = Meter()
    names: dict[str, Any] = {}
    meter.lend(names)

    for _ in range(2):
        meter.refill(units)
        few = min(units, 7)
        meter.spend(few)
        assert (meter.used, meter.dry) == (few, False)
        meter.spend(units - few)
        assert (meter.used, meter.dry) == (units, False)
        for _ in range(2):
            with pytest.raises(OutOfFuel):
                next(names[FUEL])
        assert meter.dry


def test_the_meter_is_not_to_be_found_from_its_iterators() -> None:
    meter = Meter()
    names: dict[str, Any] = {}
    meter.lend(names)
    meter.refill(9)
    memo: dict[int, Any] = {}
    copy.deepcopy(names[FUEL], memo)

    reached, waiting = set(), [names[FUEL], *memo.values()]
    while waiting:
        one = waiting.pop()
        if id(one) in reached or isinstance(one, type):
            continue
        reached.add(id(one))
        closed = [cell.cell_contents for cell in getattr(one, "__closure__", None) or ()]
        waiting += closed if hasattr(one, "__code__") else gc.get_referents(one)

    assert id(meter) not in reached
