"""What a question is: a sentence, a query with named values, and the type of the rows that answer it.

Promises: the same query answers for any moment: `as_of` puts each table, cut at a seq, in the place of the whole one.
Does not promise: speed equal to that of the present where a query reads a view whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Generic, TypeVar

from ..tables import HISTORY
from ..views import VIEWS

Row = TypeVar("Row")

_RECURSIVE = "WITH RECURSIVE "
# No row of these carries a seq, but a call belongs to a turn.
_CALLS = "SELECT * FROM main.model_call WHERE turn <= (SELECT coalesce(max(turn), 0) FROM event)"

# SQLite goes by one upper bound alone: for what a turn paid that must be the next turn, not the moment asked about.
_BOUND = {"ledger": "+seq"}


@dataclass(frozen=True, slots=True)
class Question(Generic[Row]):
    """A question: `parameters` are the values the query names, each with what it means; `example` has one for each."""

    name: str
    about: str
    row: type[Row]
    sql: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    example: Mapping[str, Any] = field(default_factory=dict)

    def then(self) -> str:
        """Return the query for the moment that the value `as_of` names."""
        return _cut(self.sql)


@cache
def _cut(sql: str) -> str:
    rest = sql.removeprefix(_RECURSIVE)
    joint = ", " if rest != sql else " "
    return f"{_RECURSIVE}{_tables_then()}{joint}{rest}"


@cache
def _tables_then() -> str:
    """Return common table expressions that stand before the tables and views, as they were at `as_of`."""
    cut = [
        (name, f"SELECT * FROM main.{name} WHERE {_BOUND.get(name, 'seq')} <= :as_of") for name in ("event", *HISTORY)
    ]
    cut += [("model_call", _CALLS), *((view.name, view.sql) for view in VIEWS.values())]
    return ", ".join(f"{name} AS NOT MATERIALIZED ({query})" for name, query in cut)
