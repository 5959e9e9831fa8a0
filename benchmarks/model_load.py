"""Two ways to load a model server: an ecology whose agents think with it, and a bare `openai` client.

Promises: both count from when they are warm, so that starting is in neither; both have as many calls under way.
Does not promise: that the two ask for the same; tell the bare one how long our requests are.
"""

from __future__ import annotations

import ast
import asyncio
import resource
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from benchmarks.processor import Moment
from ecology import Ecology, Task, load_tasks
from ecology.tasks import load_references

TASKS = Path(__file__).parents[1] / "examples" / "everyday.jsonl"
REFERENCES = TASKS.parents[1] / "tests" / "examples_references.jsonl"
TALK = "I have looked at it for a while and cannot say what is wrong with this function."

Kind = Literal["talk", "edit"]
Transport = Literal["default", "aiohttp"]


@dataclass(frozen=True, slots=True)
class Load:
    """What to put on the server at `address`: calls at once, and turns or calls after the warm ones.

    `agents` and `workers` are for an ecology; `prompt`, the characters of a request, is for a bare client.
    """

    address: str
    at_once: int
    count: int
    warm: int
    agents: int = 100
    workers: int = 2
    prompt: int = 4_000


@dataclass(frozen=True, slots=True)
class Borne:
    """What came of it, counted from when it was warm; `peak_mb` is the largest that this process was."""

    count: int
    wall_s: float
    cpu_s: float
    peak_mb: float

    @property
    def rate(self) -> float:
        """Turns, or calls, a second."""
        return self.count / self.wall_s

    @property
    def cpu_ms(self) -> float:
        """Processor time for each, in milliseconds."""
        return self.cpu_s / self.count * 1000


class _Stopwatch:
    """Notes the moment when it was warm and the moment when all was done."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._warm: Moment | None = None
        self._end: Moment | None = None
        self.count = 0

    def tick(self) -> None:
        self.count += 1
        if self.count == self._load.warm:
            self._warm = Moment.now()
        if self.count == self._load.warm + self._load.count:
            self._end = Moment.now()

    def borne(self) -> Borne:
        if self._warm is None or self._end is None:
            raise RuntimeError(f"it ended after {self.count} of {self._load.warm + self._load.count}; ask for fewer")
        span = self._end - self._warm
        kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return Borne(self._load.count, span.wall_s, span.cpu_s, kilobytes / 1024)


def answers(kind: Kind) -> dict[str, str]:
    """Return what the server is to say about each tool.

    Nothing that can be read; or a rewrite, each another, that is right but for one case which only the rule layer runs.
    """
    if kind == "talk":
        return {"def ": TALK}
    tasks = load_tasks(TASKS)
    right = load_references(REFERENCES, tasks)
    return {f"def {task.entry_point}(": _rewrite(task, right[task.entry_point]) for task in tasks}


def _rewrite(task: Task, source: str) -> str:
    function = ast.parse(source).body[0]
    assert isinstance(function, ast.FunctionDef)
    names = ", ".join(each.arg for each in function.args.args)
    wrong = ast.parse(f"if ({names},) == {task.ring('gate')[-1].args}:\n    return 123456789").body
    function.body = [*wrong, *function.body]
    code = ast.unparse(function).replace("123456789", "{number}")
    return f"It forgot a case.\n\n```python\n{code}\n```\n"


def ours(load: Load) -> Borne:
    """Let an ecology live on a database in a real file, with the settings that it has by itself."""
    stopwatch = _Stopwatch(load)
    with TemporaryDirectory() as folder:
        ecology = Ecology(
            Path(folder) / "zoo.db",
            model=f"{load.address}#parrot",
            population={"mender": load.agents},
            workers=load.workers,
            resources={"calls_at_once": load.at_once},
            window=2 * load.at_once,
            seed=7,
        )
        with ecology:
            ecology.settle(load_tasks(TASKS))
            ecology.run(turns=load.warm + load.count, watch=lambda standing: stopwatch.tick())
    return stopwatch.borne()


def bare(load: Load, transport: Transport) -> Borne:
    """Ask as often with a client of `openai` alone."""
    return asyncio.run(_asking(load, transport))


async def _asking(load: Load, transport: Transport) -> Borne:
    import openai

    http = openai.DefaultAioHttpClient() if transport == "aiohttp" else None
    stopwatch, left = _Stopwatch(load), iter(range(load.warm + load.count))

    async def ask_on(client: openai.AsyncOpenAI) -> None:
        for number in left:
            reply = await client.chat.completions.create(
                model="parrot",
                messages=[
                    {"role": "system", "content": "You mend tools."},
                    {"role": "user", "content": f"{number}: def ".ljust(load.prompt, ".")},
                ],
                temperature=0.7,
                max_tokens=2048,
            )
            assert reply.choices[0].message.content
            stopwatch.tick()

    async with openai.AsyncOpenAI(base_url=load.address, api_key="none", http_client=http) as client:
        await asyncio.gather(*(ask_on(client) for _ in range(load.at_once)))
    return stopwatch.borne()
