"""Who may change what: fresh parents, approvers that are no kin, answered objections."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance import Council, Critique, Motion, Standing

MOTION = Motion(tool_id=1, parent_id=10, author_id=3, author_lineage=1)
STRANGER = Critique(agent_id=7, lineage=5, stance="support")

CRITIQUES = st.lists(
    st.builds(
        Critique,
        agent_id=st.integers(1, 9),
        lineage=st.integers(1, 4),
        stance=st.sampled_from(["support", "object"]),
        evidence=st.booleans(),
    ),
    max_size=8,
).map(tuple)


def rules_against(council: Council, *critiques: Critique, head: int = 10) -> set[str]:
    verdicts = council.admit(MOTION, Standing(turn=50, head_id=head, critiques=critiques))
    return {verdict.rule for verdict in verdicts if verdict.vetoed}


def test_a_rewrite_of_the_head_with_a_strangers_support_is_admitted(council: Council) -> None:
    (verdict,) = council.admit(MOTION, Standing(turn=50, head_id=10, critiques=(STRANGER,)))

    assert (verdict.rule, verdict.stage, verdict.outcome) == ("council", "admit", "pass")
    assert verdict.charter == council.charter.digest


def test_a_stale_parent_is_refused_and_the_head_named(council: Council) -> None:
    assert rules_against(council, STRANGER, head=11) == {"FreshParent"}


def test_without_critiques_nobody_approved(council: Council) -> None:
    assert rules_against(council) == {"AuthorNotSoleApprover"}


@pytest.mark.parametrize(
    "critique",
    [
        Critique(agent_id=3, lineage=1, stance="support"),
        Critique(agent_id=3, lineage=5, stance="support"),
        Critique(agent_id=8, lineage=1, stance="support", evidence=True),
        Critique(agent_id=7, lineage=5, stance="object"),
    ],
)
def test_author_kin_and_objectors_are_no_approvers(council: Council, critique: Critique) -> None:
    assert rules_against(council, critique) == {"AuthorNotSoleApprover"}


def test_an_objection_with_evidence_blocks_whoever_else_supports(council: Council) -> None:
    objection = Critique(agent_id=8, lineage=6, stance="object", evidence=True)

    assert rules_against(council, STRANGER, objection) == {"NoStandingObjection"}


def test_an_objection_without_evidence_does_not_block(council: Council) -> None:
    assert rules_against(council, STRANGER, Critique(agent_id=8, lineage=6, stance="object")) == set()


def test_an_objector_that_comes_round_no_longer_blocks(council: Council) -> None:
    before = Critique(agent_id=8, lineage=6, stance="object", evidence=True)
    after = Critique(agent_id=8, lineage=6, stance="support")

    assert rules_against(council, before, after) == set()
    assert rules_against(council, STRANGER, after, before) == {"NoStandingObjection"}


@given(CRITIQUES)
def test_clones_of_one_lineage_count_once(council: Council, critiques: tuple[Critique, ...]) -> None:
    clones = tuple(Critique(agent_id=100 + number, lineage=2, stance="support") for number in range(5))

    many = rules_against(council, *critiques, *clones)

    assert many == rules_against(council, *critiques, clones[0])


@given(CRITIQUES)
def test_no_author_is_ever_its_own_sole_approver(council: Council, critiques: tuple[Critique, ...]) -> None:
    if not rules_against(council, *critiques):
        assert any(one.stance == "support" and one.agent_id != 3 and one.lineage != 1 for one in critiques)
