"""Claims about generated inputs, held against literals of every kind."""

from __future__ import annotations

import ast
import subprocess
import sys
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.inputs import generate, literal
from storage import Case, Task

_KEYS = st.booleans() | st.integers() | st.text(max_size=4) | st.tuples(st.integers(), st.text(max_size=2))
_FLAT = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=6)
)
VALUES = st.recursive(
    _FLAT | st.binary(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(_KEYS, inner, max_size=3)
        | st.sets(_KEYS, max_size=4)
    ),
    max_leaves=8,
)
ARGUMENTS = st.lists(VALUES, min_size=1, max_size=3).map(tuple)


def task_of(*inputs: tuple[Any, ...]) -> Task:
    return Task("t", "f", "def f(*a): pass\n", tuple(Case("visible", "None", args=repr(each)) for each in inputs))


@given(value=VALUES)
def test_a_literal_reads_back_as_the_value(value: object) -> None:
    assert ast.literal_eval(literal(value)) == value


@given(first=ARGUMENTS, seed=st.integers())
def test_generated_inputs_are_new_tuples_of_the_same_arity_and_types(first: tuple[Any, ...], seed: int) -> None:
    made = generate(task_of(first), count=8, rng=Random(seed))

    assert len(set(made)) == len(made) <= 8 and literal(first) not in made
    for text in made:
        args = ast.literal_eval(text)
        assert [type(each) for each in args] == [type(each) for each in first]


@given(inputs=st.lists(ARGUMENTS, min_size=1, max_size=3), seed=st.integers())
def test_the_same_chance_gives_the_same_inputs(inputs: list[tuple[Any, ...]], seed: int) -> None:
    task = task_of(*inputs)

    assert generate(task, count=8, rng=Random(seed)) == generate(task, count=8, rng=Random(seed))


@given(inputs=st.lists(ARGUMENTS, min_size=1, max_size=3), seed=st.integers())
def test_every_input_has_the_arity_of_some_visible_case(inputs: list[tuple[Any, ...]], seed: int) -> None:
    made = generate(task_of(*inputs), count=8, rng=Random(seed))

    assert {len(ast.literal_eval(text)) for text in made} <= {len(each) for each in inputs}


def test_a_task_of_calls_with_set_up_code_has_no_inputs_to_vary() -> None:
    task = Task("t", "f", "def f(x): pass\n", (Case("visible", "1", setup="x = 1", call="f(x)"),))

    assert generate(task, count=8, rng=Random(1)) == ()


def test_hidden_cases_are_never_drawn_from() -> None:
    task = Task("t", "f", "def f(x): pass\n", (Case("gate", "1", args="(41,)"), Case("sealed", "1", args="(42,)")))

    assert generate(task, count=8, rng=Random(1)) == ()


@pytest.mark.parametrize("hash_seed", ["0", "1", "7"])
def test_sets_are_written_alike_in_every_process(hash_seed: str) -> None:
    value = {"a", "b", "c", ("d", 1), 2, None}
    code = f"from governance.inputs import literal; print(literal({value!r}))"

    ran = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONHASHSEED": hash_seed, "PYTHONPATH": ":".join(sys.path)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert ran.stdout.strip() == literal(value)
