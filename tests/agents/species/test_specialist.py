"""Claims about offline specialists, on small real tools in a real sandbox."""

from __future__ import annotations

import pytest

from agents import Genome, Pass, Propose
from storage import Case, Task
from tests.agents.conftest import Look, Think

FAULTS = {
    "comparison": ("def f(a, b):\n    if a < b:\n        return a\n    return b\n", ["(1, 2)=2", "(5, 3)=5"]),
    "arithmetic": ("def f(a, b):\n    return a - b\n", ["(1, 2)=3", "(5, 3)=8", "(0, 4)=4"]),
    "constant": ("def f(a):\n    return a * 3\n", ["(1,)=2", "(5,)=10", "(-4,)=-8"]),
    "off-by-one": ("def f(n):\n    return list(range(n))\n", ["(1,)=[0, 1]", "(0,)=[0]", "(3,)=[0, 1, 2, 3]"]),
    "name": ("def f(a, b):\n    low = min(a, b)\n    return a\n", ["(1, 2)=1", "(5, 3)=3", "(4, 9)=4"]),
    "call-arguments": ("def f(a, b):\n    return pow(b, a)\n", ["(1, 2)=1", "(5, 3)=125", "(2, 3)=8"]),
    "condition": ("def f(a):\n    if a:\n        return 'none'\n    return 'some'\n", ["(0,)='none'", "(3,)='some'"]),
    "wrap": ("def f(items):\n    return items\n", ["([2, 1],)=[1, 2]", "([],)=[]", "([3, 1, 2],)=[1, 2, 3]"]),
}  # fmt: skip


def task_of(family: str) -> Task:
    code, cases = FAULTS[family]
    parts = [case.partition("=") for case in cases]
    return Task(family, "f", code, tuple(Case("visible", expect, args=args) for args, _, expect in parts))


@pytest.mark.parametrize("family", FAULTS)
def test_a_specialist_mends_a_fault_of_its_family_in_one_turn(family: str, think: Think, look: Look) -> None:
    task = task_of(family)

    thought = think(look(Genome(species="specialist", family=family), task))

    proposed = [action for action in thought["actions"] if isinstance(action, Propose)]
    assert proposed and all(action.basis_id == 1 and action.reason for action in proposed)
    for action in proposed:
        scope: dict[str, object] = {}
        exec(action.source, scope)  # a rewrite of the three lines above
        assert all(eval(f"f{case.args}", scope) == eval(case.expect) for case in task.cases)


def test_a_specialist_proposes_at_most_as_many_rewrites_as_it_is_bold(think: Think, look: Look) -> None:
    task = Task("any", "f", "def f(a):\n    return a * 3\n", (Case("visible", "0", args="(1,)"),))

    thought = think(look(Genome(species="specialist", family="constant", boldness=1), task))

    assert len(thought["actions"]) == 1 and isinstance(thought["actions"][0], Propose)
    assert not thought["exhausted"] and thought["cursor"] <= thought["tried"]


def test_a_search_goes_on_where_it_stopped_until_nothing_is_left(think: Think, look: Look, clamp: Task) -> None:
    genome, cursor, tried, exhausted = Genome(species="specialist", family="constant", batch=8), 0, 0, False
    hopeless = Task("hopeless", "clamp", clamp.code, (Case("visible", "'no edit gives this'", args="(0, 1, 9)"),))

    for _ in range(50):
        thought = think(look(genome, hopeless, cursor=cursor))
        assert thought["cursor"] >= cursor and all(isinstance(action, Pass) for action in thought["actions"])
        cursor, tried, exhausted = thought["cursor"], tried + thought["tried"], thought["exhausted"]
        if exhausted:
            break

    assert exhausted and cursor == tried
    after = think(look(genome, hopeless, cursor=cursor))
    assert after["exhausted"] and after["tried"] == 0 and after["cursor"] == cursor


def test_the_search_in_small_steps_sees_what_one_large_step_sees(think: Think, look: Look, clamp: Task) -> None:
    def searched(batch: int) -> list[str]:
        cursor, found = 0, []
        for _ in range(100):
            genome = Genome(species="specialist", family="comparison", batch=batch, boldness=8)
            thought = think(look(genome, clamp, cursor=cursor))
            found += [action.source for action in thought["actions"] if isinstance(action, Propose)]
            cursor = thought["cursor"]
            if thought["exhausted"]:
                return found
        raise AssertionError("the search never ended")

    assert clamp.code.replace("value < high", "value > high") in searched(8)
    assert set(searched(256)) <= set(searched(8))


def test_the_same_view_gives_the_same_thought(think: Think, look: Look, clamp: Task) -> None:
    view = look(Genome(species="specialist", family="comparison"), clamp)

    assert think(view, seed="1") == think(view, seed="2")


def test_a_rewrite_refused_for_being_late_is_offered_again(think: Think, look: Look, clamp: Task) -> None:
    view = look(Genome(species="specialist", family="comparison"), clamp, "def clamp(): pass\n", activity="repropose")

    (again,) = think(view)["actions"]

    assert isinstance(again, Propose)
    assert (again.source, again.basis_id) == ("def clamp(): pass\n", 1) and "again" in again.reason


def test_a_tool_that_does_not_parse_ends_in_a_pass_or_a_rewrite_and_never_in_an_error(think: Think, look: Look) -> None:
    task = Task("broken", "f", "def f(:\n", (Case("visible", "1", args="(1,)"),))

    thought = think(look(Genome(species="specialist", family="constant"), task))

    assert thought["exhausted"] and isinstance(thought["actions"][0], Pass)
