"""What is said while a run goes on: how it stands, what a model refuses, where letters wait.

Promises: each way in which a model fails is told once, as soon as a turn has landed; so is a warning, to the quiet too.
Does not promise: to be told of the first turns before the workers have started.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from agents.models import kind_of

from ..ecology import BudgetWarning, SandboxWarning
from ..engine import Standing
from ..report import money
from ..run import Watch
from ..session import GuardWarning
from .console import remark

_PLAIN_EVERY_S = 10.0
_TELLING = 50


@contextmanager
def watching(path: Path, *, models: Collection[str], quiet: bool) -> Iterator[Watch]:
    """Show how a run in a database stands, and what goes wrong in it; a quiet one is told the latter alone."""
    with warnings.catch_warnings(), ExitStack() as stack:
        for category in (SandboxWarning, BudgetWarning, GuardWarning):
            warnings.simplefilter("always", category)
        warnings.showwarning = lambda message, *rest, **more: remark(f"warning: {message}")
        if quiet:
            yield _warned(lambda standing: None)
        elif sys.stderr and sys.stderr.isatty():
            yield _announced(path, models, _warned(stack.enter_context(_bar())))
        else:
            yield _announced(path, models, _warned(_plain()))


def _warned(watch: Watch) -> Watch:
    """Say how calls fail, each way once for each model."""
    told: set[tuple[str, str]] = set()

    def warning(standing: Standing) -> None:
        for key in standing.troubles.keys() - told:
            told.add(key)
            remark(f"warning: {standing.troubles[key]}")
        watch(standing)

    return warning


def _announced(path: Path, models: Collection[str], watch: Watch) -> Watch:
    """Say where the history is kept as soon as there is one, and where requests wait that a person may answer."""
    said = False

    def announcing(standing: Standing) -> None:
        nonlocal said
        if not said:
            said = True
            remark(f"the history is kept in {path}")
            for folder in (each.partition(":")[2] for each in models if kind_of(each) == "mailbox"):
                remark(f"requests wait in {folder}; `ecology mailbox {folder}` lists and answers them")
        watch(standing)

    return announcing


@contextmanager
def _bar() -> Iterator[Watch]:
    columns = (BarColumn(), TextColumn("{task.description}"), TimeRemainingColumn(compact=True))
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("starting", total=None)
        began = time.monotonic()

        def watch(standing: Standing) -> None:
            progress.update(
                bar, total=standing.target, completed=standing.turn, description=_described(standing, began)
            )

        yield watch


def _plain() -> Watch:
    began = last = time.monotonic()
    told = False

    def watch(standing: Standing) -> None:
        nonlocal last, told
        if time.monotonic() - last >= _PLAIN_EVERY_S or standing.draining > told:
            last, told = time.monotonic(), standing.draining
            remark(_described(standing, began))

    return watch


def _described(standing: Standing, began: float) -> str:
    if standing.draining:
        return f"turn {standing.turn}: finishing the turns in flight; Ctrl-C again stops at once"
    rate = standing.taken / max(time.monotonic() - began, 1e-6)
    # The first turns wait for the workers to start and say nothing about the rest.
    left = f"{(standing.target - standing.turn) / rate:.0f} s left at most" if standing.taken >= _TELLING else ""
    return (
        f"turn {standing.turn}/{standing.target}  solved {standing.solved}/{standing.tasks}  vetoes {standing.vetoes}  "
        f"{rate:.{0 if rate >= 1 else 2}f} turns/s  {money(standing.usd, standing.unpriced)}  {left}"
    ).rstrip()
