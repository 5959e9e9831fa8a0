from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.edits import Edited, EditProblem, Flaw, edit_from_reply, edit_from_text
from agents.edits.python import definition, parse
from tests.agents.models.asking import replied

SOURCE = '''"""Bounds."""

import math

LIMIT = 9


def lower(value):  # a helper
    return value - 1


def clamp(value, low, high):
    return max(value, high)


def after():
    return clamp(1, 2, 3)
'''
GOOD = "def clamp(value, low, high):\n    return min(max(value, low), high)\n"
OLD = "def clamp(value, low, high):\n    return max(value, high)\n"
MENDED = SOURCE.replace(OLD, GOOD)


def fenced(code: str, *, tag: str = "python", mark: str = "```") -> str:
    return f"{mark}{tag}\n{code.rstrip()}\n{mark}"


def edited(text: str, *, source: str = SOURCE, name: str = "clamp") -> Edited:
    found = edit_from_text(source, name, text)
    assert isinstance(found, Edited), found
    return found


def problem(text: str, *, source: str = SOURCE) -> EditProblem:
    found = edit_from_text(source, "clamp", text)
    assert isinstance(found, EditProblem), found
    return found


@pytest.mark.parametrize(
    "text",
    [
        fenced(GOOD),
        f"The bound is wrong.\n\n{fenced(GOOD)}\n\nThat should do.",
        fenced(GOOD, tag="py"),
        fenced(GOOD, tag=""),
        fenced(GOOD, tag="Python 3.11"),
        fenced(GOOD, tag='python title="clamp.py"'),
        fenced(GOOD, mark="~~~"),
        fenced(GOOD, mark="````"),
        fenced(GOOD).replace("\n", "\r\n"),
        "1. Do this:\n\n   " + fenced(GOOD).replace("\n", "\n   "),
        fenced("    " + GOOD.replace("\n", "\n    ").rstrip()),
        GOOD,
        f"<think>\n{fenced(GOOD.replace('min', 'sum'))}\n</think>\n{fenced(GOOD)}",
    ],
)
def test_the_function_is_found_whatever_stands_around_it(text: str) -> None:
    assert edited(text) == Edited(MENDED)


def test_of_several_blocks_the_last_that_changes_the_function_counts() -> None:
    first = GOOD.replace("min(max(value, low), high)", "value")
    told = f"It was\n{fenced(OLD)}\nFirst I thought\n{fenced(first)}\nbut rather\n{fenced(GOOD)}\nUse it so:\n"

    assert edited(f"{told}{fenced('clamp(1, 2, 3)')}\ninstead of\n{fenced(OLD)}").source == MENDED


def test_fences_inside_a_docstring_do_not_end_the_block() -> None:
    head = "def clamp(value, low, high):\n"
    docstring = '    """Clamp.\n\n    ```python\n    clamp(1, 2, 3)\n    ```\n\n```\nraw\n```\n    """\n'
    documented = GOOD.replace(head, head + docstring)

    assert edited(f"Here.\n{fenced(documented)}\nAnd so on.").source == SOURCE.replace(OLD, documented)


def test_decorators_comments_and_the_lines_around_stay() -> None:
    source = SOURCE.replace("def clamp", "# keep me\n@old\n@older(1)\ndef clamp")
    new = f"@fresh\n{GOOD.replace('high)', 'high)  # at most', 1).replace('high)  # at most:', 'high):')}"

    assert edited(fenced(new), source=source).source == source.replace(f"@old\n@older(1)\n{OLD}", new)


def test_new_imports_and_helpers_are_added_and_the_sources_own_are_kept() -> None:
    imports = "import operator as op\nfrom functools import reduce, cache\n"
    helper = "def twice(value):\n    return value * STEP\n"
    block = f"from __future__ import annotations\nimport math\n{imports}\nSTEP = 2\n\n{helper}\n"
    block += (
        f"def lower(value):\n    return value - 2\n\n{GOOD}\nprint(1)\nif __name__ == '__main__':\n    clamp(1, 2, 3)\n"
    )

    found = edited(fenced(block))

    mended = MENDED.replace("import math\n", f"import math\n{imports}").replace(
        GOOD, f"STEP = 2\n\n\n{helper}\n\n{GOOD}"
    )
    assert found.source == mended.replace('"""\n', '"""\nfrom __future__ import annotations\n', 1)
    assert found.ignored == ("lower",)


def test_a_first_import_stands_apart_from_what_follows() -> None:
    assert edited(fenced(f"import math\n{GOOD}"), source=OLD).source == f"import math\n\n\n{GOOD}"


def test_a_helper_repeated_as_it_is_is_not_reported() -> None:
    assert edited(fenced(f"def lower(value):\n    return value - 1\n\n{GOOD}")).ignored == ()


