"""Rows on their way into a table, and the canonical text that the hash chain covers.

Promises: a filled row holds exactly what SQLite gives back (ints, floats, texts, None), so a digest made while writing
equals one made from the file; columns that are None are left out of it, so a later schema may add columns.
Does not promise: that foreign keys hold; SQLite checks them.
"""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table

from .tables import HISTORY, OPERATIONAL, table

Columns = dict[str, Any]
Values = Mapping[str, Any]


def _encode(encoder: json.JSONEncoder) -> Callable[[object], str]:
    """Return what `encoder.encode` does, without making its part in C anew at every call: half of its time."""
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return encoder.encode
    parts = make(
        None, encoder.default, json.encoder.encode_basestring_ascii, None, encoder.key_separator,
        encoder.item_separator, encoder.sort_keys, encoder.skipkeys, encoder.allow_nan,
    )  # fmt: skip
    return lambda value: "".join(parts(value, 0))


_plain = _encode(json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False))
# Bytes stand in a list of their own, so that no text equals them.
_with_bytes = _encode(
    json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=lambda value: [bytes(value).hex()])
)


def canonical(value: object) -> str:
    """Return the one JSON text of a value: sorted keys, no spaces, ASCII, no NaN or infinity.

    Raises: ValueError: the value holds NaN, infinity or itself; TypeError: it is no JSON value.
    """
    try:
        return _plain(value)
    except RecursionError:
        raise ValueError("the value holds itself, or is nested too deeply to be JSON") from None


@dataclass(frozen=True, slots=True)
class Row:
    """Values for one new row of the table of that name; `id` and `seq` are filled in by `Transaction.record`."""

    table: str
    values: Values


@dataclass(frozen=True, slots=True)
class Shape:
    """What a row of one table looks like.

    `columns` are name, type and whether None is allowed, in table order; `empty` all of them as None; `hashed`
    those under the hash chain, sorted; `unhashed` the others; `later` the tables that rows here point to although
    `HISTORY` lists them afterwards.
    """

    name: str
    rank: int
    columns: tuple[tuple[str, type, bool], ...]
    empty: Columns
    hashed: tuple[str, ...]
    unhashed: tuple[str, ...]
    later: frozenset[str]

    def fill(self, values: Values, *, keys: Values) -> Columns:
        """Return all columns in table order: `keys` (id, seq), the given values, None for what is left out.

        Raises: TypeError: a column is unknown, missing, or of another type than the table's.
        """
        filled = {**self.empty, **values, **keys}
        if len(filled) != len(self.empty):
            raise TypeError(f"table {self.name} has no column {', '.join(sorted(filled.keys() - self.empty.keys()))}")
        for name, kind, optional in self.columns:
            value = filled[name]
            if value is None and optional:
                continue
            # Even a float goes through: it may be a negative zero.
            if value.__class__ is not kind or kind is float:
                filled[name] = self._fitted(name, value, kind)
        return filled

    def _fitted(self, name: str, value: object, kind: type) -> Any:
        try:
            return _COERCE[kind](value)
        except (KeyError, TypeError):
            raise TypeError(f"{self.name}.{name} takes {kind.__name__}, not {value!r}") from None

    def text(self, filled: Values) -> bytes:
        """Return the canonical line of a filled row, as the hash chain covers it."""
        kept = {name: value for name in self.hashed if (value := filled[name]) is not None}
        return f"{self.name}{canonical(kept)}\n".encode()

    def rest(self, filled: Values) -> bytes:
        """Return the canonical text of the columns that the hash chain leaves out, empty where there are none."""
        if not self.unhashed:
            return b""
        kept = {name: value for name in self.unhashed if (value := filled[name]) is not None}
        return _with_bytes(kept).encode()


def _real(value: Any) -> float:
    if not isinstance(value, int | float):
        raise TypeError
    # SQLite forgets the sign of a negative zero.
    return float(value) + 0.0


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return str(value)


def _whole(value: Any) -> int:
    return int(operator.index(value))


_COERCE: dict[type, Callable[[Any], Any]] = {int: _whole, float: _real, str: _string}


def _shape(name: str, rank: int) -> Shape:
    columns = table(name).columns
    return Shape(
        name=name,
        rank=rank,
        columns=tuple((column.name, _python_type(column), bool(column.nullable)) for column in columns),
        empty={column.name: None for column in columns},
        hashed=tuple(sorted(column.name for column in columns if not column.info.get("clock"))),
        unhashed=tuple(sorted(column.name for column in columns if column.info.get("clock"))),
        later=_targets(table(name)) & frozenset(HISTORY[max(rank, 0) :]) - {name},
    )


def _python_type(column: Any) -> type:
    # SQLModel's own string type hides the plain one that it wraps.
    kind: type = getattr(column.type, "impl", column.type).python_type
    return int if kind is bool else kind


def _targets(of: Table) -> frozenset[str]:
    return frozenset(key.column.table.name for key in of.foreign_keys)


def shape_of(row: Row) -> Shape:
    """Return the shape of a row's table.

    Raises: TypeError: there is no such table.
    """
    if row.table not in SHAPES:
        raise TypeError(f"there is no table named {row.table}; the tables are {', '.join(SHAPES)}")
    return SHAPES[row.table]


SHAPES: dict[str, Shape] = {
    name: _shape(name, rank) for rank, name in enumerate(("event", *HISTORY, "blob", *OPERATIONAL, "seal"), -1)
}
