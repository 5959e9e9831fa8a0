"""What agents gained and spent: energy, money and tokens.

Promises: each entry carries the balance after it, so a balance costs one look-up however long the ledger is.
Does not promise: that a balance stays above zero; budgets are the business of whoever enters amounts.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import Any, Literal, Unpack

from sqlalchemy import bindparam, func, select

from .database import Reads
from .moment import NOW, Moment, When
from .row import Row
from .tables import table
from .transaction import Transaction
from .when import as_of_seq

Coin = Literal["energy", "usd", "tokens"]

_LEDGER = table("ledger")
_BALANCE = (
    select(_LEDGER.c.balance)
    .where(_LEDGER.c.agent_id.is_not_distinct_from(bindparam("agent_id")), _LEDGER.c.kind == bindparam("kind"))
    .where(_LEDGER.c.seq <= bindparam("as_of"))
    .order_by(_LEDGER.c.id.desc())
    .limit(1)
)
_LAST = select(func.max(_LEDGER.c.id)).where(_LEDGER.c.seq <= bindparam("as_of"))
_BALANCES = select(_LEDGER.c.kind, _LEDGER.c.balance).where(
    _LEDGER.c.id.in_(_LAST.group_by(_LEDGER.c.agent_id, _LEDGER.c.kind))
)


@dataclass(frozen=True, slots=True)
class LedgerRecord:
    """An amount gained (above zero) or spent (below), by an agent or, where that is None, by the run itself."""

    id: int
    seq: int
    agent_id: int | None
    kind: Coin
    amount: float
    balance: float
    reason: str


class Ledger:
    """The ledger of a store."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    def enter(
        self,
        tx: Transaction,
        agent_id: int | None,
        *,
        kind: Coin,
        amount: float,
        reason: str,
        **moment: Unpack[Moment],
    ) -> LedgerRecord:
        """Enter an amount gained (above zero) or spent (below); `usd` in dollars."""
        row = _entry(tx, agent_id, kind=kind, amount=amount, reason=reason)
        return LedgerRecord(**tx.record("ledger", row, agent_id=agent_id, **moment).rows[0][1])

    def spend(
        self, tx: Transaction, agent_id: int | None, *, usd: float, tokens: int, **moment: Unpack[Moment]
    ) -> tuple[LedgerRecord, ...]:
        """Enter what an agent spent on models, in one event; what is zero is left out, and so is an event of nothing.

        Raises: ValueError: an amount is below zero.
        """
        if not (usd >= 0 and tokens >= 0):
            raise ValueError(f"what was spent is 0 or more, not {usd} usd and {tokens} tokens")
        coins: tuple[tuple[Coin, float], ...] = (("usd", usd), ("tokens", tokens))
        spent = [(kind, amount) for kind, amount in coins if amount]
        if not spent:
            return ()
        rows = [_entry(tx, agent_id, kind=kind, amount=-amount, reason="model calls") for kind, amount in spent]
        entry = tx.record("spend", *rows, agent_id=agent_id, **moment)
        return tuple(LedgerRecord(**values) for _, values in entry.rows)

    def balance(self, agent_id: int | None, *, kind: Coin, as_of: When = None) -> float:
        """Return the sum of an agent's entries of one kind, 0 where there is none."""
        return _balance(self._reads, agent_id, kind=kind, as_of=as_of_seq(self._reads, as_of))

    def totals(self, *, as_of: When = None) -> dict[str, float]:
        """Return the sum of all entries of each kind."""
        balances: dict[str, list[float]] = defaultdict(list)
        for kind, balance in self._reads.rows(_BALANCES, {"as_of": as_of_seq(self._reads, as_of)}):
            balances[kind].append(balance)
        return {kind: math.fsum(found) for kind, found in sorted(balances.items())}


def _entry(tx: Transaction, agent_id: int | None, *, kind: Coin, amount: float, reason: str) -> Row:
    """Return the row of an amount, with the balance that it leaves."""
    key = ("balance", agent_id, kind)
    # SQLite forgets the sign of a negative zero.
    balance = tx.latest(key, lambda: _balance(tx, agent_id, kind=kind, as_of=NOW)) + amount + 0.0
    tx.note_latest(key, balance)
    return Row("ledger", {"agent_id": agent_id, "kind": kind, "amount": amount, "balance": balance, "reason": reason})


def _balance(reads: Reads, agent_id: int | None, *, kind: Coin, as_of: int) -> float:
    found: Any = reads.rows(_BALANCE, {"agent_id": agent_id, "kind": kind, "as_of": as_of})
    return float(found[0].balance) if found else 0.0
