"""What the folded world knows of tools that are built on tools, on histories written by hand."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ecology.commons import redundancy_share, redundant
from ecology.settings import Settings
from ecology.shelf import Shelf, behind, shelved
from ecology.turn import Examine, Examined, Kit, Weigh, Weighed, gate_kept
from ecology.work import Station
from ecology.world import World
from governance import Bench, Council, Proposal, load_charter
from storage import Score, Store, Task

from .networks import GCD, MEASURE, lcm, task

RIGHT = GCD.format("a")


class Book:
    """A history that is written step by step, and the world of it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.tasks: dict[int, Task] = {}

    def settle(self, what: Task, *, solved: bool = True) -> int:
        """Settle a tool, measured as solved or not, and return its id."""
        settled = self.store.write(lambda tx: self.store.tasks.settle(tx, what))
        self.tasks[settled.task_id] = what
        marks = ("1" if solved else "0") * 6 + "|" + ("1" if solved else "0") * 4
        score = Score(6 * solved, 6, 4 * solved, 4, 10)
        self.store.write(
            lambda tx: self.store.tools.evaluate(
                tx,
                ring_set="baseline",
                passed=marks,
                score=score,
                outcome="ok",
                tier="zygote",
                version_id=settled.version_id,
                tool_id=settled.tool_id,
            )
        )
        return settled.tool_id

    def head(self, tool_id: int) -> int:
        """Return a tool's head."""
        return self.store.tools.head(tool_id).id

    def rewrite(self, tool_id: int, source: str, *on: int) -> int:
        """Save a version that requires the heads of other tools, by hand, and return it."""
        names = {each.id: each.entry_point for each in self.store.tools.all()}
        pins = "".join(f"from shelf.v{self.head(each)} import {names[each]}\n" for each in on)
        head = self.head(tool_id)
        self.store.write(
            lambda tx: self.store.tools.save(
                tx,
                tool_id=tool_id,
                expected_head=head,
                source=f"{pins}{source}",
                score=Score(6, 6, 4, 4, 9),
                reason="",
                parents=[(head, "restored")],
            )
        )
        return self.head(tool_id)

    def world(self) -> World:
        """Return the world as the history has it now, in which every version counts as solved that was saved."""
        world = World()
        for entry in self.store.history():
            world.fold(entry)
        for tool in world.tools.values():
            tool.head.bitmap = tool.head.bitmap or "111111|1111"
        return world


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    with Store.create(tmp_path / "zoo.db") as store:
        yield Book(store)


def test_a_tool_level_cycle_has_a_radius_that_ends(book: Book) -> None:
    gcd = book.settle(task("gcd", RIGHT, math.gcd, about=""))
    other = book.settle(task("lcm", RIGHT, lcm, about=""))
    book.rewrite(other, RIGHT, gcd)
    book.rewrite(gcd, RIGHT, other)

    network = book.world().tallies.network

    assert (network.dependants(gcd), network.dependants(other)) == ([other], [gcd])
    assert (network.radius(gcd), network.radius(other)) == ([other], [gcd])


def test_twins_agree_on_what_both_are_shown_and_pay_less_unless_they_are_linked(book: Book) -> None:
    gcd = book.settle(task("gcd", RIGHT, math.gcd, about=""))
    same = book.settle(task("measure", RIGHT.replace("gcd", "measure"), math.gcd, about=""))
    book.settle(task("lcm", RIGHT, lcm, about=""))
    world = book.world()
    settings = Settings(redundant_share=0.25)

    assert (redundant(world, world.tools[same]), redundant(world, world.tools[gcd])) == ([gcd], [same])
    assert redundancy_share(world, world.tools[same], settings) == 0.25
    assert redundancy_share(world, world.tools[same], Settings(redundant_share=1)) == 1.0

    book.rewrite(same, "def measure(a, b):\n    return gcd(a, b)\n", gcd)
    world = book.world()
    assert redundant(world, world.tools[same]) == redundant(world, world.tools[gcd]) == []
    health = {row.tool: (row.state, row.twins) for row in book.store.ask.health()}
    assert health == {"net/gcd": ("used", 0), "net/measure": ("sound", 0), "net/lcm": ("sound", 0)}


