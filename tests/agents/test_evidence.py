"""Claims about what critics can show."""

from __future__ import annotations

import pytest

from agents.evidence import answer, crash, disagreement, mutation, nondeterminism
from governance import Result

INPUTS = ("(1,)", "(2,)", "(3,)")


def ok(value: object, after: object = None) -> Result:
    return Result("ok", value, args_after=after)


def error(text: str) -> Result:
    return Result("error", error=text)


def test_a_crash_is_shown_by_the_first_input_that_the_parent_answers() -> None:
    slips = [error("TypeError: no"), error("NameError: x"), ok(3)]

    found = crash(INPUTS, slips, [error("ValueError: no"), ok(2), ok(3)])

    assert found is not None
    assert (found.kind, found.input, found.seen) == ("crash", "(2,)", "NameError: x")


def test_never_ending_counts_as_a_crash() -> None:
    found = crash(INPUTS[:1], [Result("timeout")], [ok(1)])

    assert found is not None and found.seen == "timeout"


@pytest.mark.parametrize("text", ["ValueError: a tool may mean to raise this", "KeyError: 1", "ZeroDivisionError: x"])
def test_an_error_that_a_tool_may_mean_is_no_crash(text: str) -> None:
    assert crash(INPUTS[:1], [error(text)], [ok(1)]) is None


def test_answers_that_change_with_the_hash_seed_are_shown() -> None:
    found = nondeterminism(INPUTS, [ok(1), ok([1, 2]), ok(3)], [ok(1), ok([2, 1]), ok(3)])

    assert found is not None
    assert (found.kind, found.input, found.seen) == ("nondeterminism", "(2,)", "[1, 2] against [2, 1]")


def test_a_changed_argument_is_shown_only_where_the_parent_left_it_alone() -> None:
    changed, kept = [ok(0, after=([],))], [ok(0, after=([1],))]

    found = mutation(INPUTS[:1], changed, kept)

    assert found is not None and (found.kind, found.seen) == ("mutated input", "([],)")
    assert mutation(INPUTS[:1], changed, changed) is None


def test_sources_that_differ_are_shown_with_both_answers() -> None:
    found = disagreement(INPUTS[:2], [ok(1), error("ValueError: a")], [ok(1), ok(2)])

    assert found is not None
    assert (found.kind, found.input, found.seen) == ("disagreement", "(2,)", "ValueError against 2")


def test_equal_results_show_nothing() -> None:
    same = [ok(1), error("ValueError: a"), Result("timeout")]

    assert disagreement(INPUTS, same, same) is nondeterminism(INPUTS, same, same) is None


def test_an_answer_tells_true_from_one_and_an_error_by_its_kind() -> None:
    assert answer(ok(True)) != answer(ok(1)) and answer(ok((1,))) != answer(ok([1]))
    assert answer(error("ValueError: one")) == answer(error("ValueError: two")) == "ValueError"
    assert answer(Result("timeout")) == "timeout"
