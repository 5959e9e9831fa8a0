"""Claims about what critics can show."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from agents.evidence import Trials, answer
from governance import Call, Result
from storage import Task

INPUTS = ("(1,)", "(2,)", "(3,)")
EXACT = Task("t", "f", "def f(x): ...", ())
CLOSE = Task("t", "f", "def f(x): ...", (), compare="close")


def trials(inputs: Sequence[str] = INPUTS, task: Task = EXACT) -> Trials:
    return Trials(task, tuple(Call(args=text) for text in inputs))


def ok(value: object, after: object = None) -> Result:
    return Result("ok", value, args_after=after)


def error(text: str) -> Result:
    return Result("error", error=text)


def test_a_crash_is_shown_by_the_first_input_that_the_parent_answers() -> None:
    slips = [error("TypeError: no"), error("NameError: x"), ok(3)]

    found = trials(INPUTS).crash(slips, [error("ValueError: no"), ok(2), ok(3)])

    assert found is not None
    assert (found.kind, found.input, found.seen) == ("crash", "(2,)", "NameError")


def test_never_ending_counts_as_a_crash() -> None:
    found = trials(INPUTS[:1]).crash([Result("timeout")], [ok(1)])

    assert found is not None and found.seen == "timeout"


@pytest.mark.parametrize("text", ["ValueError: a tool may mean to raise this", "KeyError: 1", "ZeroDivisionError: x"])
def test_an_error_that_a_tool_may_mean_is_no_crash(text: str) -> None:
    assert trials(INPUTS[:1]).crash([error(text)], [ok(1)]) is None


def test_answers_that_change_with_the_hash_seed_are_shown() -> None:
    found = trials(INPUTS).nondeterminism([ok(1), ok([1, 2]), ok(3)], [ok(1), ok([2, 1]), ok(3)])

    assert found is not None
    assert (found.kind, found.input, found.seen) == ("nondeterminism", "(2,)", "[1, 2] against [2, 1]")


def test_a_changed_argument_is_shown_only_where_the_parent_left_it_alone() -> None:
    changed, kept = [ok(0, after=([],))], [ok(0, after=([1],))]

    found = trials(INPUTS[:1]).mutation(changed, kept)

    assert found is not None and (found.kind, found.seen) == ("mutated input", "([],)")
    assert trials(INPUTS[:1]).mutation(changed, changed) is None


def test_sources_that_differ_are_shown_with_both_answers() -> None:
    found = trials(INPUTS[:2]).disagreement([ok(1), error("ValueError: a")], [ok(1), ok(2)])

    assert found is not None
    assert (found.kind, found.input, found.seen) == ("disagreement", "(2,)", "ValueError against 2")


def test_equal_results_show_nothing() -> None:
    same = [ok(1), error("ValueError: a"), Result("timeout")]

    assert trials().disagreement(same, same) is trials().nondeterminism(same, same) is None


def test_results_that_the_task_calls_equal_show_nothing() -> None:
    sets = [ok(frozenset({0, 8})), ok({1: "a", 2: "b"})], [ok(frozenset({8, 0})), ok({2: "b", 1: "a"})]

    assert trials(INPUTS[:2]).disagreement(*sets) is None
    assert trials(INPUTS[:1], CLOSE).disagreement([ok(0.1 + 0.2)], [ok(0.3)]) is None
    assert trials(INPUTS[:1]).disagreement([ok(0.1 + 0.2)], [ok(0.3)]) is not None


def test_what_only_speed_ended_proves_nothing() -> None:
    assert trials(INPUTS[:1]).crash([Result("refused")], [ok(1)]) is None
    assert trials(INPUTS[:1]).disagreement([Result("refused")], [ok(1)]) is None


def test_evidence_never_holds_what_differs_between_two_machines() -> None:
    found = trials(INPUTS[:1]).crash([error("TypeError: bad <object object at 0x7fed176c4170>")], [ok(1)])

    assert found is not None and found.seen == "TypeError"


def test_an_answer_tells_true_from_one_and_an_error_by_its_kind() -> None:
    assert answer(ok(True)) != answer(ok(1)) and answer(ok((1,))) != answer(ok([1]))
    assert answer(error("ValueError: one")) == answer(error("ValueError: two")) == "ValueError"
    assert answer(Result("timeout")) == "timeout"
