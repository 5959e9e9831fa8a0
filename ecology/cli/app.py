"""The commands, each from the file of its concern."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

import typer

from .asking import ask_app
from .auditing import audit
from .breeding import breed
from .charters import charter_app
from .checking import tasks_app
from .console import say
from .experimenting import experiment_app
from .exporting import datasette, export_
from .futures import fork, replay
from .governing import govern_app
from .hindsight import judge_history
from .incidents import incidents
from .keeping import approvals, break_glass, freeze, post, quarantine, release, rollback, stop, unfreeze
from .mailbox import mailbox
from .plotting import plot_
from .reading import agents, board, lineage, show, verdicts
from .running import resume, run
from .totals import totals
from .trying import doctor, try_
from .upkeep import backup, compact, migrate
from .why import why

app = typer.Typer(
    help="A population of agents that repair, critique and rewrite each other's tools under rules.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback(invoke_without_command=True)
def _options(
    context: typer.Context,
    show_version: Annotated[bool, typer.Option("--version", help="Print the version and stop.", is_eager=True)] = False,
) -> None:
    if show_version:
        say(_version())
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(2)


def _version() -> str:
    try:
        return version("ecology")
    except PackageNotFoundError:
        return "not installed; run from its source folder"


for command in (
    run, resume, fork, replay, agents, lineage, show, totals, why, board, verdicts, incidents, audit, backup, compact,
    migrate, doctor, mailbox,
):  # fmt: skip
    app.command()(command)
for keeping in (post, approvals, quarantine, release, freeze, unfreeze, rollback, stop):
    app.command()(keeping)
app.command("break-glass")(break_glass)
app.command()(datasette)
app.command("export")(export_)
app.command("plot")(plot_)
app.command("try")(try_)
tasks_app.command()(breed)
govern_app.command("replay")(judge_history)
app.add_typer(tasks_app, name="tasks")
app.add_typer(charter_app, name="charter")
app.add_typer(govern_app, name="govern")
app.add_typer(ask_app, name="ask")
app.add_typer(experiment_app, name="experiment")
