"""Live all arms of an experiment with all seeds, one after the other, and say what came of it.

Promises: the same tasks, budget and seeds give the same result, processor time aside, however often it was interrupted;
what is finished is not lived again. Several processes may live different arms in one folder at the same time.
Does not promise: speed. Arms times seeds are lived.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from storage import ConfigurationError, EcologyError, Task

from ..engine import Standing
from ..run import Watch
from ..settings import SandboxChoice
from .arms import KINDS, Kind, arms_of, chosen
from .findings import Lived, findings
from .notebook import Notebook
from .outcome import outcome_of
from .result import Experiment
from .sample import Sample
from .sealing import Sealing

# Told of each sample before it is lived: which, its place from 1, and how many there are; returns what watches it.
Begin = Callable[[Sample, int, int], Watch]
_MOST_SEEDS = 1_000


class Interrupted(EcologyError):
    """An experiment was stopped before its end; what is finished is kept."""

    exit_code = 130


def experiment(
    tasks: Iterable[Task],
    *,
    budget: int,
    out: str | Path,
    kind: Kind = "emergence",
    seeds: int = 5,
    per_task: int = 5_000,
    arms: Sequence[str] = (),
    strict: bool = False,
    workers: int = 2,
    sandbox: SandboxChoice = "auto",
    begin: Begin | None = None,
) -> Experiment:
    """Live the arms of an experiment on tasks, each with the seeds from 0, and return what came of it.

    Args: budget: candidates a task, pooled over all tasks; out: the folder of its databases and notes, made where there
        is none; kind: `emergence` (a population beside its parts) or `selection` (its ways of selecting); per_task: the
        most candidates of the pool that one task may have; arms: patterns of arms to live (`single/*`), all by default;
        strict: beside lone specialists with thirteen times the whole budget; begin: is told of each sample that begins.
    Raises: ConfigurationError: a value is out of range, no arm has that name, or a database in the folder is of
        something else; Interrupted: a run was stopped; StorageError, SandboxUnavailable.
    """
    listed = tuple(tasks)
    _require(listed, kind=kind, seeds=seeds, strict=strict)
    every = arms_of(kind, tasks=len(listed), budget=budget, per_task=per_task, strict=strict)
    wanted, folder = chosen(every, arms), Path(out)
    if folder.exists() and not folder.is_dir():
        raise ConfigurationError(f"{folder} is no folder; name another to keep the experiment in")
    samples = [Sample(arm, seed, listed, folder) for seed in range(seeds) for arm in wanted]
    for sample in samples:
        sample.state()
    folder.mkdir(parents=True, exist_ok=True)
    notebook = Notebook(folder)
    for place, sample in enumerate(samples, 1):
        watch = begin(sample, place, len(samples)) if begin else _unwatched
        if not sample.live(notebook, workers=workers, sandbox=sandbox, watch=watch):
            raise Interrupted(f"stopped in {sample.path}; the same command goes on from there")
    with Sealing(notebook, sandbox=sandbox) as sealing:
        lived = {arm.name: [_lived(sample, notebook, sealing) for sample in samples if sample.arm is arm]
                 for arm in wanted}  # fmt: skip
    return findings(
        lived, kind=kind, tasks=[task.name for task in listed], folder=str(folder), budget=budget, per_task=per_task
    )


def _require(tasks: Sequence[Task], *, kind: Kind, seeds: int, strict: bool) -> None:
    if not tasks:
        raise ConfigurationError("there is no task to experiment on; give at least one")
    if kind not in KINDS:
        raise ConfigurationError(f"no experiment {kind!r}; there are {', '.join(KINDS)}")
    if not 1 <= seeds <= _MOST_SEEDS:
        raise ConfigurationError(f"seeds is {seeds}; give 1 to {_MOST_SEEDS}")
    if strict and kind != "emergence":
        raise ConfigurationError("only an emergence experiment can be strict")


def _lived(sample: Sample, notebook: Notebook, sealing: Sealing) -> Lived:
    outcome = outcome_of(sample.path, [task.name for task in sample.tasks])
    right = sealing.right(sample.path, sample.tasks, outcome.tools) if sample.arm.pooled else None
    return Lived(sample.seed, sample.name, outcome, notebook.cost(sample.name, sessions=outcome.sessions), right)


def _unwatched(standing: Standing) -> None:
    """Watch nothing."""
