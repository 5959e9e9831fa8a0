"""Each of the fifteen questions asked of one history written by hand, whose answers are known.

Ann (a guard) and Bob (a critic) work on `sort`; Ann's first rewrite is vetoed by `better` and her second admitted after
Bob's objection; Cy, bred by Bob from Ann, builds `pair` on it; Ann dies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from storage import AsOf, ConfigurationError, NotFound, Store, Transaction, UnknownTool, UnknownVersion
from tests.storage.questions.story import Story


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    with Store.create(tmp_path_factory.mktemp("told") / "zoo.db", clock=iter(range(1_000, 9_999)).__next__) as store:
        names: SimpleNamespace = store.write(lambda tx: tell(Story(store, tx)))
        names.ask, names.store = store.ask, store
        yield names


def tell(story: Story) -> SimpleNamespace:
    story.begin()
    sort, pair = story.settle("sort", meaning=0, score=0.25), story.settle("pair", meaning=0, score=0.5)
    ann, bob = story.spawn("guard"), story.spawn("critic", model="gpt")
    story.turn(ann, sort, tried=7, base=1)
    bad = story.propose(ann, sort, meaning=1, score=0.25, comment="first")
    story.judge(bad, council="pass", better="veto")
    story.turn(bob, sort, activity="review", proposals=(bad,))
    objection = story.criticise(bad, bob, "object")
    story.turn(ann, sort, tried=5, base=1)
    good = story.propose(ann, sort, meaning=2, score=0.75)
    story.turn(bob, sort, activity="review", proposals=(good,))
    support = story.criticise(good, bob, "support")
    story.judge(good, council="pass", better="pass")
    fixed = story.admit(good)
    story.turn(bob, activity="breed", tokens=40, usd=0.5, prompt="breeding")
    cy = story.spawn("guard", model="gpt", parent=ann)
    story.turn(cy, pair, tried=3, tokens=10, usd=0.25, base=2)
    built = story.propose(cy, pair, meaning=3, score=1.0, components=(fixed,))
    story.judge(built, council="pass", better="pass")
    made = story.admit(built)
    story.turn(bob, sort)
    again = story.propose(bob, sort, meaning=1, score=1.0, comment="another form")
    late = story.admit(again)
    waiting = story.propose(bob, sort, meaning=9, score=0.5)
    story.retire(ann, "no energy left")
    return SimpleNamespace(
        sort=sort, pair=pair, ann=ann, bob=bob, cy=cy, bad=bad, good=good, built=built, again=again, waiting=waiting,
        objection=objection, support=support, fixed=fixed, made=made, late=late, story=story,
    )  # fmt: skip


def test_origin_lists_every_edge_to_what_a_version_came_from(told: SimpleNamespace) -> None:
    rows = told.ask.origin(told.made)

    assert [(row.version_id, row.role, row.child_id) for row in rows] == [
        (told.made, None, None), (told.fixed, "component", told.made), (2, "parent", told.made),
        (1, "parent", told.fixed),
    ]  # fmt: skip
    assert [row.author for row in rows] == ["guard-3", "guard-1", None, None]
    assert [row.gain for row in rows] == [0.5, 0.5, None, None]


def test_descendants_lists_what_came_of_a_version_and_who_used_it(told: SimpleNamespace) -> None:
    rows = told.ask.descendants(told.fixed)

    assert [(row.kind, row.id, row.role, row.agent, row.state) for row in rows] == [
        ("proposal", told.built, "component", "guard-3", "admitted"),
        ("version", told.made, "component", "guard-3", "head"),
        ("proposal", told.again, "parent", "critic-2", "admitted"),
        ("version", told.late, "parent", "critic-2", "head"),
        ("proposal", told.waiting, "parent", "critic-2", "open"),
    ]


def test_change_says_who_did_what_and_why(told: SimpleNamespace) -> None:
    (row,) = told.ask.change(1, told.fixed)

    assert (row.way, row.author, row.reason, row.support, row.objections, row.gain) == (
        "done", "guard-1", "means 2", 1, 0, 0.5,
    )  # fmt: skip
    assert [each.way for each in told.ask.change(told.late, 1)] == ["undone", "undone"]


def test_common_finds_the_ancestor_and_where_scores_parted(told: SimpleNamespace) -> None:
    rows = told.ask.common(1, told.late)

    assert [(row.step, row.a_id, row.b_id, row.b_score, row.parted) for row in rows] == [
        (0, 1, 1, 0.25, 0), (1, 1, told.fixed, 0.75, 1), (2, 1, told.late, 1.0, 0),
    ]  # fmt: skip
    assert [(row.step, row.a_id) for row in told.ask.common("pair", "sort")] == [(0, told.fixed)]
    assert told.ask.common(1, 2) == []


def test_agent_says_who_spawned_it_with_what_and_whom_it_spawned(told: SimpleNamespace) -> None:
    up, own = told.ask.agent("guard-3")

    assert (up.relation, up.name, up.spawned_by) == ("ancestor", "guard-1", None)
    assert (own.spawned_by, own.spawn_model, own.spawn_prompt, own.model) == (told.bob, "gpt", "breeding", "gpt")
    assert [(row.relation, row.agent_id) for row in told.ask.agent(told.ann)] == [
        ("self", told.ann),
        ("child", told.cy),
    ]
    assert ("bred", told.cy) in [(row.relation, row.agent_id) for row in told.ask.agent(told.bob)]


def test_vetoes_say_by_which_rule_and_whether_the_author_tried_again(told: SimpleNamespace) -> None:
    (row,) = told.ask.vetoes()

    assert (row.rule, row.proposal_id, row.author, row.again_id, row.again_outcome) == (
        "better", told.bad, "guard-1", told.good, "admitted",
    )  # fmt: skip
    assert row.accepted_id == told.late, "the same tree was accepted later, with another comment"
    assert told.ask.vetoes(rule="council") == told.ask.vetoes(tool="pair") == []


def test_rules_count_vetoes_and_those_that_look_false(told: SimpleNamespace) -> None:
    first, second = told.ask.rules()

    assert (first.rule, first.judged, first.vetoed, first.false_vetoes, first.share) == ("better", 3, 1, 1, 1.0)
    assert (second.rule, second.judged, second.vetoed, second.share) == ("council", 3, 0, 0.0)


def test_critiques_lead_to_rewrites_that_help_or_not(told: SimpleNamespace) -> None:
    rows = told.ask.critiques()

    assert [(row.stance, row.outcome, row.led_to, row.led_to_outcome, row.gain, row.helped) for row in rows] == [
        ("object", "vetoed", told.good, "admitted", 0.5, 1), ("support", "admitted", told.good, "admitted", 0.5, 1),
    ]  # fmt: skip


def test_gains_rank_lineages_and_name_the_largest_single_gain(told: SimpleNamespace) -> None:
    ann, bob = told.ask.gains()

    assert (ann.founder, ann.agents, ann.alive, ann.versions, ann.heads, ann.gain) == ("guard-1", 2, 1, 2, 1, 1.0)
    assert (ann.best_gain, ann.best_version_id, ann.best_tool) == (0.5, told.fixed, "sort")
    assert (bob.founder, bob.versions, bob.gain) == ("critic-2", 1, 0.25)


def test_alive_shares_the_heads_among_those_who_wrote_them(told: SimpleNamespace) -> None:
    last = told.ask.alive(buckets=4, by="species")[-2:]

    assert [(row.bucket, row.kind, row.heads, row.share) for row in last] == [
        (4, "critic", 1, 0.5), (4, "guard", 1, 0.5),
    ]  # fmt: skip
    assert [(row.kind, row.heads) for row in told.ask.alive(buckets=1, as_of="turn:1")] == [("as it came", 2)]


def test_diversity_is_said_to_collapse_when_most_kinds_are_gone(tmp_path: Path) -> None:
    def change(tx: Transaction) -> None:
        story = Story(store, tx)
        story.begin()
        everyone = [story.spawn(f"kind{n}") for n in range(6)]
        for agent in everyone[1:]:
            story.retire(agent, "old")

    with Store.create(tmp_path / "zoo.db") as store:
        store.write(change)
        rows = store.ask.diversity(by="species", buckets=store.last_seq())

    assert [row.agents for row in rows][-2:] == [2, 1]
    assert [row.collapsing for row in rows] == [int(row.agents < 3 and row.bucket > 10) for row in rows]


def test_the_moment_is_what_there_is_and_not_what_was(told: SimpleNamespace) -> None:
    found = [(row.kind, row.name, row.state, row.amount) for row in told.ask.moment()]

    assert found == [
        ("agent", "critic-2", "critic", 3.0), ("agent", "guard-3", "guard", 4.5),
        ("proposal", "sort", "open, by critic-2", 0.5), ("run", "offline", "under way", 7.0),
        ("tool", "sort", f"passing, version {told.late}", 1.0), ("tool", "pair", f"passing, version {told.made}", 1.0),
    ]  # fmt: skip


def test_cost_is_a_version_s_own_and_with_all_it_came_from(told: SimpleNamespace) -> None:
    whole = told.ask.cost(told.made)[0]

    assert (whole.turns, whole.candidates, whole.tokens, whole.usd, whole.energy) == (1, 3, 10, 0.25, 0.5)
    assert (whole.whole_turns, whole.whole_candidates, whole.whole_usd, whole.whole_energy) == (5, 15, 0.25, 2.5)


def test_a_turn_needs_what_it_saw_and_replays_where_all_of_that_is_kept(told: SimpleNamespace) -> None:
    rows = told.ask.turn(2)

    assert [(row.kind, row.detail) for row in rows[:1]] == [("turn", "replays")]
    assert ("proposal", told.bad) in [(row.kind, row.id) for row in rows]
    (seen,) = [row.id for row in rows if row.kind == "view"]
    assert seen == told.story.turns[0].seq - 1, "with a window of two it saw what was there before turn 1"


def test_deaths_say_who_when_and_why(told: SimpleNamespace) -> None:
    (row,) = told.ask.deaths()

    assert (row.name, row.turn, row.reason, row.cause_kind, row.energy) == ("guard-1", 7, "no energy left", "turn", 4.0)


@pytest.mark.parametrize(
    ("as_of", "heads"), [("turn:3", [1, 2]), ("turn:4", [3, 2]), (AsOf("turn", 6), [3, 4]), (None, [5, 4])]
)
def test_a_question_may_be_asked_as_of_a_turn(
    told: SimpleNamespace, as_of: str | AsOf | None, heads: list[int]
) -> None:
    assert [told.ask.origin(tool, as_of=as_of)[0].version_id for tool in ("sort", "pair")] == heads


def test_a_moment_may_be_a_time_of_the_clock(told: SimpleNamespace) -> None:
    assert told.store.as_of(AsOf("time", 9_000.0)) == told.store.last_seq()
    with pytest.raises(NotFound, match="nothing was written by that time"):
        told.store.as_of(AsOf("time", 3.0))


@pytest.mark.parametrize(
    ("text", "moment"),
    [("12", AsOf("seq", 12)), ("seq:12", AsOf("seq", 12)), ("turn:7", AsOf("turn", 7)),
     ("2026-03-01T12:00+00:00", AsOf("time", 1772366400.0))],
)  # fmt: skip
def test_a_moment_is_read_as_it_is_typed(text: str, moment: AsOf) -> None:
    assert AsOf.parse(text) == moment


@pytest.mark.parametrize("text", ["", "soon", "turn:", "turn:x", "-3", "seq:1.5", "²"])
def test_what_is_no_moment_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(ConfigurationError, match="is no moment; give a seq"):
        AsOf.parse(text)


def test_unknown_things_are_named(told: SimpleNamespace) -> None:
    calls: list[tuple[type[Exception], Callable[[], object]]] = [
        (UnknownVersion, lambda: told.ask.origin(99)), (UnknownVersion, lambda: told.ask.origin(told.late, as_of=5)),
        (UnknownTool, lambda: told.ask.vetoes(tool="srot")), (NotFound, lambda: told.ask.turn(99)),
        (NotFound, lambda: told.ask.agent("nobody")), (NotFound, lambda: told.ask.rules(as_of="turn:99")),
        (NotFound, lambda: told.ask.view("v_nothing")), (ConfigurationError, lambda: told.ask.alive(by="colour")),
        (ConfigurationError, lambda: told.ask.alive(buckets=0)),
    ]  # fmt: skip
    for wrong, call in calls:
        with pytest.raises(wrong):
            call()


def test_rows_become_a_frame_documents_or_a_table(told: SimpleNamespace) -> None:
    rows = told.ask.gains()
    frame = rows.to_frame()

    assert list(frame.columns) == list(rows.columns) and frame["gain"].tolist() == [1.0, 0.25]
    assert rows.documents()[0]["founder"] == "guard-1"
    assert told.ask.common(1, 2).to_frame().columns[0] == "step"
    assert "<td>guard-1</td>" in rows._repr_html_() and "<script" not in rows._repr_html_()
