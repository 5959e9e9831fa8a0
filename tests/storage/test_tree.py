"""Sources that differ in layout, comments and documentation alone have one hash; others have others."""

from __future__ import annotations

import pytest

from storage import Store
from storage.tree import tree_hash

PLAIN = "def f(a):\n    return [a, 1]\n"
HASH = "7ee8bd338a62923b53ff26763ab83087"


@pytest.mark.parametrize(
    "other",
    [
        "def f(a): return [a, 1]",
        "# why\ndef f(a):\n\n    return [\n        a, 0x1]",
        'def f(a):\n    "Says."\n    return [a, 1]',
    ],
)
def test_another_form_of_a_source_has_its_hash(other: str) -> None:
    assert tree_hash(other) == tree_hash(PLAIN) != ""


@pytest.mark.parametrize(
    "other",
    ["def f(a):\n    return [1, a]\n", "def f(a):\n    return [a, True]\n", "def f(a):\n    return [a, '1']\n",
     "def f(b):\n    return [b, 1]\n", "def f(a):\n    return (a, 1)\n", "async def f(a):\n    return [a, 1]\n"],
)  # fmt: skip
def test_another_program_has_another_hash(other: str) -> None:
    assert tree_hash(other) not in ("", tree_hash(PLAIN))


@pytest.mark.parametrize("wrong", ["def f(", "x = '\0'", "(" * 5_000, "x" * 200_001, "-" * 100_000 + "1"])
def test_what_cannot_be_read_has_none(wrong: str) -> None:
    assert tree_hash(wrong) == ""


def test_the_hash_does_not_depend_on_the_python() -> None:
    assert tree_hash(PLAIN) == HASH


def test_a_source_is_noted_once_by_one_writer(store: Store) -> None:
    store.write(lambda tx: [tx.code(PLAIN), tx.code(PLAIN), tx.code("def f(")])

    noted = store._reader.raw("SELECT tree_hash FROM syntax")
    assert [row.tree_hash for row in noted] == [tree_hash(PLAIN)]
