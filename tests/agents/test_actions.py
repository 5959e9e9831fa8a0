"""Claims about what agents may ask for."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from agents import AnyAction, Critique, Genome, Pass, Post, Propose, Retire, Signal, Spawn

ACTIONS = [
    Pass(reason="nothing to do"),
    Post(topic="tool/12", body="look here"),
    Signal(kind="stuck", subject="tool:12", strength=1.0, half_life=40.0),
    Propose(source="def f(): pass\n", basis_id=3, reason="line 1"),
    Critique(proposal_id=4, stance="object", kind="crash", evidence={"input": "(1,)", "seen": "TypeError"}),
    Spawn(parent_id=1, genome=Genome(species="critic"), reason="unmet"),
    Retire(reason="no energy"),
]

ADAPTER: TypeAdapter[Any] = TypeAdapter(AnyAction)


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.act)
def test_an_action_comes_back_from_json_as_what_it_was(action: Any) -> None:
    assert ADAPTER.validate_json(ADAPTER.dump_json(action)) == action


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.act)
def test_an_action_cannot_be_changed_and_takes_no_unknown_field(action: Any) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        action.act = "other"
    with pytest.raises(ValidationError, match="verdict"):
        ADAPTER.validate_python({**action.model_dump(), "verdict": "pass"})


@pytest.mark.parametrize(
    "fields",
    [
        {"act": "admit", "proposal_id": 1},
        {"act": "signal", "kind": "stuck", "subject": "tool:1", "strength": 0, "half_life": 1},
        {"act": "signal", "kind": "stuck", "subject": "tool:1", "strength": 1, "half_life": 0},
        {"act": "critique", "proposal_id": 1, "stance": "doubt", "kind": "crash", "evidence": {}},
        {"act": "spawn", "parent_id": 1, "genome": {"species": "critic", "batch": 1}, "reason": ""},
    ],
)
def test_what_is_no_action_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ADAPTER.validate_python(fields)
