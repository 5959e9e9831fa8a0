"""Every picture is drawn in every form, from small histories and large ones, without a script or anything fetched."""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Annotation

from ecology.pictures import Picture, drawn, plot
from ecology.pictures.drawing import draw
from storage import ConfigurationError, NotFound, Store, Transaction, VersionRow
from tests.storage.questions.story import Story
from tests.storage.questions.test_questions import tell

PICTURES: tuple[Picture, ...] = get_args(Picture)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    def change(tx: Transaction) -> None:
        story = Story(store, tx)
        tell(story)
        story.settle("<script>$x$</script>", meaning=1, score=0.5)

    with Store.create(tmp_path_factory.mktemp("told") / "zoo.db") as store:
        store.write(change)
        yield store


@pytest.mark.parametrize("picture", PICTURES)
def test_a_picture_is_drawn_in_every_form_and_the_same_each_time(told: Store, tmp_path: Path, picture: Picture) -> None:
    for name in ("a.svg", "b.svg", "page.html", "picture.png"):
        plot(told, picture, tmp_path / name)

    svg = (tmp_path / "a.svg").read_text()
    assert etree.fromstring(svg).tag.endswith("svg") and svg == (tmp_path / "b.svg").read_text()
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")
    page = (tmp_path / "page.html").read_text()
    assert "<script" not in page and not re.search(r'(?:href|src)="(?!#)', page)


def test_second_parents_are_lines_of_their_role_and_births_lines_between_agents(told: Store) -> None:
    further = Counter(each.role for each in told.ask.view("v_edge") if each.role != "parent")
    children = [each for each in told.ask.view("v_agent") if each.parent_id is not None]
    axes = Figure().subplots()
    draw(axes, told, "network", by="species", as_of=None)
    tree = Figure().subplots()
    draw(tree, told, "lineage", by="species", as_of=None)

    legend = tree.get_legend()
    assert legend is not None and further.keys() <= {text.get_text() for text in legend.get_texts()}
    assert len(arrows(tree)) == further.total() == 1
    assert len(arrows(axes)) == len(children) == 1


def arrows(axes: Axes) -> list[object]:
    return [each for each in axes.texts if isinstance(each, Annotation) and each.arrow_patch is not None]


@pytest.mark.parametrize("picture", PICTURES)
def test_an_empty_history_has_a_picture_too(tmp_path: Path, picture: Picture) -> None:
    with Store.create(tmp_path / "zoo.db") as store:
        store.write(lambda tx: tx.record("note"))

        plot(store, picture, tmp_path / "empty.png")

    assert (tmp_path / "empty.png").stat().st_size > 1_000


def test_what_cannot_be_drawn_is_refused_in_a_sentence(told: Store, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="none of the endings"):
        plot(told, "score", tmp_path / "x.gif")
    with pytest.raises(ConfigurationError, match="'portrait' is no picture"):
        plot(told, "portrait", tmp_path / "x.png")  # type: ignore[arg-type]
    with pytest.raises(NotFound, match="no turn 99"):
        plot(told, "score", tmp_path / "x.png", as_of="turn:99")
    assert list(tmp_path.iterdir()) == []


def forest(parents: list[int]) -> list[VersionRow]:
    """Return versions of one tool each from an earlier one (0: from none); those without children are heads."""
    depths: list[int] = []
    for parent in parents:
        depths.append(depths[parent - 1] + 1 if parent else 0)
    return [
        VersionRow(
            id=n, seq=n, turn=n, tool_id=1, tool="t", number=n - 1, parent_id=parent or None, depth=depths[n - 1],
            author_id=None, author=None, founder_id=None, species=None, model="", proposal_id=None, score=None,
            parent_score=None, gain=None, fuel=None, size=1, reason="", tree=None,
            replaced_seq=None if n not in parents and n % 3 else n + 1,
        )
        for n, parent in enumerate(parents, 1)
    ]  # fmt: skip


FORESTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=60).map(
    lambda draws: [draw % (n + 1) if n else 0 for n, draw in enumerate(draws)]
)


@given(FORESTS, st.integers(4, 30))
def test_nothing_that_is_left_out_goes_uncounted(parents: list[int], most: int) -> None:
    versions = forest(parents)

    shown = drawn(versions, most=most)

    ids = {each.version.id for each in shown}
    assert all(each.above_id in ids for each in shown if each.above_id is not None)
    roots_of_extinct = sum(1 for each in versions if root(each, versions) not in ids)
    assert len(shown) + sum(each.passed + each.hidden for each in shown) == len(versions) - roots_of_extinct
    assert len({(each.row, each.version.turn) for each in shown}) == len(shown)


def root(version: VersionRow, versions: list[VersionRow]) -> int:
    while version.parent_id is not None:
        version = versions[version.parent_id - 1]
    return version.id


def test_a_small_history_is_drawn_whole_and_a_large_one_small() -> None:
    assert len(drawn(forest([0, *range(1, 50)]))) == 50
    assert len(drawn(forest([0, *(n // 2 + 1 for n in range(20_000))]))) <= 150
