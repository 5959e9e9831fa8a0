"""Whole experiments, tiny ones: killed anywhere they come out as if nothing had happened; nothing is lived twice."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ecology import Ecology, Experiment, Store, Task, experiment, load_tasks
from ecology.engine import Standing
from ecology.experiments.sample import Sample
from ecology.run import Watch
from storage import ConfigurationError

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = ROOT / "examples" / "everyday.jsonl"
CHOSEN = ("everyday/days_in_month", "everyday/split_bill")
ARMS = ("population", "single/comparison", "without/critics")
# Kills itself while a sample is lived (at a turn) or before it begins (at turn -1).
KILLED = """
import os, signal, sys
from ecology import experiment, load_tasks
folder, place, turn = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
def die():
    os.kill(os.getpid(), signal.SIGKILL)
def begin(sample, number, count):
    if number == place and turn < 0:
        die()
    return lambda standing: die() if number == place and standing.turn >= turn else None
tasks = [task for task in load_tasks("examples/everyday.jsonl") if task.name in sys.argv[4:6]]
experiment(tasks, budget=40, seeds=1, out=folder, arms=sys.argv[6:], workers=1, begin=begin)
"""


@pytest.fixture(scope="module")
def tasks() -> tuple[Task, ...]:
    return tuple(task for task in load_tasks(EXAMPLES) if task.name in CHOSEN)


def live(tasks: tuple[Task, ...], folder: Path, **more: Any) -> Experiment:
    return experiment(tasks, out=folder, **{"budget": 40, "seeds": 1, "arms": ARMS, "workers": 1, **more})


@pytest.fixture(scope="module")
def calm(tasks: tuple[Task, ...], tmp_path_factory: pytest.TempPathFactory) -> tuple[Experiment, Path]:
    """An experiment left alone, and its folder; only to be read."""
    folder = tmp_path_factory.mktemp("calm")
    return live(tasks, folder), folder


def told(found: Experiment) -> dict[str, Any]:
    """Return all that must not depend on what happened to the process."""
    document = found.document()
    del document["folder"]
    for arm in document["arms"]:
        arm["cpu_s"] = None
        arm["seeds"] = [{**seed, "cpu_s": None} for seed in arm["seeds"]]
    return document


def kill(folder: Path, place: int, turn: int) -> None:
    command = [sys.executable, "-c", KILLED, str(folder), str(place), str(turn), *CHOSEN, *ARMS]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)
    assert ran.returncode == -9, ran.stderr


def test_killed_within_arms_and_between_them_an_experiment_comes_out_as_if_nothing_had_happened(
    tasks: tuple[Task, ...], calm: tuple[Experiment, Path], tmp_path: Path
) -> None:
    expected, _ = calm
    kill(tmp_path, 1, 7)
    kill(tmp_path, 2, -1)
    first = (tmp_path / "population" / "seed-0.db").read_bytes()
    kill(tmp_path, 2, 3)

    found = live(tasks, tmp_path)

    assert told(found) == told(expected)
    assert (tmp_path / "population" / "seed-0.db").read_bytes() == first
    # What a killed session took is unknown, and said to be; of the last arm it is known.
    assert [arm.cpu_s is None for arm in found.arms] == [True, True, False]
    assert all(arm.cpu_s for arm in expected.arms)


def test_what_is_finished_is_not_lived_again_and_costs_what_it_did(
    tasks: tuple[Task, ...], calm: tuple[Experiment, Path]
) -> None:
    expected, folder = calm
    files = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock"}
    turns: list[int] = []

    def begin(sample: Sample, place: int, count: int) -> Watch:
        def watch(standing: Standing) -> None:
            turns.append(standing.turn)

        return watch

    assert live(tasks, folder, begin=begin) == expected
    assert not turns
    assert {path: path.read_bytes() for path in files} == files


def test_arms_are_what_they_are_called(calm: tuple[Experiment, Path]) -> None:
    found, folder = calm
    population = next(arm for arm in found.arms if arm.name == "population")

    assert {arm.name for arm in found.arms} == set(ARMS)
    # A review that is under way may go a little over the budget.
    assert population.solved >= 1 and 20 <= population.candidates <= 90
    with Store.open(folder / "single/comparison/seed-0.db") as store:
        agents = {agent.species: json.loads(json.dumps(agent.genome))["family"] for agent in store.agents.all()}
        assert agents == {"specialist": "comparison", "critic": "", "breeder": ""}
    with Store.open(folder / "without/critics/seed-0.db") as store:
        run = store.runs.latest()
        assert run and run.settings["without"] == ["critics"] and run.settings["candidates"] == 80


def test_sealed_cases_of_plausible_rewrites_are_run_once_and_kept_beside_the_databases(
    calm: tuple[Experiment, Path],
) -> None:
    found, folder = calm
    lines = [json.loads(line) for line in (folder / "sealed.jsonl").read_text().splitlines()]

    assert len({(line["task"], line["code"]) for line in lines}) == len(lines) > 0
    assert all(set(line["passed"]) <= {"0", "1"} and line["passed"] for line in lines)
    assert [critique.arm for critique in found.critique] == ["population", "without/critics"]
    for critique in found.critique:
        assert 1 <= critique.tasks <= 2
        assert critique.first <= critique.perfect <= critique.tasks and critique.admitted <= critique.perfect
    for seed in [seed for arm in found.arms for seed in arm.seeds]:
        with Store.open(folder / seed.database) as store:
            heads = {head.id for head in store.tools.heads()}
            assert {each.version_id for each in store.tools.evaluations(ring_set="sealed")} <= heads


def test_another_experiment_in_the_folder_is_refused_before_anything_is_lived(
    tasks: tuple[Task, ...], calm: tuple[Experiment, Path]
) -> None:
    _, folder = calm

    with pytest.raises(ConfigurationError, match=r"holds a run with candidates 80, not 82; give another --out"):
        live(tasks, folder, budget=41)
    with pytest.raises(ConfigurationError, match="holds other tasks than these"):
        live(tasks[:1], folder, budget=80)
    assert not (folder / "single" / "guard").exists()


def test_a_foreign_file_in_an_arms_place_is_refused_and_left_as_it_is(tasks: tuple[Task, ...], tmp_path: Path) -> None:
    place = tmp_path / "population" / "seed-0.db"
    place.parent.mkdir()
    with Ecology(place) as ecology:
        ecology.settle(load_tasks(EXAMPLES)[-1:])
    before = place.read_bytes()

    with pytest.raises(ConfigurationError, match="holds other tasks than these; give another --out, or move that file"):
        live(tasks, tmp_path)

    assert place.read_bytes() == before


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"seeds": 0}, "seeds is 0"),
        ({"budget": 0}, "budget is 0"),
        ({"kind": "birth"}, "no experiment 'birth'; there are emergence, selection"),
        ({"kind": "selection", "strict": True, "arms": ()}, "only an emergence experiment can be strict"),
        ({"arms": ("alone",)}, "no arm 'alone'"),
    ],
)
def test_values_that_make_no_experiment_are_refused_and_nothing_is_made(
    tasks: tuple[Task, ...], tmp_path: Path, wrong: dict[str, Any], said: str
) -> None:
    with pytest.raises(ConfigurationError, match=said):
        live(tasks, tmp_path / "new", **wrong)

    assert not (tmp_path / "new").exists()
