"""A fingerprint is the same for equal values of equal types, and for no others."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance import Opaque, Result
from governance.fingerprint import canonical, fingerprint, signature

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary()
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=12,
)


@given(VALUES, VALUES)
def test_equal_values_of_equal_types_have_equal_texts(one: Any, two: Any) -> None:
    assert canonical(one) == canonical(one)
    if canonical(one) == canonical(two):
        assert one == two


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (1, True),
        (1, 1.0),
        ([1], (1,)),
        ({1}, frozenset({1})),
        ("1", 1),
        (b"a", "a"),
        (0.0, -0.0),
        ([], {}),
        (None, "None"),
    ],
)
def test_types_tell_values_apart(one: object, two: object) -> None:
    assert canonical(one) != canonical(two)


def test_the_order_of_sets_and_dicts_does_not_matter() -> None:
    assert canonical({"a": 1, "b": {3, 1, 2}}) == canonical({"b": {2, 3, 1}, "a": 1})


def test_odd_values_have_a_fingerprint_too() -> None:
    odd = [math.nan, math.inf, 10**5000, "\ud800", ..., 1j, Opaque("Thing"), {(1, None): b"\xff"}]

    assert fingerprint(Result("ok", odd)) == fingerprint(Result("ok", list(odd)))


def test_a_value_deeper_than_any_limit_does_not_raise() -> None:
    deep: list[Any] = []
    for _ in range(5000):
        deep = [deep]

    assert canonical(deep).endswith(")")


def test_errors_are_told_apart_by_type_and_not_by_message() -> None:
    here = fingerprint(Result("error", error="KeyError: <object at 0x7f01>"))

    assert here == fingerprint(Result("error", error="KeyError: <object at 0x7f99>"))
    assert here != fingerprint(Result("error", error="ValueError: x"))
    assert here != fingerprint(Result("timeout"))


def test_a_signature_depends_on_every_print_and_their_order() -> None:
    assert len({signature(["a", "b"]), signature(["b", "a"]), signature(["a"]), signature([])}) == 4


def test_another_process_with_another_hash_seed_gives_the_same_text() -> None:
    value = {"words": {"pear", "fig", "apple"}, "pairs": {("a", 1), ("b", 2)}}
    command = f"from governance.fingerprint import canonical; print(canonical({value!r}))"

    texts = {
        subprocess.run(
            [sys.executable, "-c", command],
            env={"PYTHONHASHSEED": seed},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2", "3")
    }

    assert texts == {canonical(value)}
