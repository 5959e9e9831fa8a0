"""Where output goes: one document or one table on stdout, everything said to the user on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of a table.")]
AsOfOption = Annotated[int | None, typer.Option("--as-of", min=1, help="Show the state as of this seq.")]

_STDERR = Console(stderr=True, soft_wrap=True, highlight=False)


def complain(sentence: str) -> None:
    """Say what went wrong."""
    _STDERR.print(Text.assemble(("error: ", "bold red"), sentence))


def remark(sentence: str) -> None:
    """Say something that is no data."""
    _STDERR.print(Text(sentence))


def print_document(**fields: Any) -> None:
    """Print one JSON document with its schema version first."""
    sys.stdout.write(json.dumps({"schema_version": 1, **fields}, indent=2, ensure_ascii=False) + "\n")


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under their column names, as wide as they need to be where stdout is no terminal."""
    table = Table(*columns, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        table.add_row(*(Text("" if value is None else str(value)) for value in row))
    wide = None if sys.stdout.isatty() else 200
    Console(width=wide, highlight=False).print(table)


def print_rows(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], *, name: str, as_json: bool) -> None:
    """Print rows as a table of some of their columns, or all of them as a JSON document under `name`."""
    if as_json:
        print_document(**{name: [dict(row) for row in rows]})
    else:
        print_table(columns, ([row[column] for column in columns] for row in rows))
