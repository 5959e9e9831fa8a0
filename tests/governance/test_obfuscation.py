"""However a technique is written, its rule sees it; and no rule sees it where it is not."""

from __future__ import annotations

import keyword
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance import Council, load_charter
from storage import Case, Task

COUNCIL = Council(load_charter())
TASK = Task("f", "f", "def f(x): return x", ())
NAMES = st.from_regex(r"[a-z]{3,8}", fullmatch=True).filter(
    lambda name: not keyword.iskeyword(name) and name not in dir(__builtins__) and name not in {"exec", "open", "eval"}
)


def rules(source: str, task: Task = TASK, parent: str = "") -> set[str]:
    found = COUNCIL.inspect(task, source if "def f" in source else f"{source}\ndef f(x): ...\n", parent_source=parent)
    return {one.rule for one in found if one.outcome != "pass"}


@given(st.sampled_from(["eval", "exec", "compile", "__import__"]), NAMES, st.integers(0, 3))
def test_code_from_text_is_seen_under_any_alias_and_nesting(name: str, alias: str, depth: int) -> None:
    line = f"{alias} = {name}"
    for level in range(depth):
        line = f"def g{level}():\n" + "\n".join(f"    {one}" for one in line.splitlines())

    assert "NoDynamicCode" in rules(line)


@given(st.sampled_from(["eval", "open", "getattr", "exec"]), st.data())
def test_a_name_in_other_letters_for_the_same_is_seen(name: str, data: st.DataObject) -> None:
    # Mathematical alphabets, full width and the like, which the parser folds.
    letters = [data.draw(st.sampled_from([letter, *_variants(letter)])) for letter in name]
    word = "".join(letters)

    found = rules(f"y = {word}")

    assert found & {"NoDynamicCode", "NoOutsideWorld", "NoReflection"}
    assert ("PlainText" in found) == (word != name)


def _variants(letter: str) -> list[str]:
    bases = (0x1D41A, 0x1D44E, 0x1D5BA, 0x1D68A, 0xFF41)
    return [one for base in bases if unicodedata.normalize("NFKC", one := chr(base + ord(letter) - 97)) == letter]


@given(st.sampled_from(["total", "scope", "paper", "exact"]), st.data())
def test_a_look_alike_name_is_seen_and_its_honest_twin_is_not(name: str, data: st.DataObject) -> None:
    twins = {"a": "\u0430", "e": "\u0435", "o": "\u043e", "p": "\u0440", "c": "\u0441", "x": "\u0445"}
    places = [place for place, letter in enumerate(name) if letter in twins]
    chosen = data.draw(st.sets(st.sampled_from(places), min_size=1))
    disguised = "".join(twins[letter] if place in chosen else letter for place, letter in enumerate(name))

    assert "PlainText" in rules(f"{disguised} = 1")
    assert rules(f"{name} = 1") == set()


@pytest.mark.parametrize(
    "name", ["\u03b1", "\u0394x", "\u043f\u0440\u0438\u0432\u0435\u0442", "caf\u00e9", "\u5024", "\u03bb_1"]
)
def test_names_of_other_languages_and_of_mathematics_are_let_through(name: str) -> None:
    assert rules(f"{name} = 1") == set()


@given(
    st.sampled_from([*map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))), "\u200f", "\x08", "\x1b"]),
    st.booleans(),
)
def test_a_mark_that_reorders_or_hides_text_is_seen_wherever_it_stands(mark: str, comment: bool) -> None:
    assert "PlainText" in rules(f"# {mark}user" if comment else f"y = 'a{mark}b'")


@given(st.integers(2, 99), st.integers(7, 40), st.booleans())
def test_a_number_of_millions_of_digits_is_seen_however_it_is_spelled(base: int, zeros: int, shifted: bool) -> None:
    size = f"10**{zeros}"

    assert "NoBombs" in rules(f"y = 1 << {size}" if shifted else f"y = {base} ** {size}")


@given(st.sampled_from(["'a'", "[0]", "(1, 2)", "b'xy'"]), st.integers(8, 15), st.booleans())
def test_a_sequence_of_millions_of_items_is_seen_from_either_side(unit: str, zeros: int, first: bool) -> None:
    assert "NoBombs" in rules(f"y = {unit} * 10**{zeros}" if first else f"y = 10**{zeros} * {unit}")


