"""What every mind has in common: where it works, at a desk or in a study, and the state that travels along its graph.

Promises: the state holds ids and small values only; a mind's whole say is in `actions` and the counts.
Does not promise: memory. What a mind wants to remember it must propose, post or leave to the turn's record.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from random import Random
from typing import Annotated, Any, TypedDict

from langgraph.graph.state import CompiledStateGraph

from ..actions import AnyAction
from ..findings import Findings
from ..manner import Manner
from ..models import Talk
from ..view import View
from ..workbench import DistantBench, Workbench


@dataclass(frozen=True, slots=True)
class Desk:
    """What a mind may use in one turn: its view, a workbench, and the turn's own generator of chance."""

    view: View
    bench: Workbench
    rng: Random


@dataclass(frozen=True, slots=True)
class Study:
    """What a mind with a model may use in one turn; what takes time is awaited.

    `bench` runs code on the turn's task in a worker's sandbox, `talk` is the conversation with the agent's model.
    """

    view: View
    bench: DistantBench
    rng: Random
    talk: Talk
    manner: Manner


class Thought(TypedDict, total=False):
    """The state of a turn's graph.

    `found` are the places of edits worth proposing, best first; `tried` is how many candidates were run, `cursor` how
    many edits of the family are now done with, `exhausted` whether that is all of them; `actions` is what the agent
    asks for. `findings` is what a search has to say besides.
    """

    found: list[int]
    tried: Annotated[int, operator.add]
    cursor: int
    exhausted: bool
    findings: Findings
    actions: Annotated[list[AnyAction], operator.add]


Mind = CompiledStateGraph[Thought, Desk, Any, Any]
ThinkingMind = CompiledStateGraph[Any, Study, Any, Any]
