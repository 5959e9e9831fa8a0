"""Name what does not fit the seals: rows that were altered, removed or inserted, and those that only changed places.

Promises: every slot and every loose row is in some finding. Does not promise: to recognise a row that was moved and
altered as well; it is named as altered or inserted, and its old place as removed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .finding import Finding
from .row import SHAPES, Columns
from .seal import MARK, row_digest
from .tables import HISTORY

_COMPARED = 200


@dataclass(frozen=True, slots=True)
class Slot:
    """A place that a commit filled, whose row (`values`, None: there is none) is not the one with that mark."""

    table: str
    key: int
    seq: int | None
    mark: bytes
    values: Columns | None


@dataclass(frozen=True, slots=True)
class Loose:
    """A row that no commit wrote at that place."""

    table: str
    key: int
    values: Columns


def moves(slots: Sequence[Slot], loose: Sequence[Loose]) -> list[Finding]:
    """Return one finding for each row that does not fit and each place that is empty."""
    here = [*loose, *(Loose(slot.table, slot.key, slot.values) for slot in slots if slot.values is not None)]
    # Beyond so many the story is not one of rows that changed places.
    pairs = _pairs(slots, here) if len(slots) <= _COMPARED and len(here) <= _COMPARED else {}
    came_from = {(row.table, row.key): slot for slot, row in pairs.values()}
    found = [_moved(row, slot) for slot, row in pairs.values()]
    for slot in slots:
        if slot.values is None and (slot.table, slot.key) not in pairs:
            found.append(Finding("removed", slot.table, slot.key, slot.seq, f"{slot.table} {slot.key} is missing"))
        elif slot.values is not None and (slot.table, slot.key) not in came_from:
            found.append(_finding("altered", Loose(slot.table, slot.key, slot.values), slot.seq))
    found += [_finding("inserted", row, None) for row in loose if (row.table, row.key) not in came_from]
    return found


def _pairs(slots: Sequence[Slot], rows: Sequence[Loose]) -> dict[tuple[str, int], tuple[Slot, Loose]]:
    """Return, for each place whose row stands elsewhere now, the place and that row."""
    found: dict[tuple[str, int], tuple[Slot, Loose]] = {}
    for slot in slots:
        for row in rows:
            if row.table == slot.table and row.key != slot.key and slot.mark in set(_marks_there(row, slot)):
                found[slot.table, slot.key] = (slot, row)
    return found


def _marks_there(row: Loose, slot: Slot) -> Iterator[bytes]:
    """Yield the marks that a row would have at another place."""
    key = {"event": "seq"}.get(row.table, "id")
    there = {**row.values, key: slot.key} if key in row.values else row.values
    variants = [there]
    if row.table in HISTORY and slot.values is not None:
        variants.append({**there, "seq": slot.values["seq"]})
    for values in variants:
        try:
            yield row_digest(row.table, values, SHAPES[row.table].text(values))[:MARK]
        except (TypeError, ValueError):
            continue


def _moved(row: Loose, slot: Slot) -> Finding:
    said = f"{row.table} {row.key} holds what was written as {row.table} {slot.key}"
    return Finding("moved", row.table, _name(row), slot.seq, said)


def _finding(kind: str, row: Loose, seq: int | None) -> Finding:
    own = row.key if row.table == "event" else row.values.get("seq") if row.table in HISTORY else None
    known = own if isinstance(own, int) else seq
    if kind == "altered":
        return Finding("altered", row.table, _name(row), known, f"{row.table} {_name(row)} is not what was written")
    return Finding("inserted", row.table, _name(row), known, f"{row.table} {_name(row)} was never written by an engine")


def _name(row: Loose) -> int | str:
    """Return what a row is known by: a text by its hash, any other by its key."""
    return str(row.values["hash"]) if row.table == "blob" else row.key
