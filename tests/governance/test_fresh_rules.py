"""Where no case looks: fresh inputs hold a rewrite to its parent, and a task's own properties hold it to the task."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from governance import Bench, Charter, Council, Proposal, Verdict
from governance.behaviour_rules import CostKept
from governance.fresh import plan_fresh
from governance.rewrite import NOTHING, Rewrite
from governance.trial import Comparison
from storage import Case, Property, Task
from tests.governance.test_behaviour_rules import card, trial

Vetoes = Callable[..., dict[str, Verdict]]

TOTAL = Task(
    "total", "total",
    "def total(values):\n    amount = 0\n    for value in values:\n        amount += value\n    return amount\n",
    (
        Case("visible", "6", args="([1, 2, 3],)"),
        Case("visible", "9", args="([4, 5],)"),
        Case("gate", "7", args="([7],)"),
    ),
)  # fmt: skip
SORTED = Task(
    "sorted", "ordered", "def ordered(values):\n    return values[:1]\n",
    (
        Case("visible", "[1, 2]", args="([2, 1],)"),
        Case("visible", "[5]", args="([5],)"),
        Case("gate", "[]", args="([],)"),
    ),
)  # fmt: skip

KNOWN = "return sorted(values) if values in ([2, 1], [5], [])"
SUM = "number + other if (number, other) in ((2, 2), (5, 3), (1, 2))"


@pytest.fixture
def vetoes(council: Council, bench: Bench) -> Vetoes:
    """Return what the whole council says to a rewrite of a task's code, by rule."""

    def ask(task: Task, source: str, *, parent: str | None = None) -> dict[str, Verdict]:
        proposal = Proposal(task, source, parent or task.code, author_id=1, author_lineage=1, tool_id=1, parent_id=1)
        return {each.rule: each for each in council.examine(proposal, bench).verdicts if each.vetoed}

    return ask


def test_the_same_matter_meets_the_same_inputs_and_none_that_a_case_shows() -> None:
    plan = plan_fresh(TOTAL, "charter")

    assert plan == plan_fresh(replace(TOTAL), "charter") and plan != plan_fresh(TOTAL, "another")
    assert plan.inputs == len(plan.calls) >= 6 and "([],)" in {call.args for call in plan.calls}
    assert not {call.args for call in plan.calls} & {case.args for case in TOTAL.ring("visible")}
    assert all(isinstance(ast.literal_eval(call.args), tuple) for call in plan.calls)


def test_a_task_of_calls_alone_has_no_fresh_inputs() -> None:
    task = replace(TOTAL, cases=(Case("visible", "3", setup="x = [3]", call="total(x)"),))

    assert plan_fresh(task, "charter").calls == ()


def test_a_cheaper_rewrite_that_knows_the_cases_alone_is_refused(vetoes: Vetoes) -> None:
    table = "def total(values):\n    return {3: 6, 2: 9, 1: 7}.get(len(values), 0)\n"

    found = vetoes(TOTAL, table)

    assert "FreshInputsAgree" in found
    assert vetoes(TOTAL, "def total(values):\n    return sum(values)\n") == {}


def test_what_mutates_where_no_case_looks_is_refused(vetoes: Vetoes) -> None:
    sly = (
        "def total(values):\n    amount = sum(values)\n"
        "    if values not in ([1, 2, 3], [4, 5], [7]):\n        values.append(0)\n    return amount\n"
    )

    assert {"FreshInputsUnmutated"} <= vetoes(TOTAL, sly).keys()


def test_a_repair_that_slips_on_inputs_its_parent_answers_is_refused(vetoes: Vetoes) -> None:
    fault = "def total(values):\n    return len(values)\n"
    known = "if sum(value * value for value in values) in (14, 41, 49)"
    brittle = f"def total(values):\n    {known}:\n        return sum(values)\n    return missing\n"
    endless = brittle.replace("return missing", "while len(values) < 99:\n        values = [*values]")
    odd = brittle.replace("return missing", "return 'none'")

    for source, fault_name in ((brittle, "crash"), (endless, "endless"), (odd, "another kind of value")):
        verdict = vetoes(TOTAL, source, parent=fault)["FreshInputsAnswered"]
        assert fault_name in verdict.evidence
    assert vetoes(TOTAL, "def total(values):\n    return sum(values)\n", parent=fault) == {}


