"""What nobody may touch: canaries, tools that bear the rule layer's names, its modules, files and tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from governance import Council, Motion, Proposal, Standing
from governance.charter import load_charter

MOTION = Motion(tool_id=1, parent_id=10, author_id=3, author_lineage=2)


@pytest.mark.parametrize(
    ("tool", "rules"),
    [
        ("canary/vault", ["NotCanary"]),
        ("governance", ["NotRuleLayerTool"]),
        ("governance/code_rules", ["NotRuleLayerTool"]),
        ("storage.tables", ["NotRuleLayerTool"]),
        ("charter.toml", ["NotRuleLayerTool"]),
        ("everyday/canary", []),
        ("everyday/storage_cost", []),
    ],
)
def test_guarded_tools_are_refused_before_anybody_looks(council: Council, tool: str, rules: list[str]) -> None:
    verdicts = council.guard(replace(MOTION, tool=tool), Standing(turn=1, head_id=10))

    assert [each.rule for each in verdicts] == rules
    assert all(each.vetoed for each in verdicts)


def test_a_canary_s_veto_names_the_author(council: Council) -> None:
    (verdict,) = council.guard(replace(MOTION, tool="canary/vault"), Standing(turn=1, head_id=10))

    assert verdict.evidence == {"canary": "canary/vault", "author": 3, "lineage": 2}


@pytest.mark.parametrize(
    ("line", "reached"),
    [
        ("import sqlite3", "module sqlite3"),
        ("from governance.charter import DEFAULT", "module governance.charter"),
        ("import storage as kept", "module storage"),
        ("path = 'charter.toml'", "file charter.toml"),
        ("'UPDATE verdict SET outcome = 1'", "table verdict"),
        ("'insert or replace into tool_version (id) values (1)'", "table tool_version"),
        ("'DELETE FROM event'", "table event"),
        ("'drop table if exists ledger'", "table ledger"),
    ],
)
def test_code_may_not_reach_for_the_rule_layer(
    council: Council, propose: Callable[..., Proposal], line: str, reached: str
) -> None:
    proposal = propose(f"def clamp(value, low, high):\n    {line}\n    return value\n")

    verdicts = council.inspect(proposal.task, proposal.source, parent_source=proposal.parent_source)

    (verdict,) = [each for each in verdicts if each.rule == "RuleLayerUntouched"]
    assert verdict.evidence["reached"] == {reached: 2}


@pytest.mark.parametrize(
    "line",
    ["'update tool tips'", "'delete from event loops'", "storage = governance = 1", "'insert into the post'", "'SET'"],
)
def test_plain_english_is_no_statement(council: Council, propose: Callable[..., Proposal], line: str) -> None:
    proposal = propose(f"def clamp(value, low, high):\n    {line}\n    return value\n")

    verdicts = council.inspect(proposal.task, proposal.source, parent_source=proposal.parent_source)

    assert "RuleLayerUntouched" not in {each.rule for each in verdicts}


def test_every_guard_stands_in_the_default_charter() -> None:
    charter = load_charter()

    names = {type(rule).__name__ for rule in (*charter.code, *charter.admission)}

    assert {"NotCanary", "NotRuleLayerTool", "RuleLayerUntouched"} <= names
