"""A bench tries sources in the sandbox and lets nothing in or out that should not pass."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from governance import Bench, Charter, Proposal
from governance.code_rules import DeclaredImports
from storage import Case, Task, TaskError

Propose = Callable[..., Proposal]

RIGHT = "def clamp(value, low, high):\n    return min(max(value, low), high)\n"


@pytest.fixture
def fresh(charter: Charter) -> Iterator[Bench]:
    """A bench with an empty memory."""
    with Bench.open(limits=charter.limits, allow_rlimit=True) as opened:
        yield opened


def test_a_trial_tells_which_cases_a_tool_passes(bench: Bench, clamp: Task) -> None:
    trial = bench.score(clamp, clamp.code)

    assert trial.scorecard.bitmap == "1100|100"
    assert trial.scorecard.score == pytest.approx(1 / 3)
    assert trial.values == (1, 9, 9, 4)
    assert (trial.asked, trial.answered, trial.outcome, trial.machine_dependent) == (7, 7, "ok", False)
    assert trial.scorecard.fuel > 0 and trial.scorecard.size > 10


def test_a_right_tool_solves_its_task_and_its_sealed_cases(bench: Bench, clamp: Task) -> None:
    assert bench.score(clamp, RIGHT).scorecard.solved
    assert bench.seal(clamp, RIGHT) == (True, True)
    assert bench.seal(clamp, clamp.code) == (False, True)


def test_sealed_and_gate_values_are_not_in_a_trial(bench: Bench, clamp: Task) -> None:
    marked = replace(clamp, cases=(*clamp.cases, Case("gate", "77177", args="(77177, 1, 99999)")))

    trial = bench.score(marked, RIGHT)

    assert trial.scorecard.solved
    assert b"77177" not in pickle.dumps(trial) and "77177" not in repr(trial)
    assert len(trial.visible) == 4 and len(trial.prints) == 8


def test_a_second_question_is_answered_from_memory(fresh: Bench, clamp: Task) -> None:
    first = fresh.score(clamp, RIGHT)

    assert fresh.score(replace(clamp), RIGHT) is first
    assert fresh.score(replace(clamp, name="other"), RIGHT) is not first


def test_two_benches_agree(fresh: Bench, bench: Bench, clamp: Task) -> None:
    assert fresh.score(clamp, clamp.code) == bench.score(clamp, clamp.code)


def test_a_trial_survives_pickling(bench: Bench, clamp: Task) -> None:
    trial = bench.score(clamp, "def clamp(value, low, high):\n    return object()")

    assert pickle.loads(pickle.dumps(trial)).prints == trial.prints


def test_tools_that_behave_alike_on_visible_cases_share_a_signature(bench: Bench, clamp: Task) -> None:
    alike = bench.score(clamp, "def clamp(value, low, high):\n    return sorted([low, value, high])[1]")

    assert alike.signature == bench.score(clamp, RIGHT).signature
    assert alike.signature != bench.score(clamp, clamp.code).signature


def test_changed_arguments_are_seen_from_outside(bench: Bench) -> None:
    task = Task("tail", "tail", "", (Case("visible", "[2]", args="([1, 2],)"), Case("gate", "[]", args="([1],)")))

    assert bench.score(task, "def tail(xs):\n    return xs[1:]").mutated == (False, False)
    assert bench.score(task, "def tail(xs):\n    del xs[0]\n    return xs").mutated == (True, True)
    assert bench.score(task, "def tail(xs):\n    xs[0] = True\n    return xs[1:]").mutated == (True, True)


def test_a_case_may_be_an_expression_after_statements(bench: Bench) -> None:
    task = Task(
        "last",
        "last",
        "",
        (Case("visible", "3", setup="items = Box([1, 3])", call="last(items)"),),
        helper="class Box:\n    def __init__(self, items):\n        self.items = items",
    )

    assert bench.score(task, "def last(box):\n    return box.items[-1]").scorecard.solved


def test_an_endless_loop_costs_only_its_own_cases(bench: Bench, clamp: Task) -> None:
    trial = bench.score(clamp, "def clamp(v, low, high):\n    while v > high:\n        pass\n    return max(v, low)")

    assert trial.scorecard.bitmap == "1011|111"
    assert not trial.machine_dependent


def test_a_generator_is_read_into_a_list_where_the_task_says_so(bench: Bench) -> None:
    task = Task("count", "count", "", (Case("visible", "[0, 1]", args="(2,)"),), lists=True)

    assert bench.score(task, "def count(n):\n    yield from range(n)").scorecard.solved


@pytest.mark.parametrize("source", ["def clamp(:", "", "clamp = 3", "raise ValueError", "def clamp(): return 1"])
def test_a_source_that_cannot_work_passes_nothing(bench: Bench, clamp: Task, source: str) -> None:
    trial = bench.score(clamp, source)

    assert not any(trial.scorecard.visible + trial.scorecard.gate)
    assert trial.outcome == "error"


def test_another_hash_seed_gives_the_same_prints_for_a_sound_tool(bench: Bench, clamp: Task) -> None:
    assert bench.repeat(clamp, RIGHT) == bench.score(clamp, RIGHT).prints


def test_another_hash_seed_unmasks_the_order_of_a_set(bench: Bench) -> None:
    words = [f"word{number}" for number in range(40)]
    task = Task("first", "first", "", (Case("visible", "''", args=f"({words!r},)"),))
    source = "def first(words):\n    return list(set(words))"

    assert bench.repeat(task, source) != bench.score(task, source).prints


def test_the_second_run_asks_last_case_first_and_answers_in_order(bench: Bench) -> None:
    cases = tuple(Case("visible", str(number), args=f"({number},)") for number in range(4))
    task = Task("echo", "echo", "", cases)
    sleeper = "N = [0]\ndef echo(x):\n    N[0] += 1\n    return x if N[0] < 3 else x + 0.0\n"

    assert bench.repeat(task, "def echo(x): return x") == bench.score(task, "def echo(x): return x").prints
    assert bench.repeat(task, sleeper) != bench.score(task, sleeper).prints


def test_a_case_that_is_no_literal_is_named(bench: Bench) -> None:
    task = Task("bad", "bad", "", (Case("visible", "1", args="(1,)"), Case("gate", "open('x')", args="(1,)")))

    with pytest.raises(TaskError, match=r"task 'bad': \"open\('x'\)\" in its gate case 1 is no Python literal"):
        bench.score(task, "def bad(x): return x")


def test_every_module_that_the_charter_calls_pure_is_in_the_sandbox(bench: Bench, charter: Charter) -> None:
    rule = next(rule for rule in charter.code if isinstance(rule, DeclaredImports))
    # The charter itself says that these two are let through and not to be had.
    lines = [f"import {module}" for module in sorted(rule.pure - {"numpy", "scipy"})]
    lines += [f"from {path.rpartition('.')[0]} import {path.rpartition('.')[2]}" for path in sorted(rule.members)]
    task = Task("load", "load", "", (Case("visible", "1", args="()"),))

    for line in lines:
        assert bench.score(task, f"{line}\ndef load(): return 1").scorecard.solved, line
