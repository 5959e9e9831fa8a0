"""The catalogue of faults: every operator changes the program, and says the same of the same source."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecology.tasks.faults import OPERATORS, faults_of, with_faults

SOURCE = '''
def pick(items, low, high):
    """Return what lies between."""
    kept = []
    text = "a"
    for item in items[1:high]:
        if not (item < low or item > high) and item != 3:
            kept.append(item + low * 2)
        else:
            continue
    while len(kept) > 5:
        kept = kept[:-1]
        break
    return kept if kept else -high
'''
PLAIN = ast.unparse(ast.parse(SOURCE)) + "\n"


@pytest.mark.parametrize("name", OPERATORS)
def test_every_operator_finds_a_place_and_changes_the_program(name: str) -> None:
    found = [fault for fault in faults_of(SOURCE) if fault.operator == name]

    assert found, name
    for fault in found:
        broken = with_faults(SOURCE, [fault])
        compile(broken, "<broken>", "exec")
        assert broken != PLAIN


def test_a_docstring_is_no_place_for_a_deleted_statement() -> None:
    deleted = [with_faults(SOURCE, [fault]) for fault in faults_of(SOURCE) if fault.operator == "SDL"]

    assert deleted and all("Return what lies between" in source for source in deleted)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_two_faults_are_both_in_the_program(data: st.DataObject) -> None:
    faults = faults_of(SOURCE)
    one, two = (data.draw(st.sampled_from(faults)) for _ in range(2))
    apart = one.line != two.line
    both = with_faults(SOURCE, [one, two])

    assert both == with_faults(SOURCE, [one, two])
    if apart and one.operator != "SDL" and two.operator != "SDL":
        assert both not in (PLAIN, with_faults(SOURCE, [one]), with_faults(SOURCE, [two]))