def test_a_source_that_lacks_the_function_gets_it_at_its_end() -> None:
    assert edited(fenced(GOOD), source="def other():\n    return 1").source == f"def other():\n    return 1\n\n\n{GOOD}"
    assert edited(fenced(GOOD), source="").source == GOOD
    assert edited(fenced(GOOD), source="def (").source == GOOD


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_line_ends_and_odd_characters_of_the_source_stay(newline: str) -> None:
    source = SOURCE.replace("# a helper", "# \x0c\u2028\x1c naïve").replace("\n", newline)

    found = edited(fenced(GOOD), source=source).source

    assert found == source.replace(OLD.replace("\n", newline), GOOD.replace("\n", newline))


def test_of_two_definitions_in_the_source_the_one_that_counts_is_replaced() -> None:
    assert edited(fenced(GOOD), source=f"{OLD}\n{OLD}").source == f"{OLD}\n{GOOD}"


@pytest.mark.parametrize(
    ("text", "flaw", "told"),
    [
        ("I cannot.", "no-block", "no code block. Give the whole function `clamp`"),
        ("", "no-block", "no code block"),
        (f"```python\n{GOOD}", "unclosed", "never closed"),
        (f"{fenced(GOOD)}\nor\n```python\ndef clamp(value", "unclosed", "never closed"),
        (fenced("def clamp(value:\n    pass"), "syntax", "line 1 of the block: `def clamp(value:`"),
        (fenced("x = (1\n"), "syntax", "no valid Python"),
        (fenced("def clamps():\n    return 1"), "missing-function", "nowhere, only `clamps`"),
        (fenced("class A:\n    def clamp(self):\n        return 1"), "missing-function", "inside a class"),
        (fenced("1 + 1"), "missing-function", "defines no function"),
        (fenced(OLD), "unchanged", "as it stands"),
        (fenced(GOOD.replace("return", "# ... as before\n    return")), "elided", "`# ... as before`"),
        (fenced("def clamp(value, low, high):\n    # the rest stays the same\n    return 1"), "elided", "leaves"),
        (fenced("def clamp(value, low, high):\n    ..."), "elided", "no body"),
        ('{"code": "def clamp(): pass"}', "no-block", "no code block"),
        ("x" * 400_001, "too-long", "400001 characters"),
    ],
)
def test_what_is_wrong_is_told_so_that_a_model_can_mend_it(text: str, flaw: Flaw, told: str) -> None:
    found = problem(text)

    assert found.flaw == flaw
    assert told in found.message


def test_a_reply_that_was_cut_off_is_not_read() -> None:
    cut = edit_from_reply(SOURCE, "clamp", replied(fenced(GOOD), finish="length"))

    assert isinstance(cut, EditProblem) and cut.flaw == "cut-off" and not cut.malformed
    assert edit_from_reply(SOURCE, "clamp", replied(fenced(GOOD))) == Edited(MENDED)


@given(st.text(alphabet=st.sampled_from("`~\n \"'def clamp():x=[]{}\\<>#\t\x00\ud800é"), max_size=400))
def test_no_text_breaks_the_reading(text: str) -> None:
    for form in ("whole", "search-replace"):
        found = edit_from_text(SOURCE, "clamp", text, form)
        assert isinstance(found, EditProblem) or isinstance(parse(found.source), ast.Module)


@pytest.mark.parametrize(
    "text", ["```\n" * 5_000, "```python\n" * 5_000, "(" * 100_000, "```\n" + "[" * 50_000 + "\n```"]
)
@pytest.mark.timeout(20)
def test_a_hostile_text_is_read_in_bounded_time(text: str) -> None:
    assert isinstance(edit_from_text(SOURCE, "clamp", text), EditProblem)


@pytest.mark.parametrize("name", ["quixbugs", "humanevalfix", "mbpp_chatgpt"])
def test_every_reference_lands_in_its_tool_without_loss(shared: Path, name: str) -> None:
    folder = shared / "data"
    tasks = [json.loads(line) for line in (folder / f"{name}.dev.jsonl").read_text().splitlines()]
    rows = (json.loads(line) for line in (folder / f"{name}.dev.references.jsonl").read_text().splitlines())
    references = {row["id"]: row["reference"] for row in rows}
    for task in tasks:
        wanted = references[task["id"]]
        if task["entry_point"] not in wanted:
            continue

        found = edited(f"So:\n{fenced(wanted)}\n", source=task["code"], name=task["entry_point"])

        after, before = parse(found.source), parse(wanted)
        assert isinstance(after, ast.Module) and isinstance(before, ast.Module), task["id"]
        landed, meant = definition(after, task["entry_point"]), definition(before, task["entry_point"])
        assert landed and meant and ast.dump(landed) == ast.dump(meant), task["id"]
