"""Claims about offline linkers, on small real tools in a real sandbox."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from agents import Genome, Pass, Propose, Shelved, View, Workbench
from agents.species import Desk, Thought, mind_of
from governance import Bench, Part, Surroundings
from storage import Case, Task
from tests.agents.conftest import Look

GCD = "def gcd(a, b):\n    while b:\n        a, b = b, a % b\n    return a\n"
LESS = "def less(a, b):\n    return a if a < b else b\n"
CASES = tuple(
    Case("visible", expect, args=args) for args, expect in (("(4, 6)", "12"), ("(9, 6)", "18"), ("(7, 5)", "35"))
)
LCM = Task("lcm", "lcm", "def lcm(a, b):\n    return a * b // max(a, b)\n", CASES, description="The common multiple.")

Turn = Callable[[View], Thought]


@pytest.fixture(scope="module")
def take() -> Turn:
    """Let a view's linker take one turn, with what stands around its tool on the shelf of the bench."""

    def turn(view: View) -> Thought:
        with Bench.open(allow_rlimit=True) as bench:
            bench.shelve(view.around.parts)
            desk = Desk(view, Workbench(bench), Random("1"))
            thought: Any = mind_of("linker").invoke({"actions": [], "tried": 0}, context=desk)
        found: Thought = thought
        return found

    return turn


def seen(look: Look, task: Task, *shelf: tuple[int, str, str], **genes: Any) -> View:
    view = look(Genome(species="linker", **genes), task, activity="link")
    parts = tuple(Part(number, name, source, tool_id=number) for number, name, source in shelf)
    tools = tuple(Shelved(number, name, name, "", source) for number, name, source in shelf)
    return replace(view, shelf=tools, around=Surroundings(parts))


def test_a_failing_tool_is_built_on_the_one_that_helps(take: Turn, look: Look) -> None:
    thought = take(seen(look, LCM, (3, "less", LESS), (7, "gcd", GCD)))

    (first, *_) = thought["actions"]
    assert isinstance(first, Propose)
    assert first.source == "from shelf.v7 import gcd\n\n\ndef lcm(a, b):\n    return a * b // gcd(a, b)\n"
    assert thought["cursor"] == 7 and 0 < thought["tried"] <= 66


def test_where_nothing_helps_it_passes_and_remembers_what_it_tried(take: Turn, look: Look) -> None:
    thought = take(seen(look, LCM, (3, "less", LESS)))

    assert [type(each) for each in thought["actions"]] == [Pass]
    assert (thought["cursor"], thought["exhausted"]) == (3, False)


def test_it_tries_no_more_than_its_batch_and_proposes_no_more_than_it_is_bold(take: Turn, look: Look) -> None:
    thought = take(seen(look, LCM, (7, "gcd", GCD), (8, "gcd", GCD), batch=8, boldness=1))

    assert thought["tried"] <= 8 + 2 and len(thought["actions"]) == 1


def test_what_works_is_only_given_a_body_that_costs_less(take: Turn, look: Look) -> None:
    dear = GCD.replace("gcd", "slow").replace("    while", "    for _ in range(40):\n        a = a + 0\n    while")
    code = f"{dear}\n\ndef lcm(a, b):\n    return a * b // slow(a, b)\n"
    cheap = "from shelf.v7 import gcd\n\n\ndef lcm(a, b):\n    return a * b // gcd(a, b)\n"

    dearer = seen(look, replace(LCM, code=code), (7, "gcd", GCD))
    cheaper = seen(look, replace(LCM, code=cheap), (7, "gcd", GCD), (8, "slow", dear))
    works = (True, True, True)
    found, none = (
        take(replace(view, base=replace(view.base, passed=works), head=replace(view.head, passed=works)))
        for view in (dearer, cheaper)
        if view.base and view.head
    )

    (better,) = found["actions"]
    assert isinstance(better, Propose) and "gcd(a, b)" in better.source and "slow" not in better.source
    assert [type(each) for each in none["actions"]] == [Pass]


def test_following_later_versions_moves_the_pins_and_nothing_else(take: Turn, look: Look) -> None:
    code = "from shelf.v3 import gcd\n\n\ndef lcm(a, b):\n    return a * b // gcd(a, b)\n"
    view = replace(look(Genome(species="linker"), replace(LCM, code=code), activity="upgrade"), behind=((3, 9),))

    thought = take(view)

    (offered,) = thought["actions"]
    assert isinstance(offered, Propose) and offered.source == code.replace("v3", "v9")
    assert thought["cursor"] == 9 and "version 3 to 9" in offered.reason
