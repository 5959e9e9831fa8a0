"""What a rewrite does decides: nothing lost, something gained, nothing touched, always the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecology import load_tasks
from ecology.tasks.references import load_references
from governance import Bench, Charter, Council, Proposal, Scorecard, Verdict
from governance.behaviour_rules import (
    Deterministic,
    InputsUnmutated,
    NoCaseLost,
    ResultCount,
    ScoreImproves,
    SignatureKept,
)
from governance.rewrite import NOTHING, Rewrite, read_rewrite
from governance.trial import Comparison, Trial
from storage import Case, Task

DATA = Path(__file__).parents[3] / "shared" / "data"

Propose = Callable[..., Proposal]
Vetoes = Callable[..., dict[str, Verdict]]

RIGHT = "def clamp(value, low, high):\n    return min(max(value, low), high)\n"
CLAMP_ABOVE_FIVE = """def clamp(value, low, high):
    if value < low:
        return low
    return high if value > 5 else value
"""
BITS = st.lists(st.booleans(), min_size=3, max_size=3).map(tuple)
CARDS = st.builds(Scorecard, visible=BITS, gate=BITS, fuel=st.integers(0, 40), size=st.integers(0, 40))
TASK = Task("f", "f", "", ())


def trial(card: Scorecard, **changes: object) -> Trial:
    many = len(card.visible) + len(card.gate)
    plain = Trial(card, many, many, (), ("p",) * many, (False,) * many, "", "namespaces")
    return replace(plain, **changes)  # type: ignore[arg-type]


def comparison(new: Trial, old: Trial, *, again: tuple[str, ...] | None = None) -> Comparison:
    return Comparison(Rewrite(TASK, "", "", NOTHING, NOTHING, NOTHING), new=new, old=old, again=again)


def card(bitmap: str, *, fuel: int = 100, size: int = 50) -> Scorecard:
    visible, gate = (tuple(bit == "1" for bit in ring) for ring in bitmap.split("|"))
    return Scorecard(visible, gate, fuel=fuel, size=size)


@given(CARDS)
def test_a_rewrite_that_scores_like_its_parent_never_improves_on_it(one: Scorecard) -> None:
    assert ScoreImproves().judge(comparison(trial(one), trial(one)))


@given(CARDS, CARDS)
def test_of_two_versions_at_most_one_improves_on_the_other(one: Scorecard, two: Scorecard) -> None:
    rule = ScoreImproves()

    assert rule.judge(comparison(trial(one), trial(two))) or rule.judge(comparison(trial(two), trial(one)))


@given(CARDS, CARDS)
def test_what_improves_never_ranks_lower(one: Scorecard, two: Scorecard) -> None:
    if ScoreImproves(fuel_margin=0.1).judge(comparison(trial(one), trial(two))) is None:
        assert one.rank > two.rank


@pytest.mark.parametrize(
    ("old", "new", "improves"),
    [
        (card("110|100"), card("110|110"), True),
        (card("111|110"), card("011|111"), True),
        (card("110|110"), card("111|110"), True),
        (card("111|110"), card("111|110", fuel=10), False),
        (card("111|111"), card("111|111", fuel=95), True),
        (card("111|111"), card("111|111", fuel=96), False),
        (card("111|111"), card("111|111", fuel=100, size=49), True),
        (card("111|111"), card("111|111", fuel=99, size=49), False),
        (card("111|111", fuel=0), card("111|111", fuel=0), False),
    ],
)
def test_more_cases_come_before_cost_and_cost_before_length(old: Scorecard, new: Scorecard, improves: bool) -> None:
    assert (ScoreImproves().judge(comparison(trial(new), trial(old))) is None) is improves


def earning(new: Scorecard, old: Scorecard, *, source: str, parent: str) -> Comparison:
    rewrite = Rewrite(replace(TASK, judged="earnings"), source, parent, NOTHING, NOTHING, NOTHING)
    return Comparison(rewrite, new=trial(new), old=trial(old))


@given(CARDS, CARDS)
def test_where_earnings_judge_another_program_passes_exactly_if_every_case_does(new: Scorecard, old: Scorecard) -> None:
    judged = earning(new, old, source="def f(a): return a\n", parent="def f(a): return +a\n")

    assert (ScoreImproves().judge(judged) is None) is new.solved


@pytest.mark.parametrize("source", ["def f(a): return a\n", "def f(a):\n    'Told.'\n    return (a)  # anew\n"])
def test_where_earnings_judge_the_same_program_is_refused_however_cheap(source: str) -> None:
    judged = earning(card("1|1", fuel=1), card("1|1"), source=source, parent="def f(a): return a\n")

    objection = ScoreImproves().judge(judged)

    assert objection and objection.evidence == {"same_program": True}


def test_where_earnings_judge_what_fails_is_counted_and_never_shown() -> None:
    judged = earning(card("110|10"), card("111|11"), source="def f(a): return a\n", parent="def f(a): return +a\n")

    objection = ScoreImproves().judge(judged)

    assert objection and objection.evidence == {
        "gate": {"before": 2, "after": 1, "of": 2},
        "visible": {"before": 3, "after": 2, "of": 3},
    }


@given(CARDS, CARDS)
def test_a_case_is_lost_exactly_when_the_parent_passed_it_and_the_rewrite_does_not(
    new: Scorecard, old: Scorecard
) -> None:
    lost = any(a and not b for a, b in zip(old.visible + old.gate, new.visible + new.gate, strict=True))

    assert (NoCaseLost().judge(comparison(trial(new), trial(old))) is not None) is lost


def test_lost_visible_cases_are_named_and_gate_cases_counted() -> None:
    objection = NoCaseLost().judge(comparison(trial(card("010|001")), trial(card("111|110"))))

    assert objection and objection.evidence == {"visible_lost": [1, 3], "gate_lost": 2}


def test_arguments_may_change_only_where_the_parent_changed_some() -> None:
    still, touching = trial(card("11|11")), trial(card("11|11"), mutated=(False, True, True, True))
    rule = InputsUnmutated()

    objection = rule.judge(comparison(touching, still))

    assert objection and objection.evidence == {"visible": [2], "gate": 2}
    assert rule.judge(comparison(touching, touching)) is None
    assert rule.judge(comparison(still, touching)) is None


def test_every_call_needs_one_result() -> None:
    objection = ResultCount().judge(comparison(trial(card("11|11"), answered=3), trial(card("11|11"))))

    assert objection and objection.evidence == {"asked": 4, "answered": 3}


def test_results_that_differ_in_a_second_run_are_refused() -> None:
    new = trial(card("11|11"), prints=("a", "b", "c", "d"))
    rule = Deterministic()

    objection = rule.judge(comparison(new, new, again=("a", "x", "y", "d")))

    assert objection and objection.evidence["visible"] == [2] and objection.evidence["gate"] == 1
    assert rule.judge(comparison(new, new, again=("a", "b", "c", "d"))) is None
    assert rule.judge(comparison(new, new, again=("a", "b", "c")))


def test_a_run_that_fuel_did_not_end_is_refused() -> None:
    stopped = trial(card("11|11"), machine_dependent=True, outcomes=(("killed", 2), ("ok", 2)))

    objection = Deterministic().judge(comparison(stopped, stopped))

    assert objection and objection.evidence == {"backstop": "killed"}


@pytest.fixture
def vetoes(council: Council, bench: Bench, propose: Propose) -> Vetoes:
    """Return what the whole council says to a source for `clamp`, or for another task, by rule."""

    def ask(source: str, **options: object) -> dict[str, Verdict]:
        examined = council.examine(propose(source, **options), bench)
        return {one.rule: one for one in examined.verdicts if one.vetoed}

    return ask


def test_a_right_rewrite_passes(vetoes: Vetoes) -> None:
    assert vetoes(RIGHT) == {}


def test_a_partial_repair_passes_where_nothing_is_lost(vetoes: Vetoes) -> None:
    assert vetoes(CLAMP_ABOVE_FIVE) == {}


def test_another_signature_is_refused_even_if_every_case_passes(vetoes: Vetoes) -> None:
    found = vetoes("def clamp(value, low, high, *, strict):\n    return min(max(value, low), high)\n")

    assert found["SignatureKept"].evidence["parent"] == "(value, low, high)"
    assert found["SignatureKept"].evidence["rewrite"] == "(value, low, high, *, strict)"


def test_an_argument_that_nobody_names_may_be_renamed(
    council: Council, bench: Bench, propose: Propose, clamp: Task
) -> None:
    renamed = "def clamp(v, low, high):\n    return min(max(v, low), high)\n"
    named = replace(clamp, cases=(*clamp.cases, Case("gate", "1", call="clamp(value=0, low=1, high=9)")))
    rules = [
        {one.rule for one in council.examine(propose(renamed, task=task), bench).verdicts} for task in (clamp, named)
    ]

    assert rules[0] == {"council"} and "SignatureKept" in rules[1]


@pytest.mark.parametrize("name", ["quixbugs", "humanevalfix", "mbpp_chatgpt"])
def test_hardly_any_right_program_has_another_signature_or_is_refused_by_its_text(council: Council, name: str) -> None:
    file = DATA / f"{name}.dev.jsonl"
    if not file.exists():
        pytest.skip("the data sets are not here (../shared/data)")
    tasks = [task for task in load_tasks(file)]
    right = load_references(file.with_suffix("").with_suffix(".dev.references.jsonl"), tasks)
    unkept, refused = 0, 0
    for task in tasks:
        source = right[task.entry_point]
        rewrite = read_rewrite(task, source, parent_source=task.code)
        assert isinstance(rewrite, Rewrite)
        one = trial(card("1|1"))
        unkept += SignatureKept().judge(Comparison(rewrite, new=one, old=one)) is not None
        refused += council.inspect(task, source, parent_source=task.code)[0].outcome != "pass"

    assert unkept <= 0.01 * len(tasks)
    assert refused <= 0.01 * len(tasks)


def test_all_objections_of_a_stage_are_collected(vetoes: Vetoes) -> None:
    assert set(vetoes("def clamp(v):\n    return 1\n")) == {"SignatureKept", "NoCaseLost", "ScoreImproves"}


def test_a_tool_that_rests_on_the_order_of_a_set_is_refused(vetoes: Vetoes) -> None:
    words = [f"w{number}" for number in range(30)]
    task = Task("any", "any_one", "def any_one(ws): return 0", (Case("visible", "True", args=f"({words!r},)"),))
    source = "seen = []\ndef any_one(ws):\n    return (list({*ws})[0] in ws) and list({*ws})"

    found = vetoes(source, task=replace(task, cases=(*task.cases, Case("gate", "30", args=f"({words!r},)"))))

    assert "Deterministic" not in found and "ScoreImproves" in found


def test_a_sleeper_that_changes_after_some_calls_is_refused(vetoes: Vetoes) -> None:
    cases = (*(Case("visible", str(n), args=f"({n},)") for n in range(3)), Case("gate", "-1", args="(3,)"))
    task = Task("echo", "echo", "def echo(x):\n    return 5", cases)
    sleeper = "N = [0]\ndef echo(x):\n    N[0] += 1\n    return x if N[0] < 4 else 7\n"

    assert list(vetoes(sleeper, task=task)) == ["Deterministic"]


def test_no_verdict_shows_a_gate_case(council: Council, bench: Bench, charter: Charter, propose: Propose) -> None:
    task = Task(
        "secret",
        "f",
        "def f(x):\n    return x",
        (Case("visible", "1", args="(1,)"), Case("gate", "918273", args="(918273,)"), Case("gate", "5", args="([],)")),
    )

    examined = council.examine(propose("def f(x):\n    x += x\n    return 918273 - x", task=task), bench)

    assert not examined.passed
    text = json.dumps([[one.rule, one.evidence, one.would_pass] for one in examined.verdicts])
    assert "918273" not in text
