"""Nothing that a mind gives back, raises or signals ends a run or spoils its history."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from langgraph.graph import END, START, StateGraph

from agents import AnyAction, Genome, Post, Retire, Signal, Test
from agents.species import Study, ThinkingMind, Thought
from ecology import Compose, Critique, Ecology, Pass, Propose, Spawn, Store, Task


def _leave() -> Any:
    sys.exit(3)


def _cancel() -> Any:
    raise asyncio.CancelledError


def _interrupt() -> Any:
    raise KeyboardInterrupt


def _child(**genome: Any) -> Spawn:
    return Spawn(parent_id=1, genome=Genome(**genome), reason="more")


HOSTILE: tuple[Callable[[], Any], ...] = (
    _leave,
    _cancel,
    _interrupt,
    lambda: {"actions": None},
    lambda: {"actions": ["no action"]},
    lambda: {"actions": [Pass(reason="well")], "tried": -1},
    lambda: {"actions": [Pass(reason="well")], "tried": 10**30},
    lambda: {"actions": [Pass.model_construct(reason=None)]},
    lambda: {"actions": [Signal.model_construct(kind="failing", subject="failing:1", strength=1.0, half_life=1e300)]},
    lambda: {"actions": [Signal(kind="failing", subject="failing:" + "9" * 150, strength=1.0, half_life=9.0)]},
    lambda: {"actions": [Signal(kind="unmet", subject="niche:xyz", strength=9.0, half_life=9.0)]},
    lambda: {"actions": [Signal(kind="unmet", subject="niche:specialist/bogus", strength=9.0, half_life=9.0)]},
    lambda: {"actions": [Post(topic="tool/" + "9" * 150, body="far")]},
    lambda: {"actions": [Post.model_construct(topic="tool/1", body="\udc80")]},
    lambda: {"actions": [Propose.model_construct(source="\udc80", basis_id=1, reason="odd")]},
    lambda: {"actions": [Propose(source="def (", basis_id=10**15, reason="odd")] * 100},
    lambda: {"actions": [Compose(source="def f(): pass", basis_id=1, components=(99,), reason="odd")]},
    lambda: {"actions": [Test(args="__import__('os')", expect="1", reason="odd")]},
    lambda: {"actions": [Critique(proposal_id=1, stance="support", kind="x", evidence={})] * 100},
    lambda: {"actions": [_child(species="specialist/guard"), _child(species="xyz"), _child(species="critic@gpt-5")]},
    lambda: {"actions": [_child(species="specialist", family="bogus"), _child(species="mender", model="gpt-5-pro")]},
    lambda: {"actions": [Retire(reason="x" * 1_000)]},
)


def hostile() -> ThinkingMind:
    """Return a mind that does each of these things in turn."""

    async def act(state: Thought, runtime: Any) -> Any:
        done = HOSTILE[(runtime.context.view.turn - 1) % len(HOSTILE)]()
        return {"actions": [], **done}

    graph = StateGraph(Thought, context_schema=Study)
    graph.add_node("act", act)
    graph.add_edge(START, "act")
    graph.add_edge("act", END)
    return graph.compile()


def test_a_run_outlives_every_hostile_mind_and_its_history_holds(tmp_path: Path, few_tasks: tuple[Task, ...]) -> None:
    path = tmp_path / "hostile.db"
    population = {"hostile": 2, "breeder": 1}
    turns = len(HOSTILE) + 8
    with Ecology(path, minds={"hostile": hostile()}, population=population, window=1, workers=1, seed=1) as ecology:
        ecology.settle(few_tasks[:1])
        report = ecology.run(turns)

    assert report.ending in ("turns", "settled", "extinct")
    with Store.open(path) as store:
        said = [" ".join(entry.payload.get("said", ())) for entry in store.history() if entry.kind == "turn"]
        species = {agent.species for agent in store.agents.all()}
        rules = {verdict.rule for verdict in store.tools.verdicts(outcome="veto")}
        store.verify()
    assert sum("the mind failed" in each for each in said) >= 8
    assert species == {"hostile", "breeder"}
    assert {"KnownNiche", "ModelInUse"} <= rules


def _kinds() -> set[type[AnyAction]]:
    return {type(each) for make in HOSTILE[3:] for each in (make().get("actions") or ()) if not isinstance(each, str)}


def test_every_kind_of_action_is_among_the_hostile_ones() -> None:
    assert {Pass, Post, Signal, Propose, Compose, Test, Critique, Spawn, Retire} == _kinds()
