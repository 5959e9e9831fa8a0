"""The page on rules is written from the rules, and current."""

from __future__ import annotations

from pathlib import Path

from governance import Charter, catalogue

PAGE = Path(__file__).parents[2] / "docs" / "rules.md"


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == catalogue(), "run `ecology govern rules > docs/rules.md`"


def test_every_rule_in_force_is_on_it_with_a_question_and_a_cure(charter: Charter) -> None:
    entries = {entry.partition("\n")[0]: entry for entry in catalogue().split("\n### ")[1:]}
    names = {type(rule).__name__ for rule in (*charter.code, *charter.behaviour, *charter.admission, *charter.birth)}

    assert names <= entries.keys()
    for name in names:
        assert "- Judges: " in entries[name] and "- Would pass: " in entries[name], name
