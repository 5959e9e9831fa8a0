"""What may be required, who would break, and that following a later version is no rewrite for nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from governance import Bench, Call, Council, Dependant, Part, Proposal, Surroundings, Verdict
from storage import Case, Task

GCD = "def gcd(a, b):\n    while b:\n        a, b = b, a % b\n    return a\n"
# It wins the cases that the faulty one loses, but for a second argument of nothing.
HALF = "def gcd(a, b):\n    c = b\n    while b:\n        a, b = b, a % b\n    return a if c else 0\n"
FAULTY = "def gcd(a, b):\n    return a if not b else 1\n"
LCM = "from shelf.v{} import gcd\n\n\ndef lcm(a, b):\n    return a * b // gcd(a, b)\n"
FIRST = "from shelf.v{} import gcd\n\n\ndef first(a):\n    return gcd(a, 0)\n"


def task(name: str, code: str, *cases: tuple[str, str]) -> Task:
    rings = ("visible", "gate")
    listed = tuple(Case(rings[n % 2 == 1], expect, args=args) for n, (args, expect) in enumerate(cases))  # type: ignore[arg-type]
    return Task(name=name, entry_point=name, code=code, cases=listed)


GCD_TASK = task("gcd", FAULTY, ("(7, 5)", "1"), ("(5, 3)", "1"), ("(12, 8)", "4"), ("(9, 6)", "3"))
LCM_TASK = task("lcm", LCM.format(1), ("(7, 5)", "35"), ("(3, 2)", "6"), ("(4, 6)", "12"), ("(6, 9)", "18"))
FIRST_TASK = task("first", FIRST.format(1), ("(7,)", "7"), ("(3,)", "3"))
V1 = Part(1, "gcd", FAULTY, tool_id=1, tool="gcd")
V2 = Part(2, "gcd", GCD, tool_id=1, tool="gcd")


def asked(about: Task, source: str, parent: str, around: Surroundings) -> Proposal:
    return Proposal(about, source, parent, author_id=1, author_lineage=1, tool_id=1, parent_id=1, around=around)


def examined(council: Council, bench: Bench, proposal: Proposal) -> tuple[Verdict, ...]:
    bench.shelve(proposal.around.parts)
    try:
        return council.examine(proposal, bench).verdicts
    finally:
        bench.shelve(())


def rules(verdicts: tuple[Verdict, ...]) -> list[str]:
    return [verdict.rule for verdict in verdicts if verdict.outcome != "pass"]


def test_a_rewrite_may_require_what_is_on_the_shelf(council: Council, bench: Bench) -> None:
    base = "def lcm(a, b):\n    return a * b\n"

    assert rules(examined(council, bench, asked(LCM_TASK, LCM.format(2), base, Surroundings((V1, V2))))) == []


@pytest.mark.parametrize(
    "head",
    [
        "from shelf.v9 import gcd",
        "from shelf.v2 import step",
        "from shelf.v2 import gcd\nfrom shelf.v1 import gcd",
        "from shelf.v2 import lcm",
    ],
    ids=["no such version", "an inner name", "one name twice", "its own name"],
)
def test_what_is_not_on_the_shelf_is_not_required(council: Council, head: str) -> None:
    own = replace(V2, entry_point="lcm") if "lcm" in head else V2
    source = f"{head}\n\n\ndef lcm(a, b):\n    return a * b // gcd(a, b)\n"

    found = council.inspect(LCM_TASK, source, library={1: V1, 2: own})

    assert "RequirementsShelved" in rules(found)


@pytest.mark.parametrize(
    "line", ["import shelf.v2", "from shelf import v2", "from shelf.v2 import *", "from shelf.v2 import gcd as g"]
)
def test_the_shelf_is_no_module_to_import_otherwise(council: Council, line: str) -> None:
    source = f"{line}\n\n\ndef lcm(a, b):\n    return a * b\n"

    assert "DeclaredImports" in rules(council.inspect(LCM_TASK, source, library={2: V2}))


# Ways from a required function, or from what it returns or raises, into its namespace or its caller's.
WALKS = {
    "scope": "gcd.__globals__['step'] = 1",
    "code": "gcd.__code__ = 1",
    "attribute": "gcd.memory = {}",
    "wrapped": "gcd.__wrapped__",
    "traceback": "try:\n        gcd(1, None)\n    except TypeError as e:\n        e.__traceback__.tb_frame.f_globals",
    "generator": "gcd(a, b).gi_frame.f_globals",
    "class": "type(gcd(a, b)).go.__globals__",
    "collector": "import gc\n    gc.get_referents(gcd)",
    "modules": "import sys\n    sys.modules['shelf 2'].gcd = 1",
    "caller": "import sys\n    sys._getframe(1).f_globals['gcd'] = 1",
    "the dependant's module": "import tool\n    tool.lcm = 1",
    "a module both use": "import math\n    math.gcd = gcd",
    "a class both use": "from collections import Counter\n    Counter.update = gcd",
    "by text": "getattr(gcd, '__glo' + 'bals__')",
}


@pytest.mark.parametrize("deed", WALKS.values(), ids=WALKS)
def test_no_rewrite_may_walk_into_anothers_namespace(council: Council, deed: str) -> None:
    source = f"from shelf.v2 import gcd\n\n\ndef lcm(a, b):\n    {deed}\n    return a * b // gcd(a, b)\n"

    assert rules(council.inspect(LCM_TASK, source, library={2: V2}))


def test_a_rewrite_that_breaks_a_dependant_is_refused_with_its_name_and_the_radius(
    council: Council, bench: Bench
) -> None:
    dependants = (
        Dependant("net/first", 5, 3, FIRST.format(1), (1,), FIRST_TASK),
        Dependant("net/lcm", 6, 2, LCM.format(1), (1,), LCM_TASK),
    )
    around = Surroundings((V1,), dependants, ("net/first", "net/lcm", "net/far"))

    (verdict,) = examined(council, bench, asked(GCD_TASK, HALF, FAULTY, around))

    assert (verdict.rule, verdict.evidence) == (
        "BreaksNoDependant",
        {
            "breaks": {"net/first": {"version": 5, "visible_lost": [1], "gate_lost": 1}},
            "tried": 2,
            "radius": ["net/first", "net/lcm", "net/far"],
        },
    )
    assert "net/first" in verdict.would_pass


def test_a_rewrite_that_dependants_gain_by_passes(council: Council, bench: Bench) -> None:
    dependants = (Dependant("net/lcm", 6, 2, LCM.format(1), (1,), LCM_TASK),)

    assert rules(examined(council, bench, asked(GCD_TASK, GCD, FAULTY, Surroundings((V1,), dependants)))) == []


def test_following_a_later_version_needs_no_gain_but_may_lose_nothing(council: Council, bench: Bench) -> None:
    same = Part(3, "gcd", GCD.replace("a, b = b", "a, b = (b)").replace("% b", "% (b)"), tool_id=1, tool="gcd")
    stranger = replace(same, tool_id=7)
    source, parent = LCM.format(3), LCM.format(2)

    assert rules(examined(council, bench, asked(LCM_TASK, source, parent, Surroundings((V2, same))))) == []
    assert rules(examined(council, bench, asked(LCM_TASK, source, parent, Surroundings((V2, stranger))))) == [
        "ScoreImproves"
    ]
    back = examined(council, bench, asked(LCM_TASK, LCM.format(1), LCM.format(2), Surroundings((V1, V2))))
    assert "NoCaseLost" in rules(back)


def test_a_trial_is_remembered_by_all_that_ran(bench: Bench) -> None:
    """The same text with another version behind its pin is another program."""
    bench.shelve([V1])
    before = bench.score(LCM_TASK, LCM.format(1))
    bench.shelve([replace(V1, source=GCD)])
    after = bench.score(LCM_TASK, LCM.format(1))
    bench.shelve(())

    assert (before.scorecard.solved, after.scorecard.solved) == (False, True)
    assert bench.program(LCM_TASK, LCM.format(1), [Call(args="(1, 1)")]).parts == ()
