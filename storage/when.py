"""Which seq a moment is in a database.

Promises: `turn:N` is the end of turn N (its last event), a time the last event written by then.
Does not promise: sense in a time where the clock jumped back; the first event after it cuts.
"""

from __future__ import annotations

from typing import Literal

from sqlalchemy import text

from .database import Reads
from .errors import NotFound
from .moment import NOW, AsOf, When

_NEWEST = text("SELECT coalesce(max(seq), 0) AS seq FROM event")
# From the milestone on up to which there was none, for a history is long.
_BEFORE = {
    name: text(
        f"SELECT event.seq - 1 AS seq FROM event WHERE {name} > :value AND event.seq > coalesce((SELECT m.seq"
        f" FROM milestone m WHERE m.{name} <= :value ORDER BY m.{name} DESC, m.seq DESC LIMIT 1), 0)"
        " ORDER BY event.seq LIMIT 1"
    )
    for name in ("turn", "at")
}
_SINCE = "coalesce((SELECT max(m.seq) FROM milestone m WHERE m.seq <= :as_of), 0)"
_LAST_TURN = text(
    f"SELECT coalesce((SELECT turn FROM event WHERE turn > 0 AND seq <= :as_of AND seq > {_SINCE} ORDER BY seq DESC"
    f" LIMIT 1), (SELECT turn FROM milestone WHERE seq = {_SINCE}), 0) AS turn"
)


def as_of_seq(reads: Reads, when: When) -> int:
    """Return the last seq that a question may see; None asks for everything, a number is taken as it is.

    Raises: NotFound, ConfigurationError: see `seq_of`.
    """
    if when is None:
        return NOW
    return when if isinstance(when, int) else seq_of(reads, when)


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
        last = last_turn(reads, newest)
        if moment.value > last:
            raise NotFound(f"no turn {moment.value} in this database; its last is {last}, so leave it out or go back")
    seq = last_before(reads, "turn" if moment.kind == "turn" else "at", moment.value, newest=newest)
    if seq < 1:
        raise NotFound("nothing was written by that time; give a later one, or leave it out")
    return seq


def last_before(reads: Reads, column: Literal["turn", "at"], value: float, *, newest: int) -> int:
    """Return the last seq before the first event whose turn or wall time lies behind a value, else the newest."""
    found = reads.rows(_BEFORE[column], {"value": value})
    return int(found[0].seq) if found else newest


def last_turn(reads: Reads, seq: int) -> int:
    """Return the number of the last turn taken by a seq, 0 before the first."""
    return int(reads.rows(_LAST_TURN, {"as_of": seq})[0].turn)
