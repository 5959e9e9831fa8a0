"""`ecology charter check`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from agents import ACTIVITIES
from governance import check_charter, load_charter

from ..settings import Settings
from .console import JsonOption, complain, print_document, print_table, print_text

charter_app = typer.Typer(help="Look after charters.", rich_markup_mode=None)


@charter_app.callback(invoke_without_command=True)
def _charters(context: typer.Context) -> None:
    """Look after charters."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(2)


@charter_app.command()
def check(
    file: Annotated[Path | None, typer.Argument(help="A charter in TOML; the one that ships without it.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Say what contradicts in a charter, and which of its policies and rules can never matter."""
    charter = load_charter(file)
    found = check_charter(charter, species=tuple(ACTIVITIES), start_energy=Settings().start_energy)
    if as_json:
        print_document(
            charter=charter.digest, sound=found.sound, requests=found.requests, whole=found.whole,
            findings=[asdict(each) for each in found.findings],
        )  # fmt: skip
    else:
        remarks = [each for each in found.findings if each.severity == "remark"]
        policies = len(charter.policy.documents)
        print_text(f"charter {charter.digest[:16]}: {policies} policies asked {found.requests} kinds of request")
        if remarks:
            print_table(("about", "remark"), ((each.about, each.says) for each in remarks))
    for each in found.findings:
        if each.severity == "error":
            complain(each.says)
    if not found.sound:
        raise typer.Exit(4)
