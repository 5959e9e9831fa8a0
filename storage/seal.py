"""Seals: one for each commit, over every column of every row it wrote, wall-clock columns and operational rows too.

Promises: a seal's digest rests on the digest of the seal before and on the full digests of its rows; its marks, the
first bytes of the digest of its own columns and of those, only say what it is that does not fit. Seals are no
part of the history hash: they depend on how changes were grouped into commits.
Does not promise: proof against someone who writes all seals anew; the head file, best a signed one, is there for that.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping

from .row import SHAPES, Columns, Values, canonical
from .tables import SEALED

MARK = 8

Written = dict[str, list[bytes]]
Spans = dict[str, tuple[int, int]]


def row_digest(name: str, values: Values, text: bytes) -> bytes:
    """Return the sha256 over every column of a row, whose `text` is that of the hash chain."""
    return hashlib.sha256(text + SHAPES[name].rest(values)).digest()


def seal_digest(previous: bytes, *, own: bytes, digests: Iterable[bytes]) -> bytes:
    """Return the digest of a seal over the one before it, the digest of its own columns, and those of its rows."""
    chain = hashlib.sha256(previous + own)
    for each in digests:
        chain.update(each)
    return chain.digest()


def own_digest(seal: Values) -> bytes:
    """Return the digest of a seal's own columns, all but the marks and the digest itself."""
    return hashlib.sha256(SHAPES["seal"].text(seal)).digest()


def make_seal(written: Mapping[str, list[bytes]], *, ids: Mapping[str, int], previous: bytes, at: float) -> Columns:
    """Return the seal of what one commit wrote.

    Args: written: the rows' digests by table, in order of their ids; ids: the last id of each table after it;
        previous: the digest of the seal before; at: wall time, seconds.
    """
    tables = [name for name in SEALED if written.get(name)]
    spans = {name: (ids[name] - len(written[name]) + 1, ids[name]) for name in tables}
    digests = [each for name in tables for each in written[name]]
    values = {"spans": canonical(spans), "marks": b"", "digest": b"", "at": at}
    seal = SHAPES["seal"].fill(values, keys={"id": ids["seal"] + 1, "seq": ids["event"]})
    own = own_digest(seal)
    seal["marks"] = b"".join(each[:MARK] for each in (own, *digests))
    seal["digest"] = seal_digest(previous, own=own, digests=digests)
    return seal


def spans_of(seal: Values) -> Spans | None:
    """Return the first and last id in each table that a seal covers, None where its own columns are no seal's."""
    try:
        found = json.loads(seal["spans"])
        spans = {name: (int(first), int(last)) for name, (first, last) in found.items()}
        rows = sum(last - first + 1 for first, last in spans.values())
        sound = set(spans) <= set(SEALED) and len(seal["marks"]) == MARK * (1 + rows)
    except (TypeError, ValueError, AttributeError):
        return None
    return {name: spans[name] for name in SEALED if name in spans} if sound else None
