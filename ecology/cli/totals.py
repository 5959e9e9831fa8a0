"""`ecology totals`: what a history came to, by stretches of turns."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from storage import Store, Stretch, Sums

from .console import AsOfOption, JsonOption, print_document, print_table
from .reading import DatabaseArgument

_FAR = 2**63 - 1
_SHOWN = ("turns", "candidates", "proposals", "vetoes", "admissions", "births", "deaths", "energy_gained",
          "energy_spent", "tokens", "usd")  # fmt: skip


def totals(
    database: DatabaseArgument,
    every: Annotated[
        int | None, typer.Option(min=1, max=_FAR, help="Turns in a stretch; a twentieth of all by default.")
    ] = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """Sum up turns, candidates, proposals, vetoes by rule, admissions, energy and money, by stretches of turns."""
    with Store.open(database) as store:
        seq = store.as_of(as_of)
        whole, course = store.totals.sums(as_of=seq), store.totals.course(every=every, as_of=seq)
    if as_json:
        return print_document(totals=_document(whole), course=[_stretch(each) for each in course])
    rows = [(f"{each.first_turn}-{each.last_turn}", each.sums) for each in course]
    print_table(("turns of", *_SHOWN, "vetoes by rule"), (_row(name, came) for name, came in [*rows, ("all", whole)]))


def _stretch(each: Stretch) -> dict[str, Any]:
    return {"first_turn": each.first_turn, "last_turn": each.last_turn, **_document(each.sums)}


def _document(came: Sums) -> dict[str, Any]:
    # The wall time tells nothing of a history.
    return {name: value for name, value in asdict(came).items() if name != "at"}


def _row(name: str, came: Sums) -> tuple[object, ...]:
    rules = ", ".join(f"{rule} {count}" for rule, count in came.rules.items())
    return (name, *(getattr(came, column) for column in _SHOWN), rules)
