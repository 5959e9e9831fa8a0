"""The five laws of the design, each held to on a history that a population really made."""

from __future__ import annotations

import ast
import sqlite3
from pathlib import Path

import pytest

from agents import FAMILIES, Genome, Myself, VersionSeen, View, visible_only
from ecology import Ecology, Store, load_tasks
from ecology.world import World
from governance import ask, program
from storage.tables import ALL

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("laws") / "laws.db"
    tasks = load_tasks(ROOT / "examples" / "everyday.jsonl")[4:8]
    with Ecology(path, seed=11, workers=2) as ecology:
        ecology.settle(tasks)
        ecology.run(50)
    return path


@pytest.mark.parametrize("table", ALL)
@pytest.mark.parametrize("statement", ["UPDATE {0} SET rowid = rowid", "DELETE FROM {0}"])
def test_law_1_no_row_can_be_changed_or_removed(history: Path, table: str, statement: str) -> None:
    connection = sqlite3.connect(history)
    try:
        if connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0:
            pytest.skip(f"this history wrote no row of {table}")
        with pytest.raises(sqlite3.Error):
            connection.execute(statement.format(f'"{table}"'))
    finally:
        connection.close()


def test_law_1_every_event_of_a_run_names_its_cause(history: Path) -> None:
    with Store.open(history) as store:
        entries = list(store.history())

    caused = [entry for entry in entries if entry.turn > 0 or entry.kind in ("evaluate", "end")]
    assert caused
    assert all(entry.cause is not None and entry.cause < entry.seq for entry in caused)


def test_law_1_the_state_at_any_moment_is_the_fold_of_what_came_before(history: Path) -> None:
    with Store.open(history) as store:
        last = store.last_seq()
        for moment in (last // 3, last // 2, last):
            world = World()
            for entry in store.history(until=moment):
                world.fold(entry)
            heads = {head.tool_id: head.id for head in store.tools.heads(as_of=moment)}
            assert {tool.id: tool.head.id for tool in world.tools.values()} == heads


def test_law_2_minds_hold_nothing_they_could_write_with() -> None:
    for file in (ROOT / "agents").rglob("*.py"):
        imported = {
            name.name
            for node in ast.walk(ast.parse(file.read_text()))
            if isinstance(node, ast.ImportFrom) and node.module == "storage"
            for name in node.names
        }
        assert not imported & {"Store", "Transaction", "Writer", "Row"}, file


def test_law_2_a_view_never_holds_a_hidden_case() -> None:
    task = load_tasks(ROOT / "examples" / "everyday.jsonl")[0]

    view = View(
        1, 1, "search", Myself(1, 1, Genome(species="specialist", family=FAMILIES[0]), 1.0), task=visible_only(task),
        head=VersionSeen(1, task.code, ()),
    )  # fmt: skip

    assert view.task is not None
    assert {case.ring for case in view.task.cases} == {"visible"}


def test_law_3_only_the_sandbox_runs_code() -> None:
    allowed = ROOT / "governance" / "sandbox"
    for layer in ("storage", "governance", "agents", "ecology", "prompts"):
        for file in (ROOT / layer).rglob("*.py"):
            calls = {
                node.func.id
                for node in ast.walk(ast.parse(file.read_text()))
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            }
            assert allowed in file.parents or not calls & {"exec", "eval", "__import__"}, file


def test_law_3_no_expected_answer_is_in_what_goes_to_the_sandbox() -> None:
    for task in load_tasks(ROOT / "examples" / "everyday.jsonl"):
        cases = task.cases
        sent = program(task, task.code, [ask(task, case).call for case in cases])
        assert [(call.args, call.setup, call.expression) for call in sent.calls] == [
            (case.args, case.setup, case.call) for case in cases
        ]


def test_law_4_a_veto_is_kept_with_its_rule_its_evidence_and_what_would_have_passed(history: Path) -> None:
    with Store.open(history) as store:
        vetoes = store.tools.verdicts(outcome="veto", limit=1_000)

    assert vetoes
    assert all(veto.rule and veto.evidence and veto.would_pass and len(veto.charter_hash) == 64 for veto in vetoes)


def test_law_4_vetoed_code_can_still_be_read(history: Path) -> None:
    with Store.open(history) as store:
        for veto in store.tools.verdicts(outcome="veto", limit=20):
            if veto.proposal_id is not None:
                assert store.blobs.text(store.tools.proposal(veto.proposal_id).code_hash)


def test_law_5_each_turn_was_chosen_knowing_only_what_was_committed_a_window_before(history: Path) -> None:
    with Store.open(history) as store:
        run = store.runs.latest()
        assert run is not None
        committed = {0: run.seq}
        for entry in store.history():
            if entry.turn:
                committed[entry.turn] = entry.seq
            else:
                committed[0] = max(committed[0], entry.seq) if len(committed) == 1 else committed[0]
        for entry in store.history():
            # Where nobody was called there was no choice: what came last is the cause.
            if entry.kind == "turn" and entry.cause and entry.payload["activity"] != "idle":
                assert entry.cause <= committed[max(entry.turn - run.window, 0)]
