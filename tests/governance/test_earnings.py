"""Operator tools are judged by what they earn: a new version serves its term, then stays or goes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from governance import Charter, Service, earnings_verdict, load_charter
from storage import CharterError

TURNS = st.integers(0, 400)
EARNED = st.floats(0, 50)
TERM = st.integers(1, 60)


def service(turns: int, earned: float) -> Service:
    return Service(1, turns=turns, earned=earned)


@given(TERM, TURNS, EARNED, TURNS, EARNED)
def test_nothing_is_judged_before_its_term_is_over_nor_after(
    term: int, turns: int, earned: float, before: int, was: float
) -> None:
    said = earnings_verdict(service(turns, earned), service(before, was), least_turns=term)

    assert (said == "wait") == (turns < term)
    assert said != "revert" or turns == term


@given(TERM, EARNED, EARNED, st.integers(60, 400), EARNED)
def test_what_stays_would_stay_with_more_and_what_goes_would_go_with_less(
    term: int, one: float, other: float, before: int, was: float
) -> None:
    low, high = sorted((one, other))
    verdicts = [earnings_verdict(service(term, each), service(before, was), least_turns=term) for each in (low, high)]

    assert verdicts != ["keep", "revert"]


@given(TERM, EARNED, st.integers(1, 20))
def test_a_version_that_earns_as_much_a_turn_as_its_parent_stays(term: int, earned: float, times: int) -> None:
    parent = service(term * times, sum([earned] * times))

    assert earnings_verdict(service(term, earned), parent, least_turns=term) == "keep"


@given(TERM, st.floats(0.001, 50), st.floats(0, 0.999), st.integers(1, 20))
def test_a_version_that_earns_less_a_turn_than_its_parent_goes(
    term: int, earned: float, share: float, times: int
) -> None:
    parent = service(term * times, earned * times)

    assert earnings_verdict(service(term, earned * share), parent, least_turns=term) == "revert"


@given(TERM, EARNED, EARNED, TURNS)
def test_of_two_versions_with_the_same_term_at_most_one_sends_the_other_back(
    term: int, one: float, other: float, turns: int
) -> None:
    first, second = service(term, one), service(term, other)

    verdicts = [earnings_verdict(*pair, least_turns=term) for pair in ((first, second), (second, first))]

    assert verdicts.count("revert") == (abs(one - other) > 1e-9 * max(one, other))


@given(TERM, EARNED, TURNS)
def test_a_parent_that_earned_nothing_sends_nobody_back(term: int, earned: float, turns: int) -> None:
    assert earnings_verdict(service(term, earned), service(turns, 0.0), least_turns=term) == "keep"


@given(TERM, st.integers(0, 60), EARNED, EARNED)
def test_a_parent_that_served_less_than_a_term_is_held_to_have_served_it(
    term: int, before: int, was: float, earned: float
) -> None:
    assume(before <= term)
    short, whole = service(before, was), service(term, was)
    new = service(term, earned)

    assert earnings_verdict(new, short, least_turns=term) == earnings_verdict(new, whole, least_turns=term)


@given(TURNS, EARNED, TURNS, EARNED)
def test_with_no_term_nothing_is_sent_back(turns: int, earned: float, before: int, was: float) -> None:
    assert earnings_verdict(service(turns, earned), service(before, was), least_turns=0) == "keep"


def test_the_charter_says_how_long_a_term_is(tmp_path: Path, charter: Charter) -> None:
    (tmp_path / "charter.toml").write_text("[earnings]\nturns = 7\n")

    changed = load_charter(tmp_path / "charter.toml")

    assert (charter.probation, changed.probation) == (24, 7)
    assert changed.digest != charter.digest and changed.limits == charter.limits


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[earnings]\nturn = 7", "no setting of earnings is called 'turn'; did you mean 'turns'?"),
        ("[earnings]\nturns = 1.5", "earnings.turns is 1.5; write a whole number from 0"),
        ("earnings = 3", "[earnings] must hold settings such as turns"),
        ("[earning]\nturns = 3", "no section is called 'earning'; did you mean 'earnings'?"),
    ],
)
def test_a_slip_in_the_term_is_named_with_its_cure(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "charter.toml").write_text(text)

    with pytest.raises(CharterError) as caught:
        load_charter(tmp_path / "charter.toml")

    assert says in str(caught.value)
