"""`ecology incidents`: what the breaker tripped on and what led to it, and who touched a guarded tool."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from storage import Store

from ..incidents import incident
from ..incidents import incidents as all_of
from .console import AsOfOption, JsonOption, print_document, print_text


def incidents(
    database: Annotated[Path, typer.Argument(help="A database that `ecology run` made.")],
    number: Annotated[int | None, typer.Argument(help="One incident by its number; all without it.")] = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show each trip of the breaker (smallest cascade behind it, what repeats, by whom), and touched guarded tools."""
    with Store.open(database) as store:
        found = all_of(store, as_of=as_of) if number is None else (incident(store, number, as_of=as_of),)
    if as_json:
        print_document(incidents=[each.document() for each in found])
    else:
        print_text(
            "\n".join(map(str, found)) if found else "the breaker never tripped, and no guarded tool was touched"
        )
