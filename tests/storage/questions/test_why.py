"""Causes go up to a root, consequences come in the order in which they happened, and both are bounded."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import NotFound, Store, Transaction

# Each event names an earlier one as its cause, or (0) none.
CAUSES = st.lists(st.integers(0, 10**6), min_size=1, max_size=40).map(
    lambda draws: [draw % (n + 1) if n else 0 for n, draw in enumerate(draws)]
)


def write(store: Store, causes: list[int]) -> int:
    """Record events with those causes, counted from the first of them; return the seq before it."""
    before = store.last_seq()

    def change(tx: Transaction) -> None:
        for cause in causes:
            tx.record("deed", cause=before + cause if cause else None)

    store.write(change)
    return before


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(CAUSES, st.integers(0, 10**6))
def test_the_tree_is_every_cause_and_every_consequence(store: Store, causes: list[int], draw: int) -> None:
    before = write(store, causes)
    asked = draw % len(causes) + 1

    rows = store.ask.why(before + asked)

    up, below = [asked], {asked: 0}
    while causes[up[-1] - 1]:
        up.append(causes[up[-1] - 1])
    for number in range(asked + 1, len(causes) + 1):
        if causes[number - 1] in below:
            below[number] = below[causes[number - 1]] + 1
    expected = {before + number: -place for place, number in enumerate(up)}
    assert {row.seq: row.level for row in rows} == expected | {before + n: level for n, level in below.items()}
    known: set[int | None] = {None}
    for row in rows:
        assert row.cause in known, "a row stands below its cause"
        known.add(row.seq)


def test_no_more_consequences_are_given_than_asked_for(store: Store) -> None:
    write(store, [0, *[1] * 30])

    assert [row.seq for row in store.ask.why(1, limit=3)] == [1, 2, 3, 4]
    assert [row.seq for row in store.ask.why(1, limit=0)] == [1]
    assert len(store.ask.why(1, as_of=5)) == 5


def test_an_event_that_never_was_is_named(store: Store) -> None:
    write(store, [0, 1])

    with pytest.raises(NotFound, match="no event 99"):
        store.ask.why(99)
    with pytest.raises(NotFound, match="no event 2"):
        store.ask.why(2, as_of=1)
