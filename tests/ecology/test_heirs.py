"""A run founded by the survivors of an older one: what they learnt, who comes first, and what is refused."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents import FAMILIES, Genome, bound
from ecology import Ecology, EcologyError, Report, Store
from ecology.engine import Standing
from ecology.heirs import heirs_of
from ecology.lore import Lore
from ecology.world import World
from tests.ecology.swapped import swapped

USUAL = bound({"specialist": 1, "critic": 3, "breeder": 1}, model="offline")


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which a population has mended tools whose arguments were swapped."""
    path = tmp_path_factory.mktemp("older") / "older.db"
    with Ecology(path, seed=0, workers=1, candidates=800) as ecology:
        ecology.settle(swapped("older"))
        assert ecology.run(400).solved == 4
    return path


def live(path: Path, seed: int, older: Path | None) -> Report:
    with Ecology(path, seed=seed, workers=1, candidates=1_200, seed_from=older) as ecology:
        ecology.settle(swapped("newer"))
        return ecology.run(400)


def first_lore(path: Path) -> dict[str, float]:
    """Return by what the first search of a run ordered its edits."""
    with Store.open(path) as store:
        first = next(entry for entry in store.history() if "survey" in entry.payload)
    return dict(first.payload["lore"])


def test_heirs_begin_with_what_proved_right_before_and_newborns_with_nothing(tmp_path: Path, older: Path) -> None:
    for seed in (1, 2):
        live(tmp_path / f"{seed}-newborn.db", seed, None)
        live(tmp_path / f"{seed}-heirs.db", seed, older)

        known = first_lore(tmp_path / f"{seed}-heirs.db")
        assert first_lore(tmp_path / f"{seed}-newborn.db") == {}
        # What mended the older tools was the family that swaps arguments.
        most = max(factor for key, factor in known.items() if key in FAMILIES)
        assert known["call-arguments"] == most > 1


def test_a_seeded_run_is_repeated_and_gone_on_with_and_replayed_without_the_database_it_came_from(
    tmp_path: Path, older: Path
) -> None:
    once = live(tmp_path / "once.db", 1, older)
    copy = tmp_path / "copy.db"
    copy.write_bytes(older.read_bytes())

    def die(standing: Standing) -> None:
        if standing.turn == 12:
            raise RuntimeError("died")

    with (
        pytest.raises(RuntimeError, match="died"),
        Ecology(tmp_path / "again.db", seed=1, workers=1, candidates=1_200, seed_from=copy) as ecology,
    ):
        ecology.settle(swapped("newer"))
        ecology.run(400, watch=die)
    copy.unlink()

    with Ecology(tmp_path / "again.db", workers=1) as ecology:
        assert ecology.resume().history_hash == once.history_hash
    with Ecology(tmp_path / "replayed.db", model=f"replay:{tmp_path / 'once.db'}", workers=1) as ecology:
        assert ecology.run().history_hash == once.history_hash


def test_the_survivors_who_earned_most_come_first_and_no_more_than_there_is_room_for(older: Path) -> None:
    world = World()
    with Store.open(older) as store:
        for entry in store.history():
            world.fold(entry)
    best = max(world.niches["critic"].values(), key=lambda agent: (agent.earned, agent.wins, -agent.id))

    heirs = heirs_of(older, {"critic": 1, "specialist/call-arguments": 1})

    assert [heir.niche for heir in heirs].count("critic") == 1 and len(heirs) == 2
    assert next(heir for heir in heirs if heir.species == "critic") == best.genome
    learnt = dict(next(heir for heir in heirs if heir.species == "specialist").lore)
    assert learnt["call-arguments"] > 1


@given(data=st.data())
def test_what_is_handed_on_weighs_in_a_new_run_what_it_weighed_in_the_old(data: st.DataObject) -> None:
    features = ("takes:list", "gives:number")
    rng = Random(data.draw(st.integers(0, 10_000)))
    old, family = Lore(), data.draw(st.sampled_from(FAMILIES))
    for _ in range(data.draw(st.integers(1, 12))):
        old.tried(family, [("early", rng.random()), ("late", rng.random())], features)
        if rng.random() < 0.5:
            old.won(family, rng.choice(["early", "late"]), features)

    heir = Genome(species="specialist", family=family).taught(old.learnt(family))

    before, after = dict(old.on(features, {})), dict(Lore().on(features, dict(heir.lore)))
    assert after == pytest.approx({key: before.get(key, 1.0) for key in after}, rel=0.02)
    assert all(abs(factor - 1) < 0.02 for key, factor in before.items() if key not in after)


def test_what_cannot_found_a_population_is_refused_in_one_sentence(
    tmp_path: Path, older: Path, ecology: Ecology
) -> None:
    text, foreign = tmp_path / "text.db", tmp_path / "foreign.db"
    text.write_text("no database " * 200)
    with sqlite3.connect(foreign) as connection:
        connection.execute("CREATE TABLE one (id INTEGER)")
    connection.close()
    ecology.close()
    refused = {
        tmp_path / "missing.db": "no database at",
        text: "is no SQLite database",
        foreign: "not one of ours",
        tmp_path / "fresh.db": "nobody is alive in",
    }

    for path, part in refused.items():
        with pytest.raises(EcologyError, match=part) as caught:
            Ecology(tmp_path / "new.db", seed_from=path)
        assert "\n" not in str(caught.value) and not (tmp_path / "new.db").exists()
    with pytest.raises(EcologyError, match="has a place in this population"):
        heirs_of(older, {"mender@gpt-5": 1})
    with pytest.raises(EcologyError, match="either heirs or a database"):
        Ecology(tmp_path / "new.db", seed_from=older, heirs=heirs_of(older, USUAL))
    with pytest.raises(EcologyError, match="leave seed_from out"):
        Ecology(tmp_path / "new.db", model=f"replay:{older}", seed_from=older)
