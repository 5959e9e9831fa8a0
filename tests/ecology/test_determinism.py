"""One seed gives one history under other hash seeds and other timings; where it does not, the first event is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.determinism import Way, difference, live

TURNS = 24


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The history that all others must be."""
    path = tmp_path_factory.mktemp("plain") / "plain.db"
    live(Way("plain", hash_seed="0"), path, turns=TURNS)
    return path


@pytest.mark.parametrize(
    "way",
    [Way("another hash seed", hash_seed="4711", workers=1), Way("random sleeps", workers=4, timing="sleepy")],
    ids=lambda way: way.name,
)
def test_nothing_but_the_seed_shapes_a_history(plain: Path, tmp_path: Path, way: Way) -> None:
    live(way, tmp_path / "other.db", turns=TURNS)

    assert difference(plain, tmp_path / "other.db") == ""
