"""No hostile tool gets out, is believed, lives on after its run, or breaks whoever reads its answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.evidence import answer, told
from governance.fingerprint import fingerprint
from governance.sandbox import Call, Limits, Opaque, Program, Sandbox, same
from tests.governance.sandbox.hostile import ALL

LIMITS = Limits(fuel=200_000, cpu_s=1, wall_s=8.0, memory_mb=128)
CALLS = (Call("()"), Call("()"))
HONEST = Program("import json, math\ndef f():\n    return [len([1]), math.pi > 3.1, type(1) is int]", "f", CALLS[:1])
# They burn a whole second of CPU each: the backstop is tried with a few of them.
SLOW = frozenset({
    "a sum by another name", "a power by another name", "a factorial", "backtracking", "a long integer as text",
    "text as a long integer", "an endless deque", "digests for ever", "a lock", "the parent's end of the pipe",
    "a stream of small frames without end, uncounted", "a source that is compiled for long",
})  # fmt: skip
TRIED = [name for name in ALL if name.partition(": ")[2] not in SLOW - {"a factorial", "backtracking"}]
# What a hand-written stream may say at most: a value, which is then compared like any other.
CLAIMS = frozenset({
    "forgery: a float too large", "forgery: a name given twice", "forgery: a huge integer in hexadecimal",
    "forgery: lone surrogates", "forgery: a NUL and control characters",
})  # fmt: skip


@pytest.mark.parametrize("name", TRIED)
def test_a_hostile_tool_gets_nothing(strong: Sandbox, name: str) -> None:
    run = strong.run(Program(ALL[name], "f", CALLS), LIMITS)

    assert len(run.results) == 2
    for result in run.results:
        assert result.value != "escaped" and not Path("/tmp/escaped").exists()
        assert not same(result.value, 42) or name == "forgery: a name given twice"
        assert answer(result) and told(result) and len(fingerprint(result)) == 16
    assert strong.run(HONEST).results[0].value == [1, True, True]


@pytest.mark.parametrize("name", sorted({name for name in TRIED if name.startswith("forgery: ")} - CLAIMS))
def test_a_stream_that_no_honest_child_writes_gives_no_result(strong: Sandbox, name: str) -> None:
    run = strong.run(Program(ALL[name], "f", CALLS), LIMITS)

    assert {result.outcome for result in run.results} <= {"killed", "output"}


def test_an_object_of_a_class_of_its_own_is_opaque_wherever_it_stands(strong: Sandbox) -> None:
    for name in ("equal to everything", "of a class that lies", "a list with another length", "a text that lies"):
        result = strong.run(Program(ALL[f"lie: {name}"], "f", CALLS), LIMITS).results[0]
        assert isinstance(result.value, Opaque), name


def test_a_hostile_tool_does_not_reach_the_next_one_in_its_fork(strong: Sandbox) -> None:
    names = [name for name in TRIED if name.startswith("living on")]
    programs = [Program(ALL[name], "f", CALLS) for name in names]

    for hostile in programs:
        alone = strong.run_variants([HONEST, hostile], LIMITS)
        assert alone[0].results[0].value == [1, True, True]


def test_whoever_forges_answers_and_leaves_is_marked_so_that_it_is_run_again(strong: Sandbox) -> None:
    run = strong.run(Program(ALL["forgery: a name given twice"], "f", CALLS), LIMITS)

    assert run.machine_dependent and run.results[1].outcome == "killed"


def test_an_integer_too_long_for_decimal_digits_is_told_in_hexadecimal(strong: Sandbox) -> None:
    result = strong.run(Program("def f():\n    return [10 ** 5000]", "f", CALLS), LIMITS).results[0]

    assert result.outcome == "ok" and told(result).startswith("[0x") and answer(result) == f"[{hex(10**5000)}]"
