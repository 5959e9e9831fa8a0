"""Claims that hold for every edit of every family."""

from __future__ import annotations

import ast
import json
import pickle
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.mutation import FAMILIES, Context, Edit, apply, describe, edits
from tests.agents.mutation.mutation_shapes import CRLF, GCD, NON_ASCII, SOURCES, TABS

DATA = Path(__file__).parents[4] / "shared" / "data"
CONTEXT = Context(
    helper="class Node:\n    def __init__(self, value, next=None):\n        self.value, self.next = value, next\n",
    inputs=("([3, 1], 2)", "('a b',)", "not a literal("),
    outputs=("[1, 3]", "'b'", "-1", "True", "1e999"),
    ingredients=("total = sum(values) - start", "if low > high:\n    low, high = high, low", "(not python"),
)


def check(source: str, made: list[Edit]) -> None:
    """Every edit parses, differs from the source and from the others, and keeps the text outside its splices."""
    seen = {ast.dump(ast.parse(source))}
    for edit in made:
        changed = edit.apply(source)
        dump = ast.dump(ast.parse(changed))
        assert dump not in seen, f"{edit.note} says what another edit or the source says"
        seen.add(dump)
        assert kept_outside(source, changed, edit), edit.note
        assert edit.line >= 1 and edit.note.startswith(f"line {edit.line}: ")


def kept_outside(source: str, changed: str, edit: Edit) -> bool:
    """Return whether putting each splice's old text back gives the source again."""
    raw, moved = changed.encode(), 0
    for splice in edit.splices:
        start = splice.start + moved
        assert raw[start : start + len(splice.new)] == splice.new
        raw = raw[:start] + splice.old + raw[start + len(splice.new) :]
    return raw == source.encode()


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("shape", SOURCES)
def test_every_edit_parses_differs_and_keeps_the_rest(shape: str, family: str) -> None:
    made = edits(SOURCES[shape], "f", family, context=CONTEXT)
    check(SOURCES[shape], list(made)[:200])


@pytest.mark.parametrize("family", FAMILIES)
def test_the_order_is_the_same_every_time(family: str) -> None:
    first = [edit.apply(TABS) for edit in edits(TABS, "f", family, suspicion={2: 1.0, 7: 0.5}, context=CONTEXT)]
    again = [edit.apply(TABS) for edit in edits(TABS, "f", family, suspicion={7: 0.5, 2: 1.0}, context=CONTEXT)]
    assert first == again


@pytest.mark.parametrize("family", FAMILIES)
def test_scores_never_rise_along_a_list(family: str) -> None:
    scores = [edit.score for edit in edits(SOURCES["many shapes"], "shapes", family, suspicion={3: 0.9})]
    assert scores == sorted(scores, reverse=True)


def real_sources() -> Iterator[tuple[str, str]]:
    for name in ("quixbugs", "humanevalfix"):
        path = DATA / f"{name}.dev.jsonl"
        if path.exists():
            rows = [json.loads(line) for line in path.read_text().splitlines()]
            yield from ((row["code"], row["entry_point"]) for row in rows[::4])


REAL = list(real_sources())


@pytest.mark.skipif(not REAL, reason="../shared/data is absent")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_every_edit_of_real_tools_parses_differs_and_keeps_the_rest(data: st.DataObject) -> None:
    source, entry_point = data.draw(st.sampled_from(REAL))
    family = data.draw(st.sampled_from(FAMILIES))
    start = data.draw(st.integers(0, 600))
    check(source, edits(source, entry_point, family, context=CONTEXT)[start : start + 60])


NAMES = st.sampled_from(["a", "b", "xs", "n"])
ATOMS = NAMES | st.integers(0, 3).map(str) | st.sampled_from(["''", "[]", "None", "True", "xs[0]", "a.b", "len(xs)"])


