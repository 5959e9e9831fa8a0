"""What outcomes come to: a union that is generous, gains, what only the population got, and what critique won."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from agents import FAMILIES
from ecology.experiments import Experiment
from ecology.experiments.findings import Lived, findings
from ecology.experiments.notebook import Cost
from ecology.experiments.outcome import Outcome, ToolOutcome

TASKS = ("one", "two", "three", "four")


def lived(*right: str, at: int = 10, first: Sequence[bool] | None = None) -> list[Lived]:
    """Return an arm, a text for each seed: S is sealed-correct, s solved, - neither."""
    found = []
    for seed, marks in enumerate(right):
        tools = tuple(
            ToolOutcome(
                task, mark != "-", mark == "S", at if mark != "-" else 0, "h", ("a", "h") if mark != "-" else ()
            )
            for task, mark in zip(TASKS, marks, strict=True)
        )
        sealed = None
        if first is not None:
            sealed = [(good, mark == "S") if mark != "-" else () for good, mark in zip(first, marks, strict=True)]
        outcome = Outcome(tools, 100, 10, "settled", f"hash {seed}", 1)
        found.append(Lived(seed, f"{seed}.db", outcome, Cost(1.5, ("abc",)), sealed))
    return found


def found(arms: dict[str, list[Lived]]) -> Experiment:
    return findings(arms, kind="emergence", tasks=TASKS, folder="here", budget=25, per_task=50)


def with_parts(kind: str, got: dict[str, list[Lived]], seeds: int) -> dict[str, list[Lived]]:
    nothing = lived(*["----"] * seeds)
    return {f"{kind}/{family}": got.get(family, nothing) for family in FAMILIES}


def test_the_union_has_a_task_as_soon_as_any_isolated_specialist_has_it_and_pays_for_all() -> None:
    parts = {"guard": lived("S---", "S---"), "wrap": lived("-s--", "--S-")}

    result = found({"population": lived("SSS-", "SSS-"), **with_parts("isolated", parts, 2)})

    union = next(arm for arm in result.arms if arm.name == "union")
    assert [seed.solved for seed in union.seeds] == [("one", "two"), ("one", "three")]
    assert [seed.sealed_correct for seed in union.seeds] == [("one",), ("one", "three")]
    assert union.candidates == 13 * 100 and union.cpu_s == 13 * 1.5
    pair = next(pair for pair in result.pairs if (pair.other, pair.measure) == ("union", "sealed_correct"))
    assert (pair.difference, pair.ratio, pair.only_reference, pair.only_other) == (1.5, 2.0, 2, 0)
    assert not [pair for pair in result.pairs if pair.other.startswith("isolated/")]


def test_the_gain_is_over_the_better_of_the_best_single_and_the_union() -> None:
    arms = {
        "population": lived("SSS-"),
        **with_parts("single", {"guard": lived("SS--"), "name": lived("---s")}, 1),
        **with_parts("isolated", {"wrap": lived("S---")}, 1),
    }

    result = found(arms)

    assert result.gain is not None
    assert result.gain.value == 0.25 and result.gain.best_single_name == "single/guard"
    assert (result.gain.population, result.gain.best_single, result.gain.union) == (0.75, 0.5, 0.25)
    assert result.gain.interval[0] <= 0.25 <= result.gain.interval[1]
    assert result.only_reference == {"solved": ("three",), "sealed_correct": ("three",)}
    assert found({"population": lived("SSS-")}).gain is None


def test_where_each_task_needs_one_skill_there_is_no_gain() -> None:
    """The negative control: parts that are as good as the whole leave nothing to emerge."""
    skills = {family: lived(marks) for family, marks in zip(FAMILIES, ("S---", "-S--", "--S-", "---S"), strict=False)}

    result = found(
        {"population": lived("SSSS"), **with_parts("single", skills, 1), **with_parts("isolated", skills, 1)}
    )

    assert result.gain is not None and result.gain.value == 0
    assert result.only_reference == {"solved": (), "sealed_correct": ()}


def test_synergy_counts_what_most_seeds_got_and_no_strict_specialist_in_any() -> None:
    population = lived("SSsS", "SS-S", "S-SS")
    parts = with_parts("strict", {"guard": lived("---S", "----", "----")}, 3)

    synergy = found({"population": population, **parts}).synergy

    assert synergy is not None
    assert (synergy.most, synergy.every, synergy.share, synergy.p) == (("one", "two"), ("one",), 0.5, 0.5)


def test_the_share_that_critique_won_is_of_what_a_perfect_choice_would_win() -> None:
    population = lived("SSs-", "Ss--", first=[True, False, False, False])

    critique, *rest = found({"population": population}).critique

    # First choices are right on `one` in both seeds; the head is on `two` as well in one of them.
    assert not rest and (critique.tasks, critique.first, critique.admitted, critique.perfect) == (2.5, 1.0, 1.5, 1.5)
    assert critique.share == 1.0


def test_critique_that_could_win_nothing_has_no_share() -> None:
    (critique,) = found({"population": lived("S---", first=[True, False, False, False])}).critique

    assert critique.share is None


def test_medians_to_the_first_plausible_rewrite_are_over_what_both_arms_had() -> None:
    result = found({"population": lived("SS--", at=10), "uniform": lived("S-S-", at=30)})

    pair = next(pair for pair in result.pairs if pair.measure == "solved")
    assert (pair.shared, pair.first_plausible) == (1, (10, 30))
    assert [arm.first_plausible for arm in result.arms] == [10, 30]


@pytest.mark.parametrize("strict", [False, True])
def test_the_text_tells_every_arm_and_what_only_the_population_got(strict: bool) -> None:
    kind = "strict" if strict else "single"
    text = str(found({"population": lived("SSs-"), **with_parts(kind, {"guard": lived("S---")}, 1)}))

    assert "emergence: 4 tasks, 1 seed, 25 candidates a task (100 in all, 50 on one task at most)" in text
    assert (
        f"{kind}/guard" in text
        and ("strict synergy 25 %" if strict else "right by the population and by no part that lived here: two") in text
    )
    assert not any(line != line.rstrip() for line in text.splitlines())
