"""How much agents may say, and how loudly; and what is told of acts that nothing was done with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance import FROM_TURN, UNHEARD, AgentSeen, Council, Request, Saying, Speech, Unheard, Verdict
from governance.speech_rules import SPEECH_RULES, CasesPerAgent, PostsPerAgent, SignalsPerAgent, SignalStrength

KINDS: Mapping[Saying, type] = {"post": PostsPerAgent, "signal": SignalsPerAgent, "case": CasesPerAgent}


@pytest.mark.parametrize("kind", KINDS)
def test_so_many_may_be_said_in_one_turn_and_the_next_turn_as_many_again(kind: Saying) -> None:
    rule = KINDS[kind]()
    spoken = (7,) * rule.at_once

    refused = rule.judge(Speech(kind, 7, spoken))

    assert refused and refused.evidence[FROM_TURN] == 8 and "turn 8" in refused.would_pass
    assert rule.judge(Speech(kind, 7, spoken[1:])) is None
    assert rule.judge(Speech(kind, 8, spoken)) is None


@pytest.mark.parametrize("kind", KINDS)
@given(turns=st.lists(st.integers(1, 60), max_size=40).map(sorted))
def test_within_a_span_no_more_is_said_than_the_rule_lets(kind: Saying, turns: list[int]) -> None:
    rule = KINDS[kind](at_once=3, most=5, turns=10)
    said: list[int] = []
    for turn in turns:
        if rule.judge(Speech(kind, turn, said)) is None:
            said.append(turn)

    assert all(sum(turn - 10 < each <= turn for each in said) <= 5 for turn in said)
    assert all(said.count(turn) <= 3 for turn in said)


@pytest.mark.parametrize("kind", KINDS)
def test_a_limit_of_one_kind_says_nothing_of_the_others(kind: Saying) -> None:
    busy = Speech(kind, 5, (5,) * 500)

    assert [rule for rule in SPEECH_RULES if rule().judge(busy)] == [KINDS[kind]]


@pytest.mark.parametrize(("strength", "half_life"), [(100.5, 1.0), (1e6, 1.0), (1.0, 401.0), (1e6, 1e6)])
def test_a_signal_may_neither_drown_the_others_nor_last_for_ever(strength: float, half_life: float) -> None:
    refused = SignalStrength().judge(Speech("signal", 1, (), strength, half_life))

    assert refused and "at most 100" in refused.would_pass and refused.evidence["strength"] == strength


def test_a_signal_within_the_limits_is_let_through() -> None:
    assert SignalStrength().judge(Speech("signal", 1, (), 100.0, 400.0)) is None


def test_the_council_asks_the_limits_beside_policy(council: Council) -> None:
    request = Request.of("post", AgentSeen(1), "rules", topic="rules/1")

    verdicts = council.permit(request, Speech("post", 1, (1,) * 16))

    assert [verdict.rule for verdict in verdicts] == ["PostsPerAgent", "Policy"]


NOTES = st.lists(st.tuples(st.sampled_from(sorted(UNHEARD)), st.sampled_from(["acts", "closed"]), st.integers()))


@given(NOTES, st.integers(0, 200))
def test_however_much_is_passed_over_little_is_told_and_all_is_counted(notes: list[Any], vetoes: int) -> None:
    unheard = Unheard()
    for note in notes:
        unheard.note(*note)
    unheard.hold([Verdict("Policy", "admit", "veto", {"number": number}, "less", "c") for number in range(vetoes)])

    told = {verdict.rule: verdict for verdict in unheard.verdicts(agent_id=3, charter="c")}

    assert set(told) == {rule for rule, _, _ in notes} | ({"Policy"} if vetoes else set())
    assert sum(int(str(verdict.evidence["count"])) for verdict in told.values()) == len(notes) + vetoes
    assert all(
        verdict.vetoed and verdict.would_pass and len(str(verdict.evidence)) < 2_000 for verdict in told.values()
    )
