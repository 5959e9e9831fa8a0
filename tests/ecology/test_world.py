"""The world is what its history says: lived through or read back, whole or up to any moment."""

from __future__ import annotations

from pathlib import Path

from ecology.record import Record
from ecology.states import SignalState
from ecology.world import World
from storage import Store


def folded(path: Path, *, until: int | None = None) -> World:
    world = World()
    with Store.open(path) as store:
        for entry in store.history(until=until):
            world.fold(entry)
    return world


def state(world: World) -> tuple[object, ...]:
    return (world.seq, world.turn, world.tools, world.agents, world.signals, world.proposals, world.counts)


def test_folding_in_pieces_gives_what_folding_at_once_gives(lived: Path) -> None:
    whole = folded(lived)
    pieces = World()

    with Store.open(lived) as store:
        record = Record(store)
        for entry in record.before():
            pieces.fold(entry)
        for turn in record.turns():
            for entry in turn:
                pieces.fold(entry)
        for entry in record.after():
            pieces.fold(entry)

    assert state(pieces) == state(whole)


def test_the_folded_balances_are_those_of_the_ledger(lived: Path) -> None:
    world = folded(lived)

    with Store.open(lived) as store:
        kept = {agent.id: store.ledger.balance(agent.id, kind="energy") for agent in store.agents.all(alive=True)}

    assert {agent.id: round(agent.energy, 5) for agent in world.agents.values()} == {
        number: round(energy, 5) for number, energy in kept.items()
    }


def test_the_folded_heads_are_those_of_the_shelf(lived: Path) -> None:
    world = folded(lived)

    with Store.open(lived) as store:
        heads = {head.tool_id: (head.id, head.number) for head in store.tools.heads()}

    assert {tool.id: (tool.head.id, tool.head.number) for tool in world.tools.values()} == heads


def test_the_folded_counts_are_those_of_the_report(lived: Path) -> None:
    world = folded(lived)

    with Store.open(lived) as store:
        counts = store.totals.counts()

    assert world.counts.turns == counts.turns
    assert world.counts.candidates == counts.candidates
    assert world.counts.proposals == counts.proposals
    assert world.counts.spawned == counts.agents_spawned


def test_a_signal_halves_with_every_half_life() -> None:
    signal = SignalState(seq=1, kind="failing", strength=8.0, half_life=10.0, turn=5)

    assert signal.felt(5) == 8.0
    assert signal.felt(15) == 4.0
    assert signal.felt(35) == 1.0


def test_what_is_sensed_in_the_world_is_what_the_blackboard_says(lived: Path) -> None:
    world = folded(lived)
    turn = world.turn

    with Store.open(lived) as store:
        sensed = {scent.subject: scent.strength for scent in store.board.sense(turn, kinds={"failing", "review"})}

    for subject, signal in world.signals.items():
        if signal.kind in ("failing", "review"):
            assert abs(sensed[subject] - signal.felt(turn)) < 1e-9
