"""Whether a tool gave what a case expects, for tests that stand alone: this file goes into exported packages.

Promises: exact types (`True` is not 1, a tuple is no list) unless told otherwise.
"""

import math
from collections.abc import Iterator
from itertools import islice
from typing import Any

TOLERANCE = 1e-6
MOST = 5_000


def equal(value: Any, expect: Any, *, close: bool = False, lists: bool = False) -> bool:
    """Return whether `value` is `expect`; `close` lets numbers differ by 1e-6, `lists` lets tuples be lists."""
    if lists and isinstance(value, Iterator):
        value = list(islice(value, MOST))
    if isinstance(value, float | complex) or isinstance(expect, float | complex):
        return _same_number(value, expect, close=close)
    kinds = [list if lists and type(each) is tuple else type(each) for each in (value, expect)]
    if kinds[0] is not kinds[1]:
        return False
    if kinds[0] in (list, tuple):
        pairs = zip(value, expect, strict=False)
        return len(value) == len(expect) and all(equal(a, b, close=close, lists=lists) for a, b in pairs)
    if kinds[0] is dict:
        return {_mark(key) for key in value} == {_mark(key) for key in expect} and all(
            equal(value[key], expect[key], close=close, lists=lists) for key in expect
        )
    if kinds[0] in (set, frozenset):
        return {_mark(each) for each in value} == {_mark(each) for each in expect}
    return bool(value == expect)


def _same_number(value: Any, expect: Any, *, close: bool) -> bool:
    if type(value) is not type(expect) and not (close and {type(value), type(expect)} == {int, float}):
        return False
    if value == expect or (value != value and expect != expect):
        return True
    if not close:
        return False
    if isinstance(value, complex):
        return bool(abs(value - expect) <= TOLERANCE * max(1.0, abs(value), abs(expect)))
    return math.isclose(value, expect, rel_tol=TOLERANCE, abs_tol=TOLERANCE)


def _mark(key: Any) -> Any:
    return (type(key), tuple(_mark(each) for each in key)) if isinstance(key, tuple) else (type(key), key)
