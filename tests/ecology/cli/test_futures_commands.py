"""`ecology fork` and `ecology replay` as a user runs them."""

from __future__ import annotations

from tests.ecology.cli.command_line import Shell, Zoo


def test_a_fork_is_resumed_and_replayed_to_the_history_it_was_cut_from(ecology: Shell, zoo: Zoo) -> None:
    forked = ecology("fork", zoo.database, "fork.db", "--at", "90", "--json").document()
    resumed = ecology("resume", "fork.db", "--quiet", "--json")
    replayed = ecology("replay", "fork.db", "--quiet", "--json")

    assert 0 < forked["seq"] <= 90 and forked["turn"] > 0
    assert resumed.code == 0, resumed.err
    assert resumed.document()["history_hash"] == zoo.said.document()["history_hash"]
    assert replayed.code == 0, replayed.err
    assert replayed.document()["same"] is True


def test_a_fork_onto_a_file_or_after_the_end_is_refused_with_a_sentence(ecology: Shell, zoo: Zoo) -> None:
    (ecology.folder / "taken.db").write_text("mine")

    assert "there already" in ecology("fork", zoo.database, "taken.db").complaint(1)
    assert "nothing to fork at seq 99999" in ecology("fork", zoo.database, "new.db", "--at", "99999").complaint(3)
    assert "a seed" in ecology("fork", zoo.database, "new.db", "--turns", "3").complaint(4)
    assert (ecology.folder / "taken.db").read_text() == "mine"
    assert "new.db" not in ecology.files()
