"""The sections of a prompt that a view gives: the tool's code and cases, and what was said about it.

Promises: each is a value that can be marked and cut; nothing is run, and the order is that of the view.
Does not promise: that a case is shown in full. Long lines are cut, and the reader is told.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

from governance import ask
from storage import Case, Task

from .edits.python import Broken, definition, lines_of, parse, span
from .inputs import literal
from .marks import Section
from .outline import outline
from .view import Shelved, View
from .workbench import Rehearsal

_LONGEST_LINE = 1_000
_LONGEST_NAME = 120

# What goes first where room is short.
_POSTS, _SAID, _RIVALS, _PASSING, _RECORD, _TESTS, _SHELF, _DESCRIPTION, _HELPER, _FAILING, _CODE = range(11)


def entry_point_of(view: View) -> str:
    """Return the name of the function under work. Raises ValueError: it is no identifier, or there is no task."""
    name = task_of(view).entry_point
    if not name.isidentifier() or len(name) > _LONGEST_NAME:
        raise ValueError(f"turn {view.turn}: the entry point {name[:_LONGEST_NAME]!r} is no identifier")
    return name


def task_of(view: View) -> Task:
    """Return the task at hand. Raises ValueError: there is none."""
    if view.task is None:
        raise ValueError(f"turn {view.turn}: {view.me.genome.species} {view.me.id} was given no task")
    return view.task


def source_of(view: View) -> str:
    """Return the code this turn works from, as it came where no version is given."""
    seen = view.base or view.head
    return seen.source if seen else task_of(view).code


def described(view: View) -> Section:
    """What the task says the function is for."""
    return Section(_some(task_of(view).description), rank=_DESCRIPTION, least=1)


def helped(view: View) -> Section:
    """The code that runs before the tool's."""
    return Section(_some(task_of(view).helper), rank=_HELPER, tag="python", least=1)


def coded(view: View) -> Section:
    """The code this turn works from; where room is very short, the function under work alone."""
    source = source_of(view)
    return Section((source,), rank=_CODE, tag="python", least=1, shorter=_function(source, task_of(view).entry_point))


def outlined(view: View) -> Section:
    """What the code defines, without how it does it."""
    found = outline(source_of(view), task_of(view).entry_point)
    return Section(_some(found.text), rank=_CODE, tag="python", least=1)


def signed(view: View) -> Section:
    """The signature of the function under work, with its docstring."""
    found = outline(source_of(view), task_of(view).entry_point)
    return Section(_some(found.signature), rank=_CODE, tag="python", least=1)


def excerpted(view: View) -> Section:
    """The first lines of the function under work."""
    found = outline(source_of(view), task_of(view).entry_point)
    return Section(_some(found.excerpt), rank=_RIVALS)


def exemplified(view: View) -> Section:
    """The visible cases, without what any code gives on them."""
    task = task_of(view)
    items = tuple(case_text(task, case, number) for number, case in enumerate(task.ring("visible"), start=1))
    return Section(items, rank=_FAILING, least=1)


def tested(view: View) -> Section:
    """The cases that unrelated sources agree on."""
    items = tuple(case_text(task_of(view), case, number) for number, case in enumerate(view.tests, start=1))
    return Section(items, rank=_TESTS, drops="first")


def held_against(view: View) -> Section:
    """What rules and critics held against earlier rewrites."""
    return Section(tuple(_bullet(each) for each in view.said), rank=_SAID, drops="first")


def posted(view: View) -> Section:
    """What agents wrote about the tool."""
    return Section(tuple(_bullet(f"{each.author}: {each.body}") for each in view.posts), rank=_POSTS, drops="first")


def rivalled(view: View) -> Section:
    """The live sources of the tool, each in a block of its own."""
    labels = [f"Version {number}:" for number in range(1, len(view.rivals) + 1)]
    return Section(tuple(each.source for each in view.rivals), rank=_RIVALS, tag="python", labels=tuple(labels))


def shelved(shelf: Sequence[Shelved]) -> Section:
    """The solved tools of others, each in a block of its own with its description as comments."""
    named = [each for each in shelf if each.entry_point.isidentifier() and len(each.entry_point) <= _LONGEST_NAME]
    items = tuple(f"{_comment(each.description)}{each.source}" for each in named)
    labels = tuple(f"`{each.entry_point}`:" for each in named)
    return Section(items, rank=_SHELF, tag="python", labels=labels, least=1)


