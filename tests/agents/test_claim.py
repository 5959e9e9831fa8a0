"""Claims about reading what a model says of an input: short, plain, and of the tool alone."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.claim import Said, form_of, input_of, read_claim
from governance import Result
from storage import Case, Task

WITH_ARGUMENTS = Task("total", "total", "def total(items): return 0\n", (Case("visible", "3", args="([1, 2],)"),))
WITH_CALLS = Task(
    "walk",
    "walk",
    "def walk(node): return order(node)\n",
    (Case("visible", "True", setup="import math\nnode = Node(1)", call="walk(node) == [1]"),),
    helper="class Node:\n    pass\ndef order(node): return []\n",
)
LITERALS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.tuples(inner, inner) | st.dictionaries(st.integers(), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.lists(LITERALS, max_size=3), LITERALS)
def test_literals_come_back_as_the_values_they_are(arguments: list[object], expected: object) -> None:
    claim = read_claim(WITH_ARGUMENTS, Said(args=repr(tuple(arguments)), expected=repr(expected), reason="so"))

    assert ast.literal_eval(claim.case.args) == tuple(arguments)
    assert claim.question.answered_by(Result("ok", value=expected))
    assert (claim.test.args, claim.test.expect, claim.test.reason) == (claim.case.args, claim.case.expect, "so")


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_any_texts_are_a_claim_or_are_refused_with_a_sentence(args: str, setup: str, call: str, expected: str) -> None:
    for task in (WITH_ARGUMENTS, WITH_CALLS):
        try:
            claim = read_claim(task, Said(args=args, setup=setup, call=call, expected=expected))
        except ValueError as problem:
            assert str(problem).isprintable()
        else:
            assert claim.question.call.args or claim.question.call.expression


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner)))
def test_json_in_place_of_a_text_stands_for_its_literal(value: object) -> None:
    said = Said.model_validate({"args": [value], "setup": None, "call": None, "expected": "1", "reason": None})

    assert ast.literal_eval(read_claim(WITH_ARGUMENTS, said).case.args) == (value,)


@pytest.mark.parametrize(
    ("setup", "call"),
    [
        ("node = Node(1)", "walk(node)"),
        ("", "walk(Node(1)) == [1]"),
        ("import math\nnode = Node(math.floor(1.5))\nnode.next = Node(2)", "[each for each in walk(node)]"),
    ],
)
def test_a_call_that_builds_an_input_and_calls_the_tool_is_read(setup: str, call: str) -> None:
    claim = read_claim(WITH_CALLS, Said(setup=setup, call=call, expected="True"))

    assert (claim.case.setup, claim.case.call, claim.case.args) == (setup, call, "")


@pytest.mark.parametrize(
    ("setup", "call", "problem"),
    [
        ("", "1", "never uses `walk`"),
        ("", "walk(", "no Python expression"),
        ("", "walk(1))\nimport os\n(1", "no Python expression"),
        ("node = = 1", "walk(node)", "`setup` is no Python"),
        ("import os", "walk(os.getcwd())", "may not use or bind os"),
        ("def walk(node): return [1]", "walk(1)", "bind walk"),
        ("walk = print", "walk(1)", "bind walk"),
        ("def order(node): return [1]", "walk(1)", "bind order"),
        ("len = 3", "walk(1)", "bind len"),
        ("Node.value = 3", "walk(1)", "Node.value"),
        ("", "walk.__code__ and walk(1)", "__code__"),
        ("", "getattr(walk, chr(120)) and walk(1)", "getattr"),
        ("", "'{0.__code__}'.format(walk) or walk(1)", "__code__"),
        ("", "walk(1).gi_frame", "gi_frame"),
        ("node = 1", "walk(node)" + " " * 2000 + "+ 1", "more than 2000 characters"),
    ],
)
def test_a_call_that_does_more_than_that_is_refused(setup: str, call: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem.replace("(", r"\(")):
        read_claim(WITH_CALLS, Said(setup=setup, call=call, expected="[1]"))


def test_a_case_is_written_as_the_tools_own_cases_are() -> None:
    assert "one Python tuple literal" in form_of(WITH_ARGUMENTS) and "calls `walk`" in form_of(WITH_CALLS)
    with pytest.raises(ValueError, match="give `args`, as its cases do"):
        read_claim(WITH_ARGUMENTS, Said(call="total([1])", expected="1"))
    with pytest.raises(ValueError, match="give `setup` and `call`, as its cases do"):
        read_claim(WITH_CALLS, Said(args="(1,)", expected="1"))


def test_an_input_is_the_same_whatever_its_spacing_and_however_its_result_is_compared() -> None:
    spaced = Case("visible", "3", args="( [1,2], )")
    compared = Case("visible", "True", call="walk(1) == [1]")

    assert input_of(WITH_ARGUMENTS, spaced) == input_of(WITH_ARGUMENTS, WITH_ARGUMENTS.cases[0])
    assert input_of(WITH_CALLS, compared) == input_of(WITH_CALLS, Case("visible", "[1]", call=" walk(1)"))


def test_a_reason_becomes_one_short_line() -> None:
    claim = read_claim(WITH_ARGUMENTS, Said(args="()", expected="0", reason="a\n```\n\x00b\u202e" + "c" * 900))

    assert claim.reason.startswith("a ``` b c") and len(claim.reason) == 300
