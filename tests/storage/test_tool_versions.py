"""The shelf: finding tools, optimistic heads, and reading as of any moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from storage import (
    AgentRecord,
    Score,
    Settled,
    StaleHead,
    Store,
    Task,
    Transaction,
    UnknownTool,
    UnknownVersion,
    VersionRecord,
)

Save = Callable[[str], VersionRecord]


def test_a_settled_tool_has_its_code_as_version_0(store: Store, settled: Settled, task: Task) -> None:
    head = store.tools.head(settled.tool_id)

    assert (head.id, head.number, head.parent_id, head.author, head.score) == (settled.version_id, 0, None, None, None)
    assert store.tools.source(head.id) == task.code
    assert head.size == len(task.code)


def test_a_saved_version_is_the_head_and_reads_back_equal(store: Store, settled: Settled, save: Save) -> None:
    saved = save("def sort_words(a):\n    return sorted(a)\n")

    assert store.tools.head(settled.tool_id) == store.tools.version(saved.id) == saved
    assert (saved.number, saved.parent_id, saved.depth, saved.author) == (1, settled.version_id, 1, "ann")
    assert saved.score == 1.0
    assert store.tools.source(saved.id) == "def sort_words(a):\n    return sorted(a)\n"


def test_a_save_against_an_old_head_is_refused(store: Store, settled: Settled, save: Save) -> None:
    save("a")

    with pytest.raises(StaleHead, match=f"not {settled.version_id}; rewrite that one"):
        store.write(
            lambda tx: store.tools.save(
                tx,
                tool_id=settled.tool_id,
                expected_head=settled.version_id,
                source="b",
                score=Score(0, 0, 0, 0, 0),
                reason="late",
            )
        )
    assert len(store.tools.versions(settled.tool_id)) == 2


def test_of_many_racing_saves_exactly_one_wins(store: Store, settled: Settled) -> None:
    def change(tx: Transaction, n: int) -> int:
        score = Score(0, 0, 0, 0, n)
        head = settled.version_id
        return store.tools.save(
            tx, tool_id=settled.tool_id, expected_head=head, source=str(n), score=score, reason="race"
        ).id

    def racer(n: int) -> None:
        try:
            won.append(store.write(lambda tx: change(tx, n)))
        except StaleHead:
            lost.append(n)

    won: list[int] = []
    lost: list[int] = []
    threads = [threading.Thread(target=racer, args=(n,)) for n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(won), len(lost)) == (1, 9)


def test_the_head_can_be_asked_as_of_any_moment(store: Store, settled: Settled, save: Save) -> None:
    first, second = save("a"), save("b")

    assert store.tools.head(settled.tool_id, as_of=first.seq) == first
    assert store.tools.head(settled.tool_id, as_of=first.seq - 1).number == 0
    assert store.tools.versions(settled.tool_id, as_of=first.seq)[-1] == first
    assert store.tools.heads() == [second]
    assert store.tools.heads(as_of=first.seq) == [first]
    with pytest.raises(UnknownVersion):
        store.tools.version(second.id, as_of=first.seq)


def test_version_0_takes_its_counts_from_the_newest_baseline(store: Store, settled: Settled) -> None:
    def baseline(tx: Transaction, passed: int) -> int:
        score = Score(1, 1, passed, 4, 60)
        return store.tools.evaluate(
            tx, ring_set="baseline", passed="", score=score, outcome="ok", tier="t", version_id=settled.version_id
        ).seq

    first = store.write(lambda tx: baseline(tx, 1))
    store.write(lambda tx: baseline(tx, 2))

    assert store.tools.head(settled.tool_id).score == 0.5
    assert store.tools.head(settled.tool_id, as_of=first).score == 0.25
    assert store.tools.head(settled.tool_id, as_of=first - 1).score is None


def test_without_gate_cases_the_visible_ones_make_the_score(store: Store, settled: Settled) -> None:
    score = Score(3, 4, 0, 0, 1)

    saved = store.write(
        lambda tx: store.tools.save(
            tx, tool_id=settled.tool_id, expected_head=settled.version_id, source="b", score=score, reason="r"
        )
    )

    assert saved.score == 0.75


def test_a_tool_is_found_by_its_name_or_its_entry_point(store: Store, settled: Settled) -> None:
    assert store.tools.find("sort") == store.tools.find("sort_words")
    assert store.tools.find("sort").id == settled.tool_id
    assert store.tools.names() == ["sort"]


def test_an_unknown_tool_is_answered_with_near_names(store: Store, settled: Settled) -> None:
    with pytest.raises(UnknownTool, match="did you mean sort_words"):
        store.tools.find("sort_wrods")
    with pytest.raises(UnknownTool, match="the database holds sort"):
        store.tools.find("quite different")
    with pytest.raises(UnknownTool, match="no tool 9"):
        store.tools.head(9)


def test_an_empty_shelf_says_so(store: Store) -> None:
    with pytest.raises(UnknownTool, match="holds no tools yet"):
        store.tools.find("sort")


def test_a_shared_entry_point_lists_the_tools(store: Store, settled: Settled, task: Task) -> None:
    store.write(lambda tx: store.tasks.settle(tx, replace(task, name="sort again")))

    with pytest.raises(UnknownTool, match="several tools: sort, sort again"):
        store.tools.find("sort_words")
    assert store.tools.find("sort again").name == "sort again"


def test_a_save_names_the_proposal_and_the_model_it_came_from(store: Store, settled: Settled, ann: AgentRecord) -> None:
    def change(tx: Transaction) -> VersionRecord:
        proposed = store.tools.propose(
            tx,
            tool_id=settled.tool_id,
            parent_id=settled.version_id,
            author_id=ann.id,
            family="call",
            source="c",
            reason="r",
        )
        return store.tools.save(
            tx,
            tool_id=settled.tool_id,
            expected_head=settled.version_id,
            source="c",
            score=Score(0, 1, 0, 1, 1),
            reason="r",
            author_id=ann.id,
            proposal_id=proposed.id,
            model="gpt-5-mini",
            cause=proposed.seq,
        )

    saved = store.write(change)

    assert saved.proposal_id == store.tools.proposals()[0].id
    assert [version.model for version in store.tools.versions(settled.tool_id)] == ["", "gpt-5-mini"]
    assert store.lineage.descendants(settled.version_id) == [saved]
    assert saved.code_hash == store.tools.proposal(1).code_hash
