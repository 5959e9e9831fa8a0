"""`ecology experiment`: populations beside their parts, ways of selecting beside each other."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from ..ecology import SandboxWarning
from ..engine import Standing
from ..experiments import Experiment, experiment
from ..experiments.sample import Sample
from ..run import Watch
from ..session import GuardWarning
from .console import JsonOption, print_document, print_text, remark
from .running import QuietOption, SandboxOption, WorkersOption, loaded

experiment_app = typer.Typer(help="Find out what a population is worth beside its parts.", rich_markup_mode=None)

TasksArgument = Annotated[Path, typer.Argument(help="A task file, or a folder in QuixBugs' layout.")]
BudgetOption = Annotated[int, typer.Option(help="Candidates a task; pooled over all tasks.")]
SeedsOption = Annotated[int, typer.Option(help="Each arm is lived with so many seeds, from 0.")]
OutOption = Annotated[Path | None, typer.Option(help="The folder to keep it in; TASKS-experiment by default.")]
PerTaskOption = Annotated[int, typer.Option(help="Candidates of the pool that one task may have at most.")]
ArmsOption = Annotated[list[str] | None, typer.Option(help="Arms to live: single/*. May be repeated; all by default.")]


@experiment_app.callback(invoke_without_command=True)
def _experiment(context: typer.Context) -> None:
    """Find out what a population is worth beside its parts."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(2)


@experiment_app.command()
def emergence(
    tasks: TasksArgument,
    budget: BudgetOption,
    seeds: SeedsOption = 5,
    out: OutOption = None,
    per_task: PerTaskOption = 5_000,
    arms: ArmsOption = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Beside lone specialists with 13 times the whole budget each.")
    ] = False,
    workers: WorkersOption = 2,
    sandbox: SandboxOption = "auto",
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Set a population beside each specialist alone, isolated specialists together, and itself without its links.

    What is finished in the folder is not lived again; the same command goes on with what was stopped or killed.
    """
    listed = loaded(tasks, sandbox=sandbox)
    with _told(quiet) as begin:
        found = experiment(
            listed, kind="emergence", budget=budget, out=out or _folder(tasks), seeds=seeds, per_task=per_task,
            arms=arms or (), strict=strict, workers=workers, sandbox=sandbox, begin=begin,
        )  # fmt: skip
    _print(found, as_json=as_json)


@experiment_app.command()
def selection(
    tasks: TasksArgument,
    budget: BudgetOption,
    seeds: SeedsOption = 5,
    out: OutOption = None,
    per_task: PerTaskOption = 5_000,
    arms: ArmsOption = None,
    workers: WorkersOption = 2,
    sandbox: SandboxOption = "auto",
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Set the usual way of selecting versions to work from beside the others; map-elites only with pyribs installed."""
    listed = loaded(tasks, sandbox=sandbox)
    with _told(quiet) as begin:
        found = experiment(
            listed, kind="selection", budget=budget, out=out or _folder(tasks), seeds=seeds, per_task=per_task,
            arms=arms or (), workers=workers, sandbox=sandbox, begin=begin,
        )  # fmt: skip
    _print(found, as_json=as_json)


def _print(found: Experiment, *, as_json: bool) -> None:
    if as_json:
        print_document(**{name: value for name, value in found.document().items() if name != "schema_version"})
    else:
        print_text(str(found))


def _folder(tasks: Path) -> Path:
    """Return the folder of that name here, where an experiment on the same tasks may wait to be gone on with."""
    return Path(f"{tasks.resolve().name.removesuffix('.jsonl')}-experiment")


@contextmanager
def _told(quiet: bool) -> Iterator[_Begin]:
    """Say which sample begins, unless quiet, and each warning once."""
    with warnings.catch_warnings():
        for category in (SandboxWarning, GuardWarning):
            warnings.simplefilter("always", category)
        said: set[str] = set()

        def warn(message: Warning | str, *rest: object, **more: object) -> None:
            if str(message) not in said:
                said.add(str(message))
                remark(f"warning: {message}")

        warnings.showwarning = warn
        yield _Begin(quiet)


class _Begin:
    """Says which sample begins, and that a Ctrl-C was heard."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet

    def __call__(self, sample: Sample, place: int, count: int) -> Watch:
        if not self._quiet:
            remark(f"{place} of {count}: {sample.arm.name} with seed {sample.seed}")
        told = False

        def watch(standing: Standing) -> None:
            nonlocal told
            if standing.draining and not told:
                told = True
                remark("finishing the turns in flight; Ctrl-C again stops at once")

        return watch
