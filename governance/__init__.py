"""What may change: proposals, the rules that judge them, and the sandbox in which they are tried."""

from __future__ import annotations

from .bench import Bench
from .breaker import Breaker, BreakerSettings, Transition
from .canaries import Canaries
from .capabilities import CAPABILITIES
from .catalogue import catalogue
from .charter import AdmissionRule, BehaviourRule, BirthRule, Charter, CodeRule, load_charter, read_charter
from .corpus import Corpora, CorpusReport, Declare, Snippet, read_corpus
from .council import Council, Examination
from .earnings import Service, earnings_verdict
from .guard_files import charter_files, guard_listing
from .inputs import generate, literal
from .library import Library, closure, library_of
from .likeness import same_program
from .objected import Objected, objected
from .policy import Decision, Policy
from .proposal import NOTHING_AROUND, Dependant, Proposal, Scorecard, Surroundings
from .protection_rules import CANARY
from .question import Question, ask, program
from .reading import Reading
from .reproduction import Act, ActKind, Estimate, Reproduction, spectral_radius
from .request import AgentSeen, Place, Request, ToolSeen, place_of, whole
from .rewrite import Rewrite
from .sandbox import (
    GUARD,
    GUARD_LABEL,
    TIERS,
    Call,
    Column,
    Limits,
    Opaque,
    Part,
    ProbeResult,
    Program,
    Result,
    Run,
    Sandbox,
    Tier,
    examine,
    labelled,
    open_sandbox,
    run_probes,
    same,
)
from .soundness import Finding, Soundness, check_charter
from .source import Unreadable, read
from .speech_rules import Saying, Speech
from .standing import Birth, Critique, Motion, Spent, Standing, Times
from .trial import Comparison, Trial
from .unheard import UNHEARD, Unheard
from .user_rules import rule
from .verdict import ASKS, DECIDED, FROM_TURN, PROGRAMS, Evidence, Objection, Verdict

__all__ = [  # noqa: RUF022 - in the order in which a reader meets them
    "Proposal",
    "Dependant",
    "Surroundings",
    "NOTHING_AROUND",
    "Library",
    "library_of",
    "closure",
    "Council",
    "Examination",
    "Verdict",
    "Unheard",
    "UNHEARD",
    "Objection",
    "Evidence",
    "ASKS",
    "DECIDED",
    "FROM_TURN",
    "PROGRAMS",
    "Charter",
    "load_charter",
    "read_charter",
    "check_charter",
    "Soundness",
    "Finding",
    "rule",
    "Policy",
    "Decision",
    "Request",
    "AgentSeen",
    "ToolSeen",
    "Place",
    "place_of",
    "whole",
    "guard_listing",
    "charter_files",
    "CodeRule",
    "BehaviourRule",
    "AdmissionRule",
    "BirthRule",
    "Rewrite",
    "Comparison",
    "Motion",
    "Birth",
    "Speech",
    "Saying",
    "Critique",
    "Standing",
    "Times",
    "Spent",
    "CANARY",
    "Service",
    "earnings_verdict",
    "Breaker",
    "BreakerSettings",
    "Transition",
    "Act",
    "ActKind",
    "Reproduction",
    "Estimate",
    "spectral_radius",
    "same_program",
    "Bench",
    "generate",
    "literal",
    "Objected",
    "objected",
    "Question",
    "ask",
    "program",
    "Trial",
    "Scorecard",
    "Reading",
    "Unreadable",
    "read",
    "Sandbox",
    "open_sandbox",
    "Tier",
    "TIERS",
    "GUARD",
    "GUARD_LABEL",
    "labelled",
    "Part",
    "Program",
    "Call",
    "Limits",
    "Run",
    "Result",
    "Opaque",
    "same",
    "examine",
    "CAPABILITIES",
    "catalogue",
    "Corpora",
    "CorpusReport",
    "Snippet",
    "Declare",
    "read_corpus",
    "Canaries",
    "run_probes",
    "ProbeResult",
    "Column",
]
