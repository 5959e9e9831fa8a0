"""Lines of descent: the jump pointers against a naive walk, and what is asked of them."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import Score, Settled, Store, Transaction, UnknownTool, UnknownVersion, VersionRecord
from storage.jump import climb, meet, place

Save = Callable[[str], VersionRecord]

# A forest: each node names an earlier one as its parent, or (0) none.
FORESTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=60).map(
    lambda draws: [draw % (n + 1) if n else 0 for n, draw in enumerate(draws)]
)
LONG_LINE = list(range(120))


def naive_line(parents: list[int], node: int) -> list[int]:
    """The node and its ancestors, youngest first; nodes are numbered from 1."""
    line = [node]
    while parents[line[-1] - 1]:
        line.append(parents[line[-1] - 1])
    return line


def grow(store: Store, parents: list[int]) -> None:
    def change(tx: Transaction) -> None:
        for n, parent in enumerate(parents):
            store.agents.spawn(tx, name=f"a{n + 1}", species="guard", genome={}, parent_id=parent or None)

    store.write(change)


def check_against_naive(store: Store, parents: list[int]) -> None:
    with_reads = store.agents._reads
    nodes = range(1, len(parents) + 1)
    lines = {node: naive_line(parents, node) for node in nodes}
    for node in nodes:
        start, line = place(with_reads, "agent", id=node), lines[node]
        assert start.depth == len(line) - 1
        assert [climb(with_reads, "agent", start=start, depth=d).id for d in range(len(line))] == line[::-1]
        assert [agent.id for agent in store.lineage.agent_ancestors(node)] == line[1:]
        assert [agent.id for agent in store.lineage.agent_descendants(node)] == [
            other for other in nodes if node in lines[other][1:]
        ]
    for a, b in zip(nodes, reversed(nodes), strict=True):
        shared = next((node for node in lines[a] if node in lines[b]), None)
        assert meet(with_reads, "agent", a=a, b=b) == shared


@settings(max_examples=12, deadline=None)
@given(FORESTS)
def test_climbing_by_jumps_finds_what_a_naive_walk_finds(parents: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder, Store.create(Path(folder) / "zoo.db") as store:
        grow(store, parents)

        check_against_naive(store, parents)


def test_a_long_line_is_climbed_in_few_steps(store: Store) -> None:
    grow(store, LONG_LINE)
    reads = store.agents._reads

    here, steps = place(reads, "agent", id=120), 0
    while here.depth > 3:
        jump = place(reads, "agent", id=here.jump_id)
        here = jump if jump.depth >= 3 else place(reads, "agent", id=here.parent_id or 0)
        steps += 1

    assert steps <= 16
    assert [agent.id for agent in store.lineage.agent_ancestors(120)] == list(range(119, 0, -1))
    assert store.agents.get(120).founder_id == 1


def test_ancestors_are_youngest_first_and_descendants_oldest_first(store: Store, settled: Settled, save: Save) -> None:
    versions = [store.tools.version(settled.version_id), *(save(f"def sort_words(a): return {n}") for n in range(3))]

    assert store.lineage.ancestors(versions[3].id) == versions[2::-1]
    assert store.lineage.descendants(versions[1].id) == versions[2:]
    assert store.lineage.descendants(versions[0].id, as_of=versions[1].seq) == [versions[1]]
    assert store.lineage.ancestors(versions[0].id) == store.lineage.descendants(versions[3].id) == []


def test_what_is_read_is_as_frozen_as_what_was_saved(store: Store, save: Save) -> None:
    saved = save("def sort_words(a): return sorted(a)")
    read = store.tools.version(saved.id)

    assert type(read) is VersionRecord and (read, hash(read), repr(read)) == (saved, hash(saved), repr(saved))
    assert replace(pickle.loads(pickle.dumps(read)), reason="other").reason == "other"
    with pytest.raises(FrozenInstanceError):
        read.reason = "other"  # type: ignore[misc]


def test_the_line_of_a_tool_begins_with_its_head(store: Store, save: Save) -> None:
    head = save("def sort_words(a): return sorted(a)")

    assert store.lineage.ancestors("sort_words") == [head, *store.lineage.ancestors(head.id)]
    with pytest.raises(UnknownTool):
        store.lineage.ancestors("no such tool")


def test_the_ancestor_at_a_depth_and_the_common_ancestor_are_ids(store: Store, settled: Settled, save: Save) -> None:
    ids = [settled.version_id, save("a").id, save("b").id]

    assert [store.lineage.ancestor(ids[2], depth=depth) for depth in (0, 1, 2)] == ids
    assert store.lineage.common_ancestor(ids[1], ids[2]) == ids[1]
    with pytest.raises(ValueError, match="depth must be 0 to that, not 9"):
        store.lineage.ancestor(ids[2], depth=9)


def test_a_diff_shows_what_changed(store: Store, settled: Settled, save: Save) -> None:
    fixed = save("def sort_words(a):\n    return sorted(a)\n")

    text = store.lineage.diff(settled.version_id, fixed.id)

    assert text.splitlines()[-2:] == ["-    return a", "+    return sorted(a)"]
    assert text.startswith(f"--- version {settled.version_id}\n+++ version {fixed.id}")
    assert store.lineage.diff(fixed.id, fixed.id) == ""


@pytest.mark.parametrize("ask", ["ancestors", "descendants", "common_ancestor", "diff"])
def test_an_unknown_version_is_named(store: Store, settled: Settled, ask: str) -> None:
    second = () if ask in ("ancestors", "descendants") else (settled.version_id,)

    with pytest.raises(UnknownVersion, match="no tool version 99"):
        getattr(store.lineage, ask)(99, *second)


def test_second_parents_are_kept_beside_the_line(store: Store, settled: Settled, save: Save) -> None:
    first = save("a")

    merged = store.write(
        lambda tx: store.tools.save(
            tx,
            tool_id=settled.tool_id,
            expected_head=first.id,
            source="b",
            score=Score(0, 0, 0, 0, 1),
            reason="merge",
            parents=[(settled.version_id, "ingredient")],
        )
    )

    assert store.lineage.parents(merged.id) == [(settled.version_id, "ingredient")]
    assert store.lineage.parents(first.id) == []
