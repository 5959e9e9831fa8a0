"""Proposals, trials, verdicts and critiques, vetoed ones included."""

from __future__ import annotations

import pytest

from storage import AgentRecord, ProposalRecord, Ruling, Score, Settled, Store, UnknownProposal

VETO = Ruling("NoDynamicCode", "veto", {"calls": ["eval"], "line": 2}, "use a table of functions")
PASS = Ruling("SizeGrowth", "pass")


def propose(
    store: Store, settled: Settled, agent: AgentRecord, *, basis_id: int | None = None, model: str = ""
) -> ProposalRecord:
    return store.write(
        lambda tx: store.tools.propose(
            tx,
            tool_id=settled.tool_id,
            parent_id=settled.version_id,
            author_id=agent.id,
            family="comparison",
            source="def sort_words(a): return eval('a')",
            reason="line 2: `<=` for `<`",
            basis_id=basis_id,
            model=model,
            turn=3,
        )
    )


def test_a_proposal_reads_back_as_it_was_made(store: Store, settled: Settled, ann: AgentRecord) -> None:
    first = propose(store, settled, ann)
    second = propose(store, settled, ann, basis_id=settled.version_id)

    assert store.tools.proposal(first.id) == first
    assert store.tools.proposals() == [first, second]
    assert second.basis_id == settled.version_id
    assert store.blobs.text(first.code_hash) == "def sort_words(a): return eval('a')"


def test_a_proposal_names_the_model_that_thought_it_up(store: Store, settled: Settled, ann: AgentRecord) -> None:
    propose(store, settled, ann)
    propose(store, settled, ann, model="scripted:replies.jsonl")

    assert [proposed.model for proposed in store.tools.proposals()] == ["", "scripted:replies.jsonl"]


def test_proposals_can_be_asked_by_tool_author_and_moment(
    store: Store, settled: Settled, ann: AgentRecord, bob: AgentRecord
) -> None:
    mine, theirs = propose(store, settled, ann), propose(store, settled, bob)

    assert store.tools.proposals(agent_id=bob.id) == [theirs]
    assert store.tools.proposals(tool_id=settled.tool_id, as_of=mine.seq) == [mine]
    assert store.tools.proposals(tool_id=99) == []


def test_an_unknown_proposal_is_named(store: Store) -> None:
    with pytest.raises(UnknownProposal, match="no proposal 5"):
        store.tools.proposal(5)


def test_a_veto_keeps_its_evidence_and_what_would_pass(store: Store, settled: Settled, ann: AgentRecord) -> None:
    proposed = propose(store, settled, ann)

    verdicts = store.write(
        lambda tx: store.tools.judge(
            tx, [VETO, PASS], proposal_id=proposed.id, stage="examine", charter_hash="c" * 64, cause=proposed.seq
        )
    )

    assert store.tools.verdicts() == [verdicts[1], verdicts[0]]
    assert store.tools.verdicts(outcome="veto")[0].evidence == {"calls": ["eval"], "line": 2}
    assert store.tools.verdicts(rule="NoDynamicCode")[0].would_pass == "use a table of functions"
    assert store.tools.verdicts(tool_id=settled.tool_id, limit=1) == [verdicts[1]]
    assert store.tools.verdicts(tool_id=99) == store.tools.verdicts(proposal_id=99) == []
    assert store.tools.verdicts(as_of=proposed.seq) == []


def test_the_rulings_of_a_stage_are_one_event(store: Store, settled: Settled, ann: AgentRecord) -> None:
    proposed = propose(store, settled, ann)

    store.write(
        lambda tx: store.tools.judge(tx, [VETO, PASS], proposal_id=proposed.id, stage="admit", charter_hash="c")
    )

    (event,) = store.history(after=proposed.seq)
    assert event.kind == "judge" and [name for name, _ in event.rows] == ["verdict", "verdict"]


def test_a_trial_keeps_all_three_rings(store: Store, settled: Settled, ann: AgentRecord) -> None:
    proposed = propose(store, settled, ann)

    trial = store.write(
        lambda tx: store.tools.evaluate(
            tx,
            ring_set="sealed",
            passed="11|10|1",
            score=Score(2, 2, 1, 2, 77),
            sealed=(1, 1),
            outcome="ok",
            tier="namespaces",
            proposal_id=proposed.id,
            signature="(a)",
        )
    )

    assert store.tools.evaluations(proposal_id=proposed.id) == [trial]
    assert (trial.gate_passed, trial.sealed_passed, trial.fuel, trial.tier) == (1, 1, 77, "namespaces")
    assert store.tools.evaluations(version_id=settled.version_id) == []


def test_critiques_come_oldest_first_with_their_evidence(
    store: Store, settled: Settled, ann: AgentRecord, bob: AgentRecord
) -> None:
    proposed = propose(store, settled, ann)

    critique = store.write(
        lambda tx: store.tools.criticise(
            tx, proposal_id=proposed.id, agent_id=bob.id, stance="object", kind="crash", evidence={"args": "([],)"}
        )
    )

    assert store.tools.critiques(proposed.id) == [critique]
    assert critique.evidence == {"args": "([],)"}
    assert store.tools.critiques(proposed.id, as_of=proposed.seq) == []
