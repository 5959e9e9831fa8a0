"""What the rules make of a population that a simulated model misleads: right, wrong and unsafe rewrites at set shares.

    python benchmarks/simulated_rules.py TASKS REFERENCES [--model simulated:0.3,0.4,0.3] [--turns 4000] [--seed 1]

Each proposal is traced back to the replies of its turn, and so to what it was meant to be: right, wrong or unsafe.
Promises: figures counted from the database of a real run. Does not promise: that a wrong rewrite is wrong; one random
edit may happen to repair a tool.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[1]))

from agents.edits import Edited, edit_from_text
from agents.models.simulated import Chances
from ecology import Ecology, Store, load_tasks
from storage import ModelCall, canonical

POPULATION = {"mender": 3, "toolsmith": 1, "critic": 3, "breeder": 1}


@dataclass(frozen=True, slots=True)
class Offered:
    """A proposal: what it was meant to be, whether it was vetoed, and which of its tool it was, counted from 1.

    `by` are the rules that refused it when it was examined, `source` is its text.
    """

    tool: str
    kind: str
    vetoed: bool
    admitted: bool
    number: int
    by: tuple[str, ...] = ()
    source: str = ""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run it and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("tasks", type=Path)
    parser.add_argument("references", type=Path)
    parser.add_argument("--model", default="simulated:0.3,0.4,0.3")
    parser.add_argument("--turns", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--most", type=int, default=40, help="proposals within which a task is to be solved")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "simulated.db"
        resources = {"references": given.references}
        with Ecology(
            path, model=given.model, population=POPULATION, seed=given.seed, window=16, resources=resources
        ) as ecology:
            ecology.settle(load_tasks(given.tasks))
            report = ecology.run(given.turns)
        with Store.open(path) as store:
            offered = list(offered_in(store, given.model, seed=given.seed))
    _print(
        offered, tasks=len(report.tools), solved={tool.task for tool in report.tools if tool.solved}, most=given.most
    )


def offered_in(store: Store, model: str, *, seed: int) -> Iterator[Offered]:
    """Yield the proposals of a store's run, oldest first, traced back to what a simulated model meant them to be."""
    names = {tool.id: tool.name for tool in store.tools.all()}
    entry_points = {tool.id: tool.entry_point for tool in store.tools.all()}
    turns = {entry.seq: entry.turn for entry in store.history()}
    chances = Chances.read(model.partition(":")[2])
    replies: dict[int, list[tuple[str, ModelCall]]] = {}
    for (request, turn, _nth), call in store.journal.past().items():
        replies.setdefault(turn, []).append((_kind(store.blobs.text(request), chances, seed=seed), call))
    heads = {version.proposal_id for tool in names for version in store.tools.versions(tool)}
    numbers: Counter[int] = Counter()
    for proposal in store.tools.proposals():
        numbers[proposal.tool_id] += 1
        source, parent = store.blobs.text(proposal.code_hash), store.tools.source(proposal.parent_id)
        kinds = [
            kind
            for kind, call in replies.get(turns[proposal.seq], [])
            if isinstance(edit := edit_from_text(parent, entry_points[proposal.tool_id], call.reply), Edited)
            and edit.source == source
        ]
        vetoes = [each for each in store.tools.verdicts(proposal_id=proposal.id) if each.outcome == "veto"]
        yield Offered(
            names[proposal.tool_id], kinds[0] if kinds else "other", bool(vetoes), proposal.id in heads,
            numbers[proposal.tool_id], tuple(each.rule for each in vetoes if each.stage == "examine"), source,
        )  # fmt: skip


def _kind(request: str, chances: Chances, *, seed: int) -> str:
    """Return what the simulated model meant its reply to a request to be."""
    asked = json.loads(request)
    del asked["model"]
    digest = hashlib.sha256(canonical(asked).encode()).hexdigest()
    return chances.draw(Random(hashlib.sha256(f"{seed}:{digest}".encode()).digest()).random())


def _print(offered: Sequence[Offered], *, tasks: int, solved: set[str], most: int) -> None:
    within = {each.tool for each in offered if each.admitted and each.number <= most}
    print(
        f"{len(solved)} of {tasks} tasks solved, {len(within & solved)} of them by a proposal within the first {most}"
    )
    print(f"{'meant to be':<14}{'proposed':>9}{'vetoed':>8}{'admitted':>9}{'open':>6}")
    for kind in ("right", "wrong", "unsafe", "other"):
        mine = [each for each in offered if each.kind == kind]
        vetoed, admitted = sum(each.vetoed for each in mine), sum(each.admitted for each in mine)
        print(f"{kind:<14}{len(mine):>9}{vetoed:>8}{admitted:>9}{len(mine) - vetoed - admitted:>6}")


if __name__ == "__main__":
    main()
