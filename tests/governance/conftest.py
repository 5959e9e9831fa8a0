"""One small task, one bench and one council for all tests of the rule layer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from governance import Bench, Charter, Council, Proposal, load_charter
from storage import Case, Task

GUARD = Path(__file__).parents[3] / "shared" / "data" / "guard"

CLAMP = """def clamp(value, low, high):
    if value < low:
        return low
    if value > low:
        return high
    return value
"""

Propose = Callable[..., Proposal]


@pytest.fixture(scope="session")
def charter() -> Charter:
    return load_charter()


@pytest.fixture(scope="session")
def council(charter: Charter) -> Council:
    return Council(charter)


@pytest.fixture(scope="session")
def bench(charter: Charter) -> Iterator[Bench]:
    with Bench.open(limits=charter.limits, allow_rlimit=True) as opened:
        yield opened


@pytest.fixture(scope="session")
def clamp() -> Task:
    """A tool with a fault in its second comparison: it passes two of four visible and one of three gate cases."""
    return Task(
        name="clamp",
        entry_point="clamp",
        code=CLAMP,
        cases=(
            Case("visible", "1", args="(0, 1, 9)"),
            Case("visible", "9", args="(12, 1, 9)"),
            Case("visible", "5", args="(5, 1, 9)"),
            Case("visible", "3", args="(3, 2, 4)"),
            Case("gate", "-1", args="(-7, -1, 1)"),
            Case("gate", "0", args="(0, -1, 1)"),
            Case("gate", "6", args="(6, 5, 8)"),
            Case("sealed", "2", args="(2, 0, 3)"),
            Case("sealed", "0", args="(-2, 0, 3)"),
        ),
    )


@pytest.fixture
def propose(clamp: Task) -> Propose:
    """Return a maker of proposals for the task `clamp`, or for another task and parent."""

    def make(source: str, *, task: Task = clamp, parent: str | None = None) -> Proposal:
        return Proposal(
            task=task,
            source=source,
            parent_source=task.code if parent is None else parent,
            author_id=3,
            author_lineage=1,
            tool_id=1,
            parent_id=10,
        )

    return make


@pytest.fixture(scope="session")
def guard() -> Path:
    if not GUARD.is_dir():
        pytest.skip("the guard corpora are not here (../shared/data/guard)")
    return GUARD
