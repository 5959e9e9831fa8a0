"""The blackboard: posts, signals that fade, and claims that expire."""

from __future__ import annotations

import math
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects.sqlite import dialect

from storage import AgentRecord, ClaimRecord, ConfigurationError, NotFound, PostRecord, Scent, Store
from storage.blackboard import _LIVE, MOST_CHARACTERS


def post(store: Store, topic: str, *, agent_id: int | None = None, thread_id: int | None = None) -> PostRecord:
    return store.write(lambda tx: store.board.post(tx, topic=topic, body="b", agent_id=agent_id, thread_id=thread_id))


def signal(
    store: Store, subject: str, *, strength: float, half_life: float = 4, turn: int = 0, kind: str = "open"
) -> None:
    store.write(
        lambda tx: store.board.signal(tx, kind=kind, subject=subject, strength=strength, half_life=half_life, turn=turn)
    )


def claim(store: Store, agent: AgentRecord, *, turn: int, lease: int = 5) -> ClaimRecord | None:
    return store.write(lambda tx: store.board.claim(tx, "task:1", agent_id=agent.id, lease=lease, turn=turn))


def test_posts_since_a_seq_come_in_order_up_to_the_limit(store: Store) -> None:
    posts = [post(store, f"task:{n}") for n in range(5)]

    assert store.board.since(0) == posts
    assert store.board.since(posts[1].seq, limit=2) == posts[2:4]
    assert store.board.since(posts[-1].seq) == []
    assert store.board.since(0, as_of=posts[2].seq) == posts[:3]


def test_posts_can_be_chosen_by_a_pattern_of_their_topic(store: Store) -> None:
    tasks, other = [post(store, "task:1"), post(store, "task:2")], post(store, "chat")

    assert store.board.since(0, topic_glob="task:*") == tasks
    assert store.board.since(0, topic_glob="*") == [*tasks, other]
    assert store.board.since(0, topic_glob="TASK:*") == []


def test_a_retracted_post_is_hidden_but_kept_in_the_history(store: Store, ann: AgentRecord) -> None:
    wrong = post(store, "t", agent_id=ann.id)
    retraction = store.write(lambda tx: store.board.retract(tx, wrong.id, agent_id=ann.id))

    assert store.board.since(0) == [retraction]
    assert retraction.retracts_id == wrong.id
    assert store.board.since(0, as_of=wrong.seq) == [wrong]
    assert [entry.kind for entry in store.history(after=ann.seq)] == ["post", "retract"]


def test_only_its_author_may_retract_a_post(store: Store, ann: AgentRecord, bob: AgentRecord) -> None:
    written = post(store, "t", agent_id=ann.id)

    with pytest.raises(NotFound, match=f"agent {bob.id} has no post {written.id}"):
        store.write(lambda tx: store.board.retract(tx, written.id, agent_id=bob.id))
    with pytest.raises(NotFound):
        store.write(lambda tx: store.board.retract(tx, 99, agent_id=ann.id))


def test_a_thread_is_a_post_and_the_answers_to_it(store: Store) -> None:
    first = post(store, "t")
    answers = [post(store, "t", thread_id=first.id) for _ in range(2)]
    post(store, "t")

    assert store.board.thread(first.id) == [first, *answers]
    assert store.board.thread(first.id, as_of=answers[0].seq) == [first, answers[0]]


def test_a_signal_halves_with_each_half_life_and_then_is_gone(store: Store) -> None:
    signal(store, "task:1", strength=8, half_life=4, turn=10)

    strengths = [store.board.sense(turn)[0].strength for turn in (10, 14, 18, 50)]

    assert strengths == [8, 4, 2, 8 / 1024]
    assert store.board.sense(51) == store.board.sense(9) == []


