"""How long reading takes in a history of a million events, the present and moments of the past.

    python benchmarks/reads.py [--events 1000000] [--database FILE] [--rounds 300]

The history is written by the one writer in large changes, about ten events a turn: turns, posts, signals, proposals
with their trials and verdicts, versions, births, deaths and amounts. FILE keeps it, and is used again if it is there.
Promises: every read is the library's own call, on a random subject and moment; the median and the 99th percentile.
Exits with 1 where a median is over its bar.
Does not promise: a cold disk; the file is in the system's cache after it was written.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[1]))

from ecology import Case, Store, Task
from storage import Ruling, Score, Transaction
from storage.milestones import EVERY, advanced, milestone

_AT_ONCE = 5_000
_TOOLS = 50
_RULES = ("NoCaseLost", "ScoreImproves", "AuthorNotSoleApprover", "FreshParent")
# What a turn of an offline population costs, of which a milestone's share is told (`long_run.py`).
_TURN_MS = 4.0


@dataclass
class Life:
    """Writes a history, keeping what it needs to go on."""

    store: Store
    rng: Random
    turn: int = 0
    agents: list[int] = field(default_factory=list)
    heads: dict[int, int] = field(default_factory=dict)

    def begin(self, tx: Transaction) -> None:
        """Settle the tools and let the founders be born."""
        self.store.runs.start(tx, seed=1, window=4, model="offline", turns_target=10**6, charter_hash="c", settings={})
        for number in range(_TOOLS):
            task = Task(f"t{number}", f"f{number}", "def f(a): return a", (Case("visible", "1", args="(1,)"),))
            ids = self.store.tasks.settle(tx, task)
            self.heads[ids.tool_id] = ids.version_id
        for _ in range(20):
            self.born(tx, None)

    def born(self, tx: Transaction, parent: int | None) -> None:
        """Let an agent be born, with some energy."""
        name = f"a{tx.next_id('agent')}"
        new = self.store.agents.spawn(tx, name=name, species="guard", genome={}, parent_id=parent, turn=self.turn)
        self.store.ledger.enter(tx, new.id, kind="energy", amount=100.0, reason="birth", turn=self.turn, cause=new.seq)
        self.agents.append(new.id)

    def live(self, tx: Transaction) -> None:
        """Take turns until enough was recorded for one change."""
        while len(tx.entries) < _AT_ONCE:
            self.turn += 1
            self.take(tx)

    def take(self, tx: Transaction) -> None:
        """Take one turn."""
        rng, store = self.rng, self.store
        agent, tool = rng.choice(self.agents), rng.randrange(_TOOLS) + 1
        moment = {"turn": self.turn, "run_id": 1}
        said = {"tried": rng.randrange(60), "activity": "repair", "subject": f"failing:{tool}"}
        turn = tx.record("turn", agent_id=agent, tool_id=tool, payload=said, **moment)
        cause = turn.seq
        store.ledger.enter(tx, agent, kind="energy", amount=-rng.random(), reason="turn", cause=cause, turn=self.turn)
        for _ in range(4):
            store.board.post(tx, topic=f"tool/{tool}", body="a word on it", agent_id=agent, cause=cause, turn=self.turn)
        store.board.signal(tx, kind="failing", subject=f"failing:{tool}", strength=1.0, half_life=3.0, cause=cause,
                           turn=self.turn)  # fmt: skip
        if rng.random() < 0.5:
            self.propose(tx, agent, tool, cause)
        if rng.random() < 0.01:
            self.born(tx, agent)
            if len(self.agents) > 400:
                gone = self.agents.pop(rng.randrange(len(self.agents)))
                store.agents.retire(tx, gone, reason="broke", turn=self.turn, cause=cause)

    def propose(self, tx: Transaction, agent: int, tool: int, cause: int) -> None:
        """Propose a rewrite; most are vetoed."""
        rng, tools = self.rng, self.store.tools
        score = Score(1, 1, rng.randrange(5), 5, 100)
        source = f"x = {rng.randrange(5000)}"
        made = tools.propose(tx, tool_id=tool, parent_id=self.heads[tool], author_id=agent, family="guard",
                             source=source, reason="line 2", turn=self.turn, cause=cause)  # fmt: skip
        tools.evaluate(tx, proposal_id=made.id, ring_set="examine", passed="1|11011", score=score, outcome="ok",
                       tier="zygote", turn=self.turn, cause=made.seq)  # fmt: skip
        vetoed = rng.random() < 0.97
        rulings = [Ruling(rng.choice(_RULES), "veto" if vetoed else "pass")]
        tools.judge(tx, rulings, proposal_id=made.id, stage="examine", charter_hash="c", turn=self.turn, cause=made.seq)
        if not vetoed:
            saved = tools.save(tx, tool_id=tool, expected_head=self.heads[tool], source=f"y = {made.id}", score=score,
                               reason="line 2", author_id=agent, proposal_id=made.id, turn=self.turn)  # fmt: skip
            self.heads[tool] = saved.id


def build(path: Path, events: int) -> None:
    """Write the history."""
    began = time.perf_counter()
    with Store.create(path) as store:
        life = Life(store, Random(1))
        store.write(life.begin)
        while store.last_seq() < events:
            store.write(life.live)
        rate = store.last_seq() / (time.perf_counter() - began)
        print(f"{store.last_seq():,} events in {life.turn:,} turns, {rate:,.0f} a second, "
              f"{path.stat().st_size / 2**20:.0f} MB", flush=True)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Read:
    """A read, and the milliseconds that its median may take."""

    name: str
    call: Callable[[], object]
    bar: float


def reads(store: Store, rng: Random) -> list[Read]:
    """Return what is measured."""
    newest, turns, agents = store.last_seq(), store.totals.last_turn(), len(store.agents.all())

    def moment() -> int:
        return rng.randrange(newest // 10, newest)

    def agent(seq: int) -> int:
        # Somebody who was born by then.
        return 1 + rng.randrange(max(1, agents * seq // newest // 2))

    def view(seq: int) -> object:
        one = agent(seq)
        return store.agents.get(one, as_of=seq), store.ledger.balance(one, kind="energy", as_of=seq)

    def kin(seq: int) -> object:
        return store.ask.agent(agent(seq), as_of=seq)

    return [
        Read("posts since a cursor, the newest ten", lambda: store.board.since(newest - 20, limit=10), 0.2),
        Read("posts since a cursor, anywhere", lambda: store.board.since(moment(), limit=10), 0.2),
        Read("events since a cursor, ten with their rows", lambda: _events(store, moment()), 5.0),
        Read("one agent and its energy, now", lambda: view(newest), 5.0),
        Read("one agent and its energy, as of", lambda: view(moment()), 5.0),
        Read("one agent with its kin, as of", lambda: kin(moment()), 5.0),
        Read("one tool's head, as of", lambda: store.tools.head(1 + rng.randrange(_TOOLS), as_of=moment()), 5.0),
        Read("the seq of a turn", lambda: store.as_of(f"turn:{rng.randrange(turns)}"), 5.0),
        Read("all totals, as of", lambda: store.totals.sums(as_of=moment()), 5.0),
        Read("totals in 100 stretches", lambda: store.totals.course(every=-(-turns // 100)), 1000.0),
    ]


def _events(store: Store, seq: int) -> list[object]:
    return list(store.history(after=seq, until=seq + 10))


def main() -> int:
    """Print the table; exit with 1 where a median is over its bar."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--database", type=Path, help="keep it here, or use what is here")
    parser.add_argument("--rounds", type=int, default=300)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = options.database or Path(folder) / "reads.db"
        if not path.exists():
            build(path, options.events)
        with Store.open(path) as store:
            slow = [each.name for each in reads(store, Random(2)) if not _timed(each, options.rounds)]
            _cost(store)
    for name in slow:
        print(f"over its bar: {name}")
    return 1 if slow else 0


