"""Rewrites that need a person: they wait where everything else would let them pass, and time denies them."""

from __future__ import annotations

from pathlib import Path

from ecology import Ecology, Store, Task

WAITS = '[protection.NeedsApproval]\ntools = ["everyday/pages"]\n'


def lived(tmp_path: Path, tasks: tuple[Task, ...], *, charter: str, turns: int) -> str:
    (tmp_path / "charter.toml").write_text(charter)
    with Ecology(tmp_path / "zoo.db", seed=1, workers=2, charter=tmp_path / "charter.toml") as ecology:
        ecology.settle(task for task in tasks if task.name == "everyday/pages")
        return ecology.run(turns).ending


def test_a_rewrite_that_needs_approval_waits_and_the_run_with_it(tmp_path: Path, few_tasks: tuple[Task, ...]) -> None:
    ending = lived(tmp_path, few_tasks, charter=WAITS, turns=300)

    with Store.open(tmp_path / "zoo.db") as store:
        waiting = [entry for entry in store.history() if entry.kind == "await"]
        run = store.runs.latest()
        asked = store.tools.verdicts(outcome="ask")
        assert store.tools.head(1).number == 0
    assert waiting and waiting[0].payload["asked"] == ["tool everyday/pages"]
    assert ending == "waiting" and run is not None and run.ending is None
    assert {each.proposal_id for each in asked} >= {each.payload["proposal"] for each in waiting}


def test_whoever_waits_too_long_is_denied_by_an_event_that_names_what_it_waited_for(
    tmp_path: Path, few_tasks: tuple[Task, ...]
) -> None:
    lived(tmp_path, few_tasks, charter=f"{WAITS}[approvals]\nturns = 5\n", turns=120)

    with Store.open(tmp_path / "zoo.db") as store:
        entries = {entry.seq: entry for entry in store.history()}
        denied = [entry for entry in entries.values() if entry.kind == "deny"]
        vetoes = store.tools.verdicts(rule="NeedsApproval", outcome="veto")
        assert store.tools.head(1).number == 0
    assert denied
    for entry in denied:
        asked = entries[entry.cause or 0]
        assert asked.kind == "await" and asked.payload["proposal"] == entry.payload["proposal"]
        assert entry.turn == asked.payload["until"] and entry.payload["by"] == "expiry"
    assert [each.proposal_id for each in reversed(vetoes)] == [entry.payload["proposal"] for entry in denied]
