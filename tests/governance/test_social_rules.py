"""Who may change what: fresh parents, approvers that are no kin, answered objections."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance import DECIDED, Council, Critique, Motion, Standing
from governance.social_rules import AuthorNotSoleApprover, NoOscillation
from governance.standing import independent

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


def test_the_owner_of_a_tool_and_its_kin_are_no_approvers() -> None:
    rule, owned = AuthorNotSoleApprover(), Standing(turn=50, head_id=10, owner_id=7, owner_lineage=5)

    for voice in (STRANGER, Critique(agent_id=8, lineage=5, stance="support")):
        assert rule.judge(MOTION, replace(owned, critiques=(voice,)))
    assert rule.judge(MOTION, replace(owned, critiques=(STRANGER, Critique(9, lineage=6, stance="support")))) is None


@pytest.mark.parametrize(
    ("genomes", "passes"), [(("a", "b"), True), (("a", "a"), False), (("mine", "b"), False), (("", ""), True)]
)
def test_equal_genomes_are_one_voice_even_of_different_founders(genomes: tuple[str, str], passes: bool) -> None:
    voices = tuple(Critique(7 + n, lineage=5 + n, stance="support", genome=each) for n, each in enumerate(genomes))
    standing = Standing(turn=50, head_id=10, critiques=voices)

    objection = AuthorNotSoleApprover(quorum=2).judge(replace(MOTION, genome="mine"), standing)

    assert (objection is None) is passes


@given(CRITIQUES, st.permutations(range(8)))
def test_how_many_voices_are_independent_does_not_rest_on_their_order(
    critiques: tuple[Critique, ...], order: list[int]
) -> None:
    named = [replace(each, genome="abcd"[each.agent_id % 4]) for each in critiques]
    shuffled = [named[place] for place in order if place < len(named)]

    found = independent(named, apart=[(1, "a")])

    assert found == independent(shuffled, apart=[(1, "a")])
    assert len(found) <= len({each.lineage for each in named} - {1})


@pytest.mark.parametrize(("against", "decided"), [(1, False), (2, True), (3, True)])
def test_once_the_panel_has_spoken_waiting_for_more_voices_is_in_vain(against: int, decided: bool) -> None:
    voices = (STRANGER, *(Critique(20 + n, lineage=20 + n, stance="object") for n in range(against)))

    objection = AuthorNotSoleApprover(quorum=2, of=3).judge(MOTION, Standing(50, head_id=10, critiques=voices))

    assert objection and bool(objection.evidence.get(DECIDED)) is decided


@pytest.mark.parametrize(
    ("twin", "better", "asked", "passes"),
    [(None, False, False, True), (4, False, False, False), (4, True, False, False), (4, False, True, False),
     (4, True, True, True)],
)  # fmt: skip
def test_a_program_left_behind_comes_back_only_as_a_rollback_to_a_better_score(
    twin: int | None, better: bool, asked: bool, passes: bool
) -> None:
    motion = replace(MOTION, kinds=frozenset({"rollback"} if asked else ()))
    standing = Standing(turn=50, head_id=10, twin=twin, twin_better=better)

    assert (NoOscillation().judge(motion, standing) is None) is passes
