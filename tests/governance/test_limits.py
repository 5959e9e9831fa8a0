"""How much may happen: versions of a tool, living agents, energy given away."""

from __future__ import annotations

import timeit

import pytest

from governance import Birth, Council, Critique, Motion, Standing

MOTION = Motion(tool_id=1, parent_id=10, author_id=3, author_lineage=1)
SUPPORT = (Critique(agent_id=7, lineage=5, stance="support"),)


def test_a_tool_that_changed_too_often_of_late_must_wait(council: Council) -> None:
    busy = Standing(turn=150, head_id=10, critiques=SUPPORT, admissions=tuple(range(120, 128)))

    (verdict,) = council.admit(MOTION, busy)

    assert verdict.rule == "RatePerTool"
    assert verdict.would_pass == "the same rewrite from turn 220 on"


@pytest.mark.parametrize("admissions", [tuple(range(120, 127)), tuple(range(43, 51)), ()])
def test_fewer_or_older_versions_do_not_count(council: Council, admissions: tuple[int, ...]) -> None:
    standing = Standing(turn=150, head_id=10, critiques=SUPPORT, admissions=admissions)

    assert not council.admit(MOTION, standing)[0].vetoed


def test_the_turn_named_is_the_first_that_would_pass(council: Council) -> None:
    admissions = (100, 101, 102, 103, 104, 105, 106, 107)

    def vetoed(turn: int) -> bool:
        return council.admit(MOTION, Standing(turn=turn, head_id=10, critiques=SUPPORT, admissions=admissions))[
            0
        ].vetoed

    assert vetoed(199) and not vetoed(200)


def test_a_parent_with_enough_energy_may_have_a_child(council: Council) -> None:
    (verdict,) = council.admit_birth(Birth(parent_id=3, endowment=4.0), Standing(turn=1, population=5, energy=10.0))

    assert (verdict.rule, verdict.outcome) == ("council", "pass")


def test_a_full_ecology_has_no_room_for_a_child(council: Council) -> None:
    (verdict,) = council.admit_birth(Birth(parent_id=3, endowment=4.0), Standing(turn=1, population=64, energy=10.0))

    assert verdict.rule == "PopulationLimit"
    assert verdict.evidence == {"population": 64, "most": 64}


@pytest.mark.parametrize("endowment", [9.5, 0.0, -3.0, 0.5, float("nan"), float("inf")])
def test_an_endowment_must_be_one_that_parent_and_child_can_live_on(council: Council, endowment: float) -> None:
    verdicts = council.admit_birth(Birth(parent_id=3, endowment=endowment), Standing(turn=1, energy=10.0))

    assert [verdict.rule for verdict in verdicts] == ["EnergyLimit"]
    assert verdicts[0].would_pass == "an endowment between 1 and 9"


def test_a_parent_too_poor_for_any_child_is_told_what_it_needs(council: Council) -> None:
    (verdict,) = council.admit_birth(Birth(parent_id=3, endowment=1.0), Standing(turn=1, energy=1.5))

    assert verdict.would_pass == "the same child once its parent has 2 energy"


def test_one_admission_takes_less_than_a_tenth_of_a_millisecond(council: Council) -> None:
    critiques = tuple(Critique(agent_id=number, lineage=number % 7, stance="support") for number in range(20, 40))
    standing = Standing(turn=150, head_id=10, critiques=critiques, admissions=tuple(range(7)))

    best = min(timeit.repeat(lambda: council.admit(MOTION, standing), number=200, repeat=5)) / 200

    assert best < 1e-4


def test_an_agent_may_not_choose_whom_the_user_pays(council: Council) -> None:
    standing = Standing(turn=1, energy=100.0, models=frozenset({"gpt-5-mini"}))

    (verdict,) = council.admit_birth(Birth(parent_id=3, endowment=4.0, model="gpt-5-pro"), standing)

    assert verdict.rule == "ModelInUse" and verdict.vetoed
    assert council.admit_birth(Birth(parent_id=3, endowment=4.0, model="gpt-5-mini"), standing)[0].outcome == "pass"
    assert council.admit_birth(Birth(parent_id=3, endowment=4.0), standing)[0].outcome == "pass"
