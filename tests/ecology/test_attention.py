"""Attention: signals attract, agents bid, a seeded draw decides; nothing is done twice at the same time."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecology.attention import choose
from ecology.pick import InFlight, Pick
from ecology.world import World
from storage import Store


@pytest.fixture(scope="module")
def world(lived: Path) -> World:
    """The world when the founders were born and the tools had been weighed: everything is still to do."""
    early = World()
    with Store.open(lived) as store:
        for entry in store.history():
            if entry.turn == 1:
                break
            early.fold(entry)
    return early


def picks(world: World, *, count: int, seed: int) -> list[Pick]:
    flying: list[Pick] = []
    for turn in range(1, count + 1):
        pick = choose(world, turn=turn, rng=Random(f"{seed}:{turn}"), in_flight=InFlight(flying))
        if pick is None:
            break
        flying.append(pick)
    return flying


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10**6), count=st.integers(1, 30))
def test_turns_in_flight_share_neither_an_agent_nor_a_piece_of_work(world: World, seed: int, count: int) -> None:
    flying = picks(world, count=count, seed=seed)

    assert len({pick.agent_id for pick in flying}) == len(flying)
    assert len({pick.work for pick in flying}) == len(flying)


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 10**6))
def test_the_same_chance_makes_the_same_choices(world: World, seed: int) -> None:
    assert picks(world, count=8, seed=seed) == picks(world, count=8, seed=seed)


def test_every_failing_tool_and_every_family_gets_its_turn(world: World) -> None:
    drawn = [choose(world, turn=1, rng=Random(seed), in_flight=InFlight()) for seed in range(400)]

    assert {pick.tool_id for pick in drawn if pick} == set(world.tools)
    assert len({pick.means for pick in drawn if pick}) == 13


def test_where_all_agents_are_busy_there_is_no_pick(world: World) -> None:
    busy = [Pick(agent_id, "search", "failing:0", 1) for agent_id in world.agents]

    assert choose(world, turn=1, rng=Random(0), in_flight=InFlight(busy)) is None


def test_a_critic_never_reviews_work_of_its_own_lineage(lived: Path) -> None:
    with Store.open(lived) as store:
        founders = {agent.id: agent.founder_id for agent in store.agents.all()}
        for proposal in store.tools.proposals():
            for critique in store.tools.critiques(proposal.id):
                assert founders[critique.agent_id] != founders[proposal.author_id or 0]


def test_a_pick_is_read_back_from_the_turn_that_kept_it(lived: Path) -> None:
    with Store.open(lived) as store:
        turns = [entry for entry in store.history() if entry.kind == "turn" and entry.agent_id]

    for entry in turns:
        pick = Pick.stored([entry])
        assert pick is not None
        assert pick.agent_id == entry.agent_id and pick.payload().items() <= entry.payload.items()


def test_of_a_thousand_agents_one_niche_a_few_bid_and_an_idle_one_is_found_among_the_busy(world: World) -> None:
    crowd = deepcopy(world)
    first = next(agent for agent in crowd.agents.values() if agent.genome.family == "guard")
    for number in range(10_000, 11_000):
        twin = replace(first, id=number)
        crowd.agents[number] = crowd.niches[first.genome.niche][number] = crowd.born[number] = twin
        crowd.founders[number] = first.founder_id
    others = [Pick(agent_id, "search", "failing:0", 1) for agent_id in crowd.agents if agent_id != 10_999]

    pick = choose(crowd, turn=1, rng=Random(1), in_flight=InFlight(others))

    assert pick is not None and pick.agent_id == 10_999