def _timed(read: Read, rounds: int) -> bool:
    times = []
    for _ in range(rounds if read.bar < 100 else 5):
        began = time.perf_counter()
        read.call()
        times.append((time.perf_counter() - began) * 1000)
    times.sort()
    p50, p99 = times[len(times) // 2], times[int(len(times) * 0.99)]
    print(f"{read.name:<46}p50 {p50:>9.3f} ms   p99 {p99:>9.3f} ms   bar {read.bar:g} ms", flush=True)
    return p50 <= read.bar


def _cost(store: Store) -> None:
    """Print what noting a milestone costs, as a share of the turns that lie between two."""
    newest, spent = store.last_seq() // EVERY * EVERY, []
    for seq in range(newest - 40 * EVERY, newest, EVERY):
        last = milestone(store._reader, seq)
        began = time.process_time()
        advanced(store._reader, last, seq + EVERY)
        spent.append((time.process_time() - began) * 1000)
    each = sum(spent) / len(spent)
    between = EVERY * store.totals.last_turn() / store.last_seq()
    share = each / (between * _TURN_MS)
    print(f"a milestone: {each:.2f} ms of CPU every {between:.0f} turns, {share:.2%} of turns of {_TURN_MS:g} ms")


if __name__ == "__main__":
    raise SystemExit(main())
