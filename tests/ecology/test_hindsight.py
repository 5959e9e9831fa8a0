"""An old history can be judged again: nothing flips under its own charter, and what flips names the rule."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ecology import Ecology, Store, Task
from ecology.hindsight import Hindsight, judge_again
from governance import Bench, Charter, load_charter, read_charter
from storage import NotFound

Again = Callable[[str], Hindsight]


def unneeded() -> Bench:
    raise AssertionError("no sandbox should be needed")


@pytest.fixture(scope="module")
def bred(few_tasks: tuple[Task, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which children were asked for as well; only to be read."""
    path = tmp_path_factory.mktemp("bred") / "bred.db"
    with Ecology(path, seed=3, workers=2, patience=1) as ecology:
        ecology.settle(few_tasks)
        ecology.run(60)
    return path


@pytest.fixture
def again(bred: Path) -> Again:
    return lambda text: judge_again(bred, read_charter(text), open_bench=unneeded)


def test_under_its_own_charter_nothing_fares_otherwise_and_nothing_is_run(again: Again, bred: Path) -> None:
    found = again("")

    with Store.open(bred) as store:
        counts = store.totals.counts()
    assert found.flips == () and found.tried == 0
    assert found.judged["propose"] == found.judged["examine"] == counts.proposals
    assert found.judged["admit"] and found.judged["birth"]


def test_a_larger_quorum_lets_wait_what_was_admitted(again: Again, bred: Path) -> None:
    found = again("[social.AuthorNotSoleApprover]\nquorum = 5\n")

    with Store.open(bred) as store:
        admitted = {each.proposal_id for each in store.tools.verdicts(outcome="pass", limit=1000)
                    if each.stage == "admit" and each.proposal_id}  # fmt: skip
    assert admitted and {flip.proposal_id for flip in found.flips} == admitted
    assert {(flip.stage, flip.old, flip.new, flip.rules) for flip in found.flips} == {
        ("admit", "pass", "wait", ("AuthorNotSoleApprover",))
    }


def test_rules_that_are_off_let_pass_what_they_had_refused(again: Again) -> None:
    off = "on = false\n"
    found = again(
        f"[social.FreshParent]\n{off}[social.AuthorNotSoleApprover]\n{off}[social.NoStandingObjection]\n{off}"
    )

    passing = [flip for flip in found.flips if flip.new == "pass"]
    assert passing and all(flip.stage == "admit" and flip.proposal_id for flip in passing)
    assert "FreshParent" in {rule for flip in passing for rule in flip.rules}


def test_a_code_rule_is_asked_without_a_sandbox(again: Again) -> None:
    found = again("[code.SizeGrowth]\nfactor = 0.0\nextra = 0\n")

    assert found.tried == 0 and {"SizeGrowth"} == {rule for flip in found.flips for rule in flip.rules}
    assert {(flip.stage, flip.old, flip.new) for flip in found.flips} == {("examine", "pass", "veto")}


def test_a_policy_flips_what_may_be_proposed_and_born(again: Again) -> None:
    found = again(
        '[policy]\nfiles = ["m"]\n[texts]\n"m" = \'\'\'forbid (principal is Agent, action in [Action::"propose",'
        " Action::\"spawn\"], resource);'''\n"
    )

    assert {flip.stage for flip in found.flips} == {"propose", "birth"}
    assert {flip.rules for flip in found.flips} == {("Policy",)}


def test_where_trials_have_other_limits_the_sandbox_is_asked(bred: Path) -> None:
    charter: Charter = read_charter("[trial]\nfuel = 1\n")
    with Bench.open(limits=charter.limits, allow_rlimit=True) as bench:
        found = judge_again(bred, charter, open_bench=lambda: bench)

    assert found.tried and any(flip.new == "veto" and flip.proposal_id for flip in found.flips)


def test_a_database_without_a_run_is_named(tmp_path: Path) -> None:
    Store.create(tmp_path / "empty.db").close()

    with pytest.raises(NotFound, match="holds no run to judge again"):
        judge_again(tmp_path / "empty.db", load_charter(), open_bench=unneeded)
