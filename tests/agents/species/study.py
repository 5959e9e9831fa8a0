"""A study for tests: a real sandbox near at hand, a real journal, and a model whose replies are written down."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from agents import AnyAction, Manner, View, Workbench
from agents.models import Learned, Models, Purse, Switchboard, Talk
from agents.species import Study, ThinkingMind, Thought
from agents.workbench import Rehearsal
from governance import Call, Result
from storage import Store, Task

Line = dict[str, Any] | str


@dataclass(frozen=True, slots=True)
class NearBench:
    """A workbench in this process, bound to a task as those of real turns are."""

    bench: Workbench
    task: Task

    async def rehearse(self, source: str) -> Rehearsal:
        return self.bench.rehearse(self.task, source)

    async def compare(self, sources: Sequence[str], *, calls: Sequence[Call]) -> list[tuple[Result, ...]]:
        return self.bench.compare(self.task, sources, calls=calls)

    async def repeat(self, source: str, *, calls: Sequence[Call]) -> tuple[Result, ...]:
        return self.bench.repeat(self.task, source, calls=calls)


@dataclass(frozen=True, slots=True)
class Turn:
    """What came of a turn: the thought, and the messages of each request that was sent, as role and text."""

    thought: Thought
    requests: tuple[list[list[str]], ...]

    @property
    def actions(self) -> list[AnyAction]:
        return self.thought["actions"]


def reply(value: object) -> dict[str, Any]:
    """Return the line of a script that answers any question with a value as JSON."""
    return {"text": json.dumps(value), "match": ""}


def take(
    mind: ThinkingMind,
    view: View,
    *lines: Line,
    folder: Path,
    bench: Workbench,
    seed: str = "1",
    draw: float = 0.9,
    **manner: Any,
) -> Turn:
    """Let a mind take one turn with a model that answers from these lines; without lines it has no model.

    A small `draw` has the model tried with SEARCH/REPLACE blocks.
    """
    script = folder / "replies.jsonl"
    script.write_text("".join(json.dumps({"text": each} if isinstance(each, str) else each) + "\n" for each in lines))
    with Store.create(folder / f"{len(list(folder.iterdir()))}.db") as store:

        async def think() -> Thought:
            switchboard = Switchboard(Models(seed=1), store.journal, run_id=None, past={})
            # Nobody lives in this store, so the journal names no agent.
            talk = Talk(
                switchboard, f"scripted:{script}" if lines else "", turn=view.turn, agent_id=None, purse=Purse("run"),  # type: ignore[arg-type]
                learned=Learned(), draw=draw,
            )  # fmt: skip
            near = NearBench(bench, view.task or Task("none", "none", "", ()))
            study = Study(view, near, Random(seed), talk, Manner(**manner))
            try:
                found: Thought = await mind.ainvoke({"actions": [], "tried": 0}, context=study)  # type: ignore[assignment]
                return found
            finally:
                await switchboard.close()

        thought = asyncio.run(think())
        asked = [store.blobs.text(digest) for digest, _, _ in store.journal.past()]
    return Turn(thought, tuple(json.loads(text)["messages"] for text in asked))
