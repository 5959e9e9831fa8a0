"""What is said about a rewrite, as plain values: the proposal, its trials, the rulings and the critiques."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

RingSet = Literal["examine", "sealed", "baseline"]
Stage = Literal["examine", "admit"]
Answer = Literal["pass", "veto", "ask"]
Stance = Literal["support", "object"]


@dataclass(frozen=True, slots=True)
class Score:
    """How many visible and gate cases a piece of code passed, and the fuel it used for them."""

    visible_passed: int
    visible_total: int
    gate_passed: int
    gate_total: int
    fuel: int


@dataclass(frozen=True, slots=True)
class ProposalRecord:
    """A rewrite proposed: of the version `parent_id`; `basis_id` is the version its code was made from.

    `model` thought it up, empty where none did; `components` are the versions of other tools it is built on, as JSON.
    """

    id: int
    seq: int
    tool_id: int
    parent_id: int
    basis_id: int | None
    author_id: int | None
    family: str
    code_hash: str
    reason: str
    model: str = ""
    components: str = "[]"


@dataclass(frozen=True, slots=True)
class EvaluationRecord:
    """One trial; `passed` reads like `1101|111` (a group for each ring run), `tier` is the sandbox's own word."""

    id: int
    seq: int
    proposal_id: int | None
    version_id: int | None
    ring_set: RingSet
    passed: str
    visible_passed: int
    visible_total: int
    gate_passed: int
    gate_total: int
    sealed_passed: int
    sealed_total: int
    fuel: int
    signature: str
    outcome: str
    tier: str


@dataclass(frozen=True, slots=True)
class Ruling:
    """What one rule answers to a proposal; `would_pass` says what would have passed."""

    rule: str
    outcome: Answer
    evidence: Mapping[str, object] = field(default_factory=dict)
    would_pass: str = ""


@dataclass(frozen=True, slots=True)
class VerdictRecord:
    """A ruling as it was recorded, under the charter of that hash."""

    id: int
    seq: int
    proposal_id: int | None
    stage: Stage
    rule: str
    outcome: Answer
    evidence: Mapping[str, Any]
    would_pass: str
    charter_hash: str


@dataclass(frozen=True, slots=True)
class CritiqueRecord:
    """What an agent said for or against a proposal."""

    id: int
    seq: int
    proposal_id: int
    agent_id: int
    stance: Stance
    kind: str
    evidence: Mapping[str, Any]
