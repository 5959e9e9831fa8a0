"""Landing: what a turn asked for is admitted or vetoed as things stand; nothing an agent returns can break the run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agents import AnyAction, Critique, Genome, Pass, Post, Propose, Retire, Signal, Spawn
from ecology import Ecology, Settings, Store, Task, load_charter
from ecology.landing import Landing
from ecology.pick import Pick
from ecology.scribe import Scribe
from ecology.turn import Deed
from ecology.world import World
from governance import Council
from storage import VersionRecord


class Stage:
    """A store with founders and weighed tools, and a landing ready for its next turn."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.world = World()
        run = store.runs.latest()
        assert run is not None
        for entry in store.history():
            self.world.fold(entry)
        self.scribe = Scribe(store, self.world, run_id=run.id)
        self.landing = Landing(self.scribe, self.world, council=Council(load_charter()), settings=Settings())
        self.turn = self.world.turn

    def land(self, *actions: AnyAction, agent_id: int = 1) -> None:
        self.turn += 1
        tool = self.world.tools[1]
        pick = Pick(
            agent_id, "search", f"failing:1/{self.turn}", 1, tool_id=1, head_id=tool.head.id, base_id=tool.head.id,
            means="specialist/guard",
        )  # fmt: skip
        self.landing.land(self.turn, pick, Deed(actions))
        self.scribe.settle()


@pytest.fixture
def stage(tmp_path: Path, few_tasks: tuple[Task, ...]) -> Iterator[Stage]:
    with Ecology(tmp_path / "stage.db", seed=1, workers=1) as ecology:
        ecology.settle(few_tasks[:1])
        ecology.run(1)
    with Store.open(tmp_path / "stage.db", write=True) as store:
        yield Stage(store)


def test_whoever_retires_is_gone_once_and_says_no_more(stage: Stage) -> None:
    stage.land(Retire(reason="enough"), Retire(reason="again"), Post(topic="late", body="words"))

    assert not stage.store.agents.get(1).alive
    assert stage.store.board.since(0) == []
    assert 1 not in stage.world.agents


def test_the_last_of_a_niche_leaves_a_call_for_another(stage: Stage) -> None:
    niche = stage.world.agents[1].genome.niche

    stage.land(Retire(reason="enough"))

    assert stage.world.signals[f"niche:{niche}"].kind == "unmet"


def test_a_critique_of_what_was_never_proposed_changes_nothing(stage: Stage) -> None:
    stage.land(Critique(proposal_id=999, stance="object", kind="nonsense", evidence={}))

    assert stage.store.tools.critiques(999) == []


def test_a_post_is_kept_under_its_author(stage: Stage) -> None:
    stage.land(Post(topic="tool/1", body="beware of zero"))

    (post,) = stage.store.board.since(0)
    assert (post.agent_id, post.topic, post.body) == (1, "tool/1", "beware of zero")


def test_an_agent_pays_for_its_turn_and_its_candidates(stage: Stage) -> None:
    before = stage.world.agents[1].energy

    stage.land(Pass(reason="tired"))

    assert stage.world.agents[1].energy == pytest.approx(before - Settings().turn_cost)
    assert stage.store.ledger.balance(1, kind="energy") == pytest.approx(stage.world.agents[1].energy)


def test_a_child_is_fed_by_its_parent_and_no_energy_is_made(stage: Stage) -> None:
    total = sum(agent.energy for agent in stage.world.agents.values())

    stage.land(Spawn(parent_id=2, genome=Genome(species="specialist", family="guard"), reason="more"), agent_id=3)

    child = max(stage.world.agents)
    assert stage.store.agents.get(child).parent_id == 2
    assert sum(agent.energy for agent in stage.world.agents.values()) == pytest.approx(total - Settings().turn_cost)


