"""How often an edit of each family repairs a tool: the table that `agents/mutation/rates.py` holds, made anew.

    python benchmarks/rates.py TASKS [TASKS ...] [--most 2560] [--limit 0] [--json]

Tries the first `--most` edits of every family on each task as it came, with the shipped rates taken as 1, and prints a
rate a family: its successes for each unit of prior, fit and suspicion tried. An edit succeeds that passes all visible
and gate cases; a task that n edits repair counts 1/sqrt(n) for each, so that no easy task outweighs the rest. Each rate
is drawn to the common one by three successes more, and then half-way, on a logarithmic scale, to their geometric mean.
Promises: candidates run in the sandbox alone; sealed cases are not looked at; the same tasks print the same table.
Does not promise: that tasks it was made from are no longer needed to judge it. Give it development tasks only.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from math import exp, log, sqrt
from pathlib import Path
from statistics import fmean

sys.path.insert(0, str(Path(__file__).parents[1]))

from agents import FAMILIES, Search, Workbench, visible_only
from agents.mutation.rates import RATES
from agents.species.searching import family_edits
from ecology import Task, load_tasks
from governance import Bench

MOST = 2_560
_BATCH = 128
# So many successes are taken to have come at the common rate before any was counted.
_CAUTION = 3.0


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of all edits tried on one task, by family: the summed prior, fit and suspicion, and the successes."""

    task: str
    candidates: int
    weights: Mapping[str, float]
    successes: Mapping[str, int]


def tried_on(task: Task, workbench: Workbench, bench: Bench, *, most: int) -> Tried:
    """Try the first edits of every family, `most` at the most, on a task as it came."""
    seen = visible_only(task)
    trace = workbench.trace(seen, seen.code)
    weights, successes, candidates = dict.fromkeys(FAMILIES, 0.0), dict.fromkeys(FAMILIES, 0), 0
    for family in FAMILIES if not all(trace.passed) else ():
        edits = islice(family_edits(seen, seen.code, family, trace=trace, search=Search()), most)
        while batch := list(islice(edits, _BATCH)):
            sources = [edit.apply(seen.code) for edit in batch]
            passes = workbench.attempt(seen, sources, base=trace)
            weights[family] += sum(edit.score for edit in batch) / RATES[family]
            plausible = (source for source, passed in zip(sources, passes, strict=True) if all(passed))
            successes[family] += sum(bench.score(task, source).scorecard.solved for source in plausible)
            candidates += len(batch)
    return Tried(task.name, candidates, weights, successes)


def rates(tried: Sequence[Tried]) -> dict[str, float]:
    """Return the rate of each family.

    Raises: ValueError: nothing was repaired, or nothing tried, so that there is no rate to draw to.
    """
    weights = {family: sum(each.weights[family] for each in tried) for family in FAMILIES}
    won = dict.fromkeys(FAMILIES, 0.0)
    for each in tried:
        in_all = sum(each.successes.values())
        for family in FAMILIES if in_all else ():
            won[family] += each.successes[family] / sqrt(in_all)
    if not sum(won.values()):
        raise ValueError("no edit repaired any of these tasks; there is no rate to tell")
    common = sum(won.values()) / sum(weights.values())
    found = {family: (won[family] + _CAUTION) / (weights[family] + _CAUTION / common) for family in FAMILIES}
    usual = exp(fmean(log(rate) for rate in found.values()))
    return {family: sqrt(rate * usual) for family, rate in found.items()}


def table(found: Mapping[str, float]) -> str:
    """Return rates as they are written in `agents/mutation/rates.py`."""
    return "\n".join(f'        "{family}": {round(rate, 5)},' for family, rate in found.items())


def measured(tasks: Sequence[Task], *, most: int = MOST) -> Iterator[Tried]:
    """Yield what came of the edits of one task after the other."""
    with Bench.open(allow_rlimit=True) as bench:
        workbench = Workbench(bench)
        for task in tasks:
            yield tried_on(task, workbench, bench, most=most)


def main() -> None:
    """Measure and print the table, and on standard error what came of each task."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tasks", nargs="+", type=Path, help="task files")
    parser.add_argument("--most", type=int, default=MOST, help="edits of a family tried on a task at most")
    parser.add_argument("--limit", type=int, default=0, help="only the first tasks of each file (0: all)")
    parser.add_argument("--json", action="store_true", help="print the rates as JSON")
    asked = parser.parse_args()
    tasks = [task for path in asked.tasks for task in load_tasks(path)[: asked.limit or None]]
    found = []
    for each in measured(tasks, most=asked.most):
        found.append(each)
        won = ", ".join(f"{family} {count}" for family, count in each.successes.items() if count)
        print(f"{each.task}: {each.candidates} candidates, repaired by {won or 'none'}", file=sys.stderr, flush=True)
    known = rates(found)
    print(json.dumps({family: round(rate, 5) for family, rate in known.items()}) if asked.json else table(known))


if __name__ == "__main__":
    main()
