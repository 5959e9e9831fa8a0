"""What searches found out, as it is folded: a late rewrite keeps what it was made as; a dead end knows its finder."""

from __future__ import annotations

from pathlib import Path

from ecology.conditions import Conditions
from ecology.pick import Pick
from ecology.searches import Searches
from ecology.states import ProposalState, ToolState
from ecology.views import Window
from ecology.world import World
from storage import Entry, Store


def proposal(number: int) -> ProposalState:
    return ProposalState(number, seq=number, tool_id=1, author_id=1, parent_id=1, basis_id=1, family="guard",
                         code_hash="", reason="")  # fmt: skip


def turn(behaviour: str, means: str) -> Entry:
    made = [["early-return", 2, 7, behaviour]]
    return Entry(seq=1, run_id=1, turn=1, kind="turn", cause=None, agent_id=1, task_id=1, tool_id=1,
                 payload={"tried": 3, "made": made, "means": means}, rows=())  # fmt: skip


def test_what_is_offered_again_is_still_the_edit_with_the_ingredient_that_it_was() -> None:
    searches, late, new = Searches(), proposal(1), proposal(2)
    late.kind, late.ingredient, late.place = "early-return", 7, 2

    searches.again(late)
    searches.proposed(new)

    assert (new.kind, new.ingredient, new.place) == ("early-return", 7, 0)


def test_a_dead_end_belongs_to_whoever_was_there_first() -> None:
    searches, tool = Searches(), ToolState(1, 1, "tool")

    for behaviour, means in (("a", "specialist/guard"), ("a", "specialist/wrap"), ("b", "specialist/wrap")):
        searches.turn(turn(behaviour, means), tool, None)

    assert tool.behaviours == {"a": "specialist/guard", "b": "specialist/wrap"}


def test_without_reads_only_an_agents_own_dead_ends_are_known_to_it(lived: Path) -> None:
    world = World()
    with Store.open(lived) as store:
        for entry in store.history():
            world.fold(entry)
        agent = next(each for each in world.agents.values() if each.genome.family == "guard")
        tool = next(iter(world.tools.values()))
        tool.behaviours = {"mine": "specialist/guard", "theirs": "specialist/wrap"}
        pick = Pick(agent.id, "search", f"failing:{tool.id}", 1, tool_id=tool.id, base_id=tool.head.id,
                    means="specialist/guard")  # fmt: skip
        lone = Window(world, store.blobs.text, {}, Conditions(without=frozenset({"reads"}))).view(pick, turn=1)
        usual = Window(world, store.blobs.text, {}).view(pick, turn=1)

    assert (lone.search.dead_ends, usual.search.dead_ends) == (("mine",), ("mine", "theirs"))
