"""`ecology run` and `ecology resume`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated

import typer

from governance import open_sandbox
from storage import BudgetReached, Busy, ConfigurationError, EcologyError, NotFound, Stopped, Store, Task

from ..ecology import Ecology
from ..report import Report
from ..settings import SandboxChoice
from ..tasks import read_tasks, reveal_failures
from . import options
from .console import JsonOption, complain, print_document, print_text, remark
from .watching import watching

INTERRUPTED = 130
BROKEN = 6
WAITING = 8
_TURNS = 4000

WorkersOption = Annotated[int, typer.Option(help="Worker processes; they change the speed, never the history.")]
SandboxOption = Annotated[
    SandboxChoice, typer.Option(help="Sandbox tier; auto takes the strongest that its probes prove.")
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]


def run(
    tasks: Annotated[Path, typer.Argument(help="A task file, or a folder in QuixBugs' layout.")],
    db: Annotated[Path | None, typer.Option(help="The new database; a fresh name in this folder by default.")] = None,
    turns: Annotated[int | None, typer.Option(help="Turns to take at most; 4000 by default.")] = None,
    seed: Annotated[int | None, typer.Option(help="The same seed gives the same history; 0 by default.")] = None,
    candidates: options.Candidates = None,
    per_task: options.CandidatesPerTask = None,
    selection: options.Selection = None,
    without: options.Without = None,
    seed_from: options.SeedFrom = None,
    window: Annotated[int | None, typer.Option(help="Turns in flight at most; 8 offline, else 64.")] = None,
    workers: WorkersOption = 2,
    model: options.ModelOption = None,
    population: options.PopulationOption = None,
    bandit: options.BanditOption = False,
    max_usd: options.MaxUsd = None,
    max_tokens: options.MaxTokens = None,
    max_calls: options.MaxCalls = None,
    max_seconds: options.MaxSeconds = None,
    agent_usd: options.AgentUsd = None,
    lineage_usd: options.LineageUsd = None,
    temperature: options.Temperature = None,
    max_reply_tokens: options.MaxReply = None,
    prompt_tokens: options.PromptTokens = None,
    calls_at_once: options.CallsAtOnce = 64,
    reply_seconds: options.ReplySeconds = 600.0,
    prices: options.Prices = None,
    references: options.References = None,
    signing_key: options.SigningKey = None,
    sandbox: SandboxOption = "auto",
    charter: options.CharterFile = None,
    shadow_charter: options.ShadowCharter = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Settle buggy tools and let a population repair them."""
    path = _new(db or _fresh(tasks))
    budget = options.budget_of(max_usd, max_tokens, max_calls, max_seconds, agent=agent_usd, lineage=lineage_usd)
    niches = options.population_of(population)
    resources = options.resources_of(
        calls_at_once, reply_s=reply_seconds, prices=prices, references=references, signing_key=signing_key
    )
    settings = options.given(
        seed=seed, candidates=candidates, candidates_per_task=per_task, selection=selection,
        without=tuple(without) if without else None, window=window, bandit=bandit or None, temperature=temperature,
        max_tokens=max_reply_tokens, prompt_tokens=prompt_tokens,
    )  # fmt: skip
    named = _named(model)
    listed = loaded(tasks, sandbox=sandbox)
    with (
        _kept_once_begun(path),
        Ecology(
            path, model=named, population=niches, budget=budget, workers=workers, sandbox=sandbox, charter=charter,
            shadow_charter=shadow_charter, seed_from=seed_from, resources=resources, **settings,
        ) as ecology,
    ):  # fmt: skip
        ecology.settle(listed)
        with watching(path, models=() if _replays(named) else ecology.models, quiet=quiet) as watch:
            report = ecology.run(turns if turns is not None or _replays(named) else _TURNS, watch=watch)
    _finish(report, as_json=as_json)


def resume(
    database: Annotated[Path, typer.Argument(help="A database that a run was begun in.")],
    workers: WorkersOption = 2,
    max_usd: options.MaxUsd = None,
    max_tokens: options.MaxTokens = None,
    max_calls: options.MaxCalls = None,
    max_seconds: options.MaxSeconds = None,
    agent_usd: options.AgentUsd = None,
    lineage_usd: options.LineageUsd = None,
    calls_at_once: options.CallsAtOnce = 64,
    reply_seconds: options.ReplySeconds = 600.0,
    prices: options.Prices = None,
    references: options.References = None,
    signing_key: options.SigningKey = None,
    sandbox: SandboxOption = "auto",
    reset_breaker: Annotated[
        bool, typer.Option("--reset-breaker", help="Go on with a run that the breaker ended: try it half-open.")
    ] = False,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Go on with a run that was stopped, killed or at the end of its budget; a finished one is only reported."""
    if not database.is_file():
        raise NotFound(f"no database at {database}; check the path, or begin a run with `ecology run`")
    budget = options.budget_of(max_usd, max_tokens, max_calls, max_seconds, agent=agent_usd, lineage=lineage_usd)
    resources = options.resources_of(
        calls_at_once, reply_s=reply_seconds, prices=prices, references=references, signing_key=signing_key
    )
    with (
        Ecology(database, workers=workers, sandbox=sandbox, resources=resources) as ecology,
        watching(database, models=ecology.models, quiet=quiet) as watch,
    ):
        report = ecology.resume(budget=budget, reset_breaker=reset_breaker, watch=watch)
    _finish(report, as_json=as_json)


def _named(model: list[str] | None) -> str | list[str]:
    if not model:
        return "offline"
    return model[0] if len(model) == 1 else model


def _replays(model: str | list[str]) -> bool:
    return isinstance(model, str) and model.startswith("replay:")


def _finish(report: Report, *, as_json: bool) -> None:
    if as_json:
        print_document(**{name: value for name, value in report.document().items() if name != "schema_version"})
    else:
        print_text(str(report))
    if report.replayed is False:
        complain("another history came out than the one replayed; replay it with the release it was made with")
        raise typer.Exit(EcologyError.exit_code)
    if report.ending == "stopped" and any(each.startswith("STOPPED") for each in report.in_force):
        raise typer.Exit(Stopped.exit_code)
    if report.ending == "waiting":
        raise typer.Exit(WAITING)
    if report.ending == "stopped":
        raise typer.Exit(INTERRUPTED)
    if report.ending == "budget":
        raise typer.Exit(BudgetReached.exit_code)
    if report.ending == "breaker":
        raise typer.Exit(BROKEN)


def loaded(path: Path, *, sandbox: SandboxChoice) -> tuple[Task, ...]:
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
            for rest in ("", "-wal", "-shm", ".lock", ".head"):
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
