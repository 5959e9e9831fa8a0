"""Claims about specialists that search with an operator tool, in a real sandbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from agents import Genome, Pass, Propose, VersionSeen, Workbench
from agents.operators import OPERATORS, operator_tasks
from agents.species import Desk, Thought, mind_of
from storage import Case, Task
from tests.agents.conftest import Look, Think

SOURCES = {task.name: task.code for task in operator_tasks()}
FAULTS: dict[str, tuple[str, tuple[str, str], list[str]]] = {
    "operator/exchange": (
        "def f(price, rate):\n    # Net, then gross.\n    net = rate - price * rate\n    return net, rate\n",
        ("net = rate - price * rate", "net = price - rate * price"),
        ["(100, 0.5)=(50.0, 0.5)", "(8, 0)=(8, 0)", "(4, 0.25)=(3.0, 0.25)"],
    ),
    "operator/throughout": (
        "def f(word):\n    return  word[2:] + word[0:2]  # turned by one\n",
        ("word[2:] + word[0:2]", "word[1:] + word[0:1]"),
        ["('abc',)='bca'", "('',)=''", "('xyzw',)='yzwx'"],
    ),
    "operator/beginning": (
        "def f(items):\n    best = 0  # so far\n    for n in items:\n        best = max(best, n)\n    return best\n",
        ("best = 0 ", "best = items[0] "),
        ["([-3, -2],)=-2", "([4, 5, 1],)=5", "([-1],)=-1"],
    ),
    "operator/fallback": (
        "def f(words):\n    many = {}\n    for word in words:\n        many[word] += 1\n    return many  # by word\n",
        ("many[word] += 1", "many[word] = many.get(word, 0) + 1"),
        ["(['a', 'b', 'a'],)={'a': 2, 'b': 1}", "([],)={}"],
    ),
    "operator/pair": (
        "def f(x):\n    if x > 10:  # X\n        return 'ten'\n    if x > 2:\n        return 'two'\n    return 'one'\n",
        ("x > 10", "x >= 10"),
        ["(10,)='ten'", "(2,)='two'", "(1,)='one'", "(5,)='two'", "(11,)='ten'"],
    ),
}  # fmt: skip
ANY = "operator/exchange"
HEAD = "def edits(source, entry_point, inputs, outputs, lines):\n"
RIGHT = "def f(items):\n    return max(items)\n"


def task_of(family: str) -> Task:
    code, _, cases = FAULTS[family]
    parts = [case.partition("=") for case in cases]
    return Task(family, "f", code, tuple(Case("visible", expect, args=args) for args, _, expect in parts))


class Counting(Workbench):
    """A workbench that counts how often an operator was run."""

    runs = 0

    def operate(
        self, operator_source: str, *, source: str, entry_point: str, task: Task, lines: Sequence[tuple[int, float]]
    ) -> tuple[str, ...]:
        self.runs += 1
        return super().operate(operator_source, source=source, entry_point=entry_point, task=task, lines=lines)


def seen(source: str) -> VersionSeen:
    return VersionSeen(7, source, ())


@pytest.mark.parametrize("family", OPERATORS)
def test_each_operator_mends_a_fault_of_its_kind_and_leaves_the_rest_of_the_text(
    family: str, think: Think, look: Look
) -> None:
    task = task_of(family)
    view = replace(look(Genome(species="specialist", family=family), task), operator=seen(SOURCES[family]))

    thought = think(view)

    proposed = [action for action in thought["actions"] if isinstance(action, Propose)]
    wanted = task.code.replace(*FAULTS[family][1])
    if family == "operator/pair":
        wanted = wanted.replace("x > 2", "x >= 2")
    assert wanted in [action.source for action in proposed]
    assert all(action.basis_id == 1 and action.reason.startswith("line ") for action in proposed)
    assert all("#" in action.source for action in proposed)


def test_the_operator_that_the_view_shows_is_the_one_that_is_used(think: Think, look: Look) -> None:
    task = task_of(ANY)
    own = f"{HEAD}    return [source.replace('return', 'pass;return')]\n"

    thought = think(replace(look(Genome(species="specialist", family=ANY), task), operator=seen(own)))

    assert thought["tried"] == 1 and thought["exhausted"] and isinstance(thought["actions"][0], Pass)


def test_a_search_with_an_operator_goes_on_where_it_stopped(think: Think, look: Look) -> None:
    hopeless = replace(task_of("operator/pair"), cases=(Case("visible", "'no edit gives this'", args="(1,)"),))
    genome, cursor, tried = Genome(species="specialist", family="operator/pair", batch=8), 0, 0
    operator = seen(SOURCES["operator/pair"])

    for _ in range(20):
        thought = think(replace(look(genome, hopeless, cursor=cursor), operator=operator))
        cursor, tried = thought["cursor"], tried + thought["tried"]
        if thought["exhausted"]:
            break

    assert thought["exhausted"] and cursor == tried > 8
    assert think(replace(look(genome, hopeless, cursor=cursor), operator=operator))["tried"] == 0


def test_an_operator_runs_once_for_each_of_its_versions_and_each_base(bench: Workbench, look: Look) -> None:
    counting = Counting(bench._bench)
    task = replace(task_of(ANY), name="counted")

    def turn(operator: str, cursor: int) -> Thought:
        view = replace(
            look(Genome(species="specialist", family=ANY, batch=8), task, cursor=cursor), operator=seen(operator)
        )
        thought: Any = mind_of("specialist").invoke(
            {"actions": [], "tried": 0}, context=Desk(view, counting, Random(1))
        )
        found: Thought = thought
        return found

    for cursor in (0, 8, 16):
        turn(SOURCES[ANY], cursor)
    assert counting.runs == 1

    turn(f"{SOURCES[ANY]}\n", 0)
    assert counting.runs == 2


@pytest.mark.parametrize(
    "body",
    [
        "raise ValueError(source)",
        "while True: pass",
        "return [source] * 10 ** 9",
        "return None",
        "return [source.encode(), 3, None, source, 'def f(:', 'def g(): pass']",
        "return ['x' * 10 ** 6]",
        "import os; os._exit(0)",
        "return [open('/etc/passwd').read()]",
        "return [source + '#' * n for n in range(64)]",
    ],
)
def test_what_a_hostile_operator_returns_comes_to_nothing(body: str, think: Think, look: Look) -> None:
    hostile = f"{HEAD}    {body}\n"

    thought = think(replace(look(Genome(species="specialist", family=ANY), task_of(ANY)), operator=seen(hostile)))

    assert thought["exhausted"] and thought["tried"] == 0 and isinstance(thought["actions"][0], Pass)


def test_an_operator_that_writes_an_answer_into_the_tool_is_tried_like_any_other(think: Think, look: Look) -> None:
    task = task_of("operator/beginning")
    own = f"{HEAD}    return [{RIGHT!r}]\n"

    thought = think(replace(look(Genome(species="specialist", family=ANY), task), operator=seen(own)))

    assert [action.source for action in thought["actions"] if isinstance(action, Propose)] == [RIGHT]
