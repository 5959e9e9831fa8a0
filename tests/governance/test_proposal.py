"""Scorecards compare versions of a tool; proposals travel between processes."""

from __future__ import annotations

import pickle

from hypothesis import given
from hypothesis import strategies as st

from governance import Proposal, Scorecard
from storage import Task

CARDS = st.builds(
    Scorecard,
    visible=st.lists(st.booleans(), min_size=3, max_size=3).map(tuple),
    gate=st.lists(st.booleans(), min_size=4, max_size=4).map(tuple),
    fuel=st.integers(0, 5),
    size=st.integers(0, 5),
)


def test_the_score_is_the_share_of_gate_cases_passed() -> None:
    assert Scorecard((True, True), (True, False, False, False), fuel=9, size=9).score == 0.25


def test_without_gate_cases_the_visible_ones_are_the_score() -> None:
    assert Scorecard((True, False), (), fuel=0, size=0).score == 0.5


def test_a_task_without_cases_is_never_solved() -> None:
    card = Scorecard((), (), fuel=0, size=0)

    assert (card.score, card.solved, card.bitmap) == (0.0, False, "|")


def test_solved_means_every_visible_and_every_gate_case() -> None:
    assert Scorecard((True,), (True, True), fuel=0, size=0).solved
    assert not Scorecard((False,), (True, True), fuel=0, size=0).solved
    assert not Scorecard((True,), (True, False), fuel=0, size=0).solved


def test_a_bitmap_writes_visible_cases_before_gate_cases() -> None:
    assert Scorecard((True, True, False, True), (True, True, True), fuel=0, size=0).bitmap == "1101|111"


def test_cost_decides_between_equal_scores_and_length_between_equal_costs() -> None:
    plain = Scorecard((True,), (True,), fuel=50, size=40)
    cheap = Scorecard((True,), (True,), fuel=49, size=90)
    short = Scorecard((True,), (True,), fuel=50, size=39)
    wrong = Scorecard((True,), (False,), fuel=0, size=0)

    assert sorted([plain, cheap, short, wrong], key=lambda card: card.rank) == [wrong, plain, short, cheap]


@given(CARDS, CARDS, CARDS)
def test_the_order_of_scorecards_is_total(one: Scorecard, two: Scorecard, three: Scorecard) -> None:
    assert (one.rank < two.rank) + (one.rank > two.rank) + (one.rank == two.rank) == 1
    assert not (one.rank <= two.rank <= three.rank) or one.rank <= three.rank


def test_a_proposal_survives_pickling(clamp: Task) -> None:
    proposal = Proposal(clamp, "def clamp(): ...", "", author_id=1, author_lineage=1, tool_id=2, parent_id=3)

    assert pickle.loads(pickle.dumps(proposal)) == proposal
