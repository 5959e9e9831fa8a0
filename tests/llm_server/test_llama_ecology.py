"""Claims about a small ecology that thinks with a real llama.cpp server; `pytest -m llm_server` runs them."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.llama import ServedLlama
from ecology import Ecology, Report, Store, load_tasks

pytestmark = [pytest.mark.llm_server, pytest.mark.timeout(900)]

TASKS = Path(__file__).resolve().parents[2] / "examples" / "everyday.jsonl"
TURNS = 10


@pytest.fixture(scope="module")
def lived(llama: ServedLlama, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """What ten turns of nonsense came to."""
    path = tmp_path_factory.mktemp("nonsense") / "nonsense.db"
    model = f"{llama.address}#tiny"
    population = {"mender": 2, f"critic@{model}": 1}
    with Ecology(path, model=model, population=population, workers=1, window=2, max_tokens=200, seed=4) as ecology:
        ecology.settle(load_tasks(TASKS)[:2])
        return ecology.run(turns=TURNS)


def test_nonsense_ends_normally_and_changes_nothing(lived: Report) -> None:
    assert (lived.ending, lived.turns, lived.solved) == ("turns", TURNS, 0)
    assert all(tool.versions == 1 for tool in lived.tools)


def test_every_call_is_in_the_journal(lived: Report, llama: ServedLlama) -> None:
    with Store.open(Path(lived.database)) as store:
        calls = list(store.journal.past().values())

    assert calls
    assert {call.model for call in calls} == {f"{llama.address}#tiny"}
    answered = [call for call in calls if not call.fault]
    assert answered and all(call.tokens_in > 0 and not call.estimated and call.finish for call in answered)


def test_a_run_that_is_over_asks_for_nothing_when_it_is_resumed(lived: Report, llama: ServedLlama) -> None:
    before = llama.requests()

    with Ecology(lived.database, workers=1) as ecology:
        again = ecology.resume()

    assert again.history_hash == lived.history_hash
    assert llama.requests() == before


def test_a_replay_needs_no_server_and_lives_the_same_history(lived: Report, llama: ServedLlama, tmp_path: Path) -> None:
    before = llama.requests()

    with Ecology(tmp_path / "again.db", model=f"replay:{lived.database}", workers=1) as ecology:
        ecology.settle(load_tasks(TASKS)[:2])
        again = ecology.run()

    assert again.history_hash == lived.history_hash
    assert llama.requests() == before
