"""A history can be gone on with from any moment, otherwise or the same, and lived again to prove that it holds."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from ecology import Ecology, Store
from ecology.futures import fork_history, relive
from storage import ConfigurationError, NotFound, StorageError


def moments(path: Path) -> list[int]:
    """Return a few seqs of a history: in the middle of turns, at its beginning and at its end."""
    with Store.open(path) as store:
        newest = store.last_seq()
        turns = [entry.seq for entry in store.history() if entry.kind == "turn"]
    return [turns[0], turns[10] + 1, turns[30], newest - 1, newest]


@pytest.mark.parametrize("place", range(5))
def test_a_fork_goes_on_to_the_history_it_was_cut_from(tmp_path: Path, lived: Path, place: int) -> None:
    forked = fork_history(lived, tmp_path / "fork.db", at=moments(lived)[place])

    with Ecology(tmp_path / "fork.db", workers=1) as ecology:
        report = ecology.resume()

    with Store.open(lived) as whole, Store.open(tmp_path / "fork.db") as again:
        assert report.history_hash == whole.history_hash()
        again.verify(head=whole.history_hash())
    assert forked.seq <= moments(lived)[place]


def test_a_fork_never_cuts_a_turn_in_half(tmp_path: Path, lived: Path) -> None:
    with Store.open(lived) as store:
        entries = list(store.history())
    middle = next(entry for entry in entries if entry.turn == 12)

    forked = fork_history(lived, tmp_path / "fork.db", at=middle.seq)

    kept = [entry.turn for entry in entries if entry.seq <= forked.seq]
    assert max(kept) == forked.turn == 11


def test_another_seed_begins_another_future_after_the_same_past(tmp_path: Path, lived: Path) -> None:
    at = moments(lived)[2]
    forked = fork_history(lived, tmp_path / "fork.db", at=at, seed=99, turns=15)

    with Ecology(tmp_path / "fork.db", workers=1) as ecology:
        report = ecology.resume()

    with Store.open(lived) as whole, Store.open(tmp_path / "fork.db") as other:
        assert [*whole.history(until=forked.seq)] == [*other.history(until=forked.seq)]
        assert report.history_hash != whole.history_hash()
        assert next(run.ending for run in other.runs.all()) == "forked"
        assert report.turns <= forked.turn + 15
    assert relive(tmp_path / "fork.db", workers=1).same


def test_a_history_lived_again_is_the_same(lived: Path, tmp_path: Path) -> None:
    found = relive(lived, keep=tmp_path / "again.db", workers=1)

    assert found.same and found.history_hash == found.expected
    with Store.open(tmp_path / "again.db") as again:
        again.verify(head=found.expected)


def test_a_history_that_was_altered_is_told_by_its_first_other_event(tmp_path: Path, lived: Path) -> None:
    path = tmp_path / "altered.db"
    fork_history(lived, path)
    with Store.open(path) as store:
        seq = next(entry.seq for entry in store.history() if entry.turn == 20 and entry.kind == "turn")
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TRIGGER event_no_UPDATE")
        connection.execute("UPDATE event SET digest = x'00' WHERE seq >= ?", (seq,))

    found = relive(path, workers=1)

    assert found.difference is not None and found.difference.seq == seq
    assert f"event {seq}" in str(found.difference)


def test_what_cannot_be_forked_is_refused_and_leaves_nothing(tmp_path: Path, lived: Path) -> None:
    target = tmp_path / "fork.db"
    with pytest.raises(NotFound, match="nothing to fork at seq 999999"):
        fork_history(lived, target, at=999_999)
    with pytest.raises(ConfigurationError, match="a seed"):
        fork_history(lived, target, turns=5)
    assert not target.exists()

    fork_history(lived, target)
    with pytest.raises(StorageError, match="there already"):
        fork_history(lived, target)


def test_a_fork_of_the_whole_history_keeps_every_call_of_a_model(tmp_path: Path, grown: Path) -> None:
    fork_history(grown, tmp_path / "fork.db")

    with Store.open(grown) as whole, Store.open(tmp_path / "fork.db") as copy:
        assert len(copy.journal.past()) == 3
        assert copy.journal.totals() == whole.journal.totals()
