"""Which seq a moment is in a database.

Promises: `turn:N` is the end of turn N (its last event), a time the last event written by then.
Does not promise: sense in a time where the clock jumped back; the first event after it cuts.
"""

from __future__ import annotations

from sqlalchemy import text

from ..database import Reads
from ..errors import NotFound
from ..moment import NOW, AsOf, When

_NEWEST = text("SELECT coalesce(max(seq), 0) AS seq FROM event")
_BEFORE = {
    "turn": text("SELECT seq - 1 AS seq FROM event WHERE turn > :value ORDER BY seq LIMIT 1"),
    "time": text("SELECT seq - 1 AS seq FROM event WHERE at > :value ORDER BY seq LIMIT 1"),
}
_LAST_TURN = text("SELECT turn FROM event WHERE turn > 0 ORDER BY seq DESC LIMIT 1")


def seq_of(reads: Reads, when: When) -> int:
    """Return the last seq that a question as of that moment may see; `NOW` for everything.

    Raises: NotFound: there is no such seq or turn yet, or nothing was written by that time; ConfigurationError: a text
        is no moment.
    """
    if when is None:
        return NOW
    moment = AsOf("seq", when) if isinstance(when, int) else AsOf.parse(when) if isinstance(when, str) else when
    newest = reads.rows(_NEWEST)[0].seq
    if moment.kind == "seq":
        if not 1 <= moment.value <= newest:
            raise NotFound(
                f"no seq {moment.value} in this database; its newest is {newest}, so leave it out or go back"
            )
        return int(moment.value)
    if moment.kind == "turn":
        found = reads.rows(_LAST_TURN)
        last = found[0].turn if found else 0
        if moment.value > last:
            raise NotFound(f"no turn {moment.value} in this database; its last is {last}, so leave it out or go back")
    found = reads.rows(_BEFORE[moment.kind], {"value": moment.value})
    seq = int(found[0].seq) if found else int(newest)
    if seq < 1:
        raise NotFound("nothing was written by that time; give a later one, or leave it out")
    return seq
