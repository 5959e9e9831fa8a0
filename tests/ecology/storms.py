"""Populations that storm: minds of a user's own whose acts breed acts, and charters under which little time passes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from langgraph.graph import END, START, StateGraph

from agents import AnyAction, Post, Signal, View
from agents.species import Study, ThinkingMind, Thought
from ecology import Ecology, Pass, Propose, Report, Spawn, Task

QUICK = "[breaker]\nmost_open = 60\ncool = 8\nprobe = 8\nlivelock = 40\n"
FREE = QUICK + "[behaviour.ScoreImproves]\non = false\n[social.AuthorNotSoleApprover]\nquorum = 0\n"
# No rule stops a tool from going back, so that only the breaker does.
FLIPPING = FREE + "[social.NoOscillation]\non = false\n"
STRONG = (100.0, 40.0)

Acting = Callable[[View], list[AnyAction]]


def mind(act: Acting) -> ThinkingMind:
    """Return a mind that does what a function says."""

    async def think(state: Thought, runtime: Any) -> Thought:
        return Thought(actions=act(runtime.context.view))

    graph = StateGraph(Thought, context_schema=Study)
    graph.add_node("think", think)
    graph.add_edge(START, "think")
    graph.add_edge("think", END)
    return graph.compile()


def echo(view: View) -> list[AnyAction]:
    """Answer each call by two calls."""
    strength, half_life = STRONG
    subjects = [f"failing:{1 + (view.turn + place) % 4}" for place in range(2)]
    return [Signal(kind="failing", subject=each, strength=strength, half_life=half_life) for each in subjects]


def breed(view: View) -> list[AnyAction]:
    """Have two children in each turn, which do the same."""
    return [Spawn(parent_id=view.me.id, genome=view.me.genome, reason="more of us")] * 2


def talk(view: View) -> list[AnyAction]:
    """Say the same again."""
    return [Post(topic="tool/1", body="hear, hear")]


def flip(view: View) -> list[AnyAction]:
    """Write what the tool was before it is what it is."""
    if view.head is None or view.activity != "rewrite":
        return [Pass(reason="nothing to turn over")]
    other = view.head.source.removesuffix(_TAIL) if view.head.source.endswith(_TAIL) else view.head.source + _TAIL
    return [Propose(source=other, basis_id=view.head.id, reason="the other way round")]


_TAIL = "\n\nTURNED = 1\n"


def storm(
    path: Path, tasks: tuple[Task, ...], act: Acting, *, turns: int = 140, workers: int = 1, charter: str = QUICK,
    **more: Any,
) -> Report:  # fmt: skip
    """Let a population storm in a new database, and return what it came to."""
    with ecology(path, tasks, act, workers=workers, charter=charter, **more) as ours:
        ours.settle(tasks)
        return ours.run(turns)


def ecology(
    path: Path, tasks: tuple[Task, ...], act: Acting, *, workers: int = 1, charter: str = QUICK, **more: Any
) -> Ecology:
    """Return an ecology in which minds that act so live beside a critic."""
    text = path.with_suffix(".toml")
    text.write_text(charter)
    settings = {"population": {"stormer": 2, "critic": 1}, "window": 4, "seed": 1, "start_energy": 1e6, **more}
    return Ecology(path, minds={"stormer": mind(act)}, workers=workers, charter=text, **settings)
