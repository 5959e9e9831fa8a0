"""Whose turn it is: nobody assigns work; signals attract, agents bid, and a seeded draw decides.

Promises: the choice depends on the world, the turns in flight and the turn's own generator alone; two turns in flight
never take the same agent or the same work; of each niche a bounded number bids, so a choice costs no more among a
thousand agents than among a hundred. Does not promise: the best choice; the draw leaves room for the others.
Source: stigmergy after Grasse, 1959.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from .bidding import bids_on
from .call import Bid, Call
from .conditions import Conditions
from .economy import price
from .pick import InFlight, Pick
from .states import SignalState, ToolState
from .world import World

_USUAL = Conditions()
# How fast a tool draws less with each turn in vain, and what it still draws in the end: a model may yet mend it.
_IMPATIENCE = 2
_LEAST_KEENNESS = 1e-4


def choose(
    world: World, *, turn: int, rng: Random, in_flight: InFlight, conditions: Conditions = _USUAL
) -> Pick | None:
    """Return the pick for a turn, or None where no living agent can act on any signal now."""
    felt = [
        (subject, signal, tool, _strength(world, signal, tool, turn, in_flight, conditions))
        for subject, signal in world.heard().items()
        if world.calls_for(subject, signal.kind)
        for tool in [None if signal.kind == "unmet" else world.tools[int(subject.partition(":")[2])]]
    ]
    while felt:
        subject, signal, tool, _ = felt.pop(_draw([strength for *_, strength in felt], rng))
        call = Call(world, subject, signal, tool, turn, rng, in_flight, conditions)
        bids = bids_on(call, tool)
        while bids:
            pick = _pick(call, bids.pop(_draw([bid.weight for bid in bids], rng)))
            if pick.work not in in_flight.taken:
                return pick
    return None


def _strength(
    world: World, signal: SignalState, tool: ToolState | None, turn: int, in_flight: InFlight, conditions: Conditions
) -> float:
    """Return how strongly a signal draws: less where others are at it already, and all alike without signals."""
    if not conditions.has("signals"):
        return 1.0
    felt = signal.felt(turn)
    if tool is None or signal.kind != "failing":
        return felt
    worth = price(world, tool, fall=conditions.price_fall)
    # What has been tried in vain for long gives way to what has not, so that a budget goes round.
    keenness = (1 + tool.fruitless) ** -_IMPATIENCE if tool.is_open else _LEAST_KEENNESS
    return float(felt * worth * max(keenness, _LEAST_KEENNESS) / (1 + in_flight.at(tool)))


def _pick(call: Call, bid: Bid) -> Pick:
    """Return the pick that a bid comes to."""
    tool_id, head_id = (call.tool.id, call.tool.head.id) if call.tool else (None, None)
    return Pick(bid.agent.id, bid.activity, call.subject, call.signal.seq, tool_id=tool_id, head_id=head_id, **bid.more)


def _draw(weights: Sequence[float], rng: Random) -> int:
    """Return a place drawn in proportion to its weight."""
    point = rng.random() * sum(weights)
    for place, weight in enumerate(weights):
        point -= weight
        if point < 0:
            return place
    return len(weights) - 1
