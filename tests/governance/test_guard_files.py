"""The rule layer's files are listed whole, and a change of any shows."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import governance
from governance import guard_listing

HERE = Path(governance.__file__).parent


def test_every_file_of_the_rule_layer_is_listed_with_its_digest() -> None:
    listed = json.loads(guard_listing())

    assert {"governance/charter.toml", "governance/council.py", "governance/sandbox/zygote/seccomp.py"} <= set(listed)
    assert listed["governance/charter.toml"] == hashlib.sha256((HERE / "charter.toml").read_bytes()).hexdigest()
    assert not any("__pycache__" in name for name in listed)


def test_a_users_file_is_listed_and_a_missing_one_said_to_be(tmp_path: Path) -> None:
    mine, gone = tmp_path / "mine.toml", tmp_path / "gone.toml"
    mine.write_text("[social]")
    before = json.loads(guard_listing([mine, gone]))
    mine.write_text("[social] ")

    after = json.loads(guard_listing([mine, gone]))

    assert before[str(gone)] == after[str(gone)] == "missing"
    assert [name for name in before if before[name] != after[name]] == [str(mine)]