@given(st.integers(0, 6), st.integers(0, 1000))
def test_honest_amounts_are_no_bombs(zeros: int, number: int) -> None:
    assert (
        rules(f"M = 10**9 + 7\ny = [{number}] * 10**{zeros}\nz = {number} ** 9\nw = 1 << 64\nv = range({number})")
        == set()
    )


@pytest.mark.parametrize(
    "source",
    [
        "while True: pass",
        "while 1:\n    x = 1\n    continue",
        "y = list(range(10**12))",
        "for i in range(10**11): pass",
        "y = [a for a in range(10**5) for b in range(10**5)]",
        "y = [0 for a in z for b in z for c in z for d in z for e in z for g in z for h in z]",
        "import itertools\ny = list(itertools.count())",
        "import itertools\ny = sum(itertools.repeat(1))",
        "y = bytearray(10**10)",
        "y = pow(7, 10**9)",
        "import math\ny = math.factorial(10**7)",
        "y = '{:>1000000000}'.format(1)",
        "y = '%999999999d' % 1",
        "y = 'x'.ljust(10**10)",
        "import re\ny = re.match('(a+)+$', s)",
        f"y = '{'x' * 10_001}'",
    ],
)
def test_what_costs_without_bound_is_seen(source: str) -> None:
    assert "NoBombs" in rules(source)


@pytest.mark.parametrize(
    "source",
    [
        "def g():\n    while True:\n        x = g()\n        if x: return x",
        "while True:\n    break",
        "def g():\n    while True:\n        yield 1",
        "import itertools\ny = list(itertools.repeat(1, 5))",
        "import re\ny = re.sub(r'(\\w+)\\s+(\\d*)', '', s)",
        "y = {'a': '{:>10}'.format(1), 'b': '%5d' % 3, 'c': 'id: 123456789'}",
        f'def g():\n    """{"long " * 3000}"""',
    ],
)
def test_what_ends_or_is_small_is_no_bomb(source: str) -> None:
    assert "NoBombs" not in rules(source)


@given(st.sampled_from(["BaseException", "(ValueError, BaseException)", "builtins.BaseException", ""]), NAMES)
def test_catching_everything_is_seen_unless_it_is_raised_again(kind: str, name: str) -> None:
    code = f"def g({name}):\n    try:\n        for i in {name}: i()\n    except {kind}:\n        "

    assert "NoSwallowing" in rules(code + "pass")
    assert "NoSwallowing" not in rules(code + "raise")
    assert "NoSwallowing" in rules(f"def g():\n    try:\n        {name}()\n    finally:\n        return 1")


@given(st.sampled_from(["except:", "except Exception:", "except ValueError:"]))
def test_a_guard_around_one_step_is_let_through(clause: str) -> None:
    assert (
        rules(f"def f(x):\n    y = 0\n    try:\n        y = int(x)\n    {clause}\n        y = 1\n    return y") == set()
    )


@given(st.dictionaries(st.integers(-99, 99), st.text(max_size=4), min_size=3, max_size=6), st.integers(0, 3))
def test_answers_spelled_out_are_seen_in_every_form(answers: dict[int, str], form: int) -> None:
    cases = tuple(Case("visible", repr(answer), args=repr((given,))) for given, answer in answers.items())
    spelled = [
        f"def f(x):\n    return {answers!r}.get(x)",
        "def f(x):\n" + "".join(f"    if x == {key!r}: return {value!r}\n" for key, value in answers.items()),
        f"T = {list(answers.items())!r}\ndef f(x):\n    return dict(T)[x]",
        "def f(x):\n    match x:\n"
        + "".join(f"        case {key!r}: return {value!r}\n" for key, value in answers.items()),
    ][form]
    task = Task("f", "f", "def f(x): return x", cases)

    assert "NoAnswerTable" in rules(spelled, task)
    assert "NoAnswerTable" not in rules(spelled, task, parent=spelled)
    assert "NoAnswerTable" not in rules("def f(x):\n    if x == 0: return ''\n    return str(x)", task)


@given(st.sampled_from(["cp037", "CP-1026", "rot13", "hex_codec", "uu"]))
def test_text_in_a_codec_that_hides_it_is_seen(codec: str) -> None:
    assert "PlainText" in rules(f"y = b'abc'.decode({codec!r})")


@pytest.mark.parametrize(
    "call", ["decode()", "decode('utf-8')", "decode('utf-8', 'ignore')", "decode('latin-1')", "decode(c)"]
)
def test_text_in_a_plain_codec_is_let_through(call: str) -> None:
    assert rules(f"y = b'abc'.{call}") == set()
