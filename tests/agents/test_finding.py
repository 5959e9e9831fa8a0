"""A tool on the shelf is found by how it is called, by words, by kinds, and first of all by what it answers."""

from __future__ import annotations

from agents.finding import Wanted, find, takes
from agents.relinking import standing_in
from agents.view import Shelved
from agents.workbench import Workbench
from governance import Bench, Call, Part
from storage import Case, Task


def shelved(number: int, name: str, source: str, about: str = "", *cases: Case) -> Shelved:
    return Shelved(number, f"t/{name}", name, about, source, cases)


GCD = shelved(1, "gcd", "def gcd(a, b):\n    while b:\n        a, b = b, a % b\n    return a\n", "Common divisor.")
LESS = shelved(2, "less", "def less(a, b):\n    return a if a < b else b\n", "The lesser of two lengths that measures.")
ONE = shelved(3, "one", "def one(a):\n    return a\n", "The greatest common measure.")
MORE = shelved(4, "more", "def more(a, *rest):\n    return a\n")
NAMED = shelved(5, "named", "def named(a, b, *, c):\n    return a\n")
CASES = (Case("visible", "2", args="(4, 6)"), Case("visible", "3", args="(9, 6)"), Case("visible", "1", args="(7, 5)"))


def test_only_what_can_be_called_so_is_found() -> None:
    found = find(Wanted(("x", "y")), [NAMED, MORE, ONE, LESS, GCD])

    assert [each.tool.entry_point for each in found] == ["gcd", "less", "more"]
    assert not takes(NAMED, 3) and takes(MORE, 5)


def test_words_and_kinds_order_what_was_never_run() -> None:
    whole = Case("visible", "2", args="(4, 6)")
    texts = Case("visible", "'a'", args="('a', 'b')")
    first = shelved(1, "f", "def f(a, b):\n    return a\n", "Joins words.", texts)
    second = shelved(2, "g", "def g(a, b):\n    return a\n", "Joins words.", whole)

    assert [each.tool.version_id for each in find(Wanted(("x", "y"), "a measure", CASES), [first, second])] == [2, 1]
    assert [each.tool.version_id for each in find(Wanted(("x", "y"), "joins"), [GCD, second])] == [2, 1]


def test_what_answers_the_examples_comes_first_whatever_it_is_called() -> None:
    """Its words speak for `less`, its answers for `gcd`; a pair holds the answer of `gcd` as a part."""
    task = Task("measure", "measure", "def measure(x, y):\n    return 0\n", CASES)
    shelf = [LESS, GCD]
    calls = [Call(args=case.args) for case in CASES]
    with Bench.open(allow_rlimit=True) as bench:
        bench.shelve(Part(each.version_id, each.entry_point, each.source) for each in shelf)
        found = Workbench(bench).compare(task, [standing_in("measure", each) for each in shelf], calls=calls)
    results = {each.version_id: answers for each, answers in zip(shelf, found, strict=True)}
    wanted = Wanted(("x", "y"), "the length that measures", CASES)
    pairs = Wanted(("x", "y"), cases=tuple(Case("visible", f"({each.expect}, 0)", args=each.args) for each in CASES))

    assert [each.tool.entry_point for each in find(wanted, shelf)] == ["less", "gcd"]
    best = find(wanted, shelf, results=results)[0]
    assert (best.tool.entry_point, best.answers) == ("gcd", 3)
    assert (find(pairs, shelf, results=results)[0].tool.entry_point, find(pairs, shelf, results=results)[0].parts) == (
        "gcd",
        3,
    )
