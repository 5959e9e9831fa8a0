"""What a column of a table says of itself, and the base of all tables.

Promises: each column has its meaning beside it; columns marked `CLOCK` are outside the hash chain.
"""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy import MetaData
from sqlmodel import Field, SQLModel

CLOCK: dict[str, Any] = {"clock": True}


def column(meaning: str, *, to: str = "", key: bool = False, clock: bool = False, **more: Any) -> Any:
    """Return a column that says what it means, with its unit; `docs/database.md` repeats it.

    Args: to: the column it points to; key: it is the primary key; clock: it is outside the hash chain.
    """
    more["sa_column_kwargs"] = {"comment": meaning, "info": CLOCK if clock else {}}
    more |= {"foreign_key": to} if to else {}
    more |= {"default": None, "primary_key": True} if key else {}
    return Field(**more)


class Table(SQLModel):
    """The base of all tables; its own `MetaData` keeps a user's SQLModel classes out of our files."""

    metadata: ClassVar[MetaData] = MetaData()