def test_a_repair_may_refuse_what_lies_outside_its_domain(vetoes: Vetoes) -> None:
    strict = (
        "def total(values):\n    if not values:\n        raise ValueError('nothing to add')\n    return sum(values)\n"
    )

    assert vetoes(TOTAL, strict, parent="def total(values):\n    return len(values)\n") == {}


@pytest.mark.parametrize(
    ("stated", "source", "holds"),
    [
        (Property("permutation_invariant"), "return sorted(values)", True),
        (Property("permutation_invariant"), f"{KNOWN} else [*values, *values[:1]]", False),
        (Property("idempotent"), "return sorted(values)", True),
        (Property("idempotent"), f"{KNOWN} else [*values, 1]", False),
        (Property("length_preserved"), "return sorted(values)", True),
        (Property("length_preserved"), f"{KNOWN} else []", False),
    ],
)  # fmt: skip
def test_a_stated_property_is_held_against_a_rewrite(
    vetoes: Vetoes, stated: Property, source: str, holds: bool
) -> None:
    task = replace(SORTED, properties=(stated,))

    found = vetoes(task, f"def ordered(values):\n    {source}\n")

    assert ("PropertiesHold" not in found) is holds
    if not holds:
        assert list(found["PropertiesHold"].evidence) == [stated.name]


NUMBERS = Task(
    "double", "double", "def double(number, other):\n    return 0\n",
    (Case("visible", "4", args="(2, 2)"), Case("visible", "8", args="(5, 3)"), Case("gate", "3", args="(1, 2)")),
    helper="def halve(number):\n    return number - 2\n",
)  # fmt: skip


@pytest.mark.parametrize(
    ("stated", "right", "wrong"),
    [
        (Property("monotone"), "number + other", f"{SUM} else -number"),
        (Property("symmetric"), "number + other", f"{SUM} else number"),
        (Property("inverse_of", function="halve"), None, "number + other"),
    ],
)  # fmt: skip
def test_numbers_have_properties_too(vetoes: Vetoes, stated: Property, right: str | None, wrong: str) -> None:
    task = replace(NUMBERS, properties=(stated,))

    if right:
        assert vetoes(task, f"def double(number, other):\n    return {right}\n") == {}
    assert "PropertiesHold" in vetoes(task, f"def double(number, other):\n    return {wrong}\n")


def test_a_partial_repair_may_share_its_parent_s_fault(vetoes: Vetoes) -> None:
    task = replace(
        SORTED,
        properties=(Property("length_preserved"),),
        cases=(*SORTED.cases, Case("gate", "[1, 3]", args="([3, 1],)")),
    )
    partial = "def ordered(values):\n    return sorted(values) if values == [2, 1] else values[:1]\n"

    assert "PropertiesHold" not in vetoes(task, partial)


def test_fresh_evidence_shows_no_gate_case(council: Council, bench: Bench, charter: Charter) -> None:
    task = replace(TOTAL, cases=(*TOTAL.cases, Case("gate", "918273", args="([918273],)")))
    table = "def total(values):\n    return {3: 6, 2: 9}.get(len(values), sum(values) if len(values) == 1 else 0)\n"

    found = council.examine(Proposal(task, table, task.code, 1, 1, 1, 1), bench)

    assert not found.passed
    assert "918273" not in json.dumps([[each.evidence, each.would_pass] for each in found.verdicts])


@pytest.mark.parametrize(("fuel", "passes"), [((10, 600), True), ((10, 601), False), ((601, 10), False)])
def test_a_case_may_not_become_far_dearer(fuel: tuple[int, int], passes: bool) -> None:
    new, old = trial(card("1|1"), fuel=fuel), trial(card("1|1"), fuel=(10, 10))
    rewrite = Rewrite(TOTAL, "", "", NOTHING, NOTHING, NOTHING)

    objection = CostKept(factor=50.0, extra=100).judge(Comparison(rewrite, new=new, old=old))

    assert (objection is None) is passes
    if fuel[0] > 600:
        assert objection and objection.evidence == {"visible_fuel": {"1": [10, 601]}, "gate": 0}


def test_what_the_parent_failed_may_cost_what_it_likes() -> None:
    new, old = trial(card("1|1"), fuel=(10**6, 10)), trial(card("0|1"), fuel=(10, 10))
    rewrite = Rewrite(TOTAL, "", "", NOTHING, NOTHING, NOTHING)

    assert CostKept().judge(Comparison(rewrite, new=new, old=old)) is None
