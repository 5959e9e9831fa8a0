"""Incidents: the smallest cascade behind a trip, the edge that repeats in it, and who is not to blame."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecology import Ecology, Incident, Store, Task
from ecology.incidents import _faults, _Tree, incident, incidents
from governance import Act
from storage import NotFound

from .storms import echo, ecology, storm


@pytest.fixture(scope="module")
def found(few_tasks: tuple[Task, ...], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Incident]:
    path = tmp_path_factory.mktemp("incident") / "storm.db"
    storm(path, few_tasks, echo, turns=80)
    with Store.open(path) as store:
        return path, incidents(store)[0]


def test_it_names_the_edge_that_repeats_and_who_made_more_than_they_were_called_to(
    found: tuple[Path, Incident],
) -> None:
    _, first = found

    assert (first.id, first.why, first.edge) == (1, "reproduction", "signal > signal")
    assert first.times >= 10
    assert all(name.startswith("stormer-") for name in first.at_fault) and first.at_fault
    assert not set(first.at_fault) & set(first.without_fault)


def test_without_its_cascade_the_breaker_would_not_have_tripped(found: tuple[Path, Incident]) -> None:
    _, first = found

    assert first.without is not None and first.without < first.evidence["threshold"] < first.evidence["mean"]
    assert len(first.cascade) <= len(first.evidence["acts"]) * 3


def test_the_ancestors_lead_from_an_act_that_nothing_led_to_down_to_the_cascade(found: tuple[Path, Incident]) -> None:
    path = [*found[1].ancestors, found[1].cascade[0]]

    assert path[0].parent == 0
    assert all(below.parent == above.seq for above, below in pairwise(path))


def test_every_step_is_an_event_of_the_record_by_that_agent(found: tuple[Path, Incident]) -> None:
    with Store.open(found[0]) as store:
        events = {entry.seq: entry for entry in store.history()}
        names = {agent.id: agent.name for agent in store.agents.all()}

    for step in (*found[1].ancestors, *found[1].cascade):
        event = events[step.seq]
        assert (event.kind, event.turn, names[event.agent_id or 0]) == ("signal", step.turn, step.agent)


def test_the_same_is_told_from_python_and_in_words(found: tuple[Path, Incident], few_tasks: tuple[Task, ...]) -> None:
    with ecology(found[0], few_tasks, echo) as ours:
        assert ours.incidents()[0] == found[1]
    words = str(found[1])

    assert "signal > signal" in words and "smallest cascade" in words and f"now {found[1].state}" in words


def test_an_incident_that_never_was_is_not_found(lived: Path, found: tuple[Path, Incident]) -> None:
    with Store.open(lived) as store, pytest.raises(NotFound, match="never tripped"):
        incident(store, 1)
    with Store.open(found[0]) as store, pytest.raises(NotFound, match="there are 1 to"):
        incident(store, 99)


def test_a_calm_history_has_none(lived: Path) -> None:
    with Ecology(lived) as ours:
        assert ours.incidents() == ()


FAMILIES = st.lists(st.integers(0, 10**6), min_size=1, max_size=40)


@given(FAMILIES)
def test_taking_the_cascade_away_brings_any_tree_below_the_threshold(drawn: list[int]) -> None:
    acts = {seq: Act(seq, "signal", parent % seq, seq % 5 + 1, 1, seq) for seq, parent in enumerate(drawn, 1)}
    tree = _Tree(acts, {"scope": "all", "acts": list(acts)})

    cascade, without = tree.smallest(0.5)

    assert without < 0.5
    left = [act for act in acts.values() if act not in cascade]
    assert without == pytest.approx(
        sum(act.parent in {each.seq for each in left} for act in left) / len(left) if left else 0.0, abs=1e-4
    )


def test_one_storm_among_calm_trees_is_the_one_that_is_named() -> None:
    calm = {seq: Act(seq, "signal", 0, 9, 1, seq) for seq in range(1, 11)}
    stormy = {seq: Act(seq, "signal", (seq - 10) // 3 + 10 if seq > 11 else 0, 1, 1, seq) for seq in range(11, 60)}
    for seq in (12, 13):
        stormy[seq].parent = 11
    tree = _Tree(calm | stormy, {"scope": "signal > signal", "acts": list(calm | stormy)})

    cascade, without = tree.smallest(0.75)

    assert {act.seq for act in cascade} <= set(stormy) and without < 0.75


def test_who_passes_on_one_for_one_has_no_fault_of_its_own() -> None:
    chain = [Act(1, "signal", 0, 1, 1, 0), Act(2, "signal", 1, 2, 2, 0), Act(3, "signal", 2, 3, 3, 0)]
    burst = [Act(4, "signal", 3, 4, 4, 0), Act(5, "signal", 3, 4, 4, 0)]

    assert _faults([*chain, *burst]) == {1: False, 2: False, 3: False, 4: True}
    assert Counter(_faults(chain).values()) == {False: 3}
