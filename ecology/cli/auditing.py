"""`ecology audit`: whether a database is what was written, row by row."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from storage import audit as audit_database

from .console import JsonOption, print_document, print_table, print_text, remark


def audit(
    database: Annotated[Path, typer.Argument(help="A database that a run was begun in.")],
    head: Annotated[Path | None, typer.Option(help="A copy of DB.head that was kept elsewhere.")] = None,
    public_key: Annotated[
        Path | None, typer.Option(help="An Ed25519 public key; every line of the head file must be signed by it.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Find what was altered, removed, inserted or moved in any table since; exit code 1 where something was."""
    found = audit_database(database, head=head, public_key=public_key)
    if as_json:
        print_document(holds=found.holds, **asdict(found))
    elif found.findings:
        print_table(
            ("what", "table", "id", "seq", "detail"),
            ((each.kind, each.table, each.id, each.seq, each.detail) for each in found.findings),
        )
    else:
        print_text(
            f"{found.path}: {found.rows} rows in {found.seals} commits hold, history {found.history_hash},"
            f" {found.lines} lines of the head file ({found.signed} signed)"
        )
    if not as_json:
        for note in found.notes:
            remark(note)
    if not found.holds:
        raise typer.Exit(1)