def recorded(view: View) -> Section:
    """How long each version of an operator tool served, and what it earned."""
    return Section(tuple(_bullet(each) for each in view.record), rank=_RECORD, drops="first")


def compared(view: View) -> str:
    """Say, in our own words, when a result counts as the expected value."""
    task = task_of(view)
    near = "floats within one millionth of each other are equal" if task.compare == "close" else ""
    lists = "a tuple counts as the list of its items, and a generator as the list of what it yields"
    loose = "; ".join(filter(None, [near, lists if task.lists else ""]))
    return f"A result must equal the expected value and be of the same type{f', except that {loose}' if loose else ''}."


STANDARD: Mapping[str, Callable[[View], Section | str]] = MappingProxyType(
    {
        "description": described,
        "helper": helped,
        "code": coded,
        "examples": exemplified,
        "outline": outlined,
        "signature": signed,
        "excerpt": excerpted,
        "tests": tested,
        "said": held_against,
        "posts": posted,
        "rivals": rivalled,
        "shelf": lambda view: shelved(view.shelf),
        "record": recorded,
        "comparing": compared,
    }
)


def case_sections(task: Task, rehearsal: Rehearsal) -> dict[str, Section]:
    """Return the visible cases as `failing`, `passing` and `cases`, each with what a source gave."""
    shown = [
        (passed, case_text(task, case, number, gave=gave))
        for number, (case, passed, gave) in enumerate(
            zip(task.ring("visible"), rehearsal.passed, rehearsal.seen, strict=True), start=1
        )
    ]
    failing = tuple(text for passed, text in shown if not passed)
    passing = tuple(text for passed, text in shown if passed)
    everything = tuple(text for _, text in shown)
    return {
        "failing": Section(failing, rank=_FAILING, least=1),
        "passing": Section(passing, rank=_PASSING),
        "cases": Section(everything, rank=_FAILING, least=1),
    }


def case_text(task: Task, case: Case, number: int, *, gave: str | None = None) -> str:
    """Return a case as a few lines: its set-up, its call, what that should give, and what it gave."""
    question = ask(task, case)
    setup = [line for line in question.call.setup.splitlines() if line.strip()]
    call = question.call.expression or call_text(task.entry_point, question.call.args)
    lines = [
        f"case {number}",
        *(["    set-up:", *(f"        {_clipped(line)}" for line in setup)] if setup else []),
        f"    call: {_clipped(call)}",
        f"    should give: {_clipped(literal(question.expected) if question.plainly else case.expect)}",
    ]
    return "\n".join([*lines, f"    gave: {_clipped(gave)}"] if gave is not None else lines)


@lru_cache(maxsize=4096)
def call_text(entry_point: str, args: str) -> str:
    """Return the call that an argument tuple stands for, as one would write it."""
    try:
        body = ast.parse(args.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return f"{entry_point}(*{args})"
    if not isinstance(body, ast.Tuple):
        return f"{entry_point}(*{args})"
    parts = [ast.get_source_segment(args.strip(), each) or ast.unparse(each) for each in body.elts]
    return f"{entry_point}({', '.join(parts)})"


@lru_cache(maxsize=256)
def _function(source: str, name: str) -> str:
    """Return the text of one function of a source, or nothing."""
    tree = parse(source)
    found = None if isinstance(tree, Broken) else definition(tree, name)
    if found is None:
        return ""
    start, end = span(found)
    return "".join(lines_of(source)[start:end])


def _some(text: str) -> tuple[str, ...]:
    return (text.strip("\r\n"),) if text.strip() else ()


def _bullet(text: str) -> str:
    return f"- {_indented(text.splitlines())}"


def _indented(lines: Sequence[str]) -> str:
    return "\n  ".join(lines)


def _comment(text: str) -> str:
    return "".join(f"# {line}\n" for line in text.strip().splitlines())


def _clipped(text: str) -> str:
    """Return a text as one line, its middle left out where it is very long."""
    line = " ".join(text.splitlines()) if "\n" in text else text
    if len(line) <= _LONGEST_LINE:
        return line
    half = _LONGEST_LINE // 2
    return f"{line[:half]} ...({len(line) - 2 * half} characters left out)... {line[-half:]}"
