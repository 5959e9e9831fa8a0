"""Claims about what agents may see."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents import Genome, visible_only
from storage import Case, Task
from tests.agents.conftest import Look

CASES = st.builds(
    Case, ring=st.sampled_from(["visible", "gate", "sealed"]), expect=st.text(max_size=5), args=st.text(max_size=5)
)


@given(cases=st.lists(CASES, max_size=12))
def test_gate_and_sealed_cases_never_get_into_a_view(cases: list[Case]) -> None:
    task = Task("t", "f", "def f(): pass\n", tuple(cases), description="d", helper="h = 1", compare="close", lists=True)

    seen = visible_only(task)

    assert seen.ring("gate") == seen.ring("sealed") == ()
    assert seen.cases == task.ring("visible")
    assert (seen.name, seen.code, seen.helper, seen.compare, seen.lists) == ("t", task.code, "h = 1", "close", True)


def test_a_view_travels_between_processes_and_cannot_be_changed(look: Look, clamp: Task) -> None:
    view = look(Genome(species="critic"), clamp, "def clamp(): pass\n")

    assert pickle.loads(pickle.dumps(view)) == view
    with pytest.raises(FrozenInstanceError):
        view.turn = 2  # type: ignore[misc]
