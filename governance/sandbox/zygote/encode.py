"""Turn a value into JSON-ready data with its exact types marked, without running any code of the candidate.

Promises: only exact built-in types are looked into; anything else becomes an opaque mark with its type's name; depth
and number of items are bounded.
Does not promise: to keep shared references or cycles (a cycle ends as an opaque mark at the depth limit).
"""

from __future__ import annotations

import math
from typing import Any

DEPTH = 100
ITEMS = 200_000
# Integers that every JSON reader keeps exactly; larger ones travel in hexadecimal.
PLAIN_INT = 1 << 53


class TooLarge(Exception):
    """The value has more items than a result may have."""


class Encoder:
    """Encodes one value; the item budget is shared by everything in it."""

    def __init__(self) -> None:
        self._items = 0

    def encode(self, value: Any, depth: int = 0) -> Any:
        """Return nested lists, dicts, strings and numbers for `value`. Raises TooLarge."""
        kind = type(value)
        if value is None or kind is bool or kind is str:
            return value
        if kind is int:
            return value if -PLAIN_INT < value < PLAIN_INT else {"i": hex(value)}
        if kind is float:
            return value if math.isfinite(value) else {"r": repr(value)}
        if depth >= DEPTH:
            return {"o": "nested too deeply"}
        return self._encode_large(value, kind, depth + 1)

    def _encode_large(self, value: Any, kind: type, depth: int) -> Any:
        if kind is list:
            return self._each(value, depth)
        if kind in _SEQUENCES:
            return {_SEQUENCES[kind]: self._each(value, depth)}
        if kind is dict:
            self._count(len(value))
            return {"d": [[self.encode(key, depth), self.encode(item, depth)] for key, item in value.items()]}
        if kind in _BYTES:
            self._count(len(value) >> 3)
            return {_BYTES[kind]: value.hex()}
        if kind is complex:
            return {"c": [self.encode(value.real), self.encode(value.imag)]}
        if value is Ellipsis:
            return {"e": 0}
        return {"o": type_name(kind)}

    def _each(self, items: Any, depth: int) -> list[Any]:
        self._count(len(items))
        return [self.encode(item, depth) for item in items]

    def _count(self, items: int) -> None:
        self._items += items
        if self._items > ITEMS:
            raise TooLarge(f"more than {ITEMS} items")


_SEQUENCES: dict[type, str] = {tuple: "t", set: "s", frozenset: "f"}
_BYTES: dict[type, str] = {bytes: "b", bytearray: "y"}


def type_name(kind: type) -> str:
    """Return the type's name as plain text of at most 80 characters, whatever its metaclass says."""
    name = type.__dict__["__name__"].__get__(kind)
    return str.__str__(name)[:80] if isinstance(name, str) else "object"
