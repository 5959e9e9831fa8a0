"""What samples come to together: means, intervals, tests, gains, and what no part could do.

Promises: computed from the outcomes alone, the bootstrap with a generator of its own, so it comes out the same again.
Does not promise: to have all arms; what an absent arm is needed for is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random

from agents import FAMILIES

from .arms import ISOLATED, POPULATION, SINGLE, STRICT, UNION, USUAL_SELECTION, Kind
from .notebook import Cost
from .outcome import Outcome
from .parts import MEASURES, SEALED, ArmResult, Critique, Gain, Pair, SeedResult, Synergy
from .result import Experiment
from .statistics import Interval, Marks, Statistic, by_majority, discordant, interval, mcnemar, mean, middle


@dataclass(frozen=True, slots=True)
class Lived:
    """One sample that was lived; `right` marks, for each tool, its plausible rewrites that pass the sealed cases.

    It is None where nobody needs to know.
    """

    seed: int
    database: str
    outcome: Outcome
    cost: Cost
    right: Sequence[tuple[bool, ...]] | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """One arm over all seeds: marks by measure, and candidates up to the first plausible rewrite (0: none came)."""

    name: str
    marks: Mapping[str, Marks]
    first: Sequence[Sequence[int]]
    seeds: tuple[SeedResult, ...]


def findings(
    lived: Mapping[str, Sequence[Lived]], *, kind: Kind, tasks: Sequence[str], folder: str, budget: int, per_task: int
) -> Experiment:
    """Return what the samples of each arm come to, seeds in the same order for all."""
    tables = {name: _table(name, samples, tasks) for name, samples in lived.items()}
    isolated = [table for name, table in tables.items() if name.startswith(ISOLATED)]
    if len(isolated) == len(FAMILIES):
        tables[UNION] = _union(isolated, tasks)
    reference = POPULATION if kind == "emergence" else USUAL_SELECTION
    first = tables.get(reference)
    others = [table for table in tables.values() if first and table is not first and _is_paired(table.name)]
    parts = [table for name, table in tables.items() if name.startswith((SINGLE, ISOLATED, STRICT))]
    return Experiment(
        kind=kind,
        reference=reference,
        folder=folder,
        tasks=tuple(tasks),
        budget=budget,
        per_task=per_task,
        total=budget * len(tasks),
        arms=tuple(_arm(table) for table in tables.values()),
        pairs=tuple(_pair(first, other, measure) for other in others for measure in MEASURES if first),
        gain=_gain(tables),
        only_reference={
            measure: _only(first, parts, measure, tasks) if first and parts else () for measure in MEASURES
        },
        critique=tuple(_critique(name, samples) for name, samples in lived.items() if samples[0].right is not None),
        synergy=_synergy(tables, tasks),
        releases=tuple(sorted({each for samples in lived.values() for one in samples for each in one.cost.releases})),
    )  # fmt: skip


def _is_paired(name: str) -> bool:
    """Whether the reference is set beside an arm: a share of a specialist's is no match for it, the union is."""
    return not name.startswith(ISOLATED)


def _table(name: str, samples: Sequence[Lived], tasks: Sequence[str]) -> Table:
    tools = [sample.outcome.tools for sample in samples]
    marks = {measure: [[getattr(tool, measure) for tool in each] for each in tools] for measure in MEASURES}
    seeds = tuple(
        SeedResult(
            seed=sample.seed, database=sample.database, solved=_named(marks["solved"][place], tasks),
            sealed_correct=_named(marks[SEALED][place], tasks), candidates=sample.outcome.candidates,
            turns=sample.outcome.turns, cpu_s=sample.cost.cpu_s, ending=sample.outcome.ending,
            history_hash=sample.outcome.history_hash,
        )
        for place, sample in enumerate(samples)
    )  # fmt: skip
    return Table(name, marks, [[tool.plausible_at for tool in each] for each in tools], seeds)


def _union(parts: Sequence[Table], tasks: Sequence[str]) -> Table:
    """Return what isolated arms got together: a task that any of them got, for what all of them spent."""
    count = len(parts[0].seeds)
    marks = {
        measure: [[any(got) for got in zip(*(part.marks[measure][seed] for part in parts), strict=True)]
                  for seed in range(count)]
        for measure in MEASURES
    }  # fmt: skip
    seeds = []
    for place in range(count):
        members = [part.seeds[place] for part in parts]
        known = [each.cpu_s for each in members if each.cpu_s is not None]
        seeds.append(
            SeedResult(
                seed=members[0].seed, database="", solved=_named(marks["solved"][place], tasks),
                sealed_correct=_named(marks[SEALED][place], tasks),
                candidates=sum(each.candidates for each in members), turns=sum(each.turns for each in members),
                cpu_s=round(sum(known), 2) if len(known) == len(members) else None,
                ending=", ".join(sorted({each.ending for each in members})), history_hash="",
            )
        )  # fmt: skip
    # Nobody can say in which order isolated specialists would have come to a task.
    return Table(UNION, marks, [[0] * len(tasks)] * count, tuple(seeds))


def _named(marks: Sequence[bool], tasks: Sequence[str]) -> tuple[str, ...]:
    return tuple(task for task, got in zip(tasks, marks, strict=True) if got)


