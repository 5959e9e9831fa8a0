"""Small ecologies to look at: a few of the examples' tools and what a population made of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from ecology import Ecology, Task, load_tasks
from storage import ModelCall

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


@pytest.fixture(scope="session")
def grown(few_tasks: tuple[Task, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of two runs with requests, calls of a model and a shadow charter in it; only to be read."""
    folder = tmp_path_factory.mktemp("grown")
    (folder / "strict.toml").write_text("[social.AuthorNotSoleApprover]\nquorum = 2\n")
    path = folder / "grown.db"
    with Ecology(path, seed=3, workers=2, window=4, shadow_charter=folder / "strict.toml") as ecology:
        ecology.settle(few_tasks)
        ecology.run(20)
        ecology.board.post("tool/1", "look at the loop", by="ann", key="k1")
        ecology.controls.freeze("slug", by="ann", reason="enough", key="k2")
        ecology.controls.quarantine("agent", 2, by="ann", key="k3")
        for turn in (2, 9, 26):
            ecology.journal.record(called(turn))
        ecology.run(28)
        ecology.controls.release("agent", 2, by="ann", key="k4")
    return path


def called(turn: int) -> ModelCall:
    """Return a call of a model, every second of which failed."""
    fault: Literal["", "refused"] = "" if turn % 2 else "refused"
    return ModelCall(
        turn=turn, model="m", request=f"ask {turn}", reply="" if fault else "so", tokens_in=3, tokens_out=4, usd=0.5,
        latency_s=0.1, finish="stop", run_id=1, agent_id=1, fault=fault,
    )  # fmt: skip


@pytest.fixture
def ecology(tmp_path: Path, few_tasks: tuple[Task, ...]) -> Iterator[Ecology]:
    """A fresh ecology in which the four tools are settled."""
    with Ecology(tmp_path / "fresh.db", seed=3, workers=1) as fresh:
        fresh.settle(few_tasks)
        yield fresh
