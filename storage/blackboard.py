"""The blackboard: posts to read, signals that fade, and claims that expire.

Promises: what was posted stays, taken back or not, and has a cap; a signal's strength is computed when it is read; at
most one agent holds a claim on a subject, and tokens for one subject only grow.
Does not promise: that a claim stops anyone. Whoever commits work compares its token with the holder's.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Unpack

from sqlalchemy import bindparam, exists, or_, select, text

from .database import Reads
from .errors import ConfigurationError, NotFound
from .moment import NOW, Moment, When
from .row import Row
from .tables import table
from .transaction import Transaction
from .when import as_of_seq

HALF_LIVES = 10
MOST_CHARACTERS = 65_536

_POST, _SIGNAL, _CLAIM = table("post"), table("signal"), table("claim")
_TAKEN_BACK = _POST.alias("taken_back")
_RETRACTED = exists().where(_TAKEN_BACK.c.retracts_id == _POST.c.id, _TAKEN_BACK.c.seq <= bindparam("as_of"))
_SEEN = select(_POST).where(_POST.c.seq <= bindparam("as_of"), ~_RETRACTED).order_by(_POST.c.seq, _POST.c.id)
_SINCE = _SEEN.where(_POST.c.seq > bindparam("after")).limit(bindparam("limit"))
# The plus signs keep SQLite to the index that holds few rows: the new posts here, the signals not yet faint below.
_SINCE_TOPIC = _SINCE.where(text("+post.topic GLOB :glob"))
_THREAD = _SEEN.where(or_(_POST.c.id == bindparam("id"), _POST.c.thread_id == bindparam("id")))
_ONE = select(_POST).where(_POST.c.id == bindparam("id"))
_LIVE = (
    select(_SIGNAL.c.id, _SIGNAL.c.kind, _SIGNAL.c.subject, _SIGNAL.c.strength, _SIGNAL.c.half_life, _SIGNAL.c.turn)
    .where(_SIGNAL.c.until_turn >= bindparam("turn"), _SIGNAL.c.turn <= bindparam("turn"))
    .where(text("+signal.seq <= :as_of"))
)
_HOLDER = (
    select(_CLAIM)
    .where(_CLAIM.c.subject == bindparam("subject"), _CLAIM.c.seq <= bindparam("as_of"))
    .order_by(_CLAIM.c.token.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class PostRecord:
    """A post; `thread_id` is the post it answers to, `retracts_id` the one it takes back."""

    id: int
    seq: int
    agent_id: int | None
    topic: str
    body: str
    thread_id: int | None
    retracts_id: int | None


@dataclass(frozen=True, slots=True)
class SignalRecord:
    """A signal as it was given at `turn`: its strength halves every `half_life` turns and ends after `until_turn`."""

    id: int
    seq: int
    agent_id: int | None
    kind: str
    subject: str
    strength: float
    half_life: float
    turn: int
    until_turn: int


@dataclass(frozen=True, slots=True)
class Scent:
    """What all signals of one kind on one subject come to at one turn."""

    kind: str
    subject: str
    strength: float


@dataclass(frozen=True, slots=True)
class ClaimRecord:
    """A lease on a subject for the turns `turn` <= t < `until_turn`; `token` is larger than all before it."""

    id: int
    seq: int
    agent_id: int
    subject: str
    turn: int
    until_turn: int
    token: int


class Blackboard:
    """The blackboard of a store. The turn of what is written is that of its moment."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    def post(
        self,
        tx: Transaction,
        *,
        topic: str,
        body: str,
        agent_id: int | None = None,
        thread_id: int | None = None,
        **moment: Unpack[Moment],
    ) -> PostRecord:
        """Post a text under a topic, perhaps in answer to a post.

        Raises: ConfigurationError: topic and text together are longer than `MOST_CHARACTERS`.
        """
        if (length := len(topic) + len(body)) > MOST_CHARACTERS:
            raise ConfigurationError(
                f"a post on {topic:.40} has {length} characters, and at most {MOST_CHARACTERS} are kept; post a shorter"
                " one that says where the rest is"
            )
        row = Row("post", {"topic": topic, "body": body, "agent_id": agent_id, "thread_id": thread_id})
        return PostRecord(**tx.record("post", row, agent_id=agent_id, **moment).rows[0][1])

    def retract(self, tx: Transaction, post_id: int, *, agent_id: int | None, **moment: Unpack[Moment]) -> PostRecord:
        """Take a post back: readers no longer see it, the history keeps it.

        Raises: NotFound: there is no such post by that agent.
        """
        found = tx.rows(_ONE, {"id": post_id})
        if not found or found[0].agent_id != agent_id:
            raise NotFound(f"agent {agent_id} has no post {post_id} to retract; only its author can take a post back")
        values = {"topic": found[0].topic, "body": "", "agent_id": agent_id, "retracts_id": post_id}
        row = Row("post", {**values, "thread_id": found[0].thread_id})
        return PostRecord(**tx.record("retract", row, agent_id=agent_id, **moment).rows[0][1])

    def since(
        self, seq: int, *, topic_glob: str | None = None, limit: int = 100, as_of: When = None
    ) -> Sequence[PostRecord]:
        """Return the posts after that seq, oldest first, without those taken back (the taking back is among them).

        Args: topic_glob: a pattern such as `task:*` (`*`, `?`, `[...]`, case counts).
        """
        asked = {"after": seq, "limit": limit, "as_of": as_of_seq(self._reads, as_of)}
        if topic_glob is None:
            return [PostRecord(*row) for row in self._reads.rows(_SINCE, asked)]
        return [PostRecord(*row) for row in self._reads.rows(_SINCE_TOPIC, {**asked, "glob": topic_glob})]

    def thread(self, post_id: int, *, as_of: When = None) -> Sequence[PostRecord]:
        """Return a post and the answers to it, oldest first, without those taken back."""
        found = self._reads.rows(_THREAD, {"id": post_id, "as_of": as_of_seq(self._reads, as_of)})
        return [PostRecord(*row) for row in found]

    def signal(
        self,
        tx: Transaction,
        *,
        kind: str,
        subject: str,
        strength: float,
        half_life: float,
        agent_id: int | None = None,
        own: bool = False,
        **moment: Unpack[Moment],
    ) -> SignalRecord:
        """Leave a signal on a subject (such as `task:12`); after ten half-lives, in turns, it is gone.

        `own`: an agent asked for it; the others follow from what it did.

        Raises: ValueError: the half-life is not above zero.
        """
        if not half_life > 0:
            raise ValueError(f"half_life is in turns and must be above 0, not {half_life}")
        turn = moment.get("turn", 0)
        scent = {"kind": kind, "subject": subject, "strength": strength, "half_life": half_life}
        row = Row("signal", {**scent, "agent_id": agent_id, "turn": turn, "until_turn": _faint(turn, half_life)})
        payload = {"own": True} if own else {}
        return SignalRecord(**tx.record("signal", row, agent_id=agent_id, payload=payload, **moment).rows[0][1])

    def sense(self, turn: int, *, kinds: Collection[str] | None = None, as_of: When = None) -> Sequence[Scent]:
        """Return what can be sensed at a turn, strongest first: strength * 2 ** (-age / half-life), summed up."""
        found = self._reads.rows(_LIVE, {"turn": turn, "as_of": as_of_seq(self._reads, as_of)})
        sums: dict[tuple[str, str], float] = {}
        for _, kind, subject, strength, half_life, since in sorted(found):
            if kinds is None or kind in kinds:
                left = strength * 2.0 ** (-(turn - since) / half_life)
                sums[kind, subject] = sums.get((kind, subject), 0.0) + left
        scents = [Scent(kind, subject, strength) for (kind, subject), strength in sums.items()]
        return sorted(scents, key=lambda scent: (-scent.strength, scent.kind, scent.subject))

    def claim(
        self, tx: Transaction, subject: str, *, agent_id: int, lease: int, **moment: Unpack[Moment]
    ) -> ClaimRecord | None:
        """Claim a subject for `lease` turns from now, or renew one's own claim; None where another's is live."""
        turn = moment.get("turn", 0)
        last = _latest(tx, subject)
        if last and last.agent_id != agent_id and last.until_turn > turn:
            return None
        lasts = {"turn": turn, "until_turn": turn + lease, "token": last.token + 1 if last else 1}
        row = Row("claim", {"agent_id": agent_id, "subject": subject, **lasts})
        claim = ClaimRecord(**tx.record("claim", row, agent_id=agent_id, **moment).rows[0][1])
        tx.note_latest(("claim", subject), claim)
        return claim

    def release(self, tx: Transaction, subject: str, *, agent_id: int, **moment: Unpack[Moment]) -> ClaimRecord | None:
        """Give up one's claim from this turn on; None where the agent holds none."""
        turn = moment.get("turn", 0)
        last = _latest(tx, subject)
        if last is None or last.agent_id != agent_id or last.until_turn <= turn:
            return None
        return self.claim(tx, subject, agent_id=agent_id, lease=0, **moment)

    def holder(self, subject: str, *, turn: int, as_of: When = None) -> ClaimRecord | None:
        """Return the claim on a subject that is live at a turn, None where there is none."""
        last = _last(self._reads, subject, as_of=as_of_seq(self._reads, as_of))
        return last if last and last.until_turn > turn else None


def _faint(turn: int, half_life: float) -> int:
    return turn + math.ceil(HALF_LIVES * half_life)


def _latest(tx: Transaction, subject: str) -> ClaimRecord | None:
    return tx.latest(("claim", subject), lambda: _last(tx, subject, as_of=NOW))


def _last(reads: Reads, subject: str, *, as_of: int) -> ClaimRecord | None:
    found: Sequence[Any] = reads.rows(_HOLDER, {"subject": subject, "as_of": as_of})
    return ClaimRecord(*found[0]) if found else None
