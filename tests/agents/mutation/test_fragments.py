"""Fragments: what a repair brought, to be tried in other tools; and the templates that repairs of one kind follow."""

from __future__ import annotations

import ast

import pytest

from agents.mutation import Context, apply, edits, fragments


def test_fragments_are_what_the_repair_has_and_the_tool_had_not() -> None:
    before = "def f(a):\n    return a[0]\n"
    after = "def f(a):\n    if not a:\n        return None\n    return a[0] + len(a)\n"

    found = fragments(before, after)

    assert found[0] == "if not a:\n    return None"
    assert "a[0] + len(a)" in found and "a[0]" not in found
    assert all(ast.parse(text) for text in found)


def test_a_repair_that_does_not_parse_has_no_fragments() -> None:
    assert fragments("def f(:", "def f(): pass") == () and fragments("def f(): pass", "def f(:") == ()


def test_an_edit_says_which_ingredient_it_copies_from() -> None:
    context = Context(ingredients=("x * 7", "if not value:\n    return 0"))

    listed = edits("def f(value):\n    return value + 1\n", "f", "ingredient", context=context)

    assert {edit.origin for edit in listed} == {0, 1, 2} or {edit.origin for edit in listed} == {1, 2}
    assert all(("7" in apply("def f(value):\n    return value + 1\n", each)) for each in listed if each.origin == 1)


@pytest.mark.parametrize(
    ("family", "source", "wanted"),
    [
        ("name", "def add(a, b):\n    # kept\n    return a + b\n", "def total(a, b):\n    # kept\n    return a + b\n"),
        (
            "name", "def fact(n):\n    return n and n * fact(n - 1)\n",
            "def total(n):\n    return n and n * total(n - 1)\n",
        ),
        (
            "off-by-one", "def total(a, b):\n    return [a[i] + b[i] for i in range(len(a))]\n",
            "def total(a, b):\n    return [a[i] + b[i] for i in range(min(len(a), len(b)))]\n",
        ),
        (
            "condition", "def total(s):\n    return [c for c in s if not c.isupper()]\n",
            "def total(s):\n    return [c for c in s if c.islower()]\n",
        ),
        (
            "guard", "def total(s):\n    try:\n        return float(s)\n    except ValueError:\n        return s\n",
            "def total(s):\n    try:\n        return float(s)\n    except (ValueError, TypeError):\n        return s\n",
        ),
        ("wrap", "def total(rows):\n    return sum(rows)\n", "def total(rows):\n    return rows[0]\n"),
    ],
)  # fmt: skip
def test_a_template_writes_the_repair_it_stands_for(family: str, source: str, wanted: str) -> None:
    context = Context(inputs=("([1, 2], [3, 4])",), outputs=("[4, 6]",))

    texts = [apply(source, edit) for edit in edits(source, "total", family, context=context)]

    assert wanted in texts


def test_where_the_entry_is_defined_no_function_takes_its_name() -> None:
    listed = edits("def total(a):\n    return a\ndef other(a):\n    return a\n", "total", "name")

    assert not [edit for edit in listed if edit.kind == "entry"]
