"""`ecology fork` and `ecology replay`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from storage import EcologyError

from ..futures import fork_history, relive
from .console import JsonOption, complain, print_document, print_text
from .running import QuietOption, SandboxOption, WorkersOption
from .watching import watching


def fork(
    database: Annotated[Path, typer.Argument(help="The database to copy from; it is only read.")],
    target: Annotated[Path, typer.Argument(help="The new database.")],
    at: Annotated[int | None, typer.Option(min=1, help="The last seq to copy; the end by default.")] = None,
    seed: Annotated[
        int | None, typer.Option(help="Begin another future with this seed; the same one by default.")
    ] = None,
    turns: Annotated[
        int | None, typer.Option(help="Turns of that other future; those that were left by default.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Start another future from any moment: copy a history up to there; `ecology resume` goes on in the copy."""
    found = fork_history(database, target, at=at, seed=seed, turns=turns)
    if as_json:
        print_document(**{**asdict(found), "database": str(found.database)})
        return
    future = "the same future" if seed is None else f"another future, with seed {seed}"
    print_text(
        f"{target} holds the history of {database} up to seq {found.seq} (turn {found.turn});"
        f" `ecology resume {target}` goes on to {future}"
    )


def replay(
    database: Annotated[Path, typer.Argument(help="The database to live again; it is only read.")],
    keep: Annotated[Path | None, typer.Option(help="Keep the history that comes out in this new database.")] = None,
    workers: WorkersOption = 2,
    sandbox: SandboxOption = "auto",
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Live a history again, without any model, and prove that the same comes out; exit code 1 where it does not."""
    with watching(keep or database, models=(), quiet=quiet) as watch:
        found = relive(database, keep=keep, workers=workers, sandbox=sandbox, watch=watch)
    if as_json:
        said = str(found.difference) if found.difference else None
        seq = found.difference.seq if found.difference else None
        print_document(
            same=found.same, turns=found.turns, history_hash=found.history_hash, expected=found.expected,
            first_difference={"seq": seq, "said": said} if said else None,
        )  # fmt: skip
    elif found.same:
        print_text(f"the same history came out again: {found.turns} turns, hash {found.history_hash}")
    if found.difference:
        complain(f"another history came out: {found.difference}")
        raise typer.Exit(EcologyError.exit_code)
