"""New versions in service: they serve a share, and go where a case, a critic or their earnings speak against them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from agents import Critique, Propose
from ecology import Ecology, Settings, Store, Task, load_charter
from ecology.canaries import Answers
from ecology.landing import Landing
from ecology.pick import Pick
from ecology.scribe import Scribe
from ecology.turn import Deed, Examined, Weighed
from ecology.world import World
from governance import Council, Scorecard, Verdict
from storage import Entry, Transaction

TERM = 6


class Stage:
    """A tool whose new head is a canary for six turns, and a landing ready for the next."""

    def __init__(self, store: Store, charter: Path) -> None:
        self.store, self.world = store, World()
        run = store.runs.latest()
        assert run is not None
        for entry in store.history():
            self.world.fold(entry)
        self.scribe = Scribe(store, self.world, run_id=run.id)
        loaded = load_charter(charter)
        self.landing = Landing(self.scribe, self.world, council=Council(loaded), settings=Settings())
        self.tool = self.world.tools[1]
        self.before = self.tool.head
        self.turn = self.world.turn
        visible, gate = self.before.bitmap.split("|")
        card = Scorecard(visible=(True,) * len(visible), gate=(True,) * len(gate), fuel=1, size=1)
        passed = Verdict("council", "examine", "pass", {}, "", loaded.digest)
        rewrite = Propose(source="def f(): pass", basis_id=self.before.id, reason="better")
        self.land(1, Deed((rewrite,), (Examined((passed,), Weighed(card, "", "ok", "zygote")),)))
        self.number = max(self.world.proposals)
        self.say(2, "support")

    def land(self, agent_id: int, deed: Deed, answers: Answers | None = None, proposals: tuple[int, ...] = ()) -> None:
        self.turn += 1
        activity = partial(Pick, agent_id, "review" if proposals else "rewrite", f"review:1/{self.turn}", 1)
        head = self.tool.head.id
        pick = activity(tool_id=1, head_id=head, base_id=head, means="any", proposal_ids=proposals)
        self.landing.land(self.turn, pick if deed.actions else None, deed, answers or {})
        self.scribe.settle()

    def say(self, agent_id: int, stance: str, **evidence: str) -> None:
        critique = Critique(
            proposal_id=self.number, stance="support" if stance == "support" else "object", kind="tried",
            evidence=dict(evidence),
        )  # fmt: skip
        self.land(agent_id, Deed((critique,)), proposals=(self.number,))

    def said(self) -> list[Entry]:
        return [entry for entry in self.store.history() if entry.kind == "canary"]


@pytest.fixture
def charter(tmp_path: Path) -> Path:
    path = tmp_path / "charter.toml"
    path.write_text(f"[canary]\nturns = {TERM}\nshare = 0.25\n")
    return path


@pytest.fixture
def stage(tmp_path: Path, few_tasks: tuple[Task, ...], charter: Path) -> Iterator[Stage]:
    with Ecology(tmp_path / "stage.db", seed=1, workers=1) as ecology:
        ecology.settle(few_tasks[:1])
        ecology.run(1)
    with Store.open(tmp_path / "stage.db", write=True) as store:
        yield Stage(store, charter)


def test_a_new_head_serves_about_its_share_of_the_turns_and_the_version_before_the_rest(stage: Stage) -> None:
    (begun,) = stage.said()
    served = [stage.tool.served(turn).id for turn in range(2_000)]

    assert begun.payload == {
        "state": "begun", "version": stage.tool.head.id, "before": stage.before.id, "until": stage.turn + TERM,
        "share": 0.25,
    }  # fmt: skip
    assert set(served) == {stage.tool.head.id, stage.before.id}
    assert 0.2 < served.count(stage.tool.head.id) / len(served) < 0.3


def test_a_canary_that_nothing_speaks_against_is_kept_when_its_term_is_over(stage: Stage) -> None:
    head = stage.tool.head.id
    for _ in range(TERM):
        stage.land(0, Deed(()))

    assert [entry.payload["state"] for entry in stage.said()] == ["begun", "kept"]
    assert stage.tool.head.id == head and stage.tool.canary is None
    assert {stage.tool.served(turn).id for turn in range(50)} == {head}


def test_a_canary_goes_where_a_critic_shows_a_fault_later(stage: Stage) -> None:
    canary = stage.tool.head.id
    stage.say(3, "object", input="([], 0)")
    stage.land(0, Deed(()))

    (begun, reverted) = stage.said()
    assert reverted.payload["state"] == "reverted" and reverted.payload["evidence"] == {"objecting_agents": [3]}
    assert stage.store.tools.source(stage.tool.head.id) == stage.store.tools.source(stage.before.id)
    assert stage.tool.head.id > canary > begun.payload["before"]
    assert stage.tool.canary is None and stage.tool.head.bitmap == stage.before.bitmap


def test_an_objection_without_evidence_does_not_end_a_canary(stage: Stage) -> None:
    stage.say(3, "object")
    stage.land(0, Deed(()))

    assert stage.tool.canary is not None


@pytest.mark.parametrize(("answers", "goes"), [((True, True), False), ((False, False), False), ((False, True), True)])
def test_a_canary_goes_where_it_fails_an_agreed_case_that_the_version_before_passes(
    stage: Stage, answers: tuple[bool, bool], goes: bool
) -> None:
    def agree(tx: Transaction) -> None:
        stage.store.tools.test(
            tx, tool_id=1, agent_id=4, args="(2000, 2)", setup="", call="", expect="29", reason="a leap year",
            status="agreed", backing=[1, 2], run_id=1, turn=stage.turn,
        )  # fmt: skip
        stage.scribe.fold(tx)

    stage.scribe.submit(agree)

    stage.land(0, Deed(()), {1: [answers]})

    states = [entry.payload["state"] for entry in stage.said()]
    assert states == ["begun", "reverted" if goes else "tried"]
    assert (stage.tool.canary is None) == goes


def test_critics_are_called_to_look_at_a_canary_beside_the_version_before(stage: Stage) -> None:
    canary = stage.tool.canary
    assert canary is not None
    assert stage.world.under_review(1, stage.number) is canary.proposal
    assert stage.world.signals["review:1"].felt(stage.turn) > 0


def test_a_run_with_canaries_is_one_history_whatever_the_workers_and_lived_again(
    tmp_path: Path, few_tasks: tuple[Task, ...], charter: Path
) -> None:
    hashes = set()
    for workers in (1, 2):
        with Ecology(tmp_path / f"{workers}.db", seed=1, workers=workers, charter=charter) as ecology:
            ecology.settle(task for task in few_tasks if task.name == "everyday/pages")
            hashes.add(ecology.run(200).history_hash)
    with Ecology(tmp_path / "again.db", model=f"replay:{tmp_path / '1.db'}", workers=1) as replay:
        report = replay.run()
    with Store.open(tmp_path / "1.db") as store:
        states = [entry.payload["state"] for entry in store.history() if entry.kind == "canary"]

    assert len(hashes) == 1 and report.replayed is True
    assert states[0] == "begun" and states[-1] in ("kept", "reverted")
