"""What a run learns of edits: near 1 as long as little is known, and then the share of hopes that came true."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ecology.lore import Lore

FAMILIES = ("guard", "wrap", "name")
tries = st.lists(
    st.tuples(st.sampled_from(FAMILIES), st.sampled_from(("a", "b")), st.floats(0.001, 2), st.booleans()), max_size=40
)


def lived(events: list[tuple[str, str, float, bool]]) -> Lore:
    lore = Lore()
    for family, kind, hope, won in events:
        lore.tried(family, [(kind, hope)], ["takes:list"])
        if won:
            lore.won(family, kind, ["takes:list"])
    return lore


def test_nothing_learnt_changes_nothing() -> None:
    assert Lore().on(["takes:list"], {}) == () and Lore().factor("guard") == 1.0


@given(events=tries)
def test_factors_are_positive_and_the_same_history_teaches_the_same(events: list[tuple[str, str, float, bool]]) -> None:
    found = lived(events).on(["takes:list"], {})

    assert all(factor > 0 for _, factor in found)
    assert found == lived(events).on(["takes:list"], {})
    assert list(found) == sorted(found)


def test_what_proves_right_more_often_than_hoped_is_tried_sooner() -> None:
    lore = lived([*[("guard", "a", 0.2, True)] * 10, *[("wrap", "a", 0.2, False)] * 10])

    known = dict(lore.on([], {}))

    assert known["guard"] > 1 > known["wrap"]


def test_what_was_inherited_counts_beside_what_was_learnt() -> None:
    assert dict(Lore().on(["gives:text"], {"guard": 2.0, "guard/head": 1.5, "guard@gives:text": 0.5})) == {
        "guard/head": 1.5
    }
    assert dict(Lore().on([], {"guard": 2.0})) == {"guard": 2.0}


def test_an_agent_hands_on_what_its_own_family_learnt() -> None:
    lore = lived([("guard", "a", 0.5, True), ("wrap", "b", 0.5, False)])

    assert set(lore.learnt("guard")) <= {"guard", "guard/a", "guard@takes:list"}


def test_a_feature_that_nobody_met_says_nothing_beside_what_is_known_of_the_family() -> None:
    lore = lived([*[("guard", "a", 0.5, False)] * 20, *[("wrap", "a", 0.5, True)] * 20])

    known, new = dict(lore.on([], {})), dict(lore.on(["gives:text", "takes:text", "takes:table"], {}))

    assert known["guard"] < 1 < known["wrap"]
    assert new == known
