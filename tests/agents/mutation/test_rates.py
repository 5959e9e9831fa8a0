"""The table of rates is what `benchmarks/rates.py` makes of what was counted."""

from __future__ import annotations

from math import isclose, prod, sqrt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents import FAMILIES
from agents.mutation.rates import RATES
from benchmarks.rates import Tried, measured, rates, table
from ecology import load_tasks

EXAMPLES = Path(__file__).resolve().parents[3] / "examples" / "everyday.jsonl"

counts = st.fixed_dictionaries({family: st.integers(0, 9) for family in FAMILIES})
sums = st.fixed_dictionaries({family: st.floats(0.0, 900.0) for family in FAMILIES})
lists = st.lists(st.builds(Tried, st.just("task"), st.just(1), sums, counts), min_size=1, max_size=4)


def tried(**successes: int) -> Tried:
    """A task on which every family had edits for 100 in all, and some of them repaired it."""
    return Tried("task", 1, dict.fromkeys(FAMILIES, 100.0), dict.fromkeys(FAMILIES, 0) | successes)


@given(found=lists.filter(lambda each: any(any(one.successes.values()) for one in each)))
def test_rates_are_positive_and_tell_nothing_of_the_order_of_tasks(found: list[Tried]) -> None:
    if not any(sum(each.weights.values()) for each in found):
        return
    known = rates(found)

    assert list(known) == list(FAMILIES) and all(rate > 0 for rate in known.values())
    assert all(isclose(rate, known[family]) for family, rate in rates(found[::-1]).items())


def test_sixteen_edits_that_repair_one_task_count_as_four_tasks_with_one_each() -> None:
    easy, four = rates([tried(guard=16)]), rates([tried(guard=1)] * 4)

    assert easy["guard"] / easy["wrap"] == pytest.approx(sqrt((4 + 3) / 3))
    assert four["guard"] / four["wrap"] == pytest.approx(sqrt((4 + 3) / 3))


def test_each_rate_is_drawn_half_way_to_their_geometric_mean() -> None:
    found = rates([tried(guard=1, wrap=1)])

    middle = prod(found.values()) ** (1 / len(found))
    assert found["guard"] > middle > found["name"]
    assert (found["guard"] / found["name"]) ** 2 == pytest.approx((sqrt(0.5) + 3) / 3)


def test_where_nothing_was_repaired_there_is_no_rate_to_tell() -> None:
    with pytest.raises(ValueError, match="no edit repaired"):
        rates([tried()])


def test_edits_of_a_task_are_tried_as_far_as_they_are_asked_for() -> None:
    (found,) = measured(load_tasks(EXAMPLES)[:1], most=16)

    assert 13 < found.candidates <= 16 * len(FAMILIES)
    assert any(found.successes.values()) and all(weight >= 0 for weight in found.weights.values())


def test_the_table_is_written_as_the_module_holds_it() -> None:
    assert table(RATES).splitlines()[0].strip() == f'"comparison": {RATES["comparison"]},'