def grown(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operators = st.sampled_from(["+", "-", "*", "//", "%", "**", "and", "or", "<", "==", "in", "is not", "&"])
    forms = [
        st.tuples(children, operators, children).map(lambda t: f"({t[0]}) {t[1]} ({t[2]})"),
        st.tuples(ATOMS, operators, ATOMS, operators, ATOMS).map(" ".join),
        st.tuples(children, children, children).map(lambda t: f"({t[0]}) if ({t[1]}) else ({t[2]})"),
        st.tuples(NAMES, children, children).map(lambda t: f"{t[0]}({t[1]}, k={t[2]})"),
        st.tuples(children, NAMES, children).map(lambda t: f"[{t[0]} for {t[1]} in xs if ({t[2]})]"),
        st.tuples(NAMES, children).map(lambda t: f"{t[0]}[{t[1]}:]"),
        children.map(lambda t: f"not ({t})"),
        children.map(lambda t: f"sum({t} for n in xs)"),
        children.map(lambda t: f"lambda a: {t}"),
        children.map(lambda t: f"({t},)"),
    ]
    return st.one_of(forms)


EXPRESSIONS = st.recursive(ATOMS, grown, max_leaves=6)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(EXPRESSIONS, EXPRESSIONS, st.sampled_from(FAMILIES))
def test_every_edit_of_a_generated_function_parses_differs_and_keeps_the_rest(
    first: str, second: str, family: str
) -> None:
    source = f"def f(a, b, xs, n=1):\n    while {first}:\n        xs = {second}  # why\n    return {first}\n"
    check(source, edits(source, "f", family)[:150])


def test_a_list_builds_no_more_than_it_is_asked_for() -> None:
    source = GCD * 12
    begun = time.process_time()
    edits(source, "gcd", "constant")[:1]
    few = time.process_time() - begun
    begun = time.process_time()
    len(edits(source, "gcd", "arithmetic"))
    assert few < time.process_time() - begun


def test_a_list_slices_like_a_list() -> None:
    made = edits(GCD, "gcd", "name")
    whole = list(made)
    assert made[3:7] == whole[3:7]
    assert made[len(whole) : len(whole) + 5] == []
    assert made[-1] == whole[-1]
    assert len(made) == len(whole)
    with pytest.raises(IndexError):
        made[len(whole)]


def test_suspicious_lines_come_first() -> None:
    source = "def f(a):\n    b = a + 1\n    return b + 2\n"
    assert edits(source, "f", "arithmetic", suspicion={3: 1.0, 2: 0.1})[0].line == 3
    assert edits(source, "f", "arithmetic", suspicion={2: 1.0, 3: 0.1})[0].line == 2


def test_a_source_that_does_not_parse_has_no_edits() -> None:
    assert list(edits("def f(:\n", "f", "name")) == []
    assert list(edits("", "f", "name")) == []


def test_a_source_that_nests_too_deep_has_no_edits() -> None:
    assert list(edits("x = " + "+".join("a" * 2000), "f", "name")) == []


@pytest.mark.parametrize("family", FAMILIES)
def test_a_long_source_is_enumerated_in_seconds(family: str) -> None:
    source = SOURCES["many shapes"] * 20
    begun = time.process_time()
    assert edits(source, "shapes", family)[:1]
    assert time.process_time() - begun < 6


def test_an_edit_of_another_source_is_refused_with_a_sentence() -> None:
    edit = edits(GCD, "gcd", "arithmetic")[0]
    with pytest.raises(ValueError, match="apply it to the source it was drawn from"):
        apply("def gcd(a, b):\n    return a\n", edit)


def test_an_unknown_family_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="no family 'wings' of edits; there are comparison, "):
        edits(GCD, "gcd", "wings")


def test_there_are_thirteen_families_each_with_a_sentence() -> None:
    assert len(FAMILIES) == len(set(FAMILIES)) == 13
    assert all(describe(family).endswith(".") for family in FAMILIES)


def test_edits_travel_between_processes() -> None:
    edit = edits(GCD, "gcd", "wrap")[0]
    assert pickle.loads(pickle.dumps(edit)) == edit


def test_line_endings_and_comments_outside_the_edit_stay() -> None:
    for edit in edits(CRLF, "f", "statement-insert")[:50]:
        changed = edit.apply(CRLF)
        assert "\n" not in changed.replace("\r\n", "")
        assert "# Grüße" in changed


def test_tabs_stay_tabs() -> None:
    changed = next(e.apply(TABS) for e in edits(TABS, "f", "statement-insert") if e.line == 4)
    assert "\n\t\t" in changed and "\n        " not in changed


def test_places_count_bytes_so_non_ascii_sources_are_safe() -> None:
    changed = {edit.apply(NON_ASCII) for edit in edits(NON_ASCII, "größe", "arithmetic")}
    assert NON_ASCII.replace("fläche - 1", "fläche + 1") in changed
