"""Totals of any moment are those that counting rows by hand gives, however they were noted on the way."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from functools import partial
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import (
    AgentRecord,
    Case,
    ConfigurationError,
    Entry,
    ProposalRecord,
    Ruling,
    Score,
    StorageError,
    Store,
    Sums,
    Task,
    Transaction,
    audit,
    transaction,
)  # fmt: skip

TASK = Task("sort", "f", "def f(a): return a", (Case("visible", "1", args="(1,)"),))
RULES = ("NoCaseLost", "Gate", "FreshParent")
Step = tuple[str, int]
DEEDS = ("turn", "turn", "propose", "judge", "judge", "save", "birth", "spawn", "retire", "pay", "spend", "post")
STEPS = st.lists(
    st.tuples(
        st.sampled_from(DEEDS),
        st.integers(0, 10**6),
    ),
    min_size=1, max_size=60,
)  # fmt: skip


class Life:
    """Lives steps in one store, keeping in mind what was made."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.turn = 0
        self.agents: list[AgentRecord] = []
        self.proposals: list[ProposalRecord] = []
        self.ids = store.write(lambda tx: store.tasks.settle(tx, TASK))
        store.write(self.spawn)

    def take(self, tx: Transaction, steps: Sequence[Step]) -> None:
        """Take steps; what cannot be done is passed over."""
        deeds = {"turn": self.go_on, "propose": self.propose, "judge": self.judge, "save": self.save,
                 "birth": self.birth, "spawn": self.spawn, "retire": self.retire, "pay": self.pay,
                 "spend": self.spend, "post": self.post}  # fmt: skip
        for word, draw in steps:
            deeds[word](tx, draw)

    def spawn(self, tx: Transaction, draw: int = 0) -> None:
        self.agents.append(
            self.store.agents.spawn(tx, name=f"a{len(self.agents)}", species="guard", genome={}, turn=self.turn)
        )

    def retire(self, tx: Transaction, draw: int) -> None:
        if len(self.agents) > 1:
            self.store.agents.retire(tx, self.agents.pop().id, reason="old", turn=self.turn)

    def post(self, tx: Transaction, draw: int) -> None:
        # What people say lies outside turns.
        self.store.board.post(tx, topic="t", body=str(draw))

    def propose(self, tx: Transaction, draw: int) -> None:
        made = self.store.tools.propose(
            tx, tool_id=self.ids.tool_id, parent_id=self.ids.version_id, author_id=self.agents[0].id, family="guard",
            source=f"x = {draw}", reason="why", turn=self.turn,
        )  # fmt: skip
        self.proposals.append(made)

    def judge(self, tx: Transaction, draw: int) -> None:
        if self.proposals:
            chosen = self.proposals[draw % len(self.proposals)].id
            self._judge(tx, draw, chosen)

    def birth(self, tx: Transaction, draw: int) -> None:
        self._judge(tx, draw, None)

    def save(self, tx: Transaction, draw: int) -> None:
        proposal = self.proposals[draw % len(self.proposals)].id if self.proposals and draw % 3 else None
        head = tx.next_id("tool_version") - 1
        self.store.tools.save(
            tx, tool_id=self.ids.tool_id, expected_head=head, source=f"y = {draw}", score=Score(1, 1, 1, 1, 9),
            reason="why", proposal_id=proposal, turn=self.turn,
        )  # fmt: skip

    def pay(self, tx: Transaction, draw: int) -> None:
        self.store.ledger.enter(
            tx, self.agents[draw % len(self.agents)].id, kind="energy", amount=draw % 7 - 3, reason="r", turn=self.turn
        )

    def spend(self, tx: Transaction, draw: int) -> None:
        self.store.ledger.spend(tx, None, usd=draw % 3 / 4, tokens=draw % 5, turn=self.turn)

    def go_on(self, tx: Transaction, draw: int) -> None:
        self.turn += 1 + (draw % 5 == 0)
        tx.record("turn", agent_id=self.agents[0].id, turn=self.turn, payload={"tried": draw % 9} if draw % 4 else {})

    def _judge(self, tx: Transaction, draw: int, proposal_id: int | None) -> None:
        rng = Random(draw)
        rulings = [Ruling(rule, rng.choice(("pass", "veto", "ask"))) for rule in rng.sample(RULES, 2)]
        self.store.tools.judge(tx, rulings, proposal_id=proposal_id, stage="admit", charter_hash="c", turn=self.turn)


def counted(entries: Sequence[Entry]) -> Sums:
    """Return the totals of entries by counting them one by one."""
    rows = [(entry, name, row) for entry in entries for name, row in entry.rows]
    vetoes = [row | {"seq": entry.seq} for entry, name, row in rows if name == "verdict" and row["outcome"] == "veto"]
    refused = {row["proposal_id"] for row in vetoes if row["proposal_id"]}
    births = {row["seq"] for row in vetoes if row["proposal_id"] is None}
    amounts = [(row["kind"], row["amount"]) for _, name, row in rows if name == "ledger"]
    return Sums(
        seq=entries[-1].seq if entries else 0,
        turn=max((entry.turn for entry in entries), default=0),
        turns=sum(entry.kind == "turn" for entry in entries),
        candidates=sum(entry.payload.get("tried", 0) for entry in entries if entry.kind == "turn"),
        proposals=sum(name == "proposal" for _, name, _ in rows),
        vetoes=len(refused) + len(births),
        admissions=sum(name == "tool_version" and row["proposal_id"] is not None for _, name, row in rows),
        births=sum(name == "agent" for _, name, _ in rows),
        deaths=sum(entry.kind == "retire" for entry in entries),
        energy_gained=sum(amount for kind, amount in amounts if kind == "energy" and amount > 0),
        energy_spent=-sum(amount for kind, amount in amounts if kind == "energy" and amount < 0),
        usd=-sum(amount for kind, amount in amounts if kind == "usd"),
        tokens=-sum(amount for kind, amount in amounts if kind == "tokens"),
        rules=dict(Counter(row["rule"] for row in vetoes)),
    )


