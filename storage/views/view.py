"""What a view is: SQL with a name, and a row type whose fields say what the columns mean.

Promises: a field's meaning stands beside the field, once; documents and exports read it from there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, get_type_hints


@dataclass(frozen=True, slots=True)
class View:
    """A view: its columns are the fields of `row`, in that order; `example` is a query that shows its use."""

    name: str
    about: str
    row: type[Any]
    sql: str
    example: str

    @property
    def statement(self) -> str:
        """The statement that makes the view, as SQLite keeps it."""
        return f"CREATE VIEW {self.name} AS {self.sql}"


@cache
def meanings(row: type[Any]) -> dict[str, str]:
    """Return what each field of a row type means, by the name of the field, in order."""
    hints = get_type_hints(row, include_extras=True)
    return {name: hints[name].__metadata__[0] for name in row.__dataclass_fields__}


def joined(sql: str) -> str:
    """Return SQL on one line, with single spaces."""
    return " ".join(sql.split())
