"""How much may happen: versions of a tool, living agents, energy given away."""

from __future__ import annotations

import time
import timeit
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance import FROM_TURN, Birth, Council, Critique, Motion, Spent, Standing, Times
from governance.limits import (
    BirthsPerAgent,
    BirthsPerLineage,
    BirthsPerRun,
    EnergyPerLineage,
    PopulationPerLineage,
    RatePerAgent,
    RatePerLineage,
    RatePerRun,
    RatePerTarget,
    RatePerTool,
    SpawnDepth,
)
from governance.spending import SPENDING_RULES

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

    best = (
        min(timeit.repeat(lambda: council.admit(MOTION, standing), number=200, repeat=5, timer=time.process_time)) / 200
    )

    assert best < 1e-4


def test_an_agent_may_not_choose_whom_the_user_pays(council: Council) -> None:
    standing = Standing(turn=1, energy=100.0, models=frozenset({"gpt-5-mini"}))

    (verdict,) = council.admit_birth(Birth(parent_id=3, endowment=4.0, model="gpt-5-pro"), standing)

    assert verdict.rule == "ModelInUse" and verdict.vetoed
    assert council.admit_birth(Birth(parent_id=3, endowment=4.0, model="gpt-5-mini"), standing)[0].outcome == "pass"
    assert council.admit_birth(Birth(parent_id=3, endowment=4.0), standing)[0].outcome == "pass"


def _rewriting(turns: list[int], turn: int) -> Standing:
    return Standing(turn, head_id=10, admissions=turns, admitted=Times(turns, turns, turns, turns))


TURNS = st.lists(st.integers(0, 60), max_size=12).map(sorted)


@given(TURNS, st.integers(1, 5), st.integers(1, 30))
def test_a_rate_names_the_first_turn_from_which_it_lets_pass(turns: list[int], most: int, within: int) -> None:
    for rule in (kind(most, within) for kind in (RatePerTool, RatePerAgent, RatePerTarget, RatePerLineage, RatePerRun)):
        objection = rule.judge(MOTION, _rewriting(turns, 61))

        late = sum(each > 61 - within for each in turns)
        assert (objection is not None) is (late >= most)
        if objection:
            again = objection.evidence[FROM_TURN]
            assert isinstance(again, int) and f"from turn {again} on" in objection.would_pass
            assert rule.judge(MOTION, _rewriting(turns, again)) is None
            assert rule.judge(MOTION, _rewriting(turns, again - 1))


@pytest.mark.parametrize("rule", [BirthsPerAgent(2, 10), BirthsPerLineage(2, 10), BirthsPerRun(2, 10)])
def test_births_have_rates_too(rule: BirthsPerAgent | BirthsPerLineage | BirthsPerRun) -> None:
    def judged(turn: int) -> bool:
        return rule.judge(Birth(3, 4.0), Standing(turn, born=Times([5, 6], (), [5, 6], [5, 6]))) is None

    assert not judged(14) and judged(15)


def test_each_rate_looks_at_its_own_count_alone() -> None:
    busy, seen = [1, 2, 3], {}
    for name in ("agent", "target", "lineage", "run"):
        standing = Standing(turn=4, head_id=10, admitted=replace(Times(), **{name: busy}))
        kinds = (RatePerAgent, RatePerTarget, RatePerLineage, RatePerRun)
        seen[name] = [kind.__name__ for kind in kinds if kind(3, 10).judge(MOTION, standing)]

    assert seen == {
        "agent": ["RatePerAgent"], "target": ["RatePerTarget"], "lineage": ["RatePerLineage"], "run": ["RatePerRun"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "birth", "standing", "passes"),
    [
        (PopulationPerLineage(3), Birth(1, 4.0), Standing(1, kin=2), True),
        (PopulationPerLineage(3), Birth(1, 4.0), Standing(1, kin=3), False),
        (SpawnDepth(2), Birth(1, 4.0, depth=2), Standing(1), True),
        (SpawnDepth(2), Birth(1, 4.0, depth=3), Standing(1), False),
        (EnergyPerLineage(9.0), Birth(1, 4.0), Standing(1, kin_energy=9.0), True),
        (EnergyPerLineage(9.0), Birth(1, 4.0), Standing(1, kin_energy=9.1), False),
    ],
)
def test_a_lineage_has_limits(
    rule: PopulationPerLineage | SpawnDepth | EnergyPerLineage, birth: Birth, standing: Standing, passes: bool
) -> None:
    assert (rule.judge(birth, standing) is None) is passes


@pytest.mark.parametrize("kind", SPENDING_RULES)
def test_who_has_cost_too_much_goes_on_without_a_model_only(kind: type) -> None:
    rule, whose = kind(usd=2.0), kind.__name__.removeprefix("SpendPer").lower()
    dear = Standing(1, spent=replace(Spent(), **{whose: 2.5}))

    assert rule.judge(replace(MOTION, kinds=frozenset({"model"})), dear).evidence["of"] == whose
    assert rule.judge(Birth(3, 4.0, model="gpt-5-mini"), dear)
    assert rule.judge(MOTION, dear) is None and rule.judge(Birth(3, 4.0), dear) is None
    assert rule.judge(replace(MOTION, kinds=frozenset({"model"})), Standing(1, spent=Spent(2.0, 2.0, 2.0, 2.0))) is None