def same(ours: Sums, theirs: Sums) -> bool:
    """Whether two totals are equal, wall time aside."""
    names = [each.name for each in fields(Sums) if each.name != "at"]
    return all(getattr(ours, name) == pytest.approx(getattr(theirs, name)) for name in names)


@contextmanager
def lived(every: int, steps: Sequence[Step], sizes: Callable[[], int]) -> Iterator[Store]:
    """Open a store in which steps were lived, in commits of some sizes, with milestones so far apart."""
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr(transaction, "EVERY", every)
        with Store.create(Path(folder) / "zoo.db") as store:
            life, left = Life(store), list(steps)
            while left:
                part = [left.pop(0) for _ in range(min(sizes(), len(left)))]
                store.write(partial(life.take, steps=part))
            yield store
        assert audit(Path(folder) / "zoo.db").holds


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(STEPS, st.integers(1, 12), st.randoms(use_true_random=False))
def test_the_totals_of_any_moment_are_those_counted_by_hand(steps: list[Step], every: int, rng: Random) -> None:
    with lived(every, steps, lambda: rng.randint(1, 9)) as store:
        entries = list(store.history())
        for seq in range(1, len(entries) + 1):
            assert same(store.totals.sums(as_of=seq), counted(entries[:seq])), seq
        assert same(store.totals.sums(), counted(entries))


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(STEPS, st.integers(1, 12), st.integers(1, 9), st.randoms(use_true_random=False))
def test_stretches_are_what_came_between_the_ends_of_turns(
    steps: list[Step], every: int, turns: int, rng: Random
) -> None:
    with lived(every, steps, lambda: rng.randint(1, 9)) as store:
        entries = list(store.history())
        course = store.totals.course(every=turns)
        last = max(entry.turn for entry in entries)

        assert [each.first_turn for each in course] == list(range(1, last + 1, turns))
        for each in course:
            ends = [0, 0]
            for place, turn in enumerate((each.first_turn - 1, each.last_turn)):
                later = [entry.seq for entry in entries if entry.turn > turn]
                ends[place] = later[0] - 1 if later else len(entries)
            start = 0 if each.first_turn == 1 else ends[0]
            whole, before = counted(entries[: ends[1]]), counted(entries[:start])
            assert same(each.sums, whole.since(before)), each


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(STEPS, st.integers(1, 12))
def test_the_seq_of_a_turn_or_a_time_is_what_a_scan_finds(steps: list[Step], every: int) -> None:
    with lived(every, steps, lambda: 3) as store:
        entries = list(store.history())
        ats = [row.at for row in store._reader.raw("SELECT at FROM event ORDER BY seq")]
        for turn in range(max(entry.turn for entry in entries) + 1):
            later = [entry.seq for entry in entries if entry.turn > turn]
            assert store.as_of(f"turn:{turn}") == (later[0] - 1 if later else len(entries))
        assert [store.totals.last_turn(as_of=entry.seq) for entry in entries] == [
            max(one.turn for one in entries[: entry.seq]) for entry in entries
        ]
        assert len(ats) == len(entries)


def test_milestones_are_no_part_of_the_history_and_the_same_however_changes_were_grouped() -> None:
    steps = [("turn", n) if n % 3 else ("post", n) for n in range(60)]
    found = []
    for every, size in ((7, 1), (7, 40), (1000, 3)):
        with lived(every, steps, lambda size=size: size) as store:  # type: ignore[misc]
            rows = store._reader.raw("SELECT seq, turn, turns, candidates, rules FROM milestone ORDER BY id")
            found.append((store.history_hash(), [tuple(row) for row in rows]))

    assert found[0] == found[1] and len(found[0][1]) == 8
    assert found[2] == (found[0][0], [])


def test_a_change_that_fails_takes_its_milestones_along() -> None:
    with lived(5, [("post", 1)], lambda: 1) as store:

        def fails(tx: Transaction) -> None:
            for n in range(20):
                store.board.post(tx, topic="t", body=str(n), thread_id=999 if n == 19 else None)

        with pytest.raises(StorageError, match="refused a row"):
            store.write(fails)
        assert store._reader.raw("SELECT count(*) FROM milestone")[0][0] == 0

        store.write(lambda tx: [store.board.post(tx, topic="t", body=str(n)) for n in range(4)])
        assert [row.seq for row in store._reader.raw("SELECT seq FROM milestone")] == [5]


def test_too_many_stretches_are_refused_with_how_many_turns_they_need() -> None:
    steps = [("turn", 5 * n) for n in range(3)]
    with lived(1000, steps, lambda: 3) as store:
        with pytest.raises(ConfigurationError, match="every is 0; with 6 turns it must be at least 1"):
            store.totals.course(every=0)
        assert [(each.first_turn, each.last_turn) for each in store.totals.course(every=4)] == [(1, 4), (5, 6)]
