"""What admission is told: counts that fit the record, a canary that sings, and no way back to what a tool has left."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from agents import Genome, Propose
from ecology import Ecology, Settings, Store, Task, load_charter
from ecology.incidents import incidents
from ecology.landing import Landing
from ecology.pick import Pick
from ecology.scribe import Scribe
from ecology.standings import birth_of, motion_of, nursery_of, standing_of
from ecology.states import ProposalState
from ecology.tallies import Tallies
from ecology.turn import Deed, Examined
from ecology.world import World
from governance import Council, Objected
from governance.objected import ObjectedKind
from storage import Entry


def folded(store: Store) -> World:
    world = World()
    for entry in store.history():
        world.fold(entry)
    return world


def test_counts_are_those_of_the_record(lived: Path) -> None:
    with Store.open(lived) as store:
        world, turns = folded(store), {entry.seq: entry.turn for entry in store.history()}
        versions = [each for tool in store.tools.all() for each in store.tools.versions(tool.id) if each.author_id]
        agents = store.agents.all()

    run = sorted(turns[each.seq] or 0 for each in versions)
    by_agent = Counter(each.author_id for each in versions)
    assert run and world.tallies.admitted.run == run
    assert {author: len(found) for author, found in world.tallies.admitted.agent.items()} == by_agent
    assert dict(world.tallies.kin) == Counter(each.founder_id for each in agents)
    for lineage, energy in world.tallies.kin_energy.items():
        kin = [each.energy for each in world.agents.values() if each.founder_id == lineage]
        assert abs(energy - sum(kin)) < 1e-6


def test_a_version_left_behind_is_known_by_its_text_and_by_its_tree(lived: Path) -> None:
    with Store.open(lived) as store:
        world = folded(store)
    tool = next(each for each in world.tools.values() if len(each.versions) > 1)

    for version in tool.versions:
        assert world.tallies.twin(tool.id, code_hash=version.code_hash, proposal_id=0) == version.id
    assert world.tallies.twin(tool.id, code_hash="", proposal_id=0) is None
    assert {version_id for (tool_id, _tree), version_id in world.tallies._trees.items() if tool_id == tool.id} == {
        version.id for version in tool.versions
    }


def _land(folder: Path, task: Task, source: str) -> tuple[Sequence[str], list[dict[str, object]], int]:
    """Have agent 1 propose a source for the tool of a task; return the vetoing rules, the incidents and proposals."""
    with Ecology(folder / "guard.db", seed=1, workers=1) as ecology:
        ecology.settle([task])
        ecology.run(1)
    with Store.open(folder / "guard.db", write=True) as store:
        world = folded(store)
        run = store.runs.latest()
        assert run
        scribe = Scribe(store, world, run_id=run.id)
        council = Council(load_charter())
        head = world.tools[1].head.id
        found = Examined(council.inspect(task, source, parent_source=task.code), None)
        pick = Pick(1, "search", "failing:1/x", 1, tool_id=1, head_id=head, base_id=head, means="specialist/guard")
        deed = Deed((Propose(source=source, basis_id=head, reason="why not"),), examined=(found,))
        Landing(scribe, world, council=council, settings=Settings()).land(world.turn + 1, pick, deed)
        scribe.settle()
        told = [dict(each.evidence) for each in incidents(store)]
        return [each.rule for each in store.tools.verdicts(outcome="veto")], told, len(world.proposals)


def test_a_proposal_on_a_canary_is_refused_at_once_and_names_its_author(
    tmp_path: Path, few_tasks: tuple[Task, ...]
) -> None:
    canary = replace(few_tasks[0], name="canary/vault")

    rules, told, pending = _land(tmp_path, canary, canary.code + "\n# a look inside\n")

    assert rules == ["NotCanary"] and pending == 0
    assert [(each["author"], each["tool"], each["rules"]) for each in told] == [(1, "canary/vault", ["NotCanary"])]
    with Store.open(tmp_path / "guard.db") as store:
        (touch,) = incidents(store)
    assert (touch.id, touch.why, touch.state, touch.at_fault) == (1, "guarded tool", "", (told[0]["name"],))
    assert "proposed a rewrite of the guarded tool canary/vault, which NotCanary refused" in str(touch)
    assert "now" not in str(touch) and touch.document()["evidence"]["author"] == 1


def test_a_proposal_on_any_other_tool_waits_for_its_critics(tmp_path: Path, few_tasks: tuple[Task, ...]) -> None:
    rules, told, pending = _land(tmp_path, few_tasks[0], few_tasks[0].code + "\n# a look inside\n")

    assert not {"NotCanary", "NotRuleLayerTool"} & {*rules} and told == [] and pending


def test_nobody_is_called_to_a_canary(tmp_path: Path, few_tasks: tuple[Task, ...]) -> None:
    with Ecology(tmp_path / "quiet.db", seed=1, workers=1) as ecology:
        ecology.settle([replace(few_tasks[0], name="canary/vault")])
        report = ecology.run(40)

    assert report.ending == "settled" and report.proposals == 0


def test_what_admission_asks_is_read_off_the_world(lived: Path) -> None:
    with Store.open(lived) as store:
        world = folded(store)
    tool = next(each for each in world.tools.values() if len(each.versions) > 1)
    old = tool.versions[0]
    author = next(iter(world.agents))
    back = ProposalState(
        10**6, seq=world.seq, tool_id=tool.id, author_id=author, parent_id=tool.head.id, basis_id=old.id, family="",
        code_hash=old.code_hash, reason="as it was",
    )  # fmt: skip

    motion, standing = motion_of(world, tool, back), standing_of(world, tool, back, turn=world.turn + 1)
    birth = birth_of(world, author, Genome(species="critic"), endowment=3.0)
    nursery = nursery_of(world, world.agents[author], turn=9, models=frozenset())

    assert "rollback" in motion.kinds and (standing.twin, standing.twin_better) == (old.id, False)
    assert standing.owner_id == tool.head.author_id and standing.head_id == tool.head.id
    assert (birth.depth, birth.is_niche, nursery.kin) == (1, True, world.tallies.kin[world.founders[author]])


class Critics:
    """Critics of the rewrites of one tool, and the tallies that hear them."""

    def __init__(self) -> None:
        self.tallies = Tallies()
        self._fold("proposal", id=5, tool_id=2, parent_id=1, code_hash="x")

    def _fold(self, table: str, **row: object) -> None:
        self.tallies.fold(Entry(1, 1, 1, table, None, None, None, None, {}, ((table, row),)))

    def say(self, critic: int, stance: str, kind: str, evidence: dict[str, str]) -> None:
        text = json.dumps(evidence)
        self._fold("critique", proposal_id=5, agent_id=critic, stance=stance, kind=kind, evidence=text)

    @property
    def inputs(self) -> list[str]:
        return [each.args for each in self.tallies.objections(2)]


def test_an_objection_stands_until_its_own_critic_takes_it_back_by_its_input() -> None:
    critics, shown = Critics(), {"input": "([],)", "seen": "IndexError"}

    critics.say(7, "object", "crash", shown)
    critics.say(7, "support", "no fault found", {"calls tried": "9"})
    critics.say(8, "support", "withdrawn", shown)
    assert critics.tallies.objections(2) == (Objected("crash", "([],)"),)

    critics.say(7, "support", "withdrawn", shown)
    assert critics.inputs == []
    for number in range(12):
        critics.say(7, "object", "crash", {"input": f"({number},)", "seen": "TypeError"})
    assert critics.inputs == [f"({number},)" for number in range(4, 12)]


@pytest.mark.parametrize("kind", get_args(ObjectedKind))
def test_every_kind_of_fault_that_a_run_shows_by_itself_is_kept(kind: str) -> None:
    critics = Critics()

    critics.say(7, "object", kind, {"input": "([],)", "seen": "this"})

    assert [(each.kind, each.args) for each in critics.tallies.objections(2)] == [(kind, "([],)")]


def test_who_shows_the_same_first_cannot_take_it_back_for_others() -> None:
    critics, shown = Critics(), {"input": "([],)", "seen": "IndexError"}
    critics.say(6, "object", "crash", shown)
    critics.say(7, "object", "crash", shown)

    critics.say(6, "support", "withdrawn", shown)

    assert critics.inputs == ["([],)"]


def test_nobody_talks_others_objections_away() -> None:
    critics = Critics()
    critics.say(7, "object", "crash", {"input": "([],)", "seen": "IndexError"})

    for number in range(40):
        critics.say(6, "object", "crash", {"input": f"({number},)", "seen": "invented"})

    assert critics.inputs[0] == "([],)" and len(critics.inputs) == 8
