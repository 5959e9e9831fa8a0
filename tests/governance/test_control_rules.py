"""What people hold: rewrites that wait for approval, what is in quarantine, what is frozen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import pytest

from governance import Bench, Birth, Charter, Council, Critique, Motion, Objection, Standing, load_charter
from governance.rewrite import Rewrite
from tests.governance.conftest import Propose

MOTION = Motion(
    1, 10, author_id=3, author_lineage=1, tool="operator/pair", species="mender", kinds=frozenset({"model"})
)
STANDING = Standing(turn=50, head_id=10, critiques=(Critique(7, 5, "support"),))
RIGHT = "def clamp(value, low, high):\n    return min(max(value, low), high)\n"
WRONG = "def clamp(value, low, high):\n    return low\n"


@dataclass(frozen=True)
class Asks:
    """A rewrite may pass only with a person's approval of its growth."""

    def judge(self, rewrite: Rewrite) -> Objection | None:
        """Ask about every rewrite."""
        return Objection({"new": "statistics"}, "the same once it is approved", "capability growth")


@pytest.mark.parametrize("listed", ['tools = ["operator/*"]', 'species = ["mender"]', 'kinds = ["model"]'])
def test_a_listed_rewrite_asks_for_approval_and_passes_with_it(tmp_path: Path, listed: str) -> None:
    path = tmp_path / "charter.toml"
    path.write_text(f"[protection.NeedsApproval]\n{listed}\n")
    council = Council(load_charter(path))

    (asked,) = council.admit(MOTION, STANDING)
    (passed,) = council.admit(MOTION, replace(STANDING, approved=True))

    assert (asked.rule, asked.outcome, asked.vetoed) == ("NeedsApproval", "ask", False)
    assert asked.asks and passed.outcome == "pass" and not passed.asks


def test_nothing_needs_approval_unless_the_charter_says_so(council: Council) -> None:
    assert [verdict.outcome for verdict in council.admit(MOTION, STANDING)] == ["pass"]


def test_what_a_code_rule_wants_approved_is_tried_all_the_same(
    charter: Charter, bench: Bench, propose: Propose
) -> None:
    asking = Council(replace(charter, code=(*charter.code, Asks())))

    examined = asking.examine(propose(RIGHT), bench)

    (asked,) = examined.verdicts
    assert examined.passed and examined.trial is not None
    assert (asked.rule, asked.asks, asked.evidence["new"]) == ("Asks", "capability growth", "statistics")


def test_no_approval_could_content_a_behaviour_rule(charter: Charter, bench: Bench, propose: Propose) -> None:
    asking = Council(replace(charter, code=(*charter.code, Asks())))

    examined = asking.examine(propose(WRONG), bench)

    assert not examined.passed
    assert {verdict.outcome for verdict in examined.verdicts} == {"ask", "veto"}


class Refuses:
    """A code rule that may stop anything."""

    needs_repeat: ClassVar[bool] = False

    def judge(self, rewrite: Rewrite) -> Objection | None:
        """Refuse."""
        return Objection({}, "nothing")


def test_a_veto_beside_a_question_is_a_veto_and_nothing_is_run(
    charter: Charter, bench: Bench, propose: Propose
) -> None:
    examined = Council(replace(charter, code=(Asks(), Refuses()))).examine(propose(RIGHT), bench)

    assert not examined.passed and examined.trial is None


def test_what_is_in_quarantine_or_frozen_does_not_pass(council: Council) -> None:
    held = council.admit(MOTION, replace(STANDING, quarantined="agent 3", frozen=True))

    assert [(each.rule, each.outcome) for each in held] == [("NotQuarantined", "veto"), ("NotFrozen", "veto")]
    assert all(each.would_pass for each in held)


def test_a_parent_in_quarantine_has_no_child(council: Council) -> None:
    standing = Standing(turn=1, population=1, energy=50.0)

    free = council.admit_birth(Birth(1, 10.0), standing)
    held = council.admit_birth(Birth(1, 10.0), replace(standing, quarantined="agent 1"))

    assert [each.outcome for each in free] == ["pass"]
    assert [each.rule for each in held if each.vetoed] == ["ParentNotQuarantined"]
