"""The sections of a prompt that a view gives: the tool's code and cases, and what was said about it.

Promises: each is a value that can be marked and cut; nothing is run, and the order is that of the view, but of cases
the shortest come first. Does not promise: that a case is shown in full. Long lines are cut, and the reader is told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

from storage import Task

from .cases import case_text, equality
from .edits.python import Broken, definition, lines_of, parse, span
from .marks import Section
from .outline import outline
from .view import Shelved, View
from .workbench import Rehearsal

_LONGEST_NAME = 120
# A case that fails is what the work is about and has more room.
_SHORTER_LINE = 400
# What a rewrite may have beside twice the code: the charter counts syntax tree nodes, some seven of which make a line.
_MORE_LINES = 20

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


def most_lines(view: View) -> str:
    """About how many lines a new entry point may have, in our own words: the rest of the code stays beside it."""
    source = source_of(view)
    function = _function(source, task_of(view).entry_point)
    return str(sum(bool(line.strip()) for text in (source, function) for line in text.splitlines()) + _MORE_LINES)


def described(view: View) -> Section | str:
    """What the task says the function is for, or that it says nothing."""
    text = _some(task_of(view).description)
    return Section(text, rank=_DESCRIPTION, least=1) if text else "(no description is known)"


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


def extended(view: View) -> str:
    """Say, in our own words, how much of what there is the excerpt shows."""
    found = outline(source_of(view), task_of(view).entry_point)
    if not found.excerpt:
        return ""
    many = f"{found.shown} of its {found.of} lines"
    if not found.signature:
        return f"The present code is no valid Python; it begins so, with {many}."
    if found.shown == found.of:
        return "The whole body of the present function; the mistake is in it or in what it calls."
    return f"The body of the present function begins so, with {many}; the mistake may be in these or in the rest."


def exemplified(view: View) -> Section:
    """The visible cases, without what any code gives on them."""
    task = task_of(view)
    shown = [
        case_text(task, case, number, most=_SHORTER_LINE) for number, case in enumerate(task.ring("visible"), start=1)
    ]
    return Section(tuple(sorted(shown, key=len)), rank=_FAILING, least=1)


def tested(view: View) -> Section:
    """The cases that unrelated sources agree on."""
    task = task_of(view)
    shown = [case_text(task, case, number, most=_SHORTER_LINE) for number, case in enumerate(view.tests, start=1)]
    return Section(tuple(shown), rank=_TESTS, drops="first")


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
    return equality(task, (*task.ring("visible"), *view.tests))


STANDARD: Mapping[str, Callable[[View], Section | str]] = MappingProxyType(
    {
        "description": described,
        "helper": helped,
        "code": coded,
        "examples": exemplified,
        "outline": outlined,
        "signature": signed,
        "excerpt": excerpted,
        "extent": extended,
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
    """Return the visible cases by how a source does on them, the shortest first.

    They are `failing`, with what the source gave, `missed`, which are the same without that, `passing`, and `cases`,
    which are the failing ones and then the passing.
    """
    cases = enumerate(task.ring("visible"), start=1)
    judged = list(zip(cases, rehearsal.passed, rehearsal.seen, strict=True))
    failing = [case_text(task, case, number, gave=gave) for (number, case), passed, gave in judged if not passed]
    missed = [case_text(task, case, number) for (number, case), passed, _ in judged if not passed]
    passing = [case_text(task, case, number, most=_SHORTER_LINE) for (number, case), passed, _ in judged if passed]
    for each in (failing, missed, passing):
        each.sort(key=len)
    return {
        "failing": Section(tuple(failing), rank=_FAILING, least=1),
        "missed": Section(tuple(missed), rank=_FAILING, least=1),
        "passing": Section(tuple(passing), rank=_PASSING),
        "cases": Section((*failing, *passing), rank=_FAILING, least=1),
    }


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
