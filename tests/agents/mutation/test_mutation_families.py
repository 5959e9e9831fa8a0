"""Claims about what each family can mend, on small faults of everyday kinds."""

from __future__ import annotations

import pytest

from agents.mutation import Context, edits
from agents.mutation.code import read

FAULTS: list[tuple[str, str, str, str]] = [
    ("comparison", "a wrong boundary", "if x < 3:", "if x <= 3:"),
    ("comparison", "the opposite test", "if x in y:", "if x not in y:"),
    ("comparison", "the wrong direction", "if x > y:", "if x < y:"),
    ("comparison", "a link too many", "if 0 < x < y:", "if 0 < x:"),
    ("arithmetic", "a wrong operator", "x = x * y", "x = x + y"),
    ("arithmetic", "a superfluous operand", "x = y + x - 1", "x = y + x"),
    ("arithmetic", "swapped operands", "x = x % y", "x = y % x"),
    ("arithmetic", "wrong grouping", "x = x + y * 2", "x = (x + y) * 2"),
    ("arithmetic", "an overwritten sum", "x = y", "x += y"),
    ("constant", "a number beside", "x = 3", "x = 4"),
    ("constant", "the other truth value", "x = True", "x = False"),
    ("constant", "a missing capital", "x = 'yes'", "x = 'Yes'"),
    ("constant", "a flat empty list", "x = []", "x = [[]]"),
    ("constant", "elements too many", "x = ['a', 'b', 'c', 'd']", "x = ['a', 'b']"),
    ("off-by-one", "a short range", "for i in range(x):", "for i in range(x + 1):"),
    ("off-by-one", "a range from zero", "for i in range(x):", "for i in range(1, x):"),
    ("off-by-one", "a late index", "x = y[x]", "x = y[x - 1]"),
    ("off-by-one", "a short slice", "x = y[:x]", "x = y[:x + 1]"),
    ("off-by-one", "a missing slice", "for i in y:", "for i in y[x:]:"),
    ("name", "another variable", "x = y", "x = x"),
    ("name", "a relative", "x = max(y)", "x = min(y)"),
    ("name", "a related method", "x = y.lower()", "x = y.upper()"),
    ("name", "a text for its variable", "x = len('y')", "x = len(y)"),
    ("name", "exchanged names", "x, y = y, x % y", "y, x = x, y % x"),
    ("call-arguments", "swapped arguments", "x = pow(x, y)", "x = pow(y, x)"),
    ("call-arguments", "the whole instead of the rest", "x = f(y, x)", "x = f(y[1:], x)"),
    ("call-arguments", "a keyword too many", "x = sorted(y, reverse=True)", "x = sorted(y)"),
    ("call-arguments", "a missing keyword", "x = sorted(y)", "x = sorted(y, reverse=True)"),
    ("call-arguments", "an argument that must shrink", "x = f(y, x)", "x = f(y, x - y)"),
    ("condition", "a missing not", "if x:", "if not x:"),
    ("condition", "the wrong connective", "if x and y:", "if x or y:"),
    ("condition", "a conjunct too many", "if x and y:", "if x:"),
    ("condition", "a loop that never ends", "while True:", "while y:"),
    ("condition", "a filter too many", "x = [i for i in y if i]", "x = [i for i in y]"),
    ("wrap", "a missing sign", "x = abs(y)", "x = y"),
    ("wrap", "a missing order", "for i in y:", "for i in sorted(y):"),
    ("wrap", "a missing bound", "x = x + 1", "x = max(0, x + 1)"),
    ("wrap", "a missing layer", "x = y", "x = [y]"),
    ("statement-delete", "break for continue", "for i in y:\n        break", "for i in y:\n        continue"),
]


def tool(line: str) -> str:
    """Return a function around one line; a line that opens a block gets a body."""
    body = "\n        x += 1" if line.endswith(":") else ""
    return f"def f(x, y):\n    {line}{body}\n    return x\n"


