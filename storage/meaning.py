"""What every column of every table means, as the tables themselves say it."""

from __future__ import annotations

from .tables import ALL, table


def column_meanings() -> dict[str, dict[str, str]]:
    """Return what each column of each table means, by the names of the two."""
    return {name: {column.name: str(column.comment) for column in table(name).columns} for name in ALL}
