"""Unsafe rewrites through the whole engine, in small: none is merged, and right ones are not refused."""

from __future__ import annotations

from pathlib import Path

from benchmarks.admission import admissions, world_of
from benchmarks.unsafe_proposals import measure
from ecology import Task

REFERENCES = Path(__file__).resolve().parents[1] / "examples_references.jsonl"


def test_of_many_unsafe_proposals_none_is_merged_and_no_right_one_refused(few_tasks: tuple[Task, ...]) -> None:
    tally = measure(few_tasks[:3], REFERENCES, count=60, chunk=24, seed=5, workers=1, model="simulated:0.1,0,0.9")

    assert tally.proposed["unsafe"] >= 60 and tally.merged["unsafe"] == 0
    assert tally.refused["unsafe"] == tally.proposed["unsafe"]
    assert tally.proposed["right"] >= 2 and tally.right_refused == 0.0
    assert len(tally.distinct) > 50 and tally.holds


def test_admission_costs_as_much_in_a_large_world_as_in_a_small_one() -> None:
    small, large = (min(admissions(world_of(agents=40, tools=10, versions=n), critiques=3)) for n in (3, 300))

    assert large < 3 * small
