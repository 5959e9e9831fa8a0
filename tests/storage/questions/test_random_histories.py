"""On any history, the answers are those that loops over plain values give, now and as of any moment."""

from __future__ import annotations

import tempfile
from pathlib import Path
from random import Random
from typing import TypeVar

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from storage import Store, Transaction
from tests.storage.questions import naive
from tests.storage.questions.story import Story

T = TypeVar("T")

DEEDS = ("spawn", "bear", "propose", "propose", "admit", "admit", "veto", "criticise", "retire", "idle", "restore")
PLANS = st.lists(
    st.tuples(st.sampled_from(DEEDS), st.integers(0, 10**6), st.integers(0, 10**6)), min_size=1, max_size=30
)


def tell(story: Story, plan: list[tuple[str, int, int]]) -> None:
    """Live a plan; what cannot be done is passed over."""
    story.begin()
    tools = [story.settle(name, meaning=n, score=None if n == 2 else 0.25) for n, name in enumerate("xyz")]
    for species in ("guard", "critic"):
        story.spawn(species, model="gpt" if species == "critic" else "")
    for deed, a, b in plan:
        gone = {each.agent for each in story.deaths}
        living = [each.id for each in story.agents if each.id not in gone]
        agent, tool = living[a % len(living)], tools[b % len(tools)]
        if deed in ("spawn", "bear", "retire"):
            populate(story, deed, living, (a, b))
        elif deed in ("propose", "restore"):
            rework(story, deed, (agent, tool), (a, b))
        else:
            decide(story, deed, (agent, tool), (a, b))


def populate(story: Story, deed: str, living: list[int], draws: tuple[int, int]) -> None:
    """Let an agent be born or go."""
    a, b = draws
    agent = living[a % len(living)]
    if deed == "spawn":
        story.spawn("guard")
    elif deed == "bear":
        story.turn(agent, activity="breed", tokens=b % 3, prompt="breeding" if b % 3 else "")
        story.spawn("critic", parent=living[b % len(living)])
    elif len(living) > 1:
        story.retire(agent, "tired")


def rework(story: Story, deed: str, who: tuple[int, int], draws: tuple[int, int]) -> None:
    """Propose a rewrite, or bring an old version back."""
    (agent, tool), (a, b) = who, draws
    own = [each.id for each in story.versions if each.tool == tool]
    other = [each.id for each in story.versions if each.tool != tool]
    story.turn(agent, tool, tried=a % 5, base=story.head(tool).id)
    if deed == "restore":
        story.restore(tool, own[a % len(own)])
        return
    story.propose(
        agent, tool, meaning=a % 4, score=b % 5 / 4, comment=f"try {a % 2}", basis=own[a % len(own)],
        components=(other[b % len(other)],) if a % 3 == 0 else (),
    )  # fmt: skip


def decide(story: Story, deed: str, who: tuple[int, int], draws: tuple[int, int]) -> None:
    """Admit, veto or criticise a rewrite that is open."""
    (agent, tool), (a, b) = who, draws
    pending = [each for each in story.proposals if naive.outcome(story, each.id) == "open"]
    fresh = [each for each in pending if each.parent == story.head(each.tool).id]
    if deed == "admit" and fresh:
        chosen = fresh[a % len(fresh)].id
        story.turn(agent, tool, activity="review", proposals=(chosen,))
        story.judge(chosen, quorum="pass")
        story.admit(chosen)
    elif deed == "veto" and pending:
        story.turn(None)
        story.judge(pending[a % len(pending)].id, quorum="pass", better=("veto", "ask")[b % 2])
    elif deed == "criticise" and pending:
        chosen = pending[a % len(pending)].id
        story.turn(agent, tool, activity="review", proposals=(chosen,))
        story.criticise(chosen, agent, ("support", "object")[b % 2])
    else:
        story.turn(None)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(PLANS, st.integers(0, 10**6))
