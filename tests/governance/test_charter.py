"""A charter changes only what it names, and every slip in it is named with its cure."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from governance import Charter, Council, load_charter
from governance.charter import _SECTIONS
from storage import CharterError, Task


@pytest.fixture
def write(tmp_path: Path) -> Path:
    return tmp_path / "charter.toml"


def rule_names(charter: Charter) -> list[str]:
    return [
        type(rule).__name__
        for rule in (*charter.code, *charter.behaviour, *charter.admission, *charter.birth, *charter.speech)
    ]


def test_the_default_charter_has_every_rule_on(charter: Charter) -> None:
    assert set(rule_names(charter)) == {rule.__name__ for rules in _SECTIONS.values() for rule in rules}


def test_every_rule_says_in_one_sentence_what_it_asks(charter: Charter) -> None:
    for rule in (*charter.code, *charter.behaviour, *charter.admission, *charter.birth):
        sentence = (type(rule).__doc__ or "").split("\n\n")[0]
        assert sentence.endswith(".") and ("must" in sentence or "may" in sentence)


def test_an_empty_charter_is_the_default_one(write: Path, charter: Charter) -> None:
    write.write_text("")

    assert load_charter(write) == charter


def test_a_charter_changes_only_what_it_names(write: Path, charter: Charter) -> None:
    write.write_text("[social.AuthorNotSoleApprover]\nquorum = 2\n[trial]\nfuel = 5\n")

    changed = load_charter(write)

    assert changed.admission[1] != charter.admission[1]
    assert (changed.limits.fuel, changed.limits.cpu_s) == (5, charter.limits.cpu_s)
    assert changed.code == charter.code
    assert changed.digest != charter.digest


def test_a_rule_can_be_switched_off(write: Path) -> None:
    write.write_text("[code.NoDynamicCode]\non = false\n")
    lax = Council(load_charter(write))

    assert "NoDynamicCode" not in rule_names(lax.charter)
    assert not lax.inspect(Task("f", "f", "", ()), "def f(): return eval('1')")[0].vetoed


def test_equal_contents_have_equal_digests_whatever_their_layout(write: Path, charter: Charter) -> None:
    write.write_text("limits = {EnergyLimit = {reserve = 1}}\n[code.SizeGrowth]\nextra = 150 # as it was\nfactor = 2\n")

    assert load_charter(write).digest == charter.digest


def test_the_order_of_a_list_does_not_change_the_digest(write: Path) -> None:
    digests = set()
    for names in ('["open", "input"]', '["input", "open", "open"]'):
        write.write_text(f"[code.NoOutsideWorld]\nbanned = {names}\n")
        digests.add(load_charter(write).digest)

    assert len(digests) == 1


def test_a_charter_survives_pickling(charter: Charter) -> None:
    assert pickle.loads(pickle.dumps(charter)) == charter


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[code.NoDynamicCod]", "no code rule is called 'NoDynamicCod'; did you mean 'NoDynamicCode'?"),
        ("[behavior.NoCaseLost]", "no section is called 'behavior'; did you mean 'behaviour'?"),
        ("[social.AuthorNotSoleApprover]\nquorom = 2", "'quorom'; did you mean 'quorum'?"),
        ("[code.NoModulePatching]\nzeal = 2", "no setting of code.NoModulePatching is called 'zeal'; known are none"),
        ("[trial]\nfuell = 2", "did you mean 'fuel'?"),
        ("[social.AuthorNotSoleApprover]\nquorum = 1.5", "quorum is 1.5; write a whole number from 0"),
        ("[social.AuthorNotSoleApprover]\nquorum = true", "quorum is True; write a whole number from 0"),
        ("[code.SizeGrowth]\nfactor = -1", "factor is -1; write a number from 0"),
        ("[code.SizeGrowth]\nfactor = nan", "factor is nan; write a number from 0"),
        ("[code.NoDynamicCode]\nbanned = 'eval'", "banned is 'eval'; write a list of strings"),
        ("[code.NoDynamicCode]\nbanned = [1]", "banned is [1]; write a list of strings"),
        ("[code.NoDynamicCode]\non = 'no'", "on is 'no'; write true or false"),
        ("code = 3", "[code] must hold tables such as [code.Parses]"),
        ("[code]\nParses = 3", "[code] must hold tables such as [code.Parses]"),
        ("trial = 3", "[trial] must hold settings such as fuel"),
        ("[code", "is no TOML"),
    ],
)
def test_a_slip_is_named_with_its_place_and_cure(write: Path, text: str, says: str) -> None:
    write.write_text(text)

    with pytest.raises(CharterError) as caught:
        load_charter(write)

    assert says in str(caught.value) and str(write) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_bytes_that_are_no_text_are_no_charter(write: Path) -> None:
    write.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(CharterError, match="is no TOML"):
        load_charter(write)


def test_a_missing_charter_is_named(write: Path) -> None:
    with pytest.raises(CharterError, match=r"charter\.toml cannot be read \(No such file or directory\)"):
        load_charter(write)
