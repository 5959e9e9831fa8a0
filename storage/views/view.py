"""What a view is: SQL with a name, and a row type whose fields say what the columns mean.

Promises: a field's meaning stands beside the field, once; documents and exports read it from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
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


def meanings(row: type[Any]) -> Mapping[str, str]:
    """Return what each field of a row type means, by the name of the field, in order."""
    if row not in _KNOWN:
        hints = get_type_hints(row, include_extras=True)
        _KNOWN[row] = MappingProxyType({each.name: hints[each.name].__metadata__[0] for each in fields(row)})
    return _KNOWN[row]


_KNOWN: dict[type[Any], Mapping[str, str]] = {}


def joined(sql: str) -> str:
    """Return SQL on one line, with single spaces."""
    return " ".join(sql.split())