@example([("propose", 0, 0), ("admit", 0, 0)], 3)
def test_every_answer_is_what_loops_over_plain_values_give(plan: list[tuple[str, int, int]], draw: int) -> None:
    with tempfile.TemporaryDirectory() as folder, Store.create(Path(folder) / "zoo.db") as store:

        def change(tx: Transaction) -> Story:
            story = Story(store, tx)
            tell(story, plan)
            return story

        story, last = store.write(change), store.last_seq()
        check(store, story, last, None, draw)
        seq = 1 + draw % last
        check(store, story.then(seq), seq, seq, draw)


def some(chance: Random, things: list[T]) -> list[T]:
    """Return up to four of them."""
    return chance.sample(things, min(4, len(things)))


def check(store: Store, story: Story, last: int, as_of: int | None, draw: int) -> None:
    """Compare every answer about the story as it stood at `last`."""
    ask, chance = store.ask, Random(draw)
    versions, agents = some(chance, [each.id for each in story.versions]), [each.id for each in story.agents]
    for number in versions:
        found = ask.origin(number, as_of=as_of)
        assert {(row.version_id, row.role, row.child_id) for row in found} == naive.origin(story, number)
        used = ask.descendants(number, as_of=as_of)
        assert {(row.kind, row.id, row.role, row.of_id) for row in used} == naive.descendants(story, number)
        spent = [(row.version_id, row.turns, row.whole_turns, row.whole_candidates, row.whole_energy)
                 for row in ask.cost(number, as_of=as_of)]  # fmt: skip
        assert spent == naive.cost(story, number)
    for a, b in zip(versions, reversed(versions), strict=True):
        changed = ask.change(a, b, as_of=as_of)
        assert [(row.way, row.version_id) for row in changed] == naive.change(story, a, b)
        forked = ask.common(a, b, as_of=as_of)
        assert [(row.step, row.a_id, row.b_id, row.parted) for row in forked] == naive.common(story, a, b)
    for number in some(chance, agents):
        assert {(row.relation, row.agent_id) for row in ask.agent(number, as_of=as_of)} == naive.kin(story, number)
    for taken in some(chance, story.turns):
        needs = ask.turn(taken.turn, as_of=as_of)
        assert {(row.kind, row.id) for row in needs if row.kind != "view"} == naive.turn(story, taken.turn)
        assert all(row.kept for row in needs)
    check_lists(store, story, last, as_of, draw)


def check_lists(store: Store, story: Story, last: int, as_of: int | None, draw: int) -> None:
    """Compare the answers that are about everything."""
    ask, buckets, by = store.ask, 1 + draw % 9, ("founder", "author", "species", "model")[draw % 4]
    spoken = [(row.id, row.rule, row.again_id, row.again_outcome, row.accepted_id) for row in ask.vetoes(as_of=as_of)]
    assert spoken == naive.vetoes(story)
    assert {row.rule: (row.judged, row.vetoed, row.false_vetoes) for row in ask.rules(as_of=as_of)} == naive.rules(
        story
    )
    led = [(row.id, row.led_to, row.helped) for row in ask.critiques(as_of=as_of)]
    assert led == naive.critiques(story)
    gained = {row.founder_id: (row.versions, row.heads, row.gain, row.best_gain) for row in ask.gains(as_of=as_of)}
    assert gained == naive.gains(story)
    assert {(row.kind, row.id) for row in ask.moment(as_of=as_of) if row.kind != "run"} == naive.moment(story)
    assert [(row.agent_id, row.turn, row.reason, row.energy) for row in ask.deaths(as_of=as_of)] == naive.deaths(story)
    shares = {(row.bucket, row.kind): row.heads for row in ask.alive(by=by, buckets=buckets, as_of=as_of)}  # type: ignore[arg-type]
    assert shares == naive.alive(story, last, buckets, by)
    spread = [
        (row.bucket, row.agents, row.agent_effective, row.heads, row.code_effective, row.collapsing)
        for row in ask.diversity(by=by, buckets=buckets, as_of=as_of)  # type: ignore[arg-type]
    ]
    assert spread == naive.diversity(story, last, buckets, by)
