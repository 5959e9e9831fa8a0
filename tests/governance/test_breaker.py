"""The breaker: trips on acts that breed acts, leaves calm ones alone, and moves along its edges only."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.breaker import CALM, MOST, STORM, calm, cold, onset
from governance import Act, Breaker, BreakerSettings, load_charter, read_charter
from governance.breaker import HELD, MOVES
from governance.reproduction import KINDS
from storage import CharterError

CHARTER = load_charter().breaker
SEEDS = range(10)


def tripped() -> Breaker:
    """Return a breaker that is due to trip: each birth led to three more."""
    breaker = Breaker(CHARTER)
    for seq in range(1, 200):
        breaker.bear(Act(seq, "spawn", seq // 3, 1, 1, seq))
        breaker.answer(seq // 3)
        if breaker.due(seq):
            return breaker
    raise AssertionError("it never tripped")


def move(breaker: Breaker, turn: int) -> str:
    """Let the breaker move where a move is due, and return its state."""
    if due := breaker.due(turn):
        breaker.move(10_000 + turn, turn, due.payload())
    return breaker.state


def test_calm_runs_never_trip() -> None:
    assert [calm(seed, CHARTER, mean=CALM) for seed in SEEDS] == [None] * len(SEEDS)


def test_a_run_that_storms_from_its_first_act_trips_within_sixty_acts() -> None:
    found = [cold(seed, CHARTER, mean=STORM) for seed in SEEDS]

    assert all(each is not None and each.acts <= MOST for each in found)


def test_a_calm_run_that_begins_to_storm_trips_before_its_window_is_full_of_storm() -> None:
    found = [onset(seed, CHARTER, mean=3.0) for seed in SEEDS]

    assert all(each is not None and each.answered <= CHARTER.window // 2 for each in found)


EVENTS = st.lists(
    st.tuples(st.sampled_from(("bear", "bear", "answer", "turn", "refuse", "ask", "back")), st.integers(0, 10**6)),
    max_size=120,
)


@given(EVENTS, st.integers(1, 60))
def test_it_never_trips_on_reproduction_for_fewer_parents_than_it_needs(
    events: list[tuple[str, int]], least: int
) -> None:
    breaker = Breaker(replace(CHARTER, least=least, livelock=0))
    made = 0
    for turn, (what, number) in enumerate(events, 1):
        if what == "bear":
            made += 1
            breaker.bear(Act(made, KINDS[number % 5], number % made, 1, number % 2 + 1, turn))
        elif what == "answer":
            breaker.answer(number % (made + 1))
        if due := breaker.due(turn):
            parents = {act.seq for act in breaker.reproduction.acts.values() if act.is_parent}
            assert due.why == "reproduction" and len(parents) >= least
            return


@given(EVENTS)
@settings(max_examples=60)
def test_states_only_move_along_their_edges_and_time_alone_opens_them(events: list[tuple[str, int]]) -> None:
    breaker = Breaker(replace(CHARTER, window=6, least=2, cool=3, probe=3, most_open=10**6))
    turn = made = 0
    for what, number in events:
        match what:
            case "bear":
                made += 1
                breaker.bear(Act(made, KINDS[number % 5], number % made, 1, 1, turn))
                breaker.probe(KINDS[number % 5], made)
            case "answer":
                breaker.answer(number % (made + 1))
            case "refuse":
                breaker.refuse(number % (made + 1))
            case "ask":
                breaker.ask(number % (made + 1))
            case "back":
                breaker.come_back(made, {"versions": [1, 2, 3]})
            case _:
                turn += 1
                breaker.tick(turn)
                breaker.pass_turn(changed=number % 2 == 0)
        if due := breaker.due(turn):
            assert (due.before, due.after) in MOVES and due.before == breaker.state
            if due.before != "closed":
                assert turn - breaker.since >= 3
            breaker.move(10**7 + turn, turn, due.payload())
            assert breaker.state == due.after


def test_open_it_holds_back_what_breeds_and_nothing_else() -> None:
    breaker = tripped()
    assert all(breaker.allows(kind) for kind in HELD)

    assert move(breaker, 200) == "open"

    assert not any(breaker.allows(kind) for kind in HELD)
    assert breaker.allows("proposal") and breaker.allows("critique")
    refusal = breaker.refusal("spawn", charter="c")
    assert (
        refusal is not None and refusal.vetoed and refusal.rule == "Breaker" and "since turn 200" in refusal.would_pass
    )


def test_half_open_it_lets_one_of_each_kind_through() -> None:
    breaker = tripped()
    move(breaker, 200)

    assert move(breaker, 200 + CHARTER.cool) == "half-open"

    assert breaker.allows("spawn")
    breaker.probe("spawn", 5)
    assert not breaker.allows("spawn") and breaker.allows("signal")


def test_probes_that_breed_nothing_close_it() -> None:
    breaker = tripped()
    move(breaker, 200)
    move(breaker, 240)
    breaker.bear(Act(900, "spawn", 0, 1, 1, 241))
    breaker.probe("spawn", 900)

    assert move(breaker, 280) == "closed"
    assert breaker.due(281) is None


def test_probes_that_breed_open_it_again_for_twice_as_long() -> None:
    breaker = tripped()
    move(breaker, 200)
    move(breaker, 240)
    breaker.bear(Act(900, "spawn", 0, 1, 1, 241))
    breaker.probe("spawn", 900)
    breaker.ask(900)
    breaker.ask(900)

    assert move(breaker, 280) == "open"
    assert move(breaker, 280 + 2 * CHARTER.cool - 1) == "open"
    assert move(breaker, 280 + 2 * CHARTER.cool) == "half-open"


def test_it_gives_up_once_it_has_not_closed_for_long_and_a_new_run_tries_again() -> None:
    breaker = tripped()
    move(breaker, 200)
    breaker.tick(200 + CHARTER.most_open)
    assert breaker.given_up(200 + CHARTER.most_open)
    assert not breaker.given_up(200 + CHARTER.most_open - 1)

    breaker.begin(8)
    again = breaker.resumption(cause=999)
    assert again is not None
    breaker.move(1_000, 0, again.payload())

    assert breaker.state == "half-open"
    assert not breaker.given_up(200 + CHARTER.most_open + 1)


def test_it_waits_for_two_windows_of_turns_in_flight() -> None:
    breaker = tripped()
    breaker.begin(64)
    move(breaker, 200)

    assert move(breaker, 200 + 127) == "open"
    assert move(breaker, 200 + 128) == "half-open"


def test_a_loop_of_one_kind_is_seen_though_another_drowns_it_overall() -> None:
    breaker = Breaker(CHARTER)
    for seq in range(1, 401):
        # Nine proposals that lead to nothing for each signal, and each signal to two more.
        kind, parent = ("signal", (seq // 20) * 10) if seq % 10 == 0 else ("proposal", 0)
        breaker.bear(Act(seq, kind, parent, 1, 1, seq))  # type: ignore[arg-type]
        breaker.answer(seq if kind == "proposal" else parent)
    due = breaker.due(400)

    assert breaker.reproduction.overall().mean < 0.5
    assert due is not None and due.evidence["scope"] == "signal > signal"


def test_a_chain_without_a_way_back_is_no_loop() -> None:
    breaker = Breaker(CHARTER)
    for seq in range(1, 201):
        breaker.bear(Act(seq, "proposal" if seq % 3 else "signal", seq - seq % 3 if seq % 3 else 0, 1, seq, seq))
        breaker.answer(seq)

    assert breaker.reproduction.pair("signal", "proposal").mean > 1.5
    assert breaker.due(200) is None


def test_coming_back_to_an_earlier_version_trips_it() -> None:
    breaker = Breaker(CHARTER)
    breaker.come_back(77, {"tool": "t", "versions": [1, 2, 3]})

    due = breaker.due(1)

    assert due is not None and (due.why, due.cause) == ("oscillation", 77)


@pytest.mark.parametrize(("changed", "made", "trips"), [(False, 1, True), (True, 1, False), (False, 0, False)])
def test_a_livelock_is_much_made_and_nothing_changed(changed: bool, made: int, trips: bool) -> None:
    breaker = Breaker(CHARTER)
    for turn in range(CHARTER.livelock):
        breaker.pass_turn(changed=changed and turn % 50 == 0, made=made)

    due = breaker.due(CHARTER.livelock)

    assert (due is not None and due.why == "livelock") == trips


def test_retries_live_on_what_new_proposals_earn() -> None:
    breaker = Breaker(replace(CHARTER, retry_burst=2, retry_share=0.25))
    for seq in (1, 2):
        breaker.bear(Act(seq, "re-proposal", 0, 1, 1, 0))
    refusal = breaker.refusal("re-proposal", charter="c")
    assert refusal is not None and refusal.rule == "RetryBudget"

    for seq in range(3, 7):
        breaker.bear(Act(seq, "proposal", 0, 1, 1, 0))

    assert breaker.refusal("re-proposal", charter="c") is None


def test_a_refused_retry_costs_nothing() -> None:
    breaker = Breaker(CHARTER)
    breaker.bear(Act(1, "re-proposal", 0, 1, 1, 0))
    breaker.refuse(1)

    assert breaker.retries == CHARTER.retry_burst


def test_switched_off_it_does_nothing() -> None:
    breaker = Breaker(replace(CHARTER, on=False))
    breaker.come_back(77, {"versions": [1, 2, 3]})

    assert breaker.due(1) is None
    assert breaker.refusal("spawn", charter="c") is None and breaker.has_retry()


def test_it_cannot_be_moved_along_no_edge() -> None:
    with pytest.raises(ValueError, match="closed cannot go from closed to half-open"):
        Breaker(CHARTER).move(1, 1, {"from": "closed", "to": "half-open", "why": "cooled"})


def test_the_charter_sets_it() -> None:
    charter = read_charter("[breaker]\non = false\nwindow = 30\nthreshold = 0.5\n")

    assert charter.breaker == replace(BreakerSettings(), on=False, window=30, threshold=0.5)
    assert charter.digest != load_charter().digest
    assert load_charter().breaker == BreakerSettings()


@pytest.mark.parametrize("line", ["on = 1", "window = -1", "least = true", "windows = 3"])
def test_a_charter_that_sets_it_wrongly_is_refused(line: str) -> None:
    with pytest.raises(CharterError, match="breaker"):
        read_charter(f"[breaker]\n{line}\n")


def test_figures_are_plain_values() -> None:
    found: dict[str, Any] = tripped().figures()

    assert found["parents"] >= 20 and found["rho"] > 1 and set(found["kinds"]) == {"spawn"}