def test_signals_on_one_subject_add_up_and_the_strongest_comes_first(store: Store) -> None:
    signal(store, "task:1", strength=1)
    signal(store, "task:2", strength=3)
    signal(store, "task:1", strength=1)
    signal(store, "task:1", strength=9, kind="failing")

    assert store.board.sense(4) == [
        Scent("failing", "task:1", 4.5),
        Scent("open", "task:2", 1.5),
        Scent("open", "task:1", 1.0),
    ]
    assert store.board.sense(0, kinds={"open"}, as_of=1) == [Scent("open", "task:1", 1.0)]


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.floats(0.01, 9), st.floats(0.1, 9), st.integers(0, 40)), max_size=12),
    st.integers(0, 80),
)
def test_what_is_sensed_is_the_sum_of_all_signals_that_are_not_too_faint(
    given_signals: list[tuple[str, float, float, int]], turn: int
) -> None:
    with tempfile.TemporaryDirectory() as folder, Store.create(Path(folder) / "zoo.db") as store:
        for subject, strength, half_life, since in given_signals:
            signal(store, subject, strength=strength, half_life=half_life, turn=since)

        sensed = {scent.subject: scent.strength for scent in store.board.sense(turn)}

    expected: dict[str, float] = {}
    for subject, strength, half_life, since in given_signals:
        if since <= turn <= since + math.ceil(10 * half_life):
            expected[subject] = expected.get(subject, 0.0) + strength * 2 ** (-(turn - since) / half_life)
    assert sensed == pytest.approx(expected)


def test_sensing_looks_only_at_signals_that_are_not_yet_faint(store: Store) -> None:
    with closing(sqlite3.connect(store.path)) as connection:
        asked = {"turn": 5, "as_of": 9}
        plan = connection.execute(f"EXPLAIN QUERY PLAN {_LIVE.compile(dialect=dialect(paramstyle='named'))}", asked)
        steps = [step for *_, step in plan]

    assert steps == ["SEARCH signal USING INDEX ix_signal_until_turn (until_turn>?)"]


def test_a_half_life_must_be_above_zero(store: Store) -> None:
    with pytest.raises(ValueError, match="must be above 0, not 0"):
        signal(store, "task:1", strength=1, half_life=0)


def test_a_claim_keeps_others_out_until_its_lease_ends(store: Store, ann: AgentRecord, bob: AgentRecord) -> None:
    first = claim(store, ann, turn=10, lease=5)

    assert first is not None and (first.token, first.until_turn) == (1, 15)
    assert claim(store, bob, turn=14) is None
    assert store.board.holder("task:1", turn=14) == first
    assert store.board.holder("task:1", turn=15) is None
    second = claim(store, bob, turn=15)
    assert second is not None and second.token == 2
    assert store.board.holder("task:1", turn=15, as_of=first.seq) is None


def test_renewing_a_claim_takes_a_larger_token(store: Store, ann: AgentRecord) -> None:
    tokens = [found.token for turn in (1, 2, 30) if (found := claim(store, ann, turn=turn))]

    assert tokens == [1, 2, 3]


def test_a_released_claim_is_free_at_once(store: Store, ann: AgentRecord, bob: AgentRecord) -> None:
    claim(store, ann, turn=1)

    assert store.write(lambda tx: store.board.release(tx, "task:1", agent_id=bob.id, turn=2)) is None
    assert store.write(lambda tx: store.board.release(tx, "task:1", agent_id=ann.id, turn=2)) is not None
    assert store.board.holder("task:1", turn=2) is None
    assert store.write(lambda tx: store.board.release(tx, "task:1", agent_id=ann.id, turn=2)) is None
    assert claim(store, bob, turn=2) is not None


def test_claims_see_each_other_within_one_change(store: Store, ann: AgentRecord, bob: AgentRecord) -> None:
    both = store.write(
        lambda tx: [store.board.claim(tx, "s", agent_id=agent.id, lease=2, turn=1) for agent in (ann, bob)]
    )

    assert both[0] is not None and both[1] is None


def test_a_post_has_a_cap_and_a_longer_one_is_refused_whole(store: Store) -> None:
    fits = "x" * (MOST_CHARACTERS - len("topic"))
    store.write(lambda tx: store.board.post(tx, topic="topic", body=fits))

    with pytest.raises(ConfigurationError, match=r"a post on topic has 65537 characters, and at most 65536 are kept"):
        store.write(lambda tx: store.board.post(tx, topic="topic", body=fits + "x"))

    assert [len(each.body) for each in store.board.since(0)] == [len(fits)]
    assert store.last_seq() == 1
