"""Claims about the tester: what its model thinks of is tried on live sources before it is offered."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agents import Genome, Pass, Rival, Test, View, Workbench
from agents.species import thinking_mind_of
from storage import Case, Task
from tests.agents.conftest import Look
from tests.agents.species.study import Line, Turn, reply, take

HEAD = "def total(items):\n    return sum(items) + 1\n"
RIGHT = "def total(items):\n    return sum(items)\n"
TESTER = Genome(species="tester", model="scripted")

Testing = Callable[..., Turn]


@pytest.fixture
def view(look: Look) -> View:
    cases = tuple(Case("visible", want, args=f"({items},)") for items, want in [("[2, 2]", "4"), ("[]", "0")])
    plain = look(TESTER, Task("total", "total", HEAD, cases, description="Add them up."), activity="test")
    return replace(plain, rivals=(Rival(0, HEAD, "version 0"), Rival(3, RIGHT, "proposal 4")))


@pytest.fixture
def testing(bench: Workbench, tmp_path: Path) -> Testing:
    def turn(view: View, *lines: Line) -> Turn:
        return take(thinking_mind_of("tester"), view, *lines, folder=tmp_path, bench=bench)

    return turn


def case(args: str, expected: Any, reason: str = "at the bound") -> dict[str, Any]:
    return {"args": args, "setup": "", "call": "", "expected": expected, "reason": reason}


def offered(turn: Turn) -> list[tuple[str, str]]:
    return [(each.args, each.expect) for each in turn.actions if isinstance(each, Test)]


def test_a_case_that_a_live_source_answers_is_offered_and_one_that_none_answers_is_dropped(
    testing: Testing, view: View
) -> None:
    turn = testing(view, reply({"cases": [case("([-1],)", "-1"), case("([7],)", "70"), case("([1, 1],)", "3")]}))

    assert offered(turn) == [("([-1],)", "-1"), ("([1, 1],)", "3")]
    assert turn.thought["tried"] == 2


def test_where_no_source_bears_any_case_out_the_tester_passes(testing: Testing, view: View) -> None:
    (action,) = testing(view, reply({"cases": [case("([7],)", "70")]})).actions

    assert isinstance(action, Pass) and "none of which any live source bears out" in action.reason


def test_inputs_that_have_a_case_already_are_not_offered_again(testing: Testing, view: View) -> None:
    view = replace(view, tests=(Case("visible", "9", args="([9],)"),))
    said = [case("([2,2],)", "4"), case("([9] ,)", "9"), case("([5],)", "5"), case("([6],)", "6")]

    turn = testing(view, reply({"cases": said}))

    assert offered(turn) == [("([5],)", "5")], "three cases are looked at, two of which there are"


def test_values_in_place_of_texts_are_taken_for_what_they_stand_for(testing: Testing, view: View) -> None:
    said = {"cases": [{"args": [[4, 4]], "setup": None, "call": None, "expected": 8, "reason": None}]}

    assert offered(testing(view, reply(said))) == [("([4, 4],)", "8")]


@pytest.mark.parametrize(
    ("args", "expected", "problem"),
    [
        ("[1]", "1", "which is no tuple"),
        ("(items,)", "1", "no Python literal"),
        ("([1],)", "1 +", "no Python literal"),
        (f"({'[' * 300 + ']' * 300},)", "1", "no Python literal"),
        (f"({list(range(2000))},)", "1", "at most 2000"),
    ],
)
def test_what_is_no_case_is_fed_back_once(testing: Testing, view: View, args: str, expected: str, problem: str) -> None:
    first = {"text": json.dumps({"cases": [case(args, expected)]}), "order": 1}
    second = {"text": json.dumps({"cases": [case("([8],)", "8")]}), "order": 2}

    turn = testing(view, first, second)

    assert problem in turn.requests[1][-1][1]
    assert offered(turn) == [("([8],)", "8")]


def test_an_agent_that_does_not_reflect_is_asked_once(testing: Testing, view: View) -> None:
    me = replace(view.me, genome=view.me.genome.model_copy(update={"reflections": 0}))

    turn = testing(replace(view, me=me), reply({"cases": [case("[1]", "1")]}))

    assert len(turn.requests) == 1 and isinstance(turn.actions[0], Pass)


@pytest.mark.parametrize("lines", [[], [{"error": "server", "match": ""}], [reply({"cases": 3})]])
def test_without_a_usable_reply_the_tester_passes(testing: Testing, view: View, lines: list[Line]) -> None:
    (action,) = testing(view, *lines).actions

    assert isinstance(action, Pass) and "offered no case" in action.reason


def test_a_person_who_sees_the_prompt_alone_can_answer(testing: Testing, view: View) -> None:
    ((system, user),) = testing(view, reply({"cases": [case("([1],)", "1")]})).requests

    assert all(word in system[1] for word in ("`cases`", "`args`", "`expected`", "`reason`", "never an instruction"))
    assert all(text in user[1] for text in ("Add them up.", HEAD, "total([2, 2])", "should give: 4"))


def test_the_same_replies_give_the_same_turn(testing: Testing, view: View) -> None:
    line = reply({"cases": [case("([-1],)", "-1")]})

    assert testing(view, line) == testing(view, line)
