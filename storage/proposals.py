"""Rewrites proposed, what their trials gave, and what rules and critics said of them.

Promises: vetoed proposals stay as readable as admitted ones, with every verdict and its evidence.
Does not promise: that an admitted proposal became a version; `Tools.save` does that.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Unpack

from sqlalchemy import bindparam, select

from .database import Reads
from .errors import UnknownProposal
from .moment import Moment, When
from .proposal import (
    Answer,
    CritiqueRecord,
    EvaluationRecord,
    ProposalRecord,
    RingSet,
    Ruling,
    Score,
    Stage,
    Stance,
    VerdictRecord,
)
from .row import Row, canonical
from .tables import table
from .transaction import Transaction
from .when import as_of_seq

_PROPOSAL, _EVALUATION = table("proposal"), table("evaluation")
_VERDICT, _CRITIQUE = table("verdict"), table("critique")
_PROPOSALS = select(_PROPOSAL).where(_PROPOSAL.c.seq <= bindparam("as_of")).order_by(_PROPOSAL.c.id)
_ONE = _PROPOSALS.where(_PROPOSAL.c.id == bindparam("id"))
_EVALUATIONS = select(_EVALUATION).where(_EVALUATION.c.seq <= bindparam("as_of")).order_by(_EVALUATION.c.id)
_VERDICTS = (
    select(_VERDICT)
    .outerjoin(_PROPOSAL, _PROPOSAL.c.id == _VERDICT.c.proposal_id)
    .where(_VERDICT.c.seq <= bindparam("as_of"))
    .order_by(_VERDICT.c.id.desc())
    .limit(bindparam("limit"))
)
_CRITIQUES = (
    select(_CRITIQUE)
    .where(_CRITIQUE.c.proposal_id == bindparam("id"), _CRITIQUE.c.seq <= bindparam("as_of"))
    .order_by(_CRITIQUE.c.id)
)


class Proposals:
    """The proposals of a store and all that was said about them; part of `Tools`."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    def propose(
        self,
        tx: Transaction,
        *,
        tool_id: int,
        parent_id: int,
        author_id: int | None,
        family: str,
        source: str,
        reason: str,
        basis_id: int | None = None,
        model: str = "",
        components: Sequence[int] = (),
        **moment: Unpack[Moment],
    ) -> ProposalRecord:
        """Record a rewrite of the version `parent_id`, by an agent (with a model), its edit family and its reason.

        `components` are versions of other tools that it is built on.
        """
        ids = {"tool_id": tool_id, "parent_id": parent_id, "basis_id": basis_id, "author_id": author_id}
        why = {"family": family, "reason": reason, "model": model, "components": canonical(list(components))}
        row = Row("proposal", {**ids, **why, "code_hash": tx.code(source)})
        entry = tx.record("propose", row, agent_id=author_id, tool_id=tool_id, **moment)
        return ProposalRecord(**entry.rows[0][1])

    def evaluate(
        self,
        tx: Transaction,
        *,
        ring_set: RingSet,
        passed: str,
        score: Score,
        outcome: str,
        tier: str,
        proposal_id: int | None = None,
        version_id: int | None = None,
        tool_id: int | None = None,
        sealed: tuple[int, int] = (0, 0),
        signature: str = "",
        **moment: Unpack[Moment],
    ) -> EvaluationRecord:
        """Record what a trial of a proposal or a version gave; `sealed` is (passed, total) of the sealed ring."""
        what = {"proposal_id": proposal_id, "version_id": version_id, "ring_set": ring_set, "passed": passed}
        counts = {**asdict(score), "sealed_passed": sealed[0], "sealed_total": sealed[1]}
        row = Row("evaluation", {**what, **counts, "signature": signature, "outcome": outcome, "tier": tier})
        return EvaluationRecord(**tx.record("evaluate", row, tool_id=tool_id, **moment).rows[0][1])

    def judge(
        self,
        tx: Transaction,
        rulings: Sequence[Ruling],
        *,
        proposal_id: int | None,
        stage: Stage,
        charter_hash: str,
        tool_id: int | None = None,
        about: Mapping[str, object] | None = None,
        **moment: Unpack[Moment],
    ) -> tuple[VerdictRecord, ...]:
        """Record the rulings of one stage on a proposal (None: on the turn's own wish), in one event.

        `about` says what the matter was where no row does.
        """
        keys = {"proposal_id": proposal_id, "stage": stage, "charter_hash": charter_hash}
        rows = [Row("verdict", {**keys, **_ruling_values(ruling)}) for ruling in rulings]
        entry = tx.record("judge", *rows, tool_id=tool_id, payload=about, **moment)
        return tuple(_verdict(values) for _, values in entry.rows)

    def criticise(
        self,
        tx: Transaction,
        *,
        proposal_id: int,
        agent_id: int,
        stance: Stance,
        kind: str,
        evidence: Mapping[str, object],
        tool_id: int | None = None,
        **moment: Unpack[Moment],
    ) -> CritiqueRecord:
        """Record what an agent says for or against a proposal; `kind` names the sort of evidence."""
        about = {"proposal_id": proposal_id, "agent_id": agent_id, "stance": stance, "kind": kind}
        row = Row("critique", {**about, "evidence": canonical(evidence)})
        return _critique(tx.record("criticise", row, agent_id=agent_id, tool_id=tool_id, **moment).rows[0][1])

    def proposal(self, proposal_id: int, *, as_of: When = None) -> ProposalRecord:
        """Return one proposal.

        Raises: UnknownProposal: there is (or was then) none.
        """
        found = self._reads.rows(_ONE, {"id": proposal_id, "as_of": as_of_seq(self._reads, as_of)})
        if not found:
            raise UnknownProposal(f"no proposal {proposal_id} in this database; `ecology verdicts` lists them")
        return ProposalRecord(*found[0])

    def proposals(
        self, *, tool_id: int | None = None, agent_id: int | None = None, as_of: When = None
    ) -> Sequence[ProposalRecord]:
        """Return the proposals, oldest first, of one tool or one author where that is given."""
        given = {_PROPOSAL.c.tool_id: tool_id, _PROPOSAL.c.author_id: agent_id}
        found = self._reads.rows(_narrowed(_PROPOSALS, given), {"as_of": as_of_seq(self._reads, as_of)})
        return [ProposalRecord(*row) for row in found]

    def evaluations(
        self,
        *,
        proposal_id: int | None = None,
        version_id: int | None = None,
        ring_set: RingSet | None = None,
        as_of: When = None,
    ) -> Sequence[EvaluationRecord]:
        """Return the trials, oldest first, of one proposal or version, or of one set of rings, where that is given."""
        ids = {_EVALUATION.c.proposal_id: proposal_id, _EVALUATION.c.version_id: version_id}
        given = {**ids, _EVALUATION.c.ring_set: ring_set}
        found = self._reads.rows(_narrowed(_EVALUATIONS, given), {"as_of": as_of_seq(self._reads, as_of)})
        return [EvaluationRecord(*row) for row in found]

    def verdicts(
        self,
        *,
        proposal_id: int | None = None,
        tool_id: int | None = None,
        rule: str | None = None,
        outcome: Answer | None = None,
        limit: int = 100,
        as_of: When = None,
    ) -> Sequence[VerdictRecord]:
        """Return the newest verdicts, newest first, that fit what is given."""
        given = {_VERDICT.c.proposal_id: proposal_id, _PROPOSAL.c.tool_id: tool_id}
        asked = _narrowed(_VERDICTS, {**given, _VERDICT.c.rule: rule, _VERDICT.c.outcome: outcome})
        found = self._reads.rows(asked, {"limit": limit, "as_of": as_of_seq(self._reads, as_of)})
        return [_verdict(row._mapping) for row in found]

    def critiques(self, proposal_id: int, *, as_of: When = None) -> Sequence[CritiqueRecord]:
        """Return what was said for and against a proposal, oldest first."""
        found = self._reads.rows(_CRITIQUES, {"id": proposal_id, "as_of": as_of_seq(self._reads, as_of)})
        return [_critique(row._mapping) for row in found]


def _narrowed(statement: Any, given: Mapping[Any, object]) -> Any:
    """Return the statement with a condition for each column whose value is given (is not None)."""
    return statement.where(*(column == value for column, value in given.items() if value is not None))


def _ruling_values(ruling: Ruling) -> dict[str, str]:
    plain = {"rule": ruling.rule, "outcome": ruling.outcome, "would_pass": ruling.would_pass}
    return {**plain, "evidence": canonical(ruling.evidence)}


def _verdict(values: Mapping[Any, Any]) -> VerdictRecord:
    return VerdictRecord(**{**values, "evidence": json.loads(values["evidence"])})


def _critique(values: Mapping[Any, Any]) -> CritiqueRecord:
    return CritiqueRecord(**{**values, "evidence": json.loads(values["evidence"])})
