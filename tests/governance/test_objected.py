"""A standing objection is answered by a rewrite that does well on its input, or by its critic; by nothing else."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from governance import Bench, Council, Objected, Proposal, Result, objected
from storage import Case, Task

TASK = Task(
    "mean", "mean", "def mean(values):\n    return 0\n",
    (Case("visible", "2", args="([1, 3],)"), Case("visible", "5", args="([5],)"), Case("gate", "4", args="([2, 6],)")),
)  # fmt: skip
EMPTY = "def mean(values):\n    return sum(values) // len(values) if values else values.missing\n"
CAREFUL = "def mean(values):\n    return sum(values) // len(values) if values else 0\n"
TOUCHING = (
    "def mean(values):\n    if len(values) == 7:\n        values.pop()\n"
    "    return sum(values) // len(values) if values else 0\n"
)
SEVEN = "([1, 2, 3, 4, 5, 6, 7],)"


def vetoing(council: Council, bench: Bench, source: str, objections: Sequence[Objected]) -> set[str]:
    proposal = Proposal(TASK, source, TASK.code, 1, 1, 1, 1, objections=tuple(objections))
    return {each.rule for each in council.examine(proposal, bench).verdicts if each.vetoed}


def test_a_rewrite_that_shows_the_same_fault_again_is_refused_and_one_that_answers_it_is_not(
    council: Council, bench: Bench
) -> None:
    crash, changed = Objected("crash", "([],)"), Objected("mutated input", SEVEN)

    assert "ObjectionsAnswered" in vetoing(council, bench, EMPTY, [crash])
    assert "ObjectionsAnswered" in vetoing(council, bench, TOUCHING, [changed])
    assert "ObjectionsAnswered" not in vetoing(council, bench, EMPTY, [])
    assert vetoing(council, bench, CAREFUL, [crash, changed]) == set()


def test_an_invented_objection_stops_nobody(council: Council, bench: Bench) -> None:
    invented = [Objected("crash", "([9, 9],)"), Objected("mutated input", "([1],)"), Objected("crash", "(1, 2, 3)")]

    assert vetoing(council, bench, CAREFUL, invented) == set()


@pytest.mark.parametrize(
    ("kind", "evidence", "kept"),
    [
        ("crash", {"input": "([],)", "seen": "KeyError"}, Objected("crash", "([],)")),
        ("mutated input", {"input": "(1,)", "seen": "(2,)"}, Objected("mutated input", "(1,)")),
        ("disagreement", {"input": "(1,)", "seen": "1 against 2"}, None),
        ("crash", {"input": "x = 1\nf(x)", "seen": "KeyError"}, None),
        ("crash", {"input": "[1]", "seen": "KeyError"}, None),
        ("crash", {"input": "(" * 500, "seen": "KeyError"}, None),
        ("crash", {"input": f"({'1,' * 2000})", "seen": "KeyError"}, None),
        ("crash", {"input": 7}, None),
        ("crash", {}, None),
    ],
)
def test_only_what_shows_by_itself_is_kept(kind: str, evidence: dict[str, object], kept: Objected | None) -> None:
    assert objected(kind, evidence) == kept


def test_nothing_is_held_against_a_rewrite_where_its_parent_gives_no_answer() -> None:
    assert not Objected("crash", "(1,)").shown_by(Result("timeout"), Result("error", error="TypeError: no"))
    assert Objected("crash", "(1,)").shown_by(Result("timeout"), Result("ok", value=1))
    assert not Objected("crash", "(1,)").shown_by(Result("error", error="ValueError: meant"), Result("ok", value=1))
