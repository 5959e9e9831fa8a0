"""Take a version back, with all that came of it, by new versions that bring earlier code back.

Promises: nothing is removed; of every tool whose head came of the version, the last one that did not is the head again.
Does not promise: to change a frozen tool that is built on it; that is flagged.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from storage import Blackboard, Control, Moment, Ruling, Runs, Score, Tools, Transaction, VersionRecord

from .denial import charter
from .in_force import InForce
from .request import Refused, RollBack

_CALL = 2.0
_HALF_LIFE = 400.0
_CHILDREN = text("SELECT id FROM tool_version WHERE parent_id = :id")
_HEIRS = text("SELECT version_id AS id FROM version_parent WHERE parent_id = :id")
# What a version's code was made from, where that was not the head it replaced.
_MADE_FROM = text("SELECT parent_id FROM version_parent WHERE version_id = :id AND role IN ('basis', 'restored')")


@dataclass(frozen=True, slots=True)
class Return:
    """A tool whose `head` is to give way to an earlier version."""

    head: VersionRecord
    good: VersionRecord


def roll_back(tx: Transaction, request: RollBack, in_force: InForce) -> tuple[str, Callable[[Moment], None]]:
    """Return what a rolling back comes to, and how to write it.

    Raises: UnknownVersion: there is no such version. Refused: it is the code as it came, or was taken back before.
    """
    bad = Tools(tx).version(request.version_id)
    if bad.number == 0:
        raise Refused(f"version {bad.id} is the code as it came, and nothing is before it; quarantine its tool instead")
    if bad.id in in_force.rolled_back:
        raise Refused(f"version {bad.id} was taken back before")
    fallen = descent(tx, bad.id)
    heads = [Tools(tx).head(tool_id) for tool_id in sorted(_tools_of(tx, fallen))]
    down = [head for head in heads if head.id in fallen]
    flagged = [head for head in down if head.tool_id in in_force.frozen and head.tool_id != bad.tool_id]
    never = fallen | in_force.rolled_back
    returns = [Return(head, _last_good(tx, head.tool_id, never)) for head in down if head not in flagged]
    said = {
        "version": bad.id,
        "versions": sorted(fallen),
        "flagged": [head.tool_id for head in flagged],
        "by": request.by,
        "reason": request.reason,
    }

    def write(moment: Moment) -> None:
        entry = tx.record("roll_back", tool_id=bad.tool_id, payload=said, **moment)
        moment["cause"] = entry.seq
        _close(tx, fallen, moment=moment)
        for each in returns:
            _restore(tx, each, bad=bad, moment=moment)

    return _told(bad, returns, flagged), write


def descent(tx: Transaction, version_id: int) -> set[int]:
    """Return a version and all whose code was made from it or is built on it, of whatever tool."""
    found, ahead = {version_id}, [version_id]
    while ahead:
        number = ahead.pop()
        # A child by number alone, made from another version, does not descend.
        children = {row.id for row in tx.rows(_CHILDREN, {"id": number}) if not tx.rows(_MADE_FROM, {"id": row.id})}
        new = (children | {row.id for row in tx.rows(_HEIRS, {"id": number})}) - found
        found |= new
        ahead += sorted(new)
    return found


def _tools_of(tx: Transaction, versions: Collection[int]) -> set[int]:
    return {Tools(tx).version(number).tool_id for number in versions}


def _last_good(tx: Transaction, tool_id: int, never: Collection[int]) -> VersionRecord:
    return [version for version in Tools(tx).versions(tool_id) if version.id not in never][-1]


def _close(tx: Transaction, fallen: Collection[int], *, moment: Moment) -> None:
    """Veto what is still open, of whatever tool, and was made from or is built on what is taken back."""
    for each in Tools(tx).proposals():
        gone = sorted({each.basis_id or 0, *json.loads(each.components)} & set(fallen))
        if gone and Control(tx).is_open(each.id):
            ruling = Ruling("NotTakenBack", "veto", {"taken_back": gone}, "a rewrite without what was taken back")
            Tools(tx).judge(
                tx, [ruling], proposal_id=each.id, stage="admit", charter_hash=charter(tx), tool_id=each.tool_id,
                **moment,
            )  # fmt: skip


def _restore(tx: Transaction, back: Return, *, bad: VersionRecord, moment: Moment) -> None:
    """Bring the last good version's code back, and call for work on it where it fails."""
    tools, good = Tools(tx), back.good
    score = _score(good)
    tools.save(
        tx, tool_id=good.tool_id, expected_head=back.head.id, source=tools.source(good.id), score=score,
        reason=f"rolled back to version {good.number}: version {bad.id} is taken back",
        parents=[(good.id, "restored")], **moment,
    )  # fmt: skip
    call_where_failing(tx, good.tool_id, score, moment=moment)


def call_where_failing(tx: Transaction, tool_id: int, score: Score, *, moment: Moment) -> None:
    """Call for work on a tool whose new head fails a case, where there is a run to hear it."""
    run = Runs(tx).latest()
    if run and (score.visible_passed, score.gate_passed) != (score.visible_total, score.gate_total):
        settings: Mapping[str, Any] = run.settings
        Blackboard(tx).signal(
            tx, kind="failing", subject=f"failing:{tool_id}", strength=_CALL,
            half_life=settings.get("open_half_life", _HALF_LIFE), **moment,
        )  # fmt: skip


def _score(version: VersionRecord) -> Score:
    counts = (version.visible_passed, version.visible_total, version.gate_passed, version.gate_total, version.fuel)
    return Score(*(number or 0 for number in counts))


def _told(bad: VersionRecord, returns: Collection[Return], flagged: Collection[VersionRecord]) -> str:
    back = ", ".join(f"tool {each.good.tool_id} to version {each.good.id}" for each in returns)
    said = f"version {bad.id} is taken back; " + (f"back go {back}" if back else "no head came of it")
    held = ", ".join(str(head.tool_id) for head in flagged)
    return f"{said}; frozen and built on it: tool {held}" if held else said
