"""Claims about the offline critic, with real rewrites in a real sandbox."""

from __future__ import annotations

import ast

import pytest

from agents import Critique, Genome, Pass, Post
from storage import Case, Task
from tests.agents.conftest import Look, Think

HEAD = "def total(items):\n    return sum(items) + 1\n"
RIGHT = "def total(items):\n    return sum(items)\n"
ALSO_RIGHT = "def total(items):\n    got = 0\n    for item in items:\n        got += item\n    return got\n"
FITTED = "def total(items):\n    return len(items) * 2\n"
CRASHES = "def total(items):\n    return sum(items) if len(items) != 1 else None + 1\n"
NEVER_ENDS = "def total(items):\n    while len(items) == 1:\n        pass\n    return sum(items)\n"
EATS = "def total(items):\n    got = sum(items)\n    items.clear()\n    return got\n"
FLIPS = "def total(items):\n    return sum(items) + hash(str(items)) % 7\n"

CRITIC = Genome(species="critic")


@pytest.fixture
def task() -> Task:
    cases = [("[2, 2]", "4"), ("[]", "0"), ("[1, 3]", "4"), ("[1, 2, 3]", "6")]
    return Task("total", "total", HEAD, tuple(Case("visible", want, args=f"({items},)") for items, want in cases))


def said(think: Think, look: Look, task: Task, *rivals: str) -> dict[int, Critique]:
    """Return what the critic says of each rival, by its proposal's id (11 and on)."""
    actions = think(look(CRITIC, task, *rivals, activity="review"))["actions"]
    assert all(isinstance(action, Critique | Post) for action in actions)
    return {action.proposal_id: action for action in actions if isinstance(action, Critique)}


@pytest.mark.parametrize(
    ("rival", "kind"),
    [(CRASHES, "crash"), (NEVER_ENDS, "crash"), (EATS, "mutated input"), (FLIPS, "nondeterminism")],
    ids=["crash", "endless loop", "mutated input", "nondeterminism"],
)
def test_a_faulty_rewrite_is_objected_to_with_an_input_that_shows_it(
    think: Think, look: Look, task: Task, rival: str, kind: str
) -> None:
    found = said(think, look, task, rival)[11]

    assert (found.stance, found.kind) == ("object", kind)
    assert isinstance(found.evidence["input"], str) and found.evidence["seen"]
    assert isinstance(ast.literal_eval(found.evidence["input"]), tuple)


def test_the_earliest_of_the_rewrites_that_most_agree_with_is_supported(think: Think, look: Look, task: Task) -> None:
    found = said(think, look, task, FITTED, RIGHT, ALSO_RIGHT)

    assert {number: critique.stance for number, critique in found.items()} == {11: "object", 12: "support"}
    assert found[11].kind == "disagreement" and "against" in str(found[11].evidence["seen"])
    assert found[12].evidence["proposals that agree"] == 2 and found[12].evidence["proposals"] == 3


def test_what_is_objected_is_posted_for_the_authors_of_the_next_rewrites(think: Think, look: Look, task: Task) -> None:
    actions = think(look(CRITIC, task, CRASHES, activity="review"))["actions"]

    (post,) = [action for action in actions if isinstance(action, Post)]
    assert post.body.startswith("proposal 11: crash on ")


def test_a_tool_whose_cases_are_calls_is_tried_on_those(think: Think, look: Look) -> None:
    cases = (Case("visible", "3", setup="items = [1, 2]", call="total(items)"),)
    task = Task("total", "total", HEAD, cases)

    found = said(think, look, task, RIGHT, FITTED)

    assert found[11].evidence["calls tried"] == 1


def test_a_single_sound_rewrite_is_supported(think: Think, look: Look, task: Task) -> None:
    found = said(think, look, task, RIGHT)

    assert found[11].stance == "support"
    assert isinstance(found[11].evidence["calls tried"], int) and found[11].evidence["calls tried"] > 4


def test_nothing_is_supported_where_every_rewrite_is_faulty(think: Think, look: Look, task: Task) -> None:
    found = said(think, look, task, CRASHES, EATS)

    assert [critique.stance for critique in found.values()] == ["object", "object"]


def test_without_proposals_the_critic_passes(think: Think, look: Look, task: Task) -> None:
    (action,) = think(look(CRITIC, task, activity="review"))["actions"]

    assert action == Pass(reason="nothing to review")


def test_the_same_chance_gives_the_same_critiques(think: Think, look: Look, task: Task) -> None:
    assert said(think, look, task, FITTED, RIGHT, FLIPS) == said(think, look, task, FITTED, RIGHT, FLIPS)
