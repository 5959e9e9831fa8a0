"""Notes beside the databases: what a crash cut short is passed over, and what is unknown is said to be."""

from __future__ import annotations

import time
from pathlib import Path

from ecology.experiments.notebook import Meter, Notebook, release


def test_a_line_that_a_crash_cut_short_is_passed_over_and_swallows_nothing(tmp_path: Path) -> None:
    Notebook(tmp_path).seal("task", "one", passed="01")
    with (tmp_path / "sealed.jsonl").open("a") as file:
        file.write('{"task": "ta')

    Notebook(tmp_path).seal("task", "two", passed="11")

    assert Notebook(tmp_path).sealed() == {("task", "one"): "01", ("task", "two"): "11"}


def test_costs_are_summed_over_sessions_and_unknown_where_one_left_no_note(tmp_path: Path) -> None:
    notebook = Notebook(tmp_path)
    notebook.spent("a.db", cpu_s=1.25, wall_s=2.0)
    notebook.spent("a.db", cpu_s=2.0, wall_s=2.0)
    notebook.spent("b.db", cpu_s=None, wall_s=2.0)

    assert notebook.cost("a.db", sessions=2).cpu_s == 3.25
    assert notebook.cost("a.db", sessions=3).cpu_s is None
    assert notebook.cost("b.db", sessions=1).cpu_s is None
    assert notebook.cost("a.db", sessions=2).releases == (release(),)


def test_a_meter_counts_processor_time_and_not_sleep() -> None:
    with Meter() as idle:
        time.sleep(0.3)
    with Meter() as busy:
        until = time.process_time() + 0.5
        while time.process_time() < until:
            pass

    assert idle.cpu_s is not None and busy.cpu_s is not None
    assert idle.cpu_s < 0.3 <= busy.cpu_s and idle.wall_s >= 0.3
