"""A mind of your own, a LangGraph graph, living beside the offline population: no key, no network, some seconds.

Its one idea is that two neighbouring statements may stand in the wrong order. It tries each such change in the sandbox
and proposes the first that passes more cases; whether that is taken is up to critics and rules, as for everybody.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from ecology import Ecology, Pass, Propose, Study, ThinkingMind, Thought, load_tasks

EVERYDAY = Path(__file__).with_name("everyday.jsonl")
CHOSEN = ("longest_streak", "days_in_month", "pages")
POPULATION = {"specialist/comparison": 1, "specialist/condition": 1, "critic": 2, "reverser": 1}


def reversed_pairs(source: str) -> Iterator[str]:
    """Yield the source with two neighbouring statements in the other order, for each such pair in it."""
    tree = ast.parse(source)
    bodies = [getattr(node, name, []) for node in ast.walk(tree) for name in ("body", "orelse")]
    for body in bodies:
        for place in range(len(body) - 1 if isinstance(body, list) else 0):
            body[place : place + 2] = reversed(body[place : place + 2])
            yield ast.unparse(tree)
            body[place : place + 2] = reversed(body[place : place + 2])


async def reverse(state: Thought, runtime: Runtime[Study]) -> Thought:
    """Try every pair the other way round; propose the first change that passes more of the visible cases."""
    head, bench = runtime.context.view.head, runtime.context.bench
    assert head is not None
    before = await bench.rehearse(head.source)
    tried = 0
    for source in reversed_pairs(head.source):
        tried += 1
        if (await bench.rehearse(source)).score > before.score:
            found = Propose(source=source, basis_id=head.id, reason="two statements change places")
            return Thought(actions=[found], tried=tried)
    return Thought(actions=[Pass(reason="every pair of statements stands as it should")], tried=tried)


def own_mind() -> ThinkingMind:
    """Return the mind: a graph of one node, with the state and the context that all minds share."""
    graph = StateGraph(Thought, context_schema=Study)
    graph.add_node("reverse", reverse)
    graph.add_edge(START, "reverse")
    graph.add_edge("reverse", END)
    return graph.compile()


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        database = Path(folder) / "zoo.db"
        with Ecology(database, minds={"reverser": own_mind()}, population=POPULATION, seed=4) as ecology:
            ecology.settle(task for task in load_tasks(EVERYDAY) if task.entry_point in CHOSEN)

            report = ecology.run(turns=200)

            print(f"{report.solved} of {len(report.tools)} tools repaired in {report.turns} turns")
            for tool in report.tools:
                print(f"{tool.task}: {tool.reason}, by {tool.author or 'nobody'}")
            print("history:", report.history_hash[:16])
