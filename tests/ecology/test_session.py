"""A run notes the rule layer's files before and after, and says where they changed in between."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ecology import Ecology, GuardWarning, Store, Task, audit
from ecology.engine import Standing


def test_an_undisturbed_run_has_the_same_listing_before_and_after(lived: Path) -> None:
    with Store.open(lived) as store:
        (session,) = store.sessions.all()
        assert session.guard is not None and session.guard == session.guard_after
        assert "governance/council.py" in json.loads(store.blobs.text(session.guard))
    assert audit(lived).holds


def test_a_charter_changed_while_the_run_goes_on_is_an_event_a_warning_and_a_finding(
    tmp_path: Path, few_tasks: tuple[Task, ...]
) -> None:
    charter = tmp_path / "mine.toml"
    charter.write_text("[social.AuthorNotSoleApprover]\nquorum = 1\n")

    def meddle(standing: Standing) -> None:
        charter.write_text("[social.AuthorNotSoleApprover]\nquorum = 0\n")

    with Ecology(tmp_path / "zoo.db", seed=1, workers=1, charter=charter) as ecology:
        ecology.settle(few_tasks[:1])
        with pytest.warns(GuardWarning, match=r"mine\.toml"):
            ecology.run(4, watch=meddle)

    with Store.open(tmp_path / "zoo.db") as store:
        last = list(store.history())[-1]
    assert last.kind == "guard" and last.payload == {"changed": [str(charter)]} and last.cause is not None
    assert [each.kind for each in audit(tmp_path / "zoo.db").findings] == ["guard"]
