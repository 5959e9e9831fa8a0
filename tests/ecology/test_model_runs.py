"""Runs whose agents think with models: scripted and simulated ones, end to end, in a real database."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from ecology import Budget, Ecology, Report, Store, Task, load_tasks

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "everyday.jsonl"
REFERENCES = Path(__file__).resolve().parents[1] / "examples_references.jsonl"
MENDERS = {"mender": 3, "critic": 2, "breeder": 1}
ORACLE = "simulated:0.5,0.3,0.2"


def lived(
    path: Path,
    tasks: tuple[Task, ...],
    *,
    turns: int = 60,
    model: str = ORACLE,
    workers: int = 2,
    budget: Budget | None = None,
) -> Report:
    resources = {"references": REFERENCES} if model.startswith("simulated") else {}
    with Ecology(
        path, model=model, population=MENDERS, seed=5, window=8, workers=workers, resources=resources, budget=budget
    ) as eco:
        eco.settle(tasks)
        return eco.run(turns)


@pytest.fixture(scope="module")
def simulated(few_tasks: tuple[Task, ...], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Report]:
    path = tmp_path_factory.mktemp("simulated") / "simulated.db"
    return path, lived(path, few_tasks)


def test_what_a_simulated_model_solves_is_marked_and_never_counted(simulated: tuple[Path, Report]) -> None:
    path, report = simulated

    assert report.simulated == len([tool for tool in report.tools if tool.solved]) > 0
    assert report.solved == report.sealed_correct == 0
    with Store.open(path) as store:
        assert {call.model for call in store.journal.totals()} == {ORACLE}
        written = [version for tool in store.tools.all() for version in store.tools.versions(tool.id)[1:]]
        assert {version.model for version in written} == {ORACLE}


def test_a_replay_asks_no_model_and_ends_with_the_same_history(
    simulated: tuple[Path, Report], few_tasks: tuple[Task, ...], tmp_path: Path
) -> None:
    path, report = simulated

    with Ecology(tmp_path / "again.db", model=f"replay:{path}") as eco:
        eco.settle(few_tasks)
        again = eco.run()

    assert again.history_hash == report.history_hash
    assert again.model == ORACLE
    with Store.open(tmp_path / "again.db") as store:
        assert store.journal.past() == {}


def test_workers_change_nothing_in_a_run_with_a_model(
    simulated: tuple[Path, Report], few_tasks: tuple[Task, ...], tmp_path: Path
) -> None:
    assert lived(tmp_path / "one.db", few_tasks, workers=1).history_hash == simulated[1].history_hash


def test_every_call_is_in_the_journal_with_its_prompt(simulated: tuple[Path, Report]) -> None:
    with Store.open(simulated[0]) as store:
        calls = store.journal.past()
        talks = [entry.payload["talk"] for entry in store.history() if "talk" in entry.payload]

    assert len(calls) == sum(talk["calls"] + talk["shared"] for talk in talks) > 0
    assert all(len(call.prompt) == 64 for call in calls.values())


def test_a_run_ends_with_its_budget_of_calls_and_goes_on_with_another(
    few_tasks: tuple[Task, ...], tmp_path: Path
) -> None:
    path = tmp_path / "short.db"
    report = lived(path, few_tasks, budget=Budget(calls=5))

    assert report.ending == "budget"
    assert sum(each.calls for each in report.spending) <= 5
    with Ecology(path, resources={"references": REFERENCES}) as eco:
        longer = eco.resume(budget=Budget(calls=1000))
    assert longer.ending in ("turns", "settled")
    assert longer.turns > report.turns


def test_an_offline_run_imports_no_client(few_tasks: tuple[Task, ...], tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from ecology import Ecology, load_tasks\n"
        f"eco = Ecology({str(tmp_path / 'plain.db')!r}, seed=1, workers=1)\n"
        f"eco.settle(load_tasks({str(EXAMPLES)!r})[:1])\n"
        "eco.run(3)\n"
        "print(sorted({'openai', 'litellm', 'langgraph', 'aiohttp'} & set(sys.modules)))\n"
    )
    import subprocess

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_scripted_model_repairs_a_tool(tmp_path: Path) -> None:
    task = next(each for each in load_tasks(EXAMPLES) if each.name == "everyday/pages")
    right = next(
        json.loads(line)["reference"] for line in REFERENCES.read_text().splitlines() if '"everyday/pages"' in line
    )
    script = tmp_path / "replies.jsonl"
    script.write_text(json.dumps({"match": "pages", "text": f"Round up.\n```python\n{right}\n```"}) + "\n")

    report = lived(tmp_path / "scripted.db", (task,), model=f"scripted:{script}", turns=30)

    assert report.solved == report.sealed_correct == 1
