"""Nothing that an agent asks for goes without a trace: what is not acted on leaves a verdict that says why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agents import AnyAction, Critique, Pass, Post, Propose, Retire, Signal, Test
from ecology import Ecology, Settings, Store, Task, load_charter
from ecology.landing import Landing
from ecology.pick import Pick
from ecology.scribe import Scribe
from ecology.turn import Deed, Examined
from ecology.world import World
from governance import Council, Verdict
from storage import VerdictRecord

PASS = Verdict("council", "examine", "pass", {}, "", "c")


class Stage:
    """A store with founders and one weighed tool, and a landing ready for its next turn."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.world = World()
        run = store.runs.latest()
        assert run is not None
        for entry in store.history():
            self.world.fold(entry)
        self.scribe = Scribe(store, self.world, run_id=run.id)
        self.landing = Landing(self.scribe, self.world, council=Council(load_charter()), settings=Settings())

    def land(self, *actions: AnyAction, agent_id: int = 1, proposals: tuple[int, ...] = (), **deed: object) -> None:
        turn, head = self.world.turn + 1, self.world.tools[1].head.id
        pick = Pick(
            agent_id, "search", f"failing:1/{turn}", 1, tool_id=1, head_id=head, base_id=head,
            means="specialist/guard", proposal_ids=proposals,
        )  # fmt: skip
        rewrites = sum(isinstance(each, Propose) for each in actions)
        cases = sum(isinstance(each, Test) for each in actions)
        found = {"examined": (Examined((PASS,), None),) * rewrites, "backing": ((),) * cases, **deed}
        self.landing.land(turn, pick, Deed(actions, **found))  # type: ignore[arg-type]
        self.scribe.settle()

    def told(self, rule: str) -> VerdictRecord:
        (verdict,) = self.store.tools.verdicts(rule=rule)
        assert verdict.outcome == "veto" and verdict.would_pass
        return verdict


@pytest.fixture
def stage(tmp_path: Path, few_tasks: tuple[Task, ...]) -> Iterator[Stage]:
    with Ecology(tmp_path / "stage.db", seed=1, workers=1) as ecology:
        ecology.settle(few_tasks[:1])
        ecology.run(1)
    with Store.open(tmp_path / "stage.db", write=True) as store:
        yield Stage(store)
        store.verify()


def critique(number: int) -> Critique:
    return Critique(proposal_id=number, stance="object", kind="doubt", evidence={})


def case(args: str = "(1,)") -> Test:
    return Test(args=args, expect="1", reason="a bound")


def propose(stage: Stage, basis_id: int) -> int:
    stage.land(Propose(source="def f(): pass", basis_id=basis_id, reason="why not"), agent_id=2)
    return max(each.id for each in stage.store.tools.proposals())


def test_what_an_agent_asks_for_after_it_retired_is_told_in_one_verdict(stage: Stage) -> None:
    stage.land(Retire(reason="enough"), Post(topic="late", body="words"), Retire(reason="again"), Pass(reason="well"))

    assert stage.told("StillAlive").evidence == {"agent": 1, "count": 2, "acts": ["post", "retire"]}


def test_what_the_dead_ask_for_is_told_too(stage: Stage) -> None:
    stage.land(Retire(reason="enough"))

    stage.land(Post(topic="tool/1", body="from beyond"))

    assert stage.told("StillAlive").evidence["acts"] == ["post"]


def test_critiques_of_what_is_closed_not_shown_or_judged_already_are_told_apart(stage: Stage) -> None:
    number = propose(stage, stage.world.tools[1].head.id)

    stage.land(critique(number), critique(number), critique(777), critique(999), proposals=(number, 777))

    evidence = stage.told("UnderReview").evidence
    assert evidence == {"agent": 1, "count": 3, "twice": [number], "closed": [777], "not_shown": [999]}
    assert len(stage.store.tools.critiques(number)) == 1


def test_a_case_offered_again_by_the_same_lineage_is_told_and_not_kept(stage: Stage) -> None:
    stage.land(case(), case("(2,)"))

    stage.land(case())

    assert stage.told("NewCase").evidence == {"agent": 1, "count": 1, "cases": ["(1,)"]}
    assert len(stage.world.tools[1].offered) == 2


def test_a_case_that_another_lineage_offers_too_is_no_repetition(stage: Stage) -> None:
    stage.land(case())

    stage.land(case(), agent_id=2, backing=((7,),))

    assert stage.store.tools.verdicts(rule="NewCase") == []
    assert len(stage.world.tools[1].tests) == 1


def test_a_case_that_is_too_long_is_told_with_its_length(stage: Stage) -> None:
    stage.land(case("(" + "1, " * 700 + ")"))

    assert stage.told("ShortCase").evidence["characters"] == [2103]
    assert not stage.world.tools[1].offered


def test_a_rewrite_of_what_was_never_a_version_is_vetoed_and_says_which(stage: Stage) -> None:
    number = propose(stage, 10**15)

    veto = stage.told("KnownBasis")
    assert veto.proposal_id == number and veto.evidence == {"basis": 10**15}
    assert number not in stage.world.proposals


def test_more_posts_than_a_turn_may_bring_are_told_in_one_verdict(stage: Stage) -> None:
    stage.land(*(Post(topic="tool/1", body=str(number)) for number in range(60)))

    veto = stage.told("PostsPerAgent")
    assert (veto.evidence["count"], veto.evidence["most"]) == (44, 16)
    assert len(stage.store.board.since(0)) == 16


def test_more_cases_than_a_turn_may_bring_are_told_in_one_verdict(stage: Stage) -> None:
    stage.land(*(case(f"({number},)") for number in range(20)))

    assert stage.told("CasesPerAgent").evidence["count"] == 12
    assert len(stage.world.tools[1].offered) == 8


def test_a_signal_too_strong_is_told_and_calls_nobody(stage: Stage) -> None:
    before = stage.world.signals.get("failing:1")

    stage.land(Signal(kind="failing", subject="failing:1", strength=1e6, half_life=9.0))

    assert stage.told("SignalStrength").evidence["strength"] == 1e6
    assert stage.world.signals.get("failing:1") == before


def test_signals_of_the_engine_are_not_counted_as_an_agents_own(stage: Stage) -> None:
    loud = Signal(kind="failing", subject="failing:1", strength=1.0, half_life=9.0)
    for _ in range(3):
        stage.land(*(loud,) * 6)

    assert len(stage.world.tallies.said["signal", 1]) == 12
    assert len(stage.store.tools.verdicts(rule="SignalsPerAgent")) == 3


def test_what_a_mind_asked_for_beyond_its_bounds_is_counted(stage: Stage) -> None:
    stage.land(Pass(reason="well"), dropped=(("ActsPerTurn", "acts", 36), ("ActsPerTurn", "rewrites", 2)))

    assert stage.told("ActsPerTurn").evidence == {"agent": 1, "acts": 36, "rewrites": 2}
