"""Two functions have the same signature text exactly when the same calls fit both."""

from __future__ import annotations

import ast
import inspect
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.signature import Signature, names_given, signatures


def text_of(source: str) -> str:
    return signatures(ast.parse(source))["f"].text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("def f(): ...", "()"),
        ("def f(a, b=1): ...", "(a, b=)"),
        ("def f(a, /, b, *, c, d=2): ...", "(a, /, b, *, c, d=)"),
        ("def f(*a, k, **m): ...", "(*a, k, **m)"),
        ("async def f(a): ...", "async (a)"),
        ("class f: ...", "class"),
        ("class f:\n    def __init__(self, a): ...", "class (self, a)"),
    ],
)
def test_a_signature_reads_like_its_definition(source: str, text: str) -> None:
    assert text_of(source) == text


@pytest.mark.parametrize(
    "changed",
    ["def f(a): ...", "def f(b, a=0): ...", "def f(a, b): ...", "def f(a, b=0, *c): ...", "async def f(a, b=0): ..."],
)
def test_another_way_of_calling_is_another_signature(changed: str) -> None:
    assert text_of(changed) != text_of("def f(a, b=0): ...")


def test_annotations_defaults_and_decorators_are_left_out() -> None:
    assert text_of("@g\ndef f(a: int, b: str = 'x') -> None: ...") == text_of("def f(a, b=0): ...")


def test_the_order_of_keyword_only_arguments_is_left_out() -> None:
    assert text_of("def f(*, a, b=1): ...") == text_of("def f(*, b=2, a): ...")


def test_the_last_definition_of_a_name_counts() -> None:
    assert text_of("def f(a): ...\ndef f(a, b): ...") == "(a, b)"


def of(parameters: str) -> Signature:
    return signatures(ast.parse(f"def f({parameters}): ..."))["f"]


SERVES = [
    ("a, b", "x, y", ""),
    ("a, b", "a, b, c=0", ""),
    ("a, b=0", "a, *rest", ""),
    ("a, b=0", "x, b=1", "b"),
    ("a, b", "a, b, *, loud=False", "a"),
    ("a, *, key=0", "x, *, key=1", ""),
    ("a, /, b", "x, y", ""),
    ("a, **more", "a, **others", "b"),
]


@pytest.mark.parametrize(("was", "now", "named"), SERVES)
def test_names_that_nobody_gives_may_change(was: str, now: str, named: str) -> None:
    assert of(now).serves(of(was), named=frozenset(named.split()))


REFUSED = [
    ("a, b", "x, y", "b"),
    ("a, b", "b, a", "a b"),
    ("a, b", "a", ""),
    ("a", "a, b", ""),
    ("a, b=0", "a, b", ""),
    ("a", "a, *, key", ""),
    ("a, *, key=0", "a, *, other=0", ""),
    ("a, *, key=0", "a, *, key", ""),
    ("*rest", "a=0, b=0", ""),
    ("a, **more", "a", ""),
    ("a, b", "a, b, /", "b"),
    ("a, b", "x, *, b, **more", ""),
    ("a", "**more", ""),
]


@pytest.mark.parametrize(("was", "now", "named"), REFUSED)
def test_a_caller_who_is_not_served_any_more_is_seen(was: str, now: str, named: str) -> None:
    assert not of(now).serves(of(was), named=frozenset(named.split()))


NAMES = st.lists(st.sampled_from("abcdxyz"), max_size=4, unique=True)


@st.composite
def parameters(draw: st.DrawFn) -> str:
    """A list of parameters: by place with and without defaults, more by place, by name, more by name."""
    names = draw(NAMES)
    cut, named = draw(st.integers(0, len(names))), draw(st.integers(0, len(names)))
    places, keywords = names[:named], names[named:]
    parts = [name if place < cut else f"{name}=0" for place, name in enumerate(places)]
    star = draw(st.booleans())
    parts += ["*rest"] if star else ["*"] if keywords else []
    parts += [f"{name}=0" if draw(st.booleans()) else name for name in keywords]
    return ", ".join([*parts, *(["**more"] if draw(st.booleans()) else [])])


@given(parameters(), parameters(), st.integers(0, 5), st.sets(st.sampled_from("abcdxyz"), max_size=3))
def test_what_served_serves_in_python_too(was: str, now: str, many: int, named: set[str]) -> None:
    if not of(now).serves(of(was), named=frozenset(named)):
        return
    old, new = (inspect_signature(f"def f({one}): ...") for one in (was, now))
    keywords = dict.fromkeys(named, 1)
    try:
        old.bind(*range(many), **keywords)
    except TypeError:
        return
    new.bind(*range(many), **keywords)


def inspect_signature(source: str) -> inspect.Signature:
    space: dict[str, Any] = {}
    exec(source, space)
    return inspect.signature(space["f"])


@given(parameters())
def test_every_function_serves_its_own_callers(some: str) -> None:
    assert of(some).serves(of(some), named=frozenset("abcdxyz"))


def test_names_are_given_by_keyword_and_by_mappings_that_are_spelled_out() -> None:
    assert names_given("f(1, b=2) + g(c=3) + f(**{'d': 4}, **more)", "f") == {"b", "d"}
    assert names_given("f(", "f") == frozenset()
