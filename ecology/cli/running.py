"""`ecology run` and `ecology resume`."""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from governance import open_sandbox
from storage import Busy, ConfigurationError, EcologyError, NotFound, Store, Task

from ..ecology import Ecology, SandboxWarning
from ..engine import Standing
from ..report import Report
from ..run import Watch
from ..settings import SandboxChoice
from ..tasks import read_tasks, reveal_failures
from .console import JsonOption, print_document, print_text, remark

_PLAIN_EVERY_S = 10.0
_TELLING = 50
INTERRUPTED = 130

WorkersOption = Annotated[int, typer.Option(help="Worker processes; they change the speed, never the history.")]
SandboxOption = Annotated[
    SandboxChoice, typer.Option(help="Sandbox tier; auto takes the strongest that its probes prove.")
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]


def run(
    tasks: Annotated[Path, typer.Argument(help="A task file, or a folder in QuixBugs' layout.")],
    db: Annotated[Path | None, typer.Option(help="The new database; a fresh name in this folder by default.")] = None,
    turns: Annotated[int, typer.Option(help="Turns to take at most.")] = 4000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same history.")] = 0,
    window: Annotated[int, typer.Option(help="Turns in flight at most.")] = 8,
    workers: WorkersOption = 2,
    model: Annotated[str, typer.Option(help="What the agents think with.")] = "offline",
    sandbox: SandboxOption = "auto",
    charter: Annotated[Path | None, typer.Option(help="A charter in TOML instead of the one that ships.")] = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Settle buggy tools and let a population repair them."""
    path = _new(db or _fresh(tasks))
    loaded = _loaded(tasks, sandbox=sandbox)
    options: dict[str, Any] = {"model": model, "seed": seed, "window": window, "workers": workers}
    with _kept_once_begun(path), Ecology(path, sandbox=sandbox, charter=charter, **options) as ecology:
        ecology.settle(loaded)
        with _watching(path, quiet=quiet) as watch:
            report = ecology.run(turns, watch=watch)
    _finish(report, as_json=as_json)


def resume(
    database: Annotated[Path, typer.Argument(help="A database that a run was begun in.")],
    workers: WorkersOption = 2,
    sandbox: SandboxOption = "auto",
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Go on with a run that was stopped or killed; a finished one is only reported."""
    if not database.is_file():
        raise NotFound(f"no database at {database}; check the path, or begin a run with `ecology run`")
    with Ecology(database, workers=workers, sandbox=sandbox) as ecology, _watching(database, quiet=quiet) as watch:
        report = ecology.resume(watch=watch)
    _finish(report, as_json=as_json)


def _finish(report: Report, *, as_json: bool) -> None:
    if as_json:
        print_document(**{name: value for name, value in report.document().items() if name != "schema_version"})
    else:
        print_text(str(report))
    if report.ending == "stopped":
        raise typer.Exit(INTERRUPTED)


def _loaded(path: Path, *, sandbox: SandboxChoice) -> tuple[Task, ...]:
    """Return the tasks of a path; where its layout knows no rings, each has a failing case shown."""
    reading = read_tasks(path)
    tasks = reading.require()
    for skipped in reading.skipped:
        remark(f"left out {skipped}")
    if reading.layout == "jsonl":
        return tasks
    with open_sandbox(sandbox, allow_rlimit=True) as box:
        return reveal_failures(tasks, box)


def _fresh(tasks: Path) -> Path:
    """Return a name in the current folder that nothing has yet: `quixbugs.db`, `quixbugs-2.db` and so on."""
    stem = tasks.name.removesuffix(".jsonl") or "ecology"
    number = 1
    while (path := Path(f"{stem}.db" if number == 1 else f"{stem}-{number}.db")).exists():
        number += 1
    return path


def _new(path: Path) -> Path:
    """Return the path of a database to be made, or of one that was made but died before its run began.

    Raises: ConfigurationError: something is there already, or there is no folder to make it in.
    """
    if path.is_dir():
        raise ConfigurationError(f"--db {path} is a folder; give the path of a new file, such as {path / 'ecology.db'}")
    if path.exists() and _begun(path):
        raise ConfigurationError(f"{path} is there already; `ecology resume {path}` goes on with it, or name another")
    if not path.parent.is_dir():
        raise ConfigurationError(f"--db {path}: there is no folder {path.parent}; make it first, or name another")
    return path


@contextmanager
def _kept_once_begun(path: Path) -> Iterator[None]:
    """Take a new database away again where no run began in it; whatever a run has written stays."""
    try:
        yield
    except Busy:
        # Somebody else is making it at this moment.
        raise
    except BaseException:
        if not _begun(path):
            for rest in ("", "-wal", "-shm", ".lock"):
                with suppress(OSError):
                    path.with_name(path.name + rest).unlink(missing_ok=True)
        raise


def _begun(path: Path) -> bool:
    try:
        with Store.open(path) as store:
            return store.runs.latest() is not None
    except NotFound:
        return False
    except EcologyError:
        return True


@contextmanager
def _watching(path: Path, *, quiet: bool) -> Iterator[Watch]:
    """Show how a run stands, and say what it warns of in one line; a quiet one still warns."""
    with warnings.catch_warnings(), ExitStack() as stack:
        warnings.simplefilter("always", SandboxWarning)
        warnings.showwarning = lambda message, *rest, **more: remark(f"warning: {message}")
        if quiet:
            yield lambda standing: None
        elif sys.stderr and sys.stderr.isatty():
            yield _announced(path, stack.enter_context(_bar()))
        else:
            yield _announced(path, _plain())


def _announced(path: Path, watch: Watch) -> Watch:
    """Say where the history is kept as soon as there is one."""
    said = False

    def announcing(standing: Standing) -> None:
        nonlocal said
        if not said:
            said = True
            remark(f"the history is kept in {path}")
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
        f"{rate:.0f} turns/s  {standing.usd:.2f} USD  {left}"
    ).rstrip()
