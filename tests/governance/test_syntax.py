"""A reading holds what a source uses, with the first line of each use."""

from __future__ import annotations

import pytest

from governance import Reading, read


def reading_of(source: str) -> Reading:
    found = read(source)
    assert isinstance(found, Reading), found
    return found


def test_imports_and_the_members_used_of_them_are_told_by_their_full_names() -> None:
    reading = reading_of(
        "import os.path as p, math\nfrom a.b import c as d\nfrom . import e\nx = p.join, math.pi, d.f.g\n"
    )

    assert reading.imports == {"os.path": 1, "math": 1, "a.b": 2, ".": 3}
    assert reading.members == {"os.path.join": 4, "math.pi": 4, "a.b.c": 2, "a.b.c.f.g": 4, "..e": 3}


def test_a_module_handed_about_as_a_value_is_bare() -> None:
    assert reading_of("import math\nm = math\n").bare == {"math": 2}
    assert reading_of("import math\nx = math.pi\n").bare == {}


def test_a_parameter_that_hides_a_module_is_not_the_module() -> None:
    assert reading_of("import string\ndef f(string):\n    return string\n").bare == {}


@pytest.mark.parametrize(
    "source",
    [
        "x.__mro__",
        "match x:\n    case object(__mro__=m): pass",
        "'{0.__mro__}'.format(x)",
        "'{a[0].__mro__[1]}'",
        "f'{{0.__mro__}}'.format(x)",
        "g('__mro__')",
        "g('a.__mro__.b')",
        "x().y[0].__mro__.z",
        "del x.__mro__",
    ],
)
def test_an_attribute_is_found_however_it_is_spelled(source: str) -> None:
    assert "__mro__" in reading_of(source).attributes


def test_letters_that_only_look_different_are_the_same_name() -> None:
    assert "eval" in reading_of("\uff45\uff56\uff41\uff4c('1')").names


def test_names_bound_at_module_level_are_told_from_locals() -> None:
    reading = reading_of(
        "import a.b, c as d\n"
        "x = 1\n"
        "for y in z: pass\n"
        "def f(local):\n    other = 1\n    global g\n    g = 2\n"
        "class C:\n    member = 1\n"
        "try: pass\nexcept E as e: pass\n"
        "match x:\n    case [*rest]: pass\n    case {**more}: pass\n    case (1 | 2) as it: pass\n"
    )

    assert set(reading.bound) == {"a", "d", "x", "y", "f", "g", "C", "e", "rest", "more", "it"}


def test_assignments_to_members_are_kept_with_their_target() -> None:
    reading = reading_of("import time\ntime.time = f\ndel time.sleep\ny.z = 1\n")

    assert reading.patched == {"time.time": 2, "time.sleep": 3, "y.z": 4}


def test_special_names_are_found_as_methods_and_as_assignments() -> None:
    reading = reading_of("class C:\n    def __eq__(self, o): return True\n    __hash__ = None\n")

    assert reading.special == {"__eq__": 2, "__hash__": 3}


@pytest.mark.parametrize(
    "source",
    ["type('T', (), {})", "type(*parts)", "('{0' + x).format(y)", "''.join(p).format_map(y)"],
)
def test_classes_and_formats_built_from_parts_are_noted(source: str) -> None:
    assert reading_of(source).tailored


def test_plain_calls_of_type_and_format_are_not_noted() -> None:
    assert not reading_of("type(x), '{}'.format(y), template.format(z)").tailored


def test_comments_and_layout_do_not_change_the_size() -> None:
    assert reading_of("def f(a):\n    return a+1").size == reading_of("def f(a):  # why\n\n    return (a + 1)\n").size


def test_the_depth_counts_levels_and_chains_of_dots() -> None:
    assert reading_of("x" + ".y" * 500).depth >= 500
    assert reading_of("x = 1 + (2 + (3 + (4 + 5)))").depth < 10