def test_health_tells_twins_and_the_dead(book: Book) -> None:
    book.settle(task("gcd", RIGHT, math.gcd, about=""))
    book.settle(task("measure", RIGHT.replace("gcd", "measure"), math.gcd, about=""))
    book.settle(task("lcm", MEASURE, lcm, about=""), solved=False)

    health = {row.tool: (row.state, row.twins) for row in book.store.ask.health()}

    assert health == {"net/gcd": ("sound", 1), "net/measure": ("redundant", 1), "net/lcm": ("dead", 0)}


def test_whoever_is_pinned_to_an_earlier_version_lags_behind(book: Book) -> None:
    gcd = book.settle(task("gcd", RIGHT, math.gcd, about=""))
    other = book.settle(task("lcm", RIGHT, lcm, about=""))
    old = book.head(gcd)
    book.rewrite(other, RIGHT, gcd)
    assert behind(book.world(), book.world().tools[other]) == {}

    new = book.rewrite(gcd, f"{RIGHT}\n")
    world = book.world()

    assert behind(world, world.tools[other]) == {old: new}
    assert [each.id for each in shelved(world, but=world.tools[other])] == [new]
    assert shelved(world, but=world.tools[other], after=new) == []


def test_what_stands_around_a_tool_is_all_that_its_sources_and_dependants_require(book: Book) -> None:
    gcd = book.settle(task("gcd", RIGHT, math.gcd, about=""))
    span = book.settle(task("span", RIGHT, math.gcd, about=""))
    tiles = book.settle(replace(task("tiles", RIGHT, lcm, about=""), helper="class Box:\n    pass\n"))
    book.rewrite(span, RIGHT, gcd)
    book.rewrite(tiles, RIGHT, span)
    world = book.world()

    shelf = Shelf(world, book.store.blobs.text, book.tasks)
    around = shelf.around(world.tools[gcd], [RIGHT])

    assert [each.tool for each in around.dependants] == ["net/span"]
    assert around.dependants[0].pinned == (book.store.tools.versions(gcd)[0].id,)
    assert around.radius == ("net/span", "net/tiles")
    assert [part.tool for part in shelf.parts([book.store.tools.source(book.head(tiles))])] == ["net/gcd", "net/span"]


def test_a_worker_puts_the_dependants_gate_in_and_names_who_would_break(book: Book) -> None:
    """It knows the shelf of one job only as long as that job lasts."""
    gcd = book.settle(task("gcd", GCD.format("b"), math.gcd, about=""), solved=False)
    first = "def first(a, b):\n    return gcd(a, 0)\n"
    other = book.settle(task("first", first, lambda a, b: a, about=""))
    book.rewrite(other, first, gcd)
    world, store = book.world(), book.store
    world.tools[gcd].head.bitmap = "000000|0000"
    half = "def gcd(a, b):\n    c = b\n    while b:\n        a, b = b, a % b\n    return a if c else 0\n"
    parent = "def gcd(a, b):\n    return a if not b else 1\n"
    shelf = Shelf(
        world, lambda code: parent if code == world.tools[gcd].head.code_hash else store.blobs.text(code), book.tasks
    )
    around = shelf.around(world.tools[gcd], [half, parent])
    judged = {number: gate_kept(each) for number, each in book.tasks.items()}
    asked = Proposal(
        judged[world.tools[gcd].task_id], half, parent, author_id=1, author_lineage=1, tool_id=gcd,
        parent_id=book.head(gcd), around=around,
    )  # fmt: skip
    charter = load_charter()

    with Bench.open(limits=charter.limits, allow_rlimit=True) as bench:
        station = Station(Kit(judged, charter, "auto", True), bench, Council(charter))
        found = station.do(Examine(world.tools[gcd].task_id, asked))
        after = station.do(Weigh(world.tools[other].task_id, store.tools.source(book.head(other))))

    assert isinstance(found, Examined) and isinstance(after, Weighed)
    (verdict,) = found.verdicts
    assert (verdict.rule, verdict.evidence["radius"]) == ("BreaksNoDependant", ["net/first"])
    assert verdict.evidence["breaks"] == {
        "net/first": {"version": book.head(other), "visible_lost": [1, 2, 3, 4, 5, 6], "gate_lost": 4}
    }
    assert not any(after.card.visible)
