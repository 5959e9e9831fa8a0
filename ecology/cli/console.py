"""Where output goes: one document or one table on stdout, everything said to the user on stderr.

Promises: what is said to the user is one line; a table has one line a row; no text out of a database can steer the
terminal. Does not promise: that anybody still reads stdout; `ReaderGone` says when nobody does.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from io import StringIO
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from storage import AsOf, EcologyError

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of a table.")]


def moment(text: str) -> AsOf:
    """Return the moment that was typed."""
    found = AsOf.parse(text)
    if found == AsOf("seq", 0):
        raise typer.BadParameter("'0' is before everything; the first seq is 1")
    return found


AsOfOption = Annotated[
    AsOf | None,
    typer.Option(
        "--as-of", parser=moment, metavar="WHEN", help="As of a seq (120), the end of a turn (turn:40) or a time."
    ),
]

_UNBOUNDED = 1 << 20


class ReaderGone(Exception):
    """Whoever read stdout has closed it."""


def complain(sentence: str) -> None:
    """Say what went wrong."""
    _tell(f"{typer.style('error:', fg='red', bold=True)} {_one_line(sentence)}")


def remark(sentence: str) -> None:
    """Say something that is no data."""
    _tell(_one_line(sentence))


def print_text(text: str) -> None:
    """Print a text of several lines."""
    say(_harmless(text))


def say(text: str) -> None:
    """Write a text to stdout as it stands.

    Raises: ReaderGone: nobody reads it any more; EcologyError: it cannot be written.
    """
    if sys.stdout is None:
        raise EcologyError("there is no stdout to print to; give the command one, such as `> /dev/null`")
    try:
        typer.echo(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise ReaderGone from None
    except OSError as error:
        still()
        raise EcologyError(
            f"stdout could not be written ({error.strerror}); free some space or print elsewhere"
        ) from None


def still() -> None:
    """Send what stdout still holds nowhere, so that the interpreter does not stumble over it at its end."""
    with suppress(OSError, ValueError), open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)


def print_document(**fields: Any) -> None:
    """Print one JSON document on one line, with its schema version first."""
    say(json.dumps({"schema_version": 1, **fields}))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under their column names, as wide as they need to be where stdout is no terminal."""
    table = Table(*columns, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        table.add_row(*(Text(_cell(value)) for value in row))
    terminal = sys.stdout is not None and sys.stdout.isatty()
    drawn = StringIO()
    Console(file=drawn, width=None if terminal else _UNBOUNDED, highlight=False, force_terminal=terminal).print(table)
    say("\n".join(line.rstrip() for line in drawn.getvalue().splitlines()))


def print_rows(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], *, name: str, as_json: bool) -> None:
    """Print rows as a table of some of their columns, or all of them as a JSON document under `name`."""
    if as_json:
        print_document(**{name: [dict(row) for row in rows]})
    else:
        print_table(columns, ([row[column] for column in columns] for row in rows))


def _tell(line: str) -> None:
    # Nothing more can be said where stderr is closed too.
    with suppress(OSError, ValueError):
        typer.echo(line, err=True)


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.3f}"
    return "" if value is None else _one_line(str(value))


def _one_line(text: str) -> str:
    return _harmless(" ".join(text.splitlines()))


def _harmless(text: str) -> str:
    """Return a text with every character that a terminal might obey written out."""
    return "".join(letter if letter.isprintable() or letter in "\n\t" else _escaped(letter) for letter in text)


def _escaped(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")
