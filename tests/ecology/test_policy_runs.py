"""Policies and rules of a user's own hold in a real run, are kept with it, and can be tried beside the old ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecology import Ecology, Store, Task

CEDAR = """
@id("nobody-rewrites-slug")
@would_pass("a rewrite of another tool")
forbid (principal is Agent, action == Action::"propose", resource is Tool) when { resource.name == "everyday/slug" };

@id("nobody-supports-days")
forbid (principal is Agent, action == Action::"critique", resource is Tool)
when { resource.name == "everyday/days_in_month" && context.stance == "support" };
"""
RULES = '''
from ecology import Objection, rule

@rule(stage="code")
def no_modulo(rewrite):
    """A rewrite may not hold a remainder that its parent did not."""
    if rewrite.source.count("%") > rewrite.parent_source.count("%"):
        return Objection({"operator": "%"}, "the same without a remainder")
'''
TURNS = 80


def charter(folder: Path, text: str = "") -> Path:
    (folder / "mine.cedar").write_text(CEDAR)
    (folder / "mine.py").write_text(RULES)
    path = folder / "mine.toml"
    path.write_text(f'[policy]\nfiles = ["mine.cedar"]\n[rules]\nmodules = ["mine.py"]\n{text}')
    return path


@pytest.fixture(scope="module")
def strict(few_tasks: tuple[Task, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run under a charter with a policy and a rule of a user's own, whose files are gone; only to be read."""
    folder = tmp_path_factory.mktemp("strict")
    mine = charter(folder)
    with Ecology(folder / "strict.db", seed=3, workers=1, charter=mine) as ecology:
        ecology.settle(few_tasks)
        for file in ("mine.cedar", "mine.py", "mine.toml"):
            (folder / file).unlink()
        ecology.run(TURNS)
    return folder / "strict.db"


def test_a_users_policy_vetoes_and_the_verdict_names_it(strict: Path) -> None:
    with Store.open(strict) as store:
        slug = store.tools.find("everyday/slug").id
        vetoes = store.tools.verdicts(rule="Policy", outcome="veto", tool_id=slug)
        head = store.tools.head(slug)

    assert vetoes and head.number == 0
    assert all(veto.evidence["policies"] == ["nobody-rewrites-slug"] for veto in vetoes)
    assert all(veto.would_pass == "a rewrite of another tool" for veto in vetoes)


def test_what_is_no_rewrite_is_vetoed_and_kept_too(strict: Path) -> None:
    with Store.open(strict) as store:
        denied = [each for each in store.tools.verdicts(rule="Policy", limit=1000) if each.proposal_id is None]
        days = store.tools.proposals(tool_id=store.tools.find("everyday/days_in_month").id)
        heard = [critique.stance for each in days for critique in store.tools.critiques(each.id)]

    assert {each.evidence["action"] for each in denied} == {"critique"} and "support" not in heard
    assert all(each.evidence["policies"] == ["nobody-supports-days"] and each.would_pass for each in denied)


def test_a_ruling_that_lets_pass_names_the_policies_that_allowed_it(strict: Path) -> None:
    with Store.open(strict) as store:
        passed = [each for each in store.tools.verdicts(outcome="pass", limit=1000) if each.stage == "admit"]

    assert passed and all(each.evidence["policies"] == ["rewrites-become-heads"] for each in passed if each.proposal_id)


def test_a_run_keeps_its_policies_and_rules_and_goes_on_without_their_files(
    few_tasks: tuple[Task, ...], tmp_path: Path, strict: Path
) -> None:
    def die(standing: object) -> None:
        if getattr(standing, "turn", 0) >= TURNS // 2:
            raise KeyboardInterrupt

    with Ecology(tmp_path / "cut.db", seed=3, workers=1, charter=charter(tmp_path)) as ecology:
        ecology.settle(few_tasks)
        with pytest.raises(KeyboardInterrupt):
            ecology.run(TURNS, watch=die)
    for file in ("mine.cedar", "mine.py", "mine.toml"):
        (tmp_path / file).unlink()
    with Ecology(tmp_path / "cut.db", workers=2) as ecology:
        report = ecology.resume()
    with Store.open(strict) as store:
        assert report.history_hash == store.history_hash()


@pytest.fixture(scope="module")
def shadowed(few_tasks: tuple[Task, ...], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The same run with and without a shadow charter; only to be read."""
    folder = tmp_path_factory.mktemp("shadowed")
    plain, beside = folder / "plain.db", folder / "beside.db"
    for path, shadow in ((plain, None), (beside, charter(folder, "[social.AuthorNotSoleApprover]\nquorum = 2\n"))):
        with Ecology(path, seed=3, workers=1, shadow_charter=shadow) as ecology:
            ecology.settle(few_tasks)
            ecology.run(TURNS)
    return plain, beside


def test_a_shadow_changes_nothing_but_that_its_flips_are_kept(shadowed: tuple[Path, Path]) -> None:
    lived = []
    for path in shadowed:
        with Store.open(path) as store:
            lived.append([(each.kind, each.turn, each.agent_id, each.tool_id) for each in store.history()])

    plain, beside = lived
    assert [each for each in beside if each[0] != "flip"] == plain
    assert any(each[0] == "flip" for each in beside)


def test_flips_tell_the_stage_both_outcomes_and_the_rules(shadowed: tuple[Path, Path]) -> None:
    with Store.open(shadowed[1]) as store:
        flips = store.totals.flips()
        history = {each.seq: each for each in store.history()}

    stages = {each.stage for each in flips}
    assert {"propose", "critique", "admit"} <= stages
    assert all(each.cause and each.cause < each.seq and each.old != each.new and each.rules for each in flips)
    assert ("pass", "wait", ("AuthorNotSoleApprover",)) in {
        (e.old, e.new, e.rules) for e in flips if e.stage == "admit"
    }
    assert all(history[each.cause].kind == "judge" for each in flips if each.cause and each.stage == "examine")


def test_the_report_tells_of_flips_and_of_none_without_a_shadow(shadowed: tuple[Path, Path]) -> None:
    plain, beside = shadowed
    with Ecology(plain) as ecology:
        told = ecology.report()
        assert told.flips is None and "the shadow charter" not in str(told)
    with Ecology(beside) as ecology:
        told = ecology.report()
        assert told.flips and "the shadow charter would have decided" in str(told)
        assert len(told.document()["flips"]) == len(told.flips)
