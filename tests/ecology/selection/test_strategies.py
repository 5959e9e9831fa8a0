"""Selection: every strategy is a pure weighing of versions, and each prefers what its source says it does."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecology.selection import STRATEGIES, strategy_of
from ecology.states import Progress, VersionState
from storage import ConfigurationError, Score

PLAIN = [name for name in STRATEGIES if name != "map-elites"]


def version(number: int, bitmap: str, *, basis: int | None = None, turns: int = 0) -> VersionState:
    progress = {"specialist/guard": Progress(turns=turns)} if turns else {}
    return VersionState(
        number, number, number, 1, 1, None, f"code{number}", bitmap=bitmap, basis_id=basis, progress=progress,
        score=Score(bitmap.count("1"), len(bitmap), 0, 0, 10),
    )  # fmt: skip


versions = st.lists(st.tuples(st.text("01", min_size=4, max_size=4), st.integers(0, 5)), min_size=1, max_size=12).map(
    lambda rows: [
        version(number, f"{marks}|0", basis=number - 1 or None, turns=turns)
        for number, (marks, turns) in enumerate(rows, 1)
    ]
)


@pytest.mark.parametrize("name", PLAIN)
@given(listed=versions)
def test_weights_are_finite_not_negative_and_leave_something_to_work_from(
    name: str, listed: list[VersionState]
) -> None:
    weights = strategy_of(name).weights(listed)

    assert len(weights) == len(listed)
    assert all(weight >= 0 and math.isfinite(weight) for weight in weights)
    assert any(weights)
    assert strategy_of(name).weights(listed) == weights


def test_score_and_novelty_prefers_the_better_of_equals_and_the_childless_of_equals() -> None:
    worse, better, parent = version(1, "1000|0"), version(2, "1110|0"), version(3, "1110|0")
    child = version(4, "0000|0", basis=3)

    first, second, third, _ = strategy_of("score-novelty").weights([worse, better, parent, child])

    assert second > first and second > third


def test_the_front_leaves_out_what_another_version_beats_on_every_case() -> None:
    weights = strategy_of("pareto").weights([version(1, "1000|0"), version(2, "1100|0"), version(3, "0011|0")])

    assert weights == [0.0, 2.0, 2.0]


def test_upper_confidence_gives_the_untried_their_turn_and_then_what_has_gained() -> None:
    barren, fertile, untried = (
        version(1, "1000|0", turns=9),
        version(2, "1000|0", turns=9),
        version(3, "1110|0", basis=2),
    )

    first, second, third = strategy_of("ucb").weights([barren, fertile, untried])

    assert third > second > first


def test_the_newest_are_the_root_and_the_last_three() -> None:
    assert strategy_of("newest").weights([version(n, "1|0") for n in range(1, 7)]) == [1.0, 0.0, 0.0, 1.0, 1.0, 1.0]


def test_map_elites_keeps_one_version_a_kind_of_behaviour() -> None:
    pytest.importorskip("ribs")
    alike, better = version(1, "1100|0"), version(2, "1100|1")

    assert strategy_of("map-elites").weights([alike, better, version(3, "0000|0")]) == [0.0, 1.0, 1.0]


def test_a_selection_that_is_none_is_named_with_those_that_are() -> None:
    with pytest.raises(ConfigurationError, match="no selection 'best'; there are newest, score-novelty"):
        strategy_of("best")
