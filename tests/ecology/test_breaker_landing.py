"""Landing under an open breaker: what would breed is refused with a stored verdict, what drains is landed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from agents import AnyAction, Genome, Post, Propose, Signal, Spawn
from ecology import Ecology, Settings, Store, Task, load_charter
from ecology.attention import choose
from ecology.landing import Landing
from ecology.pick import InFlight, Pick
from ecology.scribe import Scribe
from ecology.turn import Deed, Examined, Weighed
from ecology.world import World
from governance import Council, Scorecard, Verdict
from storage import Ruling, Transaction

CHARTER = load_charter()
PASS = Verdict("council", "examine", "pass", {}, "", CHARTER.digest)


class Stage:
    """A world of one failing tool whose breaker is open, and a rewrite of it that came too late."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.world = World()
        for entry in store.history():
            self.world.fold(entry)
        run = store.runs.latest()
        assert run is not None
        self.scribe = Scribe(store, self.world, run_id=run.id)
        self.landing = Landing(self.scribe, self.world, council=Council(CHARTER), settings=Settings())
        self.tool = self.world.tools[1]
        self.better = self.tool.head.bitmap.replace("0", "1", 1)
        self.scribe.submit(self._prepare)

    def _prepare(self, tx: Transaction) -> None:
        moment = self.scribe.moment(turn=1, cause=self.world.seq)
        made = self.store.tools.propose(
            tx, tool_id=1, parent_id=1, author_id=1, family="guard", source="late = 1", reason="late", **moment
        )
        self.store.tools.evaluate(
            tx, proposal_id=made.id, tool_id=1, ring_set="examine", passed=self.better, score=self.tool.head.score,
            outcome="ok", tier="", signature="", **moment,
        )  # fmt: skip
        late = Ruling("FreshParent", "veto", {}, "the same on the new head")
        self.store.tools.judge(
            tx, [late], proposal_id=made.id, stage="admit", charter_hash=CHARTER.digest, tool_id=1, **moment
        )
        self.store.board.signal(tx, kind="stale", subject="stale:1", strength=1e6, half_life=1e6, **moment)
        self.scribe.fold(tx)
        payload = {"from": "closed", "to": "open", "why": "oscillation", "evidence": {"versions": [1, 1, 1]}}
        tx.record("breaker", payload=payload, **moment)
        self.scribe.fold(tx)

    def land(self, *actions: AnyAction, activity: str = "search", examined: tuple[Examined, ...] = ()) -> None:
        proposals = tuple(self.tool.stale) if activity == "repropose" else ()
        pick = Pick(
            1, activity, f"odd:{self.world.turn}", 1, tool_id=1, head_id=self.tool.head.id,  # type: ignore[arg-type]
            base_id=self.tool.head.id, means="specialist/guard", proposal_ids=proposals,
        )  # fmt: skip
        self.landing.land(self.world.turn + 1, pick, Deed(actions, examined=examined))
        self.scribe.settle()


@pytest.fixture
def stage(tmp_path: Path, few_tasks: tuple[Task, ...]) -> Iterator[Stage]:
    with Ecology(tmp_path / "stage.db", seed=1, workers=1) as ecology:
        ecology.settle(few_tasks[:1])
        ecology.run(1)
    with Store.open(tmp_path / "stage.db", write=True) as store:
        yield Stage(store)


def newest(stage: Stage) -> int:
    return max(each.id for each in stage.store.tools.proposals())


def examined(stage: Stage) -> Examined:
    visible, _, gate = stage.better.partition("|")
    card = Scorecard(tuple(mark == "1" for mark in visible), tuple(mark == "1" for mark in gate), fuel=1, size=1)
    return Examined((PASS,), Weighed(card, "", "ok", ""))


def test_a_birth_is_refused_and_the_veto_says_why(stage: Stage) -> None:
    before = len(stage.world.agents)

    stage.land(Spawn(parent_id=1, genome=Genome(species="critic"), reason="more"))

    (veto,) = stage.store.tools.verdicts(rule="Breaker")
    assert veto.outcome == "veto" and veto.proposal_id is None and veto.evidence["act"] == "spawn"
    assert len(stage.world.agents) == before


def test_a_signal_of_ones_own_is_refused_and_a_post_is_not(stage: Stage) -> None:
    stage.land(
        Signal(kind="failing", subject="failing:1", strength=9.0, half_life=9.0), Post(topic="tool/1", body="words")
    )

    assert [each.evidence["act"] for each in stage.store.tools.verdicts(rule="Breaker")] == ["signal"]
    assert [post.body for post in stage.store.board.since(0)] == ["words"]


def test_a_rewrite_offered_again_is_kept_vetoed_and_may_be_offered_later(stage: Stage) -> None:
    again = Propose(source="late = 1", basis_id=stage.tool.head.id, reason="late")

    stage.land(again, activity="repropose", examined=(examined(stage),))

    (veto,) = stage.store.tools.verdicts(rule="Breaker")
    assert veto.proposal_id == newest(stage) and "breaker has closed" in veto.would_pass
    assert list(stage.tool.stale) == [veto.proposal_id]


def test_a_new_rewrite_goes_on_to_its_critics(stage: Stage) -> None:
    stage.land(Propose(source="new = 1", basis_id=stage.tool.head.id, reason="new"), examined=(examined(stage),))

    assert stage.store.tools.verdicts(rule="Breaker") == []
    assert newest(stage) in stage.tool.pending


def test_nobody_is_picked_to_offer_a_rewrite_again_until_it_has_closed(stage: Stage) -> None:
    def drawn() -> set[str]:
        picks = [choose(stage.world, turn=2, rng=Random(seed), in_flight=InFlight()) for seed in range(20)]
        return {pick.activity for pick in picks if pick}

    assert "repropose" not in drawn()
    stage.world.breaker.state = "closed"
    assert "repropose" in drawn()
