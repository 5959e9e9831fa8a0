"""Claims about the breeder with a model: it chooses within bounds, and is replaced where it does not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from agents import Candidate, Genome, Myself, Pass, Spawn, View, Workbench
from agents.species import thinking_mind_of
from agents.species.breeder import offspring
from tests.agents.species.study import Line, Turn, reply, take

GUARD = Candidate(3, Genome(species="specialist", family="guard"), energy=50.0, earned=10.0)
MENDER = Candidate(4, Genome(species="mender", model="m", reflections=2), energy=90.0, earned=0.0)
POOR = Candidate(5, Genome(species="critic", probes=64), energy=3.0, earned=80.0)

Breed = Callable[..., Turn]


def view(*kin: Candidate, unmet: tuple[str, ...] = ()) -> View:
    me = Myself(1, 1, Genome(species="breeder", model="scripted"), 100.0)
    return View(turn=1, seq=1, activity="breed", me=me, kin=kin, unmet=unmet)


@pytest.fixture
def breed(bench: Workbench, tmp_path: Path) -> Breed:
    def turn(seen: View, *lines: Line) -> Turn:
        return take(thinking_mind_of("breeder"), seen, *lines, folder=tmp_path, bench=bench)

    return turn


def child(parent: int, species: str = "specialist", **genome: Any) -> dict[str, Any]:
    return {"parent": parent, "genome": {"species": species, **genome}, "reason": "it earned\nmuch"}


def born(turn: Turn) -> Spawn:
    (action,) = turn.actions
    assert isinstance(action, Spawn)
    return action


def test_the_model_chooses_the_parent_and_the_genome(breed: Breed) -> None:
    spawn = born(breed(view(GUARD, MENDER), reply(child(4, "mender", model="m", reflections=3, probes=40))))

    assert spawn.parent_id == 4 and spawn.genome == Genome(species="mender", model="m", reflections=3, probes=40)
    assert spawn.reason == "it earned much"


@pytest.mark.parametrize(
    "genome", [{"probes": 1000}, {"batch": 1}, {"boldness": 0}, {"restlessness": 9}, {"reflections": 5}, {"wings": 2}]
)
def test_a_genome_out_of_its_ranges_is_fed_back_and_then_the_offline_choice_stands(
    breed: Breed, genome: dict[str, Any]
) -> None:
    seen = view(GUARD, MENDER)

    turn = breed(seen, reply(child(3, family="guard", **genome)))

    assert f"genome.{next(iter(genome))}" in turn.requests[1][-1][1]
    assert born(turn) == offspring(seen, Random("1"))


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        (child(77, family="guard"), "77 is no parent; there are 3, 4"),
        (child(5, family="guard"), "5 is no parent; there are 3, 4"),
        (child(3, "poet"), "of the niche 'poet'; it must be one of: "),
        (child(4, "mender", model="dearest-model"), "'mender@dearest-model'"),
    ],
    ids=["nobody", "one too poor", "no species", "a model that nobody bound"],
)
def test_a_parent_or_niche_that_is_none_is_fed_back_once(breed: Breed, said: dict[str, Any], problem: str) -> None:
    seen = view(GUARD, MENDER, POOR)
    right = {"text": json.dumps(child(3, family="guard", boldness=5)), "order": 2}

    turn = breed(seen, {"text": json.dumps(said), "order": 1}, right)

    assert len(turn.requests) == 2 and problem in turn.requests[1][-1][1]
    assert born(turn).genome == Genome(species="specialist", family="guard", boldness=5)
    assert born(breed(seen, reply(said))) == offspring(seen, Random("1")), "twice wrong"


def test_a_niche_that_is_called_for_is_served_whatever_the_model_says(breed: Breed) -> None:
    seen = view(GUARD, MENDER, unmet=("tester@m",))

    spawn = born(breed(seen, reply(child(4, "mender", model="m", boldness=7))))

    assert (spawn.parent_id, spawn.genome.niche, spawn.genome.boldness) == (4, "tester@m", 7)


def test_the_prompt_names_the_parents_the_niches_and_the_ranges(breed: Breed) -> None:
    ((system, user),) = breed(view(GUARD, POOR, unmet=("specialist/wrap",)), reply(child(3, family="wrap"))).requests

    assert all(text in system[1] for text in ("8 to 256", "1 to 8", "0 to 4", "4 to 128", "`parent`", "`genome`"))
    assert '3: species "specialist", family "guard", model "", energy 50.0, earned 10.0' in user[1]
    assert 'species "specialist", family "wrap", model ""' in user[1] and "5: " not in user[1]


@pytest.mark.parametrize("lines", [[], [{"error": "timeout", "match": ""}], ["I would rather not."]])
def test_without_a_usable_reply_the_offline_choice_stands(breed: Breed, lines: list[Line]) -> None:
    seen = view(GUARD, MENDER, unmet=("specialist/guard",))

    assert born(breed(seen, *lines)) == offspring(seen, Random("1"))


def test_where_nobody_is_alive_nothing_is_asked(breed: Breed) -> None:
    turn = breed(view(), reply(child(3)))

    assert turn.actions == [Pass(reason="nobody alive to breed from")] and not turn.requests