def _bootstrapped(statistic: Statistic, marks: Marks) -> Interval:
    # The same draws each time: what is equal has equal intervals.
    low, high = interval(statistic, tasks=len(marks[0]), seeds=len(marks), rng=Random(0))
    return round(low, 4), round(high, 4)


def _average(marks: Marks) -> float:
    return round(mean(marks, range(len(marks[0])), range(len(marks))), 4)


def _arm(table: Table) -> ArmResult:
    found = {measure: _average(marks) for measure, marks in table.marks.items()}
    spans = {
        f"{measure}_interval": _bootstrapped(partial(mean, marks), marks) for measure, marks in table.marks.items()
    }
    known = [each.cpu_s for each in table.seeds if each.cpu_s is not None]
    return ArmResult(
        name=table.name,
        candidates=round(sum(each.candidates for each in table.seeds) / len(table.seeds), 2),
        cpu_s=round(sum(known) / len(known), 2) if known else None,
        first_plausible=middle([first for seed in table.first for first in seed if first]),
        seeds=table.seeds,
        solved=found["solved"], solved_interval=spans["solved_interval"],
        sealed_correct=found[SEALED], sealed_correct_interval=spans["sealed_correct_interval"],
    )  # fmt: skip


def _pair(one: Table, other: Table, measure: str) -> Pair:
    mine, theirs = one.marks[measure], other.marks[measure]

    def difference(tasks: Sequence[int], seeds: Sequence[int]) -> float:
        return mean(mine, tasks, seeds) - mean(theirs, tasks, seeds)

    only, lost = discordant(by_majority(mine), by_majority(theirs))
    shared = [
        (first, second)
        for firsts, seconds in zip(one.first, other.first, strict=True)
        for first, second in zip(firsts, seconds, strict=True)
        if first and second
    ]
    return Pair(
        other=other.name,
        measure=measure,
        difference=round(_average(mine) - _average(theirs), 4),
        interval=_bootstrapped(difference, mine),
        ratio=round(_average(mine) / _average(theirs), 3) if _average(theirs) else None,
        only_reference=only,
        only_other=lost,
        p=mcnemar(only, lost),
        p_by_seed=tuple(mcnemar(*discordant(*both)) for both in zip(mine, theirs, strict=True)),
        shared=len(shared),
        first_plausible=(middle([first for first, _ in shared]), middle([second for _, second in shared])),
    )


def _gain(tables: Mapping[str, Table]) -> Gain | None:
    singles = [table for name, table in tables.items() if name.startswith(SINGLE)]
    if POPULATION not in tables or UNION not in tables or len(singles) != len(FAMILIES):
        return None
    whole, union = (tables[name].marks[SEALED] for name in (POPULATION, UNION))
    parts = {table.name: table.marks[SEALED] for table in singles}
    count = len(whole[0])

    def gain(tasks: Sequence[int], seeds: Sequence[int]) -> float:
        best = max(mean(marks, tasks, seeds) for marks in (union, *parts.values()))
        return (mean(whole, tasks, seeds) - best) / count

    best = max(parts, key=lambda name: _average(parts[name]))
    return Gain(
        value=round(gain(range(count), range(len(whole))), 4),
        interval=_bootstrapped(gain, whole),
        population=round(_average(whole) / count, 4),
        best_single=round(_average(parts[best]) / count, 4),
        best_single_name=best,
        union=round(_average(union) / count, 4),
    )


def _only(one: Table, parts: Sequence[Table], measure: str, tasks: Sequence[str]) -> tuple[str, ...]:
    """Return the tasks that an arm got in most seeds, and none of these parts in any."""
    return _named(_without(by_majority(one.marks[measure]), parts, measure), tasks)


def _without(marks: Sequence[bool], parts: Sequence[Table], measure: str) -> list[bool]:
    return [mine and not got for mine, got in zip(marks, _by_any(parts, measure), strict=True)]


def _by_any(parts: Sequence[Table], measure: str) -> list[bool]:
    every = [seed for part in parts for seed in part.marks[measure]]
    return [any(task) for task in zip(*every, strict=True)]


def _critique(name: str, samples: Sequence[Lived]) -> Critique:
    tasks = first = admitted = perfect = 0
    for sample in samples:
        for tool, right in zip(sample.outcome.tools, sample.right or (), strict=True):
            tasks += bool(right)
            first += bool(right) and right[0]
            admitted += bool(right) and tool.sealed_correct
            perfect += any(right)
    share = round((admitted - first) / (perfect - first), 4) if perfect > first else None
    means = [round(each / len(samples), 4) for each in (tasks, first, admitted, perfect)]
    return Critique(name, means[0], first=means[1], admitted=means[2], perfect=means[3], share=share)


def _synergy(tables: Mapping[str, Table], tasks: Sequence[str]) -> Synergy | None:
    strict = [table for name, table in tables.items() if name.startswith(STRICT)]
    if POPULATION not in tables or len(strict) != len(FAMILIES):
        return None
    whole = tables[POPULATION].marks[SEALED]
    most, every = by_majority(whole), [all(task) for task in zip(*whole, strict=True)]
    by_parts = _by_any(strict, SEALED)
    found = _named(_without(most, strict, SEALED), tasks)
    return Synergy(
        most=found,
        every=_named(_without(every, strict, SEALED), tasks),
        share=round(len(found) / len(tasks), 4),
        p=mcnemar(*discordant(most, by_parts)),
    )
