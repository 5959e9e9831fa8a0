"""`ecology export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from storage import Store

from ..exports import Format, export, write_datasette
from .asking import DatabaseArgument
from .console import AsOfOption, JsonOption, print_document, print_text, remark


def export_(
    database: DatabaseArgument,
    target: Annotated[Path, typer.Argument(help="The file to write; for `package` a new folder.")],
    form: Annotated[Format, typer.Option("--format", help="What to write.")],
    view: Annotated[str | None, typer.Option(help="The view to write, for csv and parquet.")] = None,
    line: Annotated[bool, typer.Option("--line", help="Leave second parents out of alife.")] = False,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the history for other programs, or the surviving tools as a Python package."""
    with Store.open(database) as store:
        found = export(store, form, target, view=view, line=line, as_of=as_of)
    tools = list(found.tools.values()) if found else []
    if as_json:
        return print_document(format=form, target=str(target), tools=tools)
    print_text(f"{target} holds {len(tools)} tools as a package" if found else f"{target} is written")


def datasette(
    database: DatabaseArgument,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file; beside the database by default.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write metadata for Datasette: what every column means, and every question as a canned query."""
    with Store.open(database):
        target = output or database.with_name(f"{database.stem}.datasette.json")
        write_datasette(database, target)
    if as_json:
        return print_document(metadata=str(target))
    print_text(str(target))
    remark(f"`datasette {database} --metadata {target}` serves it")
