"""The commands, each from the file of its concern."""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated

import typer

from .checking import tasks_app
from .reading import agents, board, lineage, show, verdicts
from .running import resume, run
from .trying import doctor, try_

app = typer.Typer(
    help="A population of agents that repair, critique and rewrite each other's tools under rules.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback(invoke_without_command=True)
def _options(
    show_version: Annotated[bool, typer.Option("--version", help="Print the version and stop.", is_eager=True)] = False,
) -> None:
    if show_version:
        typer.echo(version("ecology"))
        raise typer.Exit


for command in (run, resume, agents, lineage, show, board, verdicts, doctor):
    app.command()(command)
app.command("try")(try_)
app.add_typer(tasks_app, name="tasks")
