"""Reproduction numbers: counted from causes, whatever else happens and in whatever order."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance import Act, ActKind, Reproduction, spectral_radius
from governance.reproduction import KINDS

Family = list[tuple[int, ActKind]]

# Each act is (which of the acts before it led to it, 0 for none; its kind).
FAMILIES = st.lists(st.tuples(st.integers(0, 10**6), st.sampled_from(KINDS)), max_size=50)


def counted(acts: list[Act], *, window: int = 60) -> Reproduction:
    """Tell of the acts in order, and let all count as parents."""
    reproduction = Reproduction(window=window, ripe=10**6)
    for act in acts:
        reproduction.bear(act)
    for act in acts:
        reproduction.answer(act.seq)
    return reproduction


def family(drawn: Family) -> list[Act]:
    return [Act(number, kind, parent % number, 1, number % 3 + 1, 0) for number, (parent, kind) in enumerate(drawn, 1)]


def shuffled(acts: list[Act], rng: Random) -> list[Act]:
    """Return the same family in another order in which nobody comes before who led to it, numbered anew."""
    names, waiting, found = {0: 0}, list(acts), list[Act]()
    while waiting:
        act = rng.choice([each for each in waiting if each.parent in names])
        waiting.remove(act)
        names[act.seq] = len(names)
        found.append(Act(names[act.seq], act.kind, names[act.parent], act.agent_id, act.lineage, act.turn))
    return found


@given(FAMILIES, st.integers())
def test_the_order_of_unrelated_acts_changes_no_number(drawn: Family, seed: int) -> None:
    one, other = counted(family(drawn)), counted(shuffled(family(drawn), Random(seed)))

    assert one.overall() == other.overall()
    assert one.matrix() == other.matrix()
    assert one.lineages() == other.lineages()


@given(FAMILIES)
def test_every_act_with_a_parent_is_one_child(drawn: Family) -> None:
    found = counted(family(drawn)).overall()

    assert found.parents == len(drawn)
    assert found.children == sum(act.parent > 0 for act in family(drawn))


@given(FAMILIES, st.integers(1, 12))
def test_a_window_holds_what_a_count_of_its_last_acts_gives(drawn: Family, size: int) -> None:
    acts = family(drawn)

    found = counted(acts, window=size).overall()

    last = {act.seq for act in acts[-size:]}
    assert (found.parents, found.children) == (len(last), sum(act.parent in last for act in acts))


@given(FAMILIES)
def test_an_act_taken_back_leaves_no_trace_in_the_numbers(drawn: Family) -> None:
    acts = family(drawn)
    reproduction = counted(acts)
    before = (reproduction.overall(), reproduction.matrix())

    reproduction.bear(Act(1000, "spawn", len(acts), 1, 1, 0))
    reproduction.refuse(1000)

    assert (reproduction.overall(), reproduction.matrix()) == before


def test_an_act_that_nobody_answers_counts_once_it_is_ripe() -> None:
    reproduction = Reproduction(window=60, ripe=10)
    reproduction.bear(Act(1, "signal", 0, 1, 1, 5))

    reproduction.age(14)
    assert reproduction.overall().parents == 0
    reproduction.age(15)
    assert reproduction.overall().parents == 1


def test_an_act_that_another_took_the_place_of_never_counts() -> None:
    reproduction = Reproduction(window=60, ripe=10)
    reproduction.bear(Act(1, "signal", 0, 1, 1, 0))
    reproduction.supersede(1)

    reproduction.age(1_000)

    assert reproduction.overall().parents == 0


def test_what_was_before_a_fresh_start_is_counted_no_more() -> None:
    reproduction = counted([Act(1, "signal", 0, 1, 1, 0), Act(2, "signal", 1, 1, 1, 0)])
    reproduction.bear(Act(3, "signal", 2, 1, 1, 0))

    reproduction.forget()
    reproduction.answer(3)

    assert reproduction.overall().parents == 0
    assert reproduction.latest == 3


def test_it_remembers_so_many_acts_and_no_more() -> None:
    reproduction = Reproduction(window=4, ripe=10, memory=8)
    for seq in range(1, 100):
        reproduction.bear(Act(seq, "signal", seq - 1, 1, 1, 0))
        reproduction.answer(seq)

    assert list(reproduction.acts) == list(range(92, 100))
    assert reproduction.overall().parents == 4


@pytest.mark.parametrize(
    ("matrix", "radius"),
    [
        ({}, 0.0),
        ({"signal": {"signal": 0.5}}, 0.5),
        ({"signal": {"proposal": 3.0}, "proposal": {"critique": 1.0}}, 0.0),
        ({"proposal": {"critique": 4.0}, "critique": {"proposal": 0.25}}, 1.0),
        ({"proposal": {"critique": 2.0}, "critique": {"re-proposal": 2.0}, "re-proposal": {"proposal": 2.0}}, 2.0),
        ({"signal": {"signal": 1.0, "spawn": 5.0}, "spawn": {"spawn": 0.9}}, 1.0),
    ],
)
def test_the_gain_is_that_of_the_strongest_loop(matrix: dict[ActKind, dict[ActKind, float]], radius: float) -> None:
    assert spectral_radius(matrix) == pytest.approx(radius, abs=1e-3)
