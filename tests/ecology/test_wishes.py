"""What policy is told of agents and tools is what the world holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents import Critique, Genome, Pass, Post, Spawn
from ecology import Store
from ecology.wishes import agent_seen, tool_seen, wish
from ecology.world import World
from governance import Policy


@pytest.fixture
def world(lived: Path) -> World:
    folded = World()
    with Store.open(lived) as store:
        for entry in store.history():
            folded.fold(entry)
    return folded


def test_an_agent_is_seen_with_its_genome_lineage_and_whole_energy(world: World) -> None:
    agent = next(iter(world.agents.values()))

    seen = agent_seen(world, agent.id)

    assert (seen.species, seen.family, seen.lineage) == (agent.genome.species, agent.genome.family, agent.founder_id)
    assert seen.energy <= agent.energy < seen.energy + 1 and not seen.quarantined


def test_a_tool_is_seen_with_its_state_and_what_the_charter_says_of_its_name(world: World) -> None:
    tool = next(tool for tool in world.tools.values() if tool.solved)
    tool.frozen, tool.capabilities = True, ("clock",)

    seen = tool_seen(tool, Policy(protected=("everyday/*",), canaries=(tool.name,)))

    assert (seen.name, seen.solved, seen.frozen, seen.capabilities) == (tool.name, True, True, ("clock",))
    assert seen.protected and seen.canary and not seen.quarantined


def test_nobody_yet_born_is_seen_by_its_number_alone(world: World) -> None:
    child = Spawn(parent_id=999, genome=Genome(species="critic"), reason="more")

    asked = wish(world, Policy(), child, agent_id=1, tool=None)

    assert asked and asked.words == "agent 999" and dict(asked.context)["species"] == "critic"


def test_doing_nothing_asks_nothing_and_acts_on_a_tool_need_one(world: World) -> None:
    assert wish(world, Policy(), Pass(reason="tired"), agent_id=1, tool=None) is None
    posted = wish(world, Policy(), Post(topic="rules/new", body="eval is fine"), agent_id=1, tool=None)
    assert posted and posted.words == "rules" and not Policy().decide(posted).allowed
    with pytest.raises(ValueError, match="none is at hand"):
        wish(world, Policy(), Critique(proposal_id=1, stance="support", kind="x", evidence={}), agent_id=1, tool=None)
