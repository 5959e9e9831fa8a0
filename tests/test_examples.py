"""The examples run as they stand, and so do the right versions of their tools."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ecology import load_charter, load_tasks
from governance import Bench

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
REFERENCES = ROOT / "tests" / "examples_references.jsonl"


def run(name: str, folder: Path) -> str:
    ran = subprocess.run(
        [sys.executable, EXAMPLES / name], cwd=folder, capture_output=True, text=True, timeout=240, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_the_quickstart_repairs_all_of_its_tools(tmp_path: Path) -> None:
    said = run("quickstart.py", tmp_path)

    assert said.startswith("6 of 6 tools repaired, 6 of them right on the sealed cases too")
    assert "as it came" in said
    assert not list(tmp_path.iterdir())


def test_the_lineage_example_shows_diffs_vetoes_and_a_history_that_holds(tmp_path: Path) -> None:
    said = run("inspect_lineage.py", tmp_path)

    assert "--- version" in said and "veto by" in said and "history holds:" in said


def test_a_mind_of_ones_own_lives_beside_the_offline_population_and_mends_what_others_do_not(tmp_path: Path) -> None:
    said = run("own_mind.py", tmp_path)

    assert "two statements change places" in said and "reverser" in said
    assert said == run("own_mind.py", tmp_path), "the same seed gives the same history"


def test_the_local_model_example_says_how_each_server_is_named_and_runs_without_any(tmp_path: Path) -> None:
    said = run("local_model.py", tmp_path)

    for named in ("ollama_chat/", ":8080/v1", ":8000/v1#", ":1234/v1"):
        assert named in said
    assert "3 of 3 tools repaired, 3 of them right on the sealed cases too" in said


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench.open("auto", limits=load_charter().limits, allow_rlimit=True)


def test_every_example_tool_fails_a_visible_case_and_its_right_version_passes_them_all(bench: Bench) -> None:
    right = {row["id"]: row["reference"] for row in map(json.loads, REFERENCES.read_text().splitlines())}
    tasks = load_tasks(EXAMPLES / "everyday.jsonl")

    with bench:
        for task in tasks:
            assert not all(bench.score(task, task.code).scorecard.visible), task.name
            assert bench.score(task, right[task.name]).scorecard.solved, task.name
            assert all(bench.seal(task, right[task.name])), task.name
    assert len(tasks) >= 12
