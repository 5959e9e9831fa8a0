"""Small ecologies to look at: a few of the examples' tools and what a population made of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ecology import Ecology, Task, load_tasks

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "everyday.jsonl"
CHOSEN = ("everyday/days_in_month", "everyday/slug", "everyday/pages", "everyday/running_balance")


@pytest.fixture(scope="session")
def few_tasks() -> tuple[Task, ...]:
    """Four buggy tools, quick to run."""
    return tuple(task for task in load_tasks(EXAMPLES) if task.name in CHOSEN)


@pytest.fixture(scope="session")
def lived(few_tasks: tuple[Task, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which a population has taken sixty turns; only to be read."""
    path = tmp_path_factory.mktemp("lived") / "lived.db"
    with Ecology(path, seed=3, workers=2) as ecology:
        ecology.settle(few_tasks)
        ecology.run(60)
    return path


@pytest.fixture
def ecology(tmp_path: Path, few_tasks: tuple[Task, ...]) -> Iterator[Ecology]:
    """A fresh ecology in which the four tools are settled."""
    with Ecology(tmp_path / "fresh.db", seed=3, workers=1) as fresh:
        fresh.settle(few_tasks)
        yield fresh
