"""A standing objection is answered by a rewrite that does well on its input, or by its critic; by nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from governance import Bench, Council, Objected, Proposal, Result, objected
from governance.fresh import plan_examination
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


UNSTEADY = (
    "seen = []\ndef mean(values):\n    seen.append(values)\n"
    "    if len(values) == 7:\n        return [*{'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'}]\n"
    "    return sum(values) // len(values) if values else 0\n"
)


def test_an_answer_that_was_shown_to_change_from_run_to_run_is_looked_for_in_later_rewrites(
    council: Council, bench: Bench
) -> None:
    unsteady = Objected("nondeterminism", SEVEN)

    assert "ObjectionsAnswered" in vetoing(council, bench, UNSTEADY, [unsteady])
    assert vetoing(council, bench, CAREFUL, [unsteady]) == set()
    assert "ObjectionsAnswered" not in vetoing(council, bench, UNSTEADY, [])


def test_a_parent_that_is_as_unsteady_excuses_a_rewrite() -> None:
    one, two = Result("ok", value=1), Result("ok", value=2)
    shown = Objected("nondeterminism", "(1,)").shown_by

    assert shown(one, one, (two, one)) and not shown(one, one, (two, two)) and not shown(one, one, (one, one))
    assert not shown(one, one) and not shown(one, one, (Result("refused"), one))


def test_a_crash_on_a_visible_call_with_a_set_up_is_run_again_and_an_invented_call_is_not() -> None:
    task = replace(TASK, cases=(*TASK.cases, Case("visible", "3", setup="x = [3]", call="mean(x)")))
    shown, invented = Objected("crash", "x = [3]\nmean(x)"), Objected("crash", "import os\nos.getpid()")

    plan = plan_examination(task, "seed", [invented, shown])

    ((kept, place),) = plan.objections
    assert kept == shown and (plan.calls[place].setup, plan.calls[place].expression) == ("x = [3]", "mean(x)")
    assert not any("getpid" in call.expression + call.setup for call in plan.calls)


def test_an_invented_objection_stops_nobody(council: Council, bench: Bench) -> None:
    invented = [Objected("crash", "([9, 9],)"), Objected("mutated input", "([1],)"), Objected("crash", "(1, 2, 3)")]

    assert vetoing(council, bench, CAREFUL, invented) == set()


@pytest.mark.parametrize(
    ("kind", "evidence", "kept"),
    [
        ("crash", {"input": "([],)", "seen": "KeyError"}, Objected("crash", "([],)")),
        ("mutated input", {"input": "(1,)", "seen": "(2,)"}, Objected("mutated input", "(1,)")),
        ("disagreement", {"input": "(1,)", "seen": "1 against 2"}, None),
        ("wrong answer", {"input": "(1,)", "seen": "1 against 2"}, None),
        ("nondeterminism", {"input": "(1,)", "seen": "1 against 2"}, Objected("nondeterminism", "(1,)")),
        ("crash", {"input": "x = 1\nf(x)", "seen": "KeyError"}, Objected("crash", "x = 1\nf(x)")),
        ("mutated input", {"input": "x = 1\nf(x)", "seen": "KeyError"}, None),
        ("mutated input", {"input": "(" * 500, "seen": "KeyError"}, None),
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
