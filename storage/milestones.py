"""Milestones: the totals of a history, noted once every thousand events, from which those of any moment follow.

Promises: the totals of a moment cost the same however long the history is: the milestone before it, and what came
since. They rest on the history's rows alone, in whichever process or order of commits they are noted, and a database
that has none (an older release wrote it) gets them with its next commit.
Does not promise: a place in the history. They are derived, so the hash chain leaves them out, and two histories are
the same whatever was noted beside them; the seals cover them, for people read them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from sqlalchemy import text

from .database import Reads
from .row import Row, canonical

EVERY = 1000

_COLUMNS = (
    "seq, turn, at, turns, candidates, proposals, vetoes, admissions, births, deaths, energy_gained, energy_spent, usd,"
    " tokens, rules"
)
_BEFORE = text(f"SELECT {_COLUMNS} FROM milestone WHERE seq <= :until ORDER BY seq DESC LIMIT 1")
_EVENTS = text(
    "SELECT max(turn) AS turn, max(at) AS at, coalesce(sum(kind = 'turn'), 0) AS turns,"
    " coalesce(sum(CASE kind WHEN 'turn' THEN json_extract(payload, '$.tried') END), 0) AS candidates,"
    " coalesce(sum(kind = 'retire'), 0) AS deaths FROM event WHERE seq > :after AND seq <= :until"
)
# A rewrite counts as vetoed once, with its first veto; of a birth, which has no number, all verdicts are in one event.
_ROWS = text(
    "SELECT (SELECT count(*) FROM proposal WHERE seq > :after AND seq <= :until) AS proposals,"
    " (SELECT count(*) FROM tool_version WHERE seq > :after AND seq <= :until AND proposal_id IS NOT NULL)"
    "  AS admissions,"
    " (SELECT count(*) FROM agent WHERE seq > :after AND seq <= :until) AS births,"
    " (SELECT count(DISTINCT coalesce(v.proposal_id, -v.seq)) FROM verdict v WHERE v.seq > :after AND v.seq <= :until"
    "  AND v.outcome = 'veto' AND NOT EXISTS (SELECT 1 FROM verdict w WHERE w.proposal_id = v.proposal_id"
    "  AND w.outcome = 'veto' AND w.seq <= :after)) AS vetoes"
)
_RULES = text(
    "SELECT rule, count(*) AS n FROM verdict WHERE seq > :after AND seq <= :until AND outcome = 'veto' GROUP BY rule"
)
_AMOUNTS = text(
    "SELECT kind, sum(max(amount, 0.0)) AS gained, sum(max(-amount, 0.0)) AS spent FROM ledger"
    " WHERE seq > :after AND seq <= :until GROUP BY kind"
)


@dataclass(frozen=True, slots=True)
class Sums:
    """The totals of a history up to the event `seq`, of the turn `turn`; `at` is the latest wall time by then.

    `candidates` are programs run by minds; `vetoes` the rewrites and births refused, `rules` the vetoes of each rule;
    `admissions` rewrites that became versions; `usd` and `tokens` what was spent on models.
    """

    seq: int = 0
    turn: int = 0
    at: float = 0.0
    turns: int = 0
    candidates: int = 0
    proposals: int = 0
    vetoes: int = 0
    admissions: int = 0
    births: int = 0
    deaths: int = 0
    energy_gained: float = 0.0
    energy_spent: float = 0.0
    usd: float = 0.0
    tokens: float = 0.0
    rules: Mapping[str, int] = field(default_factory=dict)

    def since(self, before: Sums) -> Sums:
        """Return what came after an earlier moment: totals less those of then, place and time as they are here."""
        left = {name: getattr(self, name) - getattr(before, name) for name in _SUMMED}
        rules = {rule: n - before.rules.get(rule, 0) for rule, n in self.rules.items()}
        return Sums(self.seq, self.turn, self.at, **left, rules={rule: n for rule, n in rules.items() if n})


_SUMMED = tuple(each.name for each in fields(Sums) if each.name not in ("seq", "turn", "at", "rules"))


def sums(reads: Reads, until: int) -> Sums:
    """Return the totals up to a seq."""
    return advanced(reads, milestone(reads, until), until)


def milestone(reads: Reads, until: int) -> Sums:
    """Return the last milestone up to a seq, totals of nothing where there is none."""
    found = reads.rows(_BEFORE, {"until": until})
    if not found:
        return Sums()
    values: dict[str, Any] = dict(found[0]._mapping)
    return Sums(**{**values, "rules": json.loads(values["rules"])})


def advanced(reads: Reads, before: Sums, until: int) -> Sums:
    """Return the totals up to a seq, given those of an earlier one."""
    if until <= before.seq:
        return before
    asked = {"after": before.seq, "until": until}
    events, rows = reads.rows(_EVENTS, asked)[0], reads.rows(_ROWS, asked)[0]
    if events.turn is None:
        return before
    amounts = {row.kind: row for row in reads.rows(_AMOUNTS, asked)}
    energy = amounts.get("energy")
    rules = Counter(before.rules) + Counter({row.rule: row.n for row in reads.rows(_RULES, asked)})
    return Sums(
        seq=until,
        turn=max(before.turn, events.turn),
        at=max(before.at, events.at),
        turns=before.turns + events.turns,
        candidates=before.candidates + events.candidates,
        proposals=before.proposals + rows.proposals,
        vetoes=before.vetoes + rows.vetoes,
        admissions=before.admissions + rows.admissions,
        births=before.births + rows.births,
        deaths=before.deaths + events.deaths,
        energy_gained=before.energy_gained + (energy.gained if energy else 0.0),
        energy_spent=before.energy_spent + (energy.spent if energy else 0.0),
        usd=before.usd + (amounts["usd"].spent if "usd" in amounts else 0.0),
        tokens=before.tokens + (amounts["tokens"].spent if "tokens" in amounts else 0.0),
        rules=dict(sorted(rules.items())),
    )


def row_of(found: Sums) -> Row:
    """Return the row of a milestone."""
    values = {each.name: getattr(found, each.name) for each in fields(Sums)}
    return Row("milestone", {**values, "rules": canonical(dict(found.rules))})
