"""Two functions have the same signature text exactly when the same calls fit both."""

from __future__ import annotations

import ast

import pytest

from governance.signature import signatures


def text_of(source: str) -> str:
    return signatures(ast.parse(source))["f"]


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
