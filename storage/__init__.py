"""What is remembered: one SQLite database with a single writer, and typed answers to questions about it.

Everything comes from a `Store`: `store.write(lambda tx: store.board.post(tx, topic="hello", body="world"))`.
"""

from __future__ import annotations

from .agent import AgentRecord, Agents
from .audit import audit
from .backup import Compacted, backup, compact
from .blackboard import Blackboard, ClaimRecord, PostRecord, Scent, SignalRecord
from .blobs import Blobs
from .cases import TestRecord, TestStatus
from .checkup import Checkup, Trouble, checkup
from .control import Control, RequestRecord
from .difference import Difference, first_difference
from .errors import (
    BudgetReached,
    Busy,
    CharterError,
    ConfigurationError,
    Damaged,
    DiskFull,
    EcologyError,
    ModelError,
    ModelFault,
    NotFound,
    NotOurs,
    ReadOnly,
    SandboxError,
    SandboxUnavailable,
    StaleHead,
    Stopped,
    StorageError,
    TaskError,
    TooNew,
    TooOld,
    UnknownAgent,
    UnknownProposal,
    UnknownTool,
    UnknownVersion,
)
from .finding import Audit, Finding
from .fork import fork
from .guards import changed_files
from .journal import AgentSpending, CallKey, Journal, ModelCall, ModelFailure, ModelSpending, request_hash
from .ledger import Coin, Ledger, LedgerRecord
from .lineage import Lineage
from .moment import Moment
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
from .runs import RunRecord, Runs
from .sessions import SessionRecord, Sessions
from .store import Store
from .tables import CONTROL_KINDS, table_names
from .task import PROPERTIES, RINGS, Case, Comparison, Judged, Property, PropertyKind, Ring, Task
from .tasks import Settled, TaskRecord, Tasks
from .tools import ToolRecord, Tools, VersionRecord
from .totals import Counts, FlipRecord, Totals
from .transaction import Entry, Transaction
from .writer import Pending

__all__ = [  # noqa: RUF022 - in an order that teaches
    "Store",
    "fork",
    "Difference",
    "first_difference",
    "Transaction",
    "Pending",
    "Entry",
    "Row",
    "Moment",
    "canonical",
    "table_names",
    "Task",
    "Case",
    "Ring",
    "RINGS",
    "Property",
    "PropertyKind",
    "PROPERTIES",
    "Comparison",
    "Judged",
    "Tasks",
    "TaskRecord",
    "Settled",
    "Runs",
    "RunRecord",
    "Sessions",
    "SessionRecord",
    "Agents",
    "AgentRecord",
    "Tools",
    "ToolRecord",
    "VersionRecord",
    "Score",
    "ProposalRecord",
    "EvaluationRecord",
    "RingSet",
    "Ruling",
    "Answer",
    "Stage",
    "VerdictRecord",
    "CritiqueRecord",
    "Stance",
    "TestRecord",
    "TestStatus",
    "Lineage",
    "Blackboard",
    "PostRecord",
    "SignalRecord",
    "Scent",
    "ClaimRecord",
    "Ledger",
    "LedgerRecord",
    "Coin",
    "Control",
    "RequestRecord",
    "CONTROL_KINDS",
    "Totals",
    "Counts",
    "FlipRecord",
    "Blobs",
    "Journal",
    "ModelCall",
    "CallKey",
    "request_hash",
    "audit",
    "backup",
    "compact",
    "Compacted",
    "checkup",
    "Checkup",
    "Trouble",
    "Audit",
    "Finding",
    "changed_files",
    "AgentSpending",
    "ModelFailure",
    "ModelSpending",
    "EcologyError",
    "ConfigurationError",
    "TaskError",
    "CharterError",
    "NotFound",
    "UnknownAgent",
    "UnknownTool",
    "UnknownVersion",
    "UnknownProposal",
    "StorageError",
    "NotOurs",
    "TooNew",
    "TooOld",
    "Busy",
    "ReadOnly",
    "DiskFull",
    "Damaged",
    "StaleHead",
    "Stopped",
    "ModelError",
    "ModelFault",
    "BudgetReached",
    "SandboxError",
    "SandboxUnavailable",
]
