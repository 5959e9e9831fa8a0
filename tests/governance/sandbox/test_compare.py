"""What counts as the expected value."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.sandbox import Opaque, same

Values = st.SearchStrategy[Any]


@given(data=st.data())
def test_every_value_is_the_same_as_itself(values: Values, data: st.DataObject) -> None:
    value = data.draw(values)

    assert same(value, value)
    assert same(value, value, compare="close", lists=True)


@given(data=st.data())
def test_comparing_is_symmetric_and_never_raises(values: Values, data: st.DataObject) -> None:
    left, right = data.draw(values), data.draw(values)

    assert same(left, right) == same(right, left)
    assert same(left, right, compare="close", lists=True) == same(right, left, compare="close", lists=True)


@given(data=st.data())
def test_what_is_the_same_exactly_is_the_same_loosely(values: Values, data: st.DataObject) -> None:
    left, right = data.draw(values), data.draw(values)

    assert not same(left, right) or same(left, right, compare="close", lists=True)


@pytest.mark.parametrize(
    ("value", "expect"),
    [
        (True, 1), (1, True), (1, 1.0), (0, False), ((1,), [1]), ({1}, {True}), ({1: 2}, {True: 2}), ({1: 2}, {1.0: 2}),
        ([True], [1]), ("1", 1), (b"a", "a"), ({1}, frozenset({1})), ([1, 2], [1]), ({1: 2}, {1: 3}), (None, False),
        ({(1, True)}, {(1, 1)}), (0.1 + 0.2, 0.3), (float("nan"), 0.0), ([], ()), ({}, set()), (1j, 1),
        (Opaque("A"), Opaque("A")), ([Opaque("A")], [Opaque("A")]), (object(), object()), (bytearray(b"a"), b"a"),
    ],
)  # fmt: skip
def test_values_of_other_types_or_sizes_differ(value: Any, expect: Any) -> None:
    assert not same(value, expect)


@pytest.mark.parametrize(
    ("value", "expect"),
    [
        (0.1 + 0.2, 0.3), (1000000.5, 1000000.0), (1, 1.0), ([1.0000001], [1.0]), ({"a": 1e-7}, {"a": 0.0}),
        ({0.1 + 0.2, 1.0}, {0.3, 1.0}), (1 + 1e-9j, 1 + 0j), (float("inf"), float("inf")), (float("nan"), float("nan")),
    ],
)  # fmt: skip
def test_close_allows_a_millionth(value: Any, expect: Any) -> None:
    assert same(value, expect, compare="close")


@pytest.mark.parametrize(("value", "expect"), [(1.001, 1.0), (True, 1.0), (float("inf"), 1e308), ("1.0", 1.0)])
def test_close_allows_no_more(value: Any, expect: Any) -> None:
    assert not same(value, expect, compare="close")


def test_lists_lets_a_tuple_stand_for_a_list_at_every_depth() -> None:
    assert same([(1, [2])], ([1, (2,)],), lists=True)
    assert not same([(1, [2])], ([1, (2,)],))
    assert not same({1}, [1], lists=True)


def test_depth_and_objects_with_opinions_break_nothing() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]

    class Everything:
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = None  # type: ignore[assignment]

    assert same(deep, deep)
    assert not same(Everything(), 1) and not same(1, Everything()) and not same([Everything()], [1])
    cycle: list[Any] = []
    cycle.append(cycle)
    assert same(cycle, cycle) in (True, False)
    # A list nested this deeply must be taken apart by hand: its destructor is recursive.
    while deep:
        deep = deep[0]
