from __future__ import annotations

import pytest

from agents.edits import Edited, EditProblem, ParseRates

WELL = Edited("x = 1\n")
UNCHANGED = EditProblem("unchanged", "")
UNMATCHED = EditProblem("unmatched", "")
CUT = EditProblem("cut-off", "")


def taught(*outcomes: Edited | EditProblem) -> ParseRates:
    rates = ParseRates()
    for outcome in outcomes:
        rates.note("local", outcome)
    return rates


def test_whole_functions_are_the_form_of_an_endpoint_that_has_proved_nothing() -> None:
    assert ParseRates().form("local", draw=0.5) == "whole"


def test_a_share_of_the_requests_is_spent_on_the_trial() -> None:
    assert [ParseRates().form("local", draw=draw) for draw in (0.0, 0.09, 0.1, 0.99)] == [
        "search-replace", "search-replace", "whole", "whole",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("well", "badly", "proved"), [(19, 0, False), (20, 0, True), (19, 1, True), (18, 2, False), (95, 5, True)]
)
def test_the_proof_is_95_percent_of_at_least_twenty_replies(well: int, badly: int, proved: bool) -> None:
    rates = taught(*[WELL] * well, *[UNMATCHED] * badly)

    assert rates.has_proved("local") is proved
    assert not rates.has_proved("other")
    assert (rates.form("local", draw=0.99) == "search-replace") is proved


def test_an_endpoint_that_can_no_longer_prove_it_is_tried_no_more() -> None:
    assert taught(UNMATCHED).form("local", draw=0.0) == "search-replace"
    assert taught(UNMATCHED, UNMATCHED).form("local", draw=0.0) == "whole"


def test_an_edit_that_changes_nothing_is_well_formed_and_a_cut_one_tells_nothing() -> None:
    rates = taught(UNCHANGED, CUT, CUT)

    assert (rates.known["local"].replies, rates.known["local"].parsed) == (1, 1)


def test_what_was_learned_is_kept_for_the_next_run_and_can_be_lost() -> None:
    rates = ParseRates(taught(*[WELL] * 20).known)
    assert rates.has_proved("local")

    for _ in range(2):
        rates.note("local", UNMATCHED)

    assert not rates.has_proved("local")


def test_a_rate_without_sense_is_refused() -> None:
    with pytest.raises(ValueError, match=r"rate 1\.5"):
        ParseRates(rate=1.5)
