"""What an audit finds: one value for each thing that is not as it was written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FindingKind = Literal[
    "altered", "removed", "inserted", "moved", "seal", "chain", "head", "schema", "guard", "unreadable"
]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was written.

    `table` is where (empty outside tables), `id` the row's key there (a text's by its hash), `seq` the event that
    wrote the row, where it is known, or else the last event of the commit that did.
    """

    kind: FindingKind
    table: str
    id: int | str | None
    seq: int | None
    detail: str


@dataclass(frozen=True, slots=True)
class Audit:
    """The outcome of an audit: `rows` held against `seals`, `lines` of the head file, `signed` ones among them.

    `notes` are no faults: what could not be proven and why, and each time that a person broke the glass.
    """

    path: str
    rows: int
    seals: int
    seq: int
    history_hash: str
    lines: int
    signed: int
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return not self.findings
