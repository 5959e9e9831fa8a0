"""People decide: approve what waits, deny it, take versions back, and admit over a veto with the reason kept."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from ecology import Ecology, Store, Task
from ecology.cli.reading import verdicts
from ecology.control.roll_back import descent
from ecology.world import World
from storage import Entry, Ruling, Score, Transaction, audit

WAITS = '[protection.NeedsApproval]\ntools = ["everyday/pages"]\n'


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory, few_tasks: tuple[Task, ...]) -> Path:
    """A database whose run waits for a person."""
    folder = tmp_path_factory.mktemp("waiting")
    (folder / "charter.toml").write_text(WAITS)
    with Ecology(folder / "zoo.db", seed=1, workers=2, charter=folder / "charter.toml") as ecology:
        ecology.settle(task for task in few_tasks if task.name == "everyday/pages")
        assert ecology.run(300).ending == "waiting"
    return folder / "zoo.db"


@pytest.fixture
def zoo(tmp_path: Path, waiting: Path) -> Iterator[Ecology]:
    shutil.copy(waiting, tmp_path / "zoo.db")
    with Ecology(tmp_path / "zoo.db", workers=1) as ecology:
        yield ecology


def history(ecology: Ecology) -> list[Entry]:
    with Store.open(ecology.report().database) as store:
        return list(store.history())


def folded(ecology: Ecology) -> World:
    world = World()
    for entry in history(ecology):
        world.fold(entry)
    return world


def test_what_is_approved_is_judged_once_more_and_becomes_the_head(tmp_path: Path, zoo: Ecology) -> None:
    number = next(iter(zoo.in_force.waiting))

    receipt = zoo.controls.approve(number, reason="looks right", by="ada")
    report = zoo.resume()

    head = zoo.tools.head(1)
    assert receipt.outcome == "done" and head.proposal_id == number
    assert report.ending == "settled" and report.solved == 1
    entries = {entry.seq: entry for entry in history(zoo)}
    save = next(entry for entry in entries.values() if entry.kind == "save")
    approve = entries[save.cause or 0]
    assert (approve.kind, approve.payload["by"], approve.cause) == ("approve", "ada", receipt.seq)
    assert not zoo.in_force.waiting or all(each.proposal_id != number for each in folded(zoo).in_force.waiting.values())
    with Ecology(tmp_path / "again.db", model=f"replay:{report.database}", workers=1) as replay:
        assert replay.run().replayed is True


def test_an_approved_rewrite_whose_head_has_changed_is_refused_all_the_same(zoo: Ecology) -> None:
    number, other = list(zoo.in_force.waiting)[:2]
    zoo.controls.approve(number)
    zoo.controls.approve(other)

    zoo.resume()

    rules = {each.rule for each in zoo.tools.verdicts(proposal_id=other, outcome="veto")}
    assert zoo.tools.head(1).proposal_id == number and rules == {"FreshParent"}


def test_what_is_denied_is_vetoed_with_the_words_of_whoever_denied_it(zoo: Ecology) -> None:
    number = next(iter(zoo.in_force.waiting))

    assert zoo.controls.deny(number, reason="too clever", by="ada").outcome == "done"
    assert zoo.controls.approve(number).refused

    (veto,) = zoo.tools.verdicts(proposal_id=number, outcome="veto")
    assert veto.rule == "NeedsApproval" and veto.evidence["reason"] == "too clever" and veto.would_pass
    assert number not in zoo.in_force.waiting and number not in folded(zoo).proposals


def test_a_broken_glass_admits_what_was_denied_and_is_told_in_every_report(
    tmp_path: Path, zoo: Ecology, capsys: pytest.CaptureFixture[str]
) -> None:
    number = next(iter(zoo.in_force.waiting))
    zoo.controls.deny(number)

    wrong = zoo.controls.break_glass(number, ["NoCaseLost"], reason="it is needed")
    receipt = zoo.controls.break_glass(number, ["NeedsApproval"], reason="it is needed", by="ada")
    again = zoo.controls.break_glass(number, ["NeedsApproval"], reason="it is needed", by="ada")

    assert wrong.refused and receipt.outcome == "done" and again.refused
    assert zoo.tools.head(1).proposal_id == number
    world = folded(zoo)
    assert world.tools[1].solved and number not in world.proposals
    assert "GLASS BROKEN for proposal" in str(zoo.report()) and "it is needed" in str(zoo.report())
    report = zoo.resume()
    assert report.solved == 1
    assert any(f"the glass was broken for proposal {number}" in each for each in audit(report.database).notes)
    verdicts(Path(report.database))
    assert "in spite of NeedsApproval, by ada (it is needed)" in capsys.readouterr().err
    verdicts(Path(report.database), rule="NeedsApproval", as_json=True)
    found = {each["outcome"]: each["overruled"] for each in json.loads(capsys.readouterr().out)["verdicts"]}
    assert found["veto"] == (receipt.seq or 0) + 1 and found["ask"] is None
    with Ecology(tmp_path / "again.db", model=f"replay:{report.database}", workers=1) as replay:
        assert replay.run().replayed is True


def test_what_never_ran_in_the_sandbox_is_admitted_by_nobody(zoo: Ecology) -> None:
    def untried(tx: Transaction) -> int:
        record = zoo.tools.propose(
            tx, tool_id=1, parent_id=1, author_id=1, family="guard", source="import os", reason="mischief"
        )
        return record.id

    number = zoo._store.write(untried)
    zoo._store.write(
        lambda tx: zoo.tools.judge(
            tx, [Ruling("DeclaredImports", "veto", {"new": "os"}, "no such import")], proposal_id=number,
            stage="examine", charter_hash="0" * 64, tool_id=1,
        )
    )  # fmt: skip
    receipt = zoo.controls.break_glass(number, ["DeclaredImports"], reason="trust me")

    assert receipt.refused and "never ran" in receipt.said


def grown(zoo: Ecology) -> list[int]:
    """Save four versions of the tool: two on the head, one made from version 1's code, one more on that."""
    root = zoo.tools.head(1).id
    score = Score(1, 2, 1, 2, 5)

    def save(tx: Transaction, *, source: str, parents: list[tuple[int, str]]) -> int:
        head = zoo._store.tools.head(1).id
        return zoo.tools.save(
            tx, tool_id=1, expected_head=head, source=source, score=score, reason="grown", parents=parents
        ).id

    found = []
    for source, parents in (("a = 1", []), ("a = 2", []), ("a = 3", [(root, "basis")]), ("a = 4", [])):
        found.append(zoo._store.write(partial(save, source=source, parents=parents)))
    return found


def test_a_version_taken_back_takes_with_it_what_was_made_of_it_and_nothing_else(zoo: Ecology) -> None:
    first, second, apart, last = grown(zoo)
    assert zoo._store.write(lambda tx: descent(tx, first)) == {first, second}
    assert zoo._store.write(lambda tx: descent(tx, apart)) == {apart, last}

    unharmed = zoo.controls.roll_back(first, reason="it leaks", by="ada")
    assert unharmed.outcome == "done" and zoo.tools.head(1).id == last
    taken = zoo.controls.roll_back(apart)

    head = zoo.tools.head(1)
    assert taken.outcome == "done" and zoo.tools.source(head.id) == zoo.tools.source(1)
    assert zoo.in_force.rolled_back == {first, second, apart, last}
    assert zoo.controls.roll_back(second).refused
    assert [each.id for each in zoo.tools.versions(1)] == [1, first, second, apart, last, head.id]
