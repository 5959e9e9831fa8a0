"""Evidence of what a source uses, as every code rule shows it.

Promises: short, in the order of lines, the same for the same uses.
"""

from __future__ import annotations

from ..reading import Lines
from ..verdict import JSON, Evidence, Objection

MOST_SHOWN = 8


def objection(found: Lines, would_pass: str) -> Objection | None:
    """Return an objection that shows the first uses with their lines, or None where there is none."""
    return Objection(listed(found), would_pass) if found else None


def listed(found: Lines) -> Evidence:
    """Return the first uses with their lines, and how many there are."""
    ordered = sorted(found.items(), key=lambda use: (use[1], use[0]))
    uses: list[JSON] = [{"use": name, "line": line} for name, line in ordered]
    return {"uses": uses[:MOST_SHOWN], "count": len(uses)}
