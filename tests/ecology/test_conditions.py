"""Budgets of candidates and what a population does without: each switch takes away what it says, and no more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ecology import Ecology, Report, Task, load_tasks
from ecology.pick import Pick
from storage import ConfigurationError, Entry, Store

from .networks import POPULATION, slow_before_fast

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "everyday.jsonl"


def run(path: Path, tasks: tuple[Task, ...], **settings: Any) -> tuple[Report, list[Entry]]:
    with Ecology(path, seed=5, workers=2, **settings) as ecology:
        ecology.settle(tasks)
        report = ecology.run(400)
    with Store.open(path) as store:
        return report, list(store.history())


def searches(entries: list[Entry]) -> list[Entry]:
    return [entry for entry in entries if entry.kind == "turn" and entry.payload["activity"] == "search"]


def tried(entries: list[Entry]) -> dict[int | None, int]:
    sums: dict[int | None, int] = {}
    for entry in searches(entries):
        sums[entry.tool_id] = sums.get(entry.tool_id, 0) + entry.payload["tried"]
    return sums


def test_no_more_candidates_are_run_than_a_tool_or_the_whole_is_given(
    tmp_path: Path, few_tasks: tuple[Task, ...]
) -> None:
    report, entries = run(tmp_path / "each.db", few_tasks, candidates_per_task=24)
    assert max(tried(entries).values()) <= 24 and report.ending == "settled"

    report, entries = run(tmp_path / "all.db", few_tasks, candidates=70)
    assert 50 < sum(tried(entries).values()) <= 70 and report.ending == "settled"


def test_reviews_do_not_wait_for_rivals_where_nobody_has_anything_left_to_try(tmp_path: Path) -> None:
    """One family has a handful of edits here: it is done with them long before its rivals would be enough."""
    tasks = tuple(each for each in load_tasks(EXAMPLES) if each.name == "everyday/wrap_text")

    report, _ = run(tmp_path / "lone.db", tasks, population={"specialist/comparison": 1, "critic": 3, "breeder": 1})

    assert (report.solved, report.ending) == (1, "settled")


def test_a_linker_keeps_within_the_budget_and_a_resumed_run_knows_what_it_was_allowed(tmp_path: Path) -> None:
    _, entries = run(tmp_path / "linked.db", slow_before_fast(), population=POPULATION, candidates_per_task=30)

    links = [entry for entry in entries if entry.kind == "turn" and entry.payload["activity"] == "link"]
    assert links and all(entry.payload["tried"] <= entry.payload["allowance"] <= 30 for entry in links)
    for entry in links:
        assert (pick := Pick.stored([entry])) and pick.allowance == entry.payload["allowance"]


def test_without_reads_nobody_works_from_a_version_of_another_niche(
    tmp_path: Path, few_tasks: tuple[Task, ...]
) -> None:
    _, entries = run(tmp_path / "blind.db", few_tasks, without=("reads",))

    authors = {row["id"]: row["author_id"] for entry in entries for table, row in entry.rows if table == "tool_version"}
    families = {row["id"]: row["name"].rsplit("-", 1)[0] for entry in entries for t, row in entry.rows if t == "agent"}
    bases = [(families[entry.agent_id or 0], authors[entry.payload["base"]]) for entry in searches(entries)]
    assert all(author is None or families[author] == family for family, author in bases)
    assert all(len(entry.payload["survey"]) == 1 for entry in searches(entries) if "survey" in entry.payload)


def test_without_critics_every_rewrite_is_supported_without_a_look(tmp_path: Path, few_tasks: tuple[Task, ...]) -> None:
    _, entries = run(tmp_path / "unseen.db", few_tasks, without=("critics",))

    kinds = {row["kind"] for entry in entries for table, row in entry.rows if table == "critique"}
    assert kinds == {"no look taken"}


def test_the_first_on_a_version_surveys_it_and_later_turns_go_by_what_was_found(
    tmp_path: Path, few_tasks: tuple[Task, ...]
) -> None:
    _, entries = run(tmp_path / "surveyed.db", few_tasks)

    first: dict[int, Entry] = {}
    for entry in searches(entries):
        first.setdefault(entry.payload["base"], entry)
    assert all("survey" in entry.payload for entry in first.values())
    assert all(len(entry.payload["survey"]) == 13 and entry.payload["mass"] > 0 for entry in first.values())
    assert not any("survey" in entry.payload for entry in searches(entries) if entry not in first.values())


def test_without_priors_all_edits_promise_alike(tmp_path: Path, few_tasks: tuple[Task, ...]) -> None:
    _, entries = run(tmp_path / "uniform.db", few_tasks, without=("priors", "signals", "learning"), candidates=300)

    assert {entry.payload["promise"] for entry in searches(entries)} <= {0.0, 1.0}


def test_learning_changes_the_order_and_doing_without_it_does_not(tmp_path: Path, few_tasks: tuple[Task, ...]) -> None:
    _, learning = run(tmp_path / "learning.db", few_tasks)
    _, fixed = run(tmp_path / "fixed.db", few_tasks, without=("learning",))

    assert any(entry.payload.get("lore") for entry in searches(learning))
    assert not any(entry.payload.get("lore") for entry in searches(fixed))


def test_a_switch_or_selection_that_is_none_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="without"):
        Ecology(tmp_path / "x.db", without=("gravity",))
    with pytest.raises(ConfigurationError, match="no selection 'best'"):
        Ecology(tmp_path / "x.db", selection="best")
