"""Edits that build a tool on another leave the rest of its text alone and say the version they call."""

from __future__ import annotations

import ast

from agents.relinking import relinks, standing_in
from agents.view import Shelved
from storage import Pin, pins_in

GCD = Shelved(7, "t/gcd", "gcd", "", "def gcd(a, b):\n    while b:\n        a, b = b, a % b\n    return a\n")
LCM = '''"""Multiples."""

from __future__ import annotations

import math


def common(a, b):  # wrong
    return 1


def lcm(a, b):
    """The least \u00e9."""
    return a * b // common(a, b)  # why
'''


def sources(source: str, entry_point: str = "lcm", tool: Shelved = GCD) -> dict[str, str]:
    return {each.note: each.source for each in relinks(source, entry_point, tool)}


def test_every_rewrite_can_be_read_and_pins_the_tool_once() -> None:
    found = sources(LCM)

    assert len(found) > 6 and len(set(found.values())) == len(found)
    for text in found.values():
        ast.parse(text)
        assert pins_in(text) == (Pin("gcd", 7),)


def test_a_function_of_its_own_gives_way_and_its_callers_call_the_tool() -> None:
    assert (
        sources(LCM)["gcd in place of its own common"]
        == '''"""Multiples."""

from __future__ import annotations

from shelf.v7 import gcd
import math




def lcm(a, b):
    """The least \u00e9."""
    return a * b // gcd(a, b)  # why
'''
    )


def test_a_call_and_a_value_give_way() -> None:
    found = sources("def lcm(a, b):\n    return a * b // max(a, b)\n")

    assert "from shelf.v7 import gcd\n\n\ndef lcm(a, b):\n    return a * b // gcd(a, b)\n" in found.values()
    assert "from shelf.v7 import gcd\n\n\ndef lcm(a, b):\n    return gcd(b, a) // max(a, b)\n" in found.values()
    assert found["all of it is gcd"] == "from shelf.v7 import gcd\n\n\ndef lcm(a, b):\n    return gcd(a, b)\n"


def test_a_name_that_means_something_else_is_not_taken() -> None:
    assert sources("def lcm(gcd, b):\n    return gcd * max(gcd, b)\n") == {}
    assert sources("def gcd(a, b):\n    return max(a, b)\n", "gcd") == {}


def test_what_is_required_no_more_is_pinned_no_more() -> None:
    base = "from shelf.v3 import span\n\n\ndef lcm(a, b):\n    return a * b // span(a, b)\n"

    assert sources(base)["line 5: `gcd` for `span`"] == base.replace(
        "shelf.v3 import span", "shelf.v7 import gcd"
    ).replace("span(a", "gcd(a")


def test_an_earlier_version_of_the_same_tool_is_not_called_by_two_pins() -> None:
    base = "from shelf.v3 import gcd\n\n\ndef lcm(a, b):\n    return a * b // max(gcd(a, b), 2)\n"

    assert {pins_in(each) for each in sources(base).values()} <= {(Pin("gcd", 7),)}


def test_a_tool_can_stand_in_for_another_to_be_looked_at() -> None:
    assert standing_in("f", GCD) == "from shelf.v7 import gcd\n\n\ndef f(*arguments):\n    return gcd(*arguments)\n"