@pytest.mark.parametrize(("family", "fault", "wrong", "right"), FAULTS, ids=[f"{f[0]}: {f[1]}" for f in FAULTS])
def test_the_family_mends(family: str, fault: str, wrong: str, right: str) -> None:
    changed = [edit.apply(tool(wrong)) for edit in edits(tool(wrong), "f", family)]
    assert tool(right) in changed


def test_a_guard_may_be_inserted_at_the_head() -> None:
    source = 'def f(x):\n    """Say what."""\n    return 1 / x\n'
    changed = [e.apply(source) for e in edits(source, "f", "guard", context=Context(inputs=("(0,)",), outputs=("0",)))]
    assert 'def f(x):\n    """Say what."""\n    if x == 0:\n        return 0\n    return 1 / x\n' in changed


def test_a_forgotten_statement_is_copied_from_its_like() -> None:
    source = "def f(xs):\n    out = []\n    last = None\n    for x in xs:\n        last = x\n    return out\n"
    changed = [edit.apply(source) for edit in edits(source, "f", "statement-insert")]
    assert source.replace("last = x\n", "last = x\n        out.append(x)\n") in changed


def test_a_statement_is_deleted_with_its_line_and_nothing_else() -> None:
    source = "def f(x):\n    x += 1  # wrong\n    # right\n    return x\n"
    assert "def f(x):\n    # right\n    return x\n" in [e.apply(source) for e in edits(source, "f", "statement-delete")]


def test_a_statement_moves_out_of_its_loop_and_into_it() -> None:
    source = "def f(xs):\n    t = 0\n    for x in xs:\n        t += x\n        return t\n"
    out = source.replace("        return t", "    return t")
    assert out in [edit.apply(source) for edit in edits(source, "f", "statement-delete")]
    assert source in [edit.apply(out) for edit in edits(out, "f", "statement-delete")]


def test_a_result_that_nothing_returned_is_returned() -> None:
    source = "def f(xs):\n    out = sorted(xs)\n"
    assert source + "    return out\n" in [edit.apply(source) for edit in edits(source, "f", "return")]


def test_a_fixed_result_becomes_a_test_of_a_variable() -> None:
    source = "def f(xs):\n    depth = 0\n    for x in xs:\n        depth += x\n    return True\n"
    changed = [edit.apply(source) for edit in edits(source, "f", "return")]
    assert source.replace("return True", "return depth == 0") in changed[:60]


def test_an_ingredient_comes_with_its_names_mapped() -> None:
    source = "def f(numbers):\n    return numbers[0]\n"
    context = Context(ingredients=("sum(values) / len(values)",))
    changed = [edit.apply(source) for edit in edits(source, "f", "ingredient", context=context)]
    assert "def f(numbers):\n    return sum(numbers) / len(numbers)\n" in changed


def test_helper_functions_of_the_same_source_are_edited_too() -> None:
    source = "def g(x):\n    return x < 1\n\n\ndef f(x):\n    return g(x)\n"
    assert source.replace("x < 1", "x <= 1") in [edit.apply(source) for edit in edits(source, "f", "comparison")]


def test_only_the_touched_part_of_a_line_is_written_anew() -> None:
    source = 'def f(a,b):\n    return g( a,b ) if a<b and b!=0x1F else "x"  # odd spacing\n'
    swapped = next(e.apply(source) for e in edits(source, "f", "comparison") if e.kind == "boundary")
    assert swapped == source.replace("a<b", "a <= b")


def test_a_note_names_the_line_and_the_words() -> None:
    source = "def f(a, b):\n    return a < b\n"
    assert edits(source, "f", "comparison")[0].note == "line 2: `<=` for `<`"


def test_edits_are_the_same_after_many_other_sources_were_read() -> None:
    source = "def f(a, b):\n    return a < b\n"
    before = [edit.note for edit in edits(source, "f", "comparison")]

    for number in range(100):
        read(f"x = {number}\n")

    assert [edit.note for edit in edits(source, "f", "comparison")] == before
