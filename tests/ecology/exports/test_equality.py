"""The comparison that goes into packages agrees with the one that judges."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecology.exports.equality import equal
from governance.sandbox.compare import same

PLAIN = st.none() | st.booleans() | st.integers(-3, 3) | st.floats(width=16) | st.text("ab", max_size=2)
KEYS = st.integers(0, 2) | st.booleans()
VALUES = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=2) | st.tuples(inner, inner) | st.dictionaries(KEYS, inner, max_size=2),
)


@pytest.mark.parametrize("close", [False, True])
@pytest.mark.parametrize("lists", [False, True])
@given(a=VALUES, b=VALUES)
def test_it_holds_equal_what_the_rule_layer_does(a: object, b: object, close: bool, lists: bool) -> None:
    for one, two in ((a, b), (a, a), (a, [a]), ([a], (a,))):
        judged = same(one, two, compare="close" if close else "exact", lists=lists)

        assert equal(one, two, close=close, lists=lists) == judged


def test_an_iterator_is_read_into_a_list_where_lists_are_alike() -> None:
    assert equal(iter((1, 2)), [1, 2], lists=True)
    assert not equal(iter((1, 2)), [1, 2])
