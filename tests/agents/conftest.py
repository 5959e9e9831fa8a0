"""A real sandbox for all tests here, and small tasks with one fault each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest

from agents import Activity, Genome, Myself, ProposalSeen, VersionSeen, View, Workbench, visible_only
from agents.species import Desk, Thought, mind_of
from governance import Bench
from storage import Case, Ring, Task

Think = Callable[..., Thought]
Look = Callable[..., View]


@pytest.fixture(scope="session")
def bench() -> Iterator[Workbench]:
    """A workbench in the strongest sandbox of this machine."""
    with Bench.open(allow_rlimit=True) as opened:
        yield Workbench(opened)


@pytest.fixture(scope="session")
def clamp() -> Task:
    """A tool that compares with the wrong bound; cases of all three rings."""
    cases: list[tuple[Ring, str, str]] = [
        ("visible", "(0, 1, 9)", "1"),
        ("visible", "(12, 1, 9)", "9"),
        ("visible", "(5, 1, 9)", "5"),
        ("gate", "(7, 1, 8)", "7"),
        ("gate", "(-7, -1, 1)", "-1"),
        ("sealed", "(2, 0, 3)", "2"),
    ]
    code = (
        "def clamp(value, low, high):\n"
        "    if value < low:\n"
        "        return low\n"
        "    if value < high:\n"
        "        return high\n"
        "    return value\n"
    )
    return Task("clamp", "clamp", code, tuple(Case(ring, expect, args=args) for ring, args, expect in cases))


@pytest.fixture
def think(bench: Workbench) -> Think:
    """Let the mind of a view's agent take one turn."""

    def turn(view: View, *, seed: str = "1") -> Thought:
        thought: Any = mind_of(view.me.genome.species).invoke(
            {"actions": [], "tried": 0}, context=Desk(view, bench, Random(seed))
        )
        found: Thought = thought
        return found

    return turn


@pytest.fixture
def look() -> Look:
    """Return a maker of views on a task, for an agent of a genome."""

    def view(genome: Genome, task: Task, *rivals: str, cursor: int = 0, activity: Activity = "search") -> View:
        head = VersionSeen(1, task.code, ())
        proposals = tuple(
            ProposalSeen(number, f"agent-{number}", number, 1, code, "a note")
            for number, code in enumerate(rivals, start=11)
        )
        return View(
            turn=1, seq=1, activity=activity, me=Myself(1, 1, genome, 100.0), task=visible_only(task), head=head,
            base=head, cursor=cursor, proposals=proposals,
        )  # fmt: skip

    return view
