"""The threat model names tests that exist and tiers and settings that are real."""

from __future__ import annotations

import re
from pathlib import Path

from governance import TIERS, load_charter

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")


def test_every_row_of_the_reward_hacks_names_a_test_that_exists() -> None:
    source = (ROOT / "tests" / "governance" / "test_seen_hacks.py").read_text(encoding="utf-8")
    table = PAGE.partition("## Reward hacks")[2].partition("## Trying")[0]
    named = re.findall(r"`([a-z_]{25,})`", table)

    assert len(named) >= 14
    assert [name for name in named if f"def test_{name}(" not in source] == []


def test_every_tier_has_a_row_and_the_charter_s_setting_is_real() -> None:
    assert all(f"| `{tier}` |" in PAGE for tier in TIERS)
    assert "TierDemanded" in {type(rule).__name__ for rule in load_charter().behaviour}


def test_the_readme_points_to_it() -> None:
    assert "docs/threat-model.md" in (ROOT / "README.md").read_text(encoding="utf-8")
