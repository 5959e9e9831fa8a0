"""The council collects objections, fails closed and repeats itself."""

from __future__ import annotations

import json
import pickle
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from governance import (
    Bench,
    Birth,
    Charter,
    Council,
    Limits,
    Motion,
    Objection,
    Program,
    Proposal,
    Run,
    Sandbox,
    Standing,
    read_charter,
)
from governance.rewrite import Rewrite
from governance.source import read
from governance.trial import Comparison
from storage import Task

Propose = Callable[..., Proposal]

RIGHT = "def clamp(value, low, high):\n    return min(max(value, low), high)\n"
SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)


@dataclass(frozen=True)
class Broken:
    """A rule that may never be asked without failing."""

    needs_repeat: ClassVar[bool] = False

    def judge(self, *matter: object) -> Objection | None:
        """Fail, as rules of users will."""
        raise KeyError("what I look for")


def test_a_pass_is_one_verdict_with_the_gain(council: Council, bench: Bench, propose: Propose) -> None:
    examined = council.examine(propose(RIGHT), bench)

    (verdict,) = examined.verdicts
    assert examined.passed and not verdict.vetoed
    assert (verdict.rule, verdict.stage, verdict.charter) == ("council", "examine", council.charter.digest)
    assert verdict.evidence["score"] == [pytest.approx(1 / 3), 1.0]
    assert bench.sandbox.tier not in str(verdict.evidence)


def test_both_trials_come_with_an_examination(council: Council, bench: Bench, propose: Propose) -> None:
    examined = council.examine(propose(RIGHT), bench)

    assert examined.trial and examined.trial.scorecard.solved
    assert examined.parent_trial and not examined.parent_trial.scorecard.solved


def test_what_the_code_rules_refuse_is_never_run(council: Council, bench: Bench, propose: Propose) -> None:
    examined = council.examine(propose("import os\ndef clamp(value, low, high):\n    return eval('1')"), bench)

    assert [verdict.rule for verdict in examined.verdicts] == ["DeclaredImports", "NoDynamicCode"]
    assert examined.trial is None and examined.parent_trial is None


@given(st.sampled_from(["", "\n", "# a comment\n", "\n\n"]), st.sampled_from(["", "# the end\n", "\n"]))
@SHARED
def test_a_rewrite_equal_to_its_parent_is_never_admitted(
    council: Council, bench: Bench, clamp: Task, before: str, after: str
) -> None:
    for code in (clamp.code, RIGHT):
        same = Proposal(clamp, before + code + after, code, author_id=1, author_lineage=1, tool_id=1, parent_id=1)
        assert [one.rule for one in council.examine(same, bench).verdicts] == ["ScoreImproves"]


@given(st.text(max_size=80))
@SHARED
def test_no_text_makes_the_council_raise_or_change_its_mind(council: Council, clamp: Task, text: str) -> None:
    verdicts = council.inspect(clamp, text, parent_source=clamp.code)
    read.cache_clear()

    assert verdicts == council.inspect(clamp, text, parent_source=clamp.code)
    assert verdicts and json.dumps([dict(one.evidence) for one in verdicts])


def test_verdicts_and_examinations_survive_pickling(council: Council, bench: Bench, propose: Propose) -> None:
    for source in (RIGHT, "def clamp(value, low, high):\n    return 0", "def clamp(:"):
        examined = council.examine(propose(source), bench)
        assert pickle.loads(pickle.dumps(examined)) == examined


def test_the_verdict_on_a_proposal_does_not_depend_on_what_was_asked_before(
    council: Council, bench: Bench, charter: Charter, propose: Propose
) -> None:
    sources = (RIGHT, "def clamp(value, low, high):\n    return value", "def clamp(value, low, high):\n    return low")
    first = [council.examine(propose(source), bench).verdicts for source in sources]

    with Bench.open(limits=charter.limits, allow_rlimit=True) as other:
        again = [council.examine(propose(source), other).verdicts for source in reversed(sources)]

    assert first == again[::-1]


def test_a_rule_that_fails_is_a_veto_at_every_stage(charter: Charter, bench: Bench, propose: Propose) -> None:
    motion, standing = Motion(1, 1, 1, 1), Standing(turn=1, head_id=1)
    broken = {
        "code": replace(charter, code=(Broken(),)),
        "behaviour": replace(charter, behaviour=(Broken(),)),
        "admission": replace(charter, admission=(Broken(),)),
        "birth": replace(charter, birth=(Broken(),)),
    }

    answers = [
        Council(broken["code"]).examine(propose(RIGHT), bench).verdicts,
        Council(broken["behaviour"]).examine(propose(RIGHT), bench).verdicts,
        Council(broken["admission"]).admit(motion, standing),
        Council(broken["birth"]).admit_birth(Birth(1, 1.0), standing),
    ]

    for (verdict,) in answers:
        assert (verdict.rule, verdict.outcome) == ("Broken", "veto")
        assert verdict.evidence == {"rule_failed": "KeyError: 'what I look for'"}


def test_a_rule_of_a_users_own_fits_beside_ours(charter: Charter, bench: Bench, propose: Propose) -> None:
    @dataclass(frozen=True)
    class NoLambda:
        """A rewrite may not hold a lambda."""

        def judge(self, rewrite: Rewrite) -> Objection | None:
            """Object to the word."""
            return Objection({}, "a named function") if "lambda" in rewrite.source else None

    @dataclass(frozen=True)
    class Frugal:
        """A rewrite must use little fuel."""

        needs_repeat: ClassVar[bool] = False

        def judge(self, comparison: Comparison) -> Objection | None:
            """Object to more than three units."""
            return Objection({}, "less fuel") if comparison.new.scorecard.fuel > 3 else None

    council = Council(replace(charter, code=(*charter.code, NoLambda()), behaviour=(Frugal(),)))

    assert council.inspect(propose("").task, "clamp = lambda value, low, high: 1")[0].rule == "NoLambda"
    assert council.examine(propose(RIGHT), bench).verdicts[0].rule == "Frugal"


def test_a_proposal_is_admitted_by_the_same_facts_as_its_motion(council: Council, propose: Propose) -> None:
    standing = Standing(turn=9, head_id=10)

    assert council.admit(propose(RIGHT), standing) == council.admit(propose(RIGHT).motion, standing)


def test_the_code_rules_take_a_third_of_a_millisecond_for_a_function(council: Council, clamp: Task) -> None:
    sources = [f"{clamp.code}# variant {number}\n" for number in range(200)]
    times = []
    for source in sources:
        start = time.process_time()
        council.inspect(clamp, source, parent_source=clamp.code)
        times.append(time.process_time() - start)

    assert statistics.median(times) < 3e-4


def test_two_charters_of_the_same_trials_share_their_sandbox_runs(charter: Charter, propose: Propose) -> None:
    class Counting(Bench):
        runs = 0

        def run(self, sandbox: Sandbox, asked: Program, limits: Limits) -> Run:
            type(self).runs += 1
            return super().run(sandbox, asked, limits)

    stricter = read_charter("[behaviour.ScoreImproves]\nfuel_margin = 0.5\n")
    with Counting.open(limits=charter.limits, allow_rlimit=True) as bench:
        Council(charter).examine(propose(RIGHT), bench)
        alone = Counting.runs
        Council(stricter).examine(propose(RIGHT), bench.under(stricter.limits))

    # Its cases and its parent's, its cases in another order, and fresh inputs of both.
    assert alone == 5 == Counting.runs
