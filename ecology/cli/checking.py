"""`ecology tasks check`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from governance import open_sandbox

from ..tasks import TaskCheck, check_tasks
from .console import JsonOption, complain, print_document, print_table, remark
from .running import SandboxOption

tasks_app = typer.Typer(help="Look after task files.", rich_markup_mode=None)


@tasks_app.callback(invoke_without_command=True)
def _tasks(context: typer.Context) -> None:
    """Look after task files."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(2)


@tasks_app.command()
def check(
    file: Annotated[Path, typer.Argument(help="A task file, or a folder in QuixBugs' layout.")],
    sandbox: SandboxOption = "auto",
    as_json: JsonOption = False,
) -> None:
    """Say everything that is wrong with a task file, and what each tool passes as it stands."""
    with open_sandbox(sandbox, allow_rlimit=True) as box:
        report = check_tasks(file, sandbox=box)
    if as_json:
        print_document(file=str(file), layout=report.layout, tasks=[asdict(each) for each in report.tasks],
                       problems=[asdict(each) for each in report.problems],
                       skipped=[asdict(each) for each in report.skipped])  # fmt: skip
    else:
        print_table(("task", "visible", "gate", "sealed", "remarks"), (_row(each) for each in report.tasks))
        for skipped in report.skipped:
            remark(f"skipped {skipped.name}: {skipped.reason}")
        for problem in sorted(report.problems, key=lambda each: each.line):
            complain(str(problem))
    if not report.sound:
        raise typer.Exit(4)


def _row(task: TaskCheck) -> tuple[str, ...]:
    counts = {each.ring: f"{each.passed}/{each.cases}" for each in task.rings}
    return (task.name, *(counts.get(ring, "") for ring in ("visible", "gate", "sealed")), "; ".join(task.flags))
