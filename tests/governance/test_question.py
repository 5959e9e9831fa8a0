"""What a case expects stays outside, even where its own call spells it."""

from __future__ import annotations

import pytest

from governance import Bench, Opaque, Result, ask
from storage import Case, Task, TaskError

NOTHING = Task("t", "f", "", ())


@pytest.mark.parametrize(
    ("call", "sent", "expected"),
    [
        ("f(1) == [1, 2]", "f(1)", [1, 2]),
        ("'secret' == f(1)", "f(1)", "secret"),
        ("bool(set(f('a')) == set(['b', 'c']))", "set(f('a'))", {"b", "c"}),
        ("bool(bool(f(1) == -1))", "f(1)", -1),
        ("tuple(f(1)) == tuple([1, (2, float('inf'))])", "tuple(f(1))", (1, (2, float("inf")))),
    ],
)
def test_only_the_asked_side_of_an_equation_is_sent(call: str, sent: str, expected: object) -> None:
    question = ask(NOTHING, Case("gate", "True", setup="x = 1", call=call))

    assert (question.call.expression, question.call.setup, question.expected) == (sent, "x = 1", expected)
    assert question.answered_by(Result("ok", value=expected))
    assert not question.answered_by(Result("ok", value=True))
    assert not question.answered_by(Result("error", value=expected))


@pytest.mark.parametrize(
    ("call", "expect"),
    [
        ("f(1) == f(2)", "True"), ("not f(1)", "True"), ("1 == f(1) == 1", "True"), ("abs(f(1) - 1) < 2", "True"),
        ("f(1) == 2", "False"), ("f(1)", "[1]"), ("f(1) == set([[1]])", "True"), ("f(1) == g(*[1])", "True"),
        ("bool(f(1) == 1, 2)", "True"), ("f(", "True"),
    ],
)  # fmt: skip
def test_any_other_call_is_sent_as_it_is(call: str, expect: str) -> None:
    question = ask(NOTHING, Case("gate", expect, call=call))

    assert question.call.expression == call and not question.plainly


def test_equality_outside_is_pythons_own_on_plain_values() -> None:
    question = ask(NOTHING, Case("gate", "True", call="f(1) == 1"))

    assert question.answered_by(Result("ok", value=1.0)) and question.answered_by(Result("ok", value=True))
    assert not question.answered_by(Result("ok", value=Opaque("Same")))


def test_an_object_that_equals_everything_answers_nothing(bench: Bench) -> None:
    source = "class Same:\n    def __eq__(self, other): return True\n    def __hash__(self): return 0\n"
    source += "def f(x):\n    return {} if x else Same()\n"
    cases = (Case("visible", "True", call="f(0) == 5"), Case("gate", "True", call="bool([f(0)] == [5])"))

    assert bench.score(Task("same", "f", "", cases), source).scorecard.bitmap == "0|0"


def test_what_a_case_compares_with_is_nowhere_inside(bench: Bench) -> None:
    source = "import gc\ndef f(x):\n    found = [o for o in gc.get_objects() if type(o) is list]\n"
    source += "    return ['91' + '827' in one for some in found for one in some if type(one) is str].count(True)\n"
    task = Task("leak", "f", "", (Case("visible", "0", args="(1,)"), Case("gate", "True", call="f(2) == '91827'")))

    assert bench.score(task, source).values == (0,)


def test_an_expectation_that_is_no_literal_is_named() -> None:
    task = Task("t", "f", "", (Case("gate", "g()", args="(1,)"),))

    with pytest.raises(TaskError, match=r"task 't': 'g\(\)' in its gate case 1 is no Python literal"):
        ask(task, task.cases[0])
