"""`ecology charter check` says what is wrong with a charter, and fails where something is."""

from __future__ import annotations

from tests.ecology.cli.command_line import Shell


def test_the_charter_that_ships_is_sound(ecology: Shell) -> None:
    said = ecology("charter", "check")

    assert said.code == 0 and "policies asked" in said.out and not said.err


def test_each_error_is_a_sentence_and_the_exit_code_is_four(ecology: Shell) -> None:
    (ecology.folder / "mine.cedar").write_text(
        'permit (principal is Agent, action == Action::"critique", resource is Tool) when { context.own };'
    )
    (ecology.folder / "mine.toml").write_text(
        '[social.AuthorNotSoleApprover]\nquorum = 99\n[policy]\nfiles = ["mine.cedar"]\n'
    )

    said, told = ecology("charter", "check", "mine.toml"), ecology("charter", "check", "mine.toml", "--json")

    assert said.code == told.code == 4
    assert [line.split(":")[0] for line in said.err.splitlines()] == ["error", "error"]
    document = told.document()
    assert not document["sound"] and document["whole"]
    errors = [each["about"] for each in document["findings"] if each["severity"] == "error"]
    assert errors == ["social.AuthorNotSoleApprover.quorum", "mine.cedar:1"]


def test_a_charter_that_is_none_is_one_sentence(ecology: Shell) -> None:
    (ecology.folder / "mine.toml").write_text('[policy]\nfiles = ["gone.cedar"]\n')

    assert "gone.cedar" in ecology("charter", "check", "mine.toml").complaint(4)
