"""`ecology plot`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from storage import Store

from ..pictures import Picture, plot
from .asking import ByOption, DatabaseArgument
from .console import AsOfOption, JsonOption, print_document, print_text


def plot_(
    database: DatabaseArgument,
    picture: Annotated[Picture, typer.Argument(help="What to draw.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The file: .svg, .png or .html.")],
    by: ByOption = "species",
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """Draw a picture of a history: its lineage, whose code is alive, scores, diversity, or who criticises whom."""
    with Store.open(database) as store:
        plot(store, picture, output, by=by, as_of=as_of)
    if as_json:
        return print_document(picture=picture, file=str(output))
    print_text(f"{output} is drawn")
