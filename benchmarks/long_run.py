"""One long run: processor time, memory and database by turn, to show that a turn costs as much at the end as before.

    python benchmarks/long_run.py [--turns 100000] [--agents 50] [--proposing 10] [--database FILE]

Scripted agents think in graphs of their own about tools that nobody can mend: most turns post and signal, every so many
turns propose a rewrite, another each time, which the rule layer tries in the sandbox and refuses.
Promises: processor time is that of the engine, its workers and their sandboxes. Does not promise: figures that can be
compared with those of a machine that was busy with something else; compare the lines of one run.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from agents import Post, Signal
from benchmarks.processor import Moment
from ecology import Case, Ecology, Pass, Propose, Study, Task, ThinkingMind, Thought
from ecology.engine import Standing

HEAD = f"{'turns':>8}{'CPU ms/turn':>13}{'memory MB':>11}{'database MB':>13}{'turns/s':>9}"
_MB = 1 << 20
_TOOLS = 10


@dataclass(frozen=True, slots=True)
class Line:
    """A thousand turns or so: where they ended, what each took, and how large memory and database were then."""

    turn: int
    cpu_ms: float
    memory_mb: float
    database_mb: float
    rate: float

    def shown(self) -> str:
        """Return the line of the table."""
        return f"{self.turn:>8}{self.cpu_ms:>13.3f}{self.memory_mb:>11.1f}{self.database_mb:>13.1f}{self.rate:>9.1f}"


class Gauge:
    """Watches a run and measures it after every `step` turns."""

    def __init__(self, database: Path, *, step: int) -> None:
        self._database, self._step = database, step
        self._since = Moment.now()
        self.lines: list[Line] = []

    def watch(self, standing: Standing) -> None:
        """Look at a run after a turn."""
        if standing.taken == 0 or standing.taken % self._step:
            return
        now = Moment.now()
        span, self._since = now - self._since, now
        files = [self._database.with_name(self._database.name + end) for end in ("", "-wal")]
        size = sum(each.stat().st_size for each in files if each.exists())
        line = Line(standing.taken, span.cpu_s / self._step * 1000, resident_mb(), size / _MB, self._step / span.wall_s)
        self.lines.append(line)
        print(line.shown(), flush=True)


def resident_mb() -> float:
    """Return how much memory this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / _MB


def talker(proposing: int) -> ThinkingMind:
    """Return a mind that says something each turn, and in one of `proposing` proposes code that mends nothing."""

    async def act(state: Thought, runtime: Runtime[Study]) -> Thought:
        view, rng = runtime.context.view, runtime.context.rng
        assert view.head is not None
        if rng.randrange(proposing) == 0:
            name = view.task.entry_point if view.task else "f"
            wrong = f"def {name}(x):\n    return x * {view.turn} + {rng.randrange(10**6)}\n"
            return Thought(actions=[Propose(source=wrong, basis_id=view.head.id, reason=f"guess {view.turn}")])
        said = Post(topic=f"tool/{view.tool_id}", body=f"turn {view.turn}: still wrong; {rng.random():.6f} sure of it")
        # A kind that calls nobody: were each turn to call for the next, the breaker would rightly open.
        felt = Signal(kind="mood", subject=f"tool:{view.tool_id}", strength=1.0 + rng.random(), half_life=200.0)
        return Thought(actions=[said, felt, Pass(reason="nothing to mend it with")])

    graph = StateGraph(Thought, context_schema=Study)
    graph.add_node("act", act)
    graph.add_edge(START, "act")
    graph.add_edge("act", END)
    return graph.compile()


def tasks() -> list[Task]:
    """Return tools that no guess of a talker mends."""
    cases = tuple(Case(ring, args=f"({number},)", expect=f"'{number}!'") for number in range(4) for ring in _RINGS)
    return [Task(f"long/{name}", name, f"def {name}(x):\n    return x\n", cases=cases) for name in _NAMES]


_RINGS: tuple[Any, ...] = ("visible", "gate", "sealed")
_NAMES = [f"tool_{number}" for number in range(_TOOLS)]


def live(database: Path, options: Mapping[str, int]) -> list[Line]:
    """Live the run and return what it took."""
    gauge = Gauge(database, step=options["step"])
    with Ecology(
        database, minds={"talker": talker(options["proposing"])}, population={"talker": options["agents"]}, seed=1,
        turn_cost=0.0, window=16,
    ) as ecology:  # fmt: skip
        ecology.settle(tasks())
        ecology.run(options["turns"], watch=gauge.watch)
    return gauge.lines


def told(lines: list[Line]) -> str:
    """Return what the bars ask: how the end compares with the second thousand turns."""
    if not lines:
        return "the run ended before the first line; `ecology show` on its database tells how"
    early = next((line for line in lines if line.turn >= 2_000), lines[0])
    late = lines[-1]
    growth = (late.database_mb - early.database_mb) / max(late.turn - early.turn, 1) * 10_000
    return (
        f"CPU a turn at the end: {late.cpu_ms / early.cpu_ms:.2f} times that of turns 1,000 to 2,000; memory"
        f" {late.memory_mb / early.memory_mb:.2f} times that at turn 2,000; {growth:.1f} MB a 10,000 turns"
    )


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--turns", type=int, default=100_000)
    parser.add_argument("--agents", type=int, default=50)
    parser.add_argument("--proposing", type=int, default=10, help="one turn in so many proposes a rewrite")
    parser.add_argument("--step", type=int, default=1_000, help="turns in a line of the table")
    parser.add_argument("--database", type=Path)
    options = vars(parser.parse_args())
    print(HEAD, flush=True)
    with TemporaryDirectory() as folder:
        lines = live(options["database"] or Path(folder) / "long.db", options)
    print(told(lines))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
