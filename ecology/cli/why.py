"""`ecology why`: the causal tree of an event."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from storage import Store

from .asking import DatabaseArgument
from .console import AsOfOption, JsonOption, print_document, print_text, remark

_FAR = 2**63 - 1
_PAYLOAD = 100


def why(
    database: DatabaseArgument,
    event: Annotated[int, typer.Argument(min=1, max=_FAR, help="An event's seq.")],
    limit: Annotated[int, typer.Option(min=0, max=1_000_000, help="Consequences at most, the earliest.")] = 50,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show why something happened: what led to an event, up to the root, and what came of it."""
    with Store.open(database) as store:
        rows = store.ask.why(event, limit=limit, as_of=as_of).documents()
    if as_json:
        return print_document(why=rows)
    top = rows[0]["level"]
    print_text("\n".join(_line(row, indent=row["level"] - top) for row in rows))
    if sum(row["level"] > 0 for row in rows) == limit:
        remark(f"the first {limit} consequences are shown; --limit shows more")


def _line(row: dict[str, Any], *, indent: int) -> str:
    where = f" (turn {row['turn']})" if row["turn"] else ""
    about = " ".join(f"{word} {row[name]}" for word, name in (("by", "agent"), ("on", "tool")) if row[name])
    payload = "" if row["payload"] == "{}" else row["payload"]
    said = payload if len(payload) <= _PAYLOAD else f"{payload[: _PAYLOAD - 1]}…"
    mark = "> " if row["level"] == 0 else ""
    return "  " * indent + mark + " ".join(part for part in (f"{row['seq']} {row['kind']}{where}", about, said) if part)
