"""Whether a value from the sandbox is the one that was expected.

Promises: exact types (`True` is not 1, a tuple is no list) unless told otherwise; never raises; does not recurse.
Does not promise: to call anything equal that holds an object of a type without a literal.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, Literal

from .run import Opaque

TOLERANCE = 1e-6
STEPS = 1_000_000


def same(value: object, expect: object, *, compare: Literal["exact", "close"] = "exact", lists: bool = False) -> bool:
    """Return whether `value` equals `expect`.

    Args: compare: `exact`, or `close` where floats may differ by 1e-6 relative or absolute and an int may stand for a
    float; lists: tuples count as lists. A NaN equals a NaN.
    """
    try:
        return _Comparison(close=compare == "close", lists=lists).holds(value, expect)
    except (RecursionError, MemoryError, OverflowError, TypeError, ValueError):
        return False


class _Comparison:
    def __init__(self, *, close: bool, lists: bool) -> None:
        self._close, self._lists = close, lists

    def holds(self, value: object, expect: object) -> bool:
        """Compare pair by pair with a list of pairs still to do instead of recursion."""
        waiting: list[tuple[Any, Any]] = [(value, expect)]
        for _ in range(STEPS):
            if not waiting:
                return True
            further = self._step(*waiting.pop())
            if further is None:
                return False
            waiting.extend(further)
        return False

    def _step(self, value: Any, expect: Any) -> Iterable[tuple[Any, Any]] | None:
        """Return the pairs that must be the same for these two to be, None where they differ."""
        if isinstance(value, (float, complex)) or isinstance(expect, (float, complex)):
            return () if self._same_number(value, expect) else None
        kind = self._kind(value)
        if kind is not self._kind(expect) or kind is Opaque:
            return None
        if kind is list or kind is tuple:
            return zip(value, expect, strict=True) if len(value) == len(expect) else None
        if kind is dict:
            return self._pairs(value, expect)
        if kind is set or kind is frozenset:
            return () if self._same_set(value, expect) else None
        return () if kind in _PLAIN and value == expect else None

    def _kind(self, value: object) -> type:
        kind = type(value)
        return list if self._lists and kind is tuple else kind

    def _same_number(self, value: Any, expect: Any) -> bool:
        if type(value) is not type(expect):
            mixed = {type(value), type(expect)} == {int, float}
            return self._close and mixed and _near(float(value), float(expect))
        if value == expect or (value != value and expect != expect):
            return True
        return self._close and _near(value, expect)

    def _pairs(self, value: dict[Any, Any], expect: dict[Any, Any]) -> Iterable[tuple[Any, Any]] | None:
        if len(value) != len(expect):
            return None
        mine = {self._mark(key): item for key, item in value.items()}
        theirs = {self._mark(key): item for key, item in expect.items()}
        if mine.keys() != theirs.keys():
            return None
        return [(mine[key], theirs[key]) for key in theirs]

    def _same_set(self, value: Iterable[Any], expect: Iterable[Any]) -> bool:
        mine, theirs = {self._mark(item) for item in value}, {self._mark(item) for item in expect}
        if mine == theirs:
            return True
        if not self._close or len(mine) != len(theirs):
            return False
        left, right = list(value), list(expect)
        if any(type(item) not in (int, float) for item in left + right):
            return False
        return all(_near(a, b) for a, b in zip(sorted(left), sorted(right), strict=True))

    def _mark(self, key: Any) -> Any:
        """Return a key that tells `1`, `True` and `1.0` apart, and a NaN equal to a NaN."""
        kind = self._kind(key)
        if isinstance(key, tuple):
            return kind, tuple(self._mark(item) for item in key)
        if isinstance(key, frozenset):
            return kind, frozenset(self._mark(item) for item in key)
        return (kind, "nan") if key != key else (kind, key)


_PLAIN = frozenset({int, bool, str, bytes, bytearray, type(None), type(Ellipsis)})


def _near(value: Any, expect: Any) -> bool:
    if isinstance(value, complex):
        return bool(abs(value - expect) <= TOLERANCE * max(1.0, abs(value), abs(expect)))
    return math.isclose(value, expect, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
