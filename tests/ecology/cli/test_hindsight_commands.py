"""`ecology govern replay` prints what would have fared otherwise, by rule, with the proposals."""

from __future__ import annotations

from tests.ecology.cli.command_line import Shell, Zoo


def test_flips_are_told_by_rule_with_their_proposals(ecology: Shell, zoo: Zoo) -> None:
    (ecology.folder / "new.toml").write_text("[code.SizeGrowth]\nfactor = 0.0\nextra = 0\n")

    said = ecology("govern", "replay", zoo.database, "--charter", "new.toml")
    told = ecology("govern", "replay", zoo.database, "--charter", "new.toml", "--json").document()

    assert said.code == 0 and "SizeGrowth" in said.out and "0 tried in the sandbox" in said.out
    assert told["flips"] and all(flip["rules"] == ["SizeGrowth"] for flip in told["flips"])
    assert str(told["flips"][0]["proposal_id"]) in said.out


def test_a_database_that_is_not_there_is_one_sentence(ecology: Shell) -> None:
    (ecology.folder / "new.toml").write_text("")

    assert "gone.db" in ecology("govern", "replay", "gone.db", "--charter", "new.toml").complaint(3)
