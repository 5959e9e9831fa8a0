"""A verdict from a weaker tier than the charter demands, or of what was not run, never counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ecology import Ecology, load_tasks
from governance import Bench, Council, Proposal, read_charter
from governance.rewrite import Rewrite, read_rewrite
from governance.sandbox import TIERS, Tier
from governance.sandbox.run import suffices
from governance.tier_rules import BothRun, TierDemanded
from governance.trial import Comparison
from storage import CharterError, SandboxUnavailable, Task

Propose = Callable[..., Proposal]

RIGHT = "def clamp(value, low, high):\n    return min(max(value, low), high)\n"
EVERYDAY = Path(__file__).parents[2] / "examples" / "everyday.jsonl"


@pytest.fixture
def comparison(bench: Bench, clamp: Task) -> Comparison:
    rewrite = read_rewrite(clamp, RIGHT, parent_source=clamp.code)
    assert isinstance(rewrite, Rewrite)
    return Comparison(rewrite, new=bench.score(clamp, RIGHT), old=bench.score(clamp, clamp.code))


@pytest.mark.parametrize("demanded", TIERS)
@pytest.mark.parametrize("tier", TIERS)
def test_a_trial_counts_where_its_tier_is_at_least_the_one_demanded(
    comparison: Comparison, tier: Tier, demanded: Tier
) -> None:
    tried = replace(comparison, new=replace(comparison.new, tier=tier), old=replace(comparison.old, tier="namespaces"))

    objection = TierDemanded(demanded).judge(tried)

    assert (objection is None) == suffices(tier, demanded)
    if objection:
        assert objection.evidence == {"tier": tier, "demanded": demanded} and demanded in objection.would_pass


def test_a_parent_s_trial_in_a_weaker_tier_does_not_count_either(comparison: Comparison) -> None:
    tried = replace(
        comparison, new=replace(comparison.new, tier="namespaces"), old=replace(comparison.old, tier="monty")
    )

    assert TierDemanded("zygote").judge(tried) is not None and TierDemanded("monty").judge(tried) is None


def test_the_council_vetoes_a_right_rewrite_that_was_tried_in_the_accident_guard(propose: Propose) -> None:
    council = Council(read_charter('[behaviour.TierDemanded]\ntier = "zygote"\n'))
    with Bench.open("rlimit", limits=council.charter.limits) as weak:
        examined = council.examine(propose(RIGHT), weak)

    assert not examined.passed
    [verdict] = examined.verdicts
    assert (verdict.rule, verdict.evidence) == ("TierDemanded", {"tier": "rlimit", "demanded": "zygote"})


def test_no_bench_opens_below_the_tier_that_a_charter_demands() -> None:
    with pytest.raises(SandboxUnavailable, match="demands the sandbox tier zygote"):
        Bench.open("rlimit", demanded="zygote")


def test_a_run_below_the_tier_demanded_never_begins(tmp_path: Path) -> None:
    charter = tmp_path / "strict.toml"
    charter.write_text('[behaviour.TierDemanded]\ntier = "namespaces"\n', encoding="utf-8")
    with Ecology(tmp_path / "x.db", model="offline", sandbox="rlimit", charter=charter) as ecology:
        ecology.settle(load_tasks(EVERYDAY)[:1])
        with pytest.raises(SandboxUnavailable, match="demands the sandbox tier namespaces"):
            ecology.run(turns=5)

        assert ecology._store.runs.latest() is None


def test_a_tier_that_is_none_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(CharterError, match=r"behaviour\.TierDemanded\.tier is 'cage'; write one of namespaces, zygote"):
        read_charter('[behaviour.TierDemanded]\ntier = "cage"\n')


def test_a_charter_without_a_demand_takes_any_tier() -> None:
    assert read_charter("").tier == "rlimit"
    assert read_charter('[behaviour.TierDemanded]\ntier = "zygote"\n').tier == "zygote"
    assert read_charter('[behaviour.TierDemanded]\non = false\ntier = "zygote"\n').tier == "rlimit"


def test_what_the_tier_could_not_run_is_no_ground_for_a_verdict(
    propose: Propose, council: Council, clamp: Task
) -> None:
    pytest.importorskip("pydantic_monty", reason="the extra `monty` is not installed")
    lazy = "def clamp(value, low, high):\n    return next(iter(x for x in [min(max(value, low), high)]))\n"
    with Bench.open("monty", limits=council.charter.limits) as bench:
        unsupported = council.examine(propose(lazy), bench)
        better_than_unsupported = council.examine(propose(RIGHT, parent=lazy), bench)
        plain = council.examine(propose(RIGHT), bench)

    assert {verdict.rule for verdict in unsupported.verdicts} >= {"BothRun"} and not unsupported.passed
    assert {verdict.rule for verdict in better_than_unsupported.verdicts} == {"BothRun"}
    said = next(verdict for verdict in better_than_unsupported.verdicts if verdict.rule == "BothRun")
    assert said.evidence["tier"] == "monty" and "unsupported here" in str(said.evidence["reason"])
    assert plain.passed and plain.trial is not None and plain.trial.tier == "monty"


def test_both_run_has_nothing_against_errors_of_the_program_s_own(comparison: Comparison) -> None:
    failed = replace(comparison.new, outcomes=(("error", 3), ("ok", 4)))

    assert BothRun().judge(replace(comparison, new=failed)) is None