def test_a_birth_of_nobodys_child_is_vetoed_and_the_veto_kept(stage: Stage) -> None:
    stage.land(Spawn(parent_id=999, genome=Genome(species="critic"), reason="from nowhere"))

    (veto,) = stage.store.tools.verdicts(rule="EnergyLimit")
    assert veto.outcome == "veto" and veto.proposal_id is None and veto.would_pass


@pytest.mark.parametrize("subject", ["topic", "failing:none", "failing:999", "niche:", "", "odd:1"])
def test_a_signal_that_nobody_understands_neither_stops_the_run_nor_its_resumption(
    stage: Stage, subject: str, few_tasks: tuple[Task, ...]
) -> None:
    stage.land(Signal(kind="help", subject=subject, strength=100.0, half_life=50.0))
    path = stage.store.path
    stage.store.close()

    with Ecology(path, workers=1) as ecology:
        assert ecology.run(4).turns == 6


def test_an_idle_turn_is_kept_with_its_cause(stage: Stage) -> None:
    stage.landing.land(stage.turn + 1, None, Deed(()))
    stage.scribe.settle()

    (idle,) = [entry for entry in stage.store.history() if entry.payload.get("activity") == "idle"]
    assert idle.cause == idle.seq - 1


@pytest.mark.parametrize("quorum", [1, 2, 3])
def test_a_rewrite_becomes_the_head_once_its_quorum_of_lineages_supports_it(
    tmp_path: Path, few_tasks: tuple[Task, ...], quorum: int
) -> None:
    charter = tmp_path / "charter.toml"
    charter.write_text(f"[social.AuthorNotSoleApprover]\nquorum = {quorum}\n")

    with Ecology(tmp_path / "quorum.db", seed=1, charter=charter) as ecology:
        ecology.settle(task for task in few_tasks if task.name == "everyday/pages")
        report = ecology.run(150)
        head = ecology.tools.head(1)
        supporters = {
            each.agent_id for each in ecology.tools.critiques(head.proposal_id or 0) if each.stance == "support"
        }

    assert report.solved == 1
    assert len(supporters) == quorum


def test_what_the_rate_refused_is_offered_again_once_the_rate_allows_it(
    tmp_path: Path, few_tasks: tuple[Task, ...]
) -> None:
    charter = tmp_path / "charter.toml"
    charter.write_text("[limits.RatePerTool]\nmost = 1\nturns = 60\n")

    with Ecology(tmp_path / "rate.db", seed=4, charter=charter) as ecology:
        ecology.settle(few_tasks)
        ecology.run(200)
        vetoes = ecology.tools.verdicts(rule="RatePerTool", limit=500)
        offers = [each for each in ecology.tools.proposals() if each.reason.endswith("(again, on the new head)")]
    refused = {each.proposal_id for each in vetoes} - {each.id for each in offers}
    turns = {entry_id: turn for entry_id, turn in turns_of_proposals(tmp_path / "rate.db").items()}

    assert refused and offers
    saved = [each.proposal_id for each in admitted(tmp_path / "rate.db")]
    assert any(each.id in saved for each in offers)
    assert all(turns[each.id] > min(turns[number] for number in refused if number) for each in offers)


def turns_of_proposals(path: Path) -> dict[int, int]:
    with Store.open(path) as store:
        return {
            int(str(row["id"])): entry.turn
            for entry in store.history()
            for table, row in entry.rows
            if table == "proposal"
        }


def admitted(path: Path) -> list[VersionRecord]:
    with Store.open(path) as store:
        return [version for tool in store.tools.all() for version in store.tools.versions(tool.id)]


def test_a_rewrite_is_never_examined_without_its_proposal_being_kept(lived: Path) -> None:
    with Store.open(lived) as store:
        examined = [each for each in store.tools.evaluations() if each.ring_set == "examine"]
        kept = {each.id for each in store.tools.proposals()}

    assert examined and all(each.proposal_id in kept for each in examined)


def test_propose_is_frozen_data() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Propose(source="", basis_id=1, reason="").source = "other"
