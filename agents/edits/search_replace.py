"""SEARCH/REPLACE blocks: for models that have proved to write them well.

Promises: a block is applied only where its lines stand exactly once (blanks at line ends aside); one that fits nowhere
is an error that shows the nearest lines, one that fits twice an error too. All blocks are applied, or none.
Does not promise: to guess. Indentation must be right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from .edited import Edited, EditProblem
from .python import Broken, definition, lines_of, newline_of, parse
from .whole import MOST_CHARACTERS

_SEARCH = re.compile(r"<{5,9}\s*SEARCH\s*$")
_DIVIDER = re.compile(r"={5,9}\s*$")
_REPLACE = re.compile(r">{5,9}\s*REPLACE\s*$")
_MOST_PAIRS = 40_000
_FORM = "<<<<<<< SEARCH\n(lines as they stand)\n=======\n(lines in their place)\n>>>>>>> REPLACE"


@dataclass(frozen=True, slots=True)
class _Change:
    search: tuple[str, ...]
    replace: tuple[str, ...]


def search_replace(source: str, entry_point: str, text: str) -> Edited | EditProblem:
    """Return the source with every block of the text applied, one after the other."""
    if len(text) > MOST_CHARACTERS:
        told = f"Your reply has {len(text)} characters; at most {MOST_CHARACTERS} are read. Give the blocks alone."
        return EditProblem("too-long", told)
    changes = _changes(text.replace("\r\n", "\n").split("\n"))
    if isinstance(changes, EditProblem):
        return changes
    lines = [line.rstrip("\r\n") for line in lines_of(source)]
    for number, change in enumerate(changes, start=1):
        at = _place(lines, change, number=number)
        if isinstance(at, EditProblem):
            return at
        lines[at : at + len(change.search)] = change.replace
    newline = newline_of(source)
    return _checked("".join(f"{line}{newline}" for line in lines), source=source, entry_point=entry_point)


def _changes(lines: Sequence[str]) -> list[_Change] | EditProblem:
    """Return the blocks in a text, or what is wrong with their form."""
    found: list[_Change] = []
    search: list[str] | None = None
    replace: list[str] | None = None
    for line in lines:
        if _SEARCH.match(line.strip()):
            if search is not None:
                return _unclosed(len(found) + 1)
            search, replace = [], None
        elif search is not None and replace is None and _DIVIDER.match(line):
            replace = []
        elif search is not None and replace is not None and _REPLACE.match(line.strip()):
            found.append(_Change(tuple(search), tuple(replace)))
            search = replace = None
        elif search is not None:
            (search if replace is None else replace).append(line)
    if search is not None:
        return _unclosed(len(found) + 1)
    return found or EditProblem("no-block", f"Your reply holds no SEARCH/REPLACE block. Write each change so:\n{_FORM}")


def _unclosed(number: int) -> EditProblem:
    return EditProblem("unclosed", f"SEARCH/REPLACE block {number} has no end. Write each change so:\n{_FORM}")


def _place(lines: Sequence[str], change: _Change, *, number: int) -> int | EditProblem:
    """Return the index of the line where a block fits, or why it fits nowhere."""
    wanted = [line.rstrip() for line in change.search]
    if not any(wanted):
        if not any(lines):
            return 0
        return EditProblem("unmatched", f"SEARCH in block {number} is empty. Put the lines in it that are to change.")
    present = [line.rstrip() for line in lines]
    size = len(wanted)
    fits = [at for at in range(len(present) - size + 1) if present[at : at + size] == wanted]
    if len(fits) == 1:
        return fits[0]
    if fits:
        at_lines = ", ".join(str(at + 1) for at in fits)
        told = f"SEARCH in block {number} fits at lines {at_lines}. Put more of the lines around it into the block."
        return EditProblem("ambiguous", told)
    return EditProblem("unmatched", f"SEARCH in block {number} fits nowhere. {_nearest(present, wanted)}")


def _nearest(present: Sequence[str], wanted: Sequence[str]) -> str:
    """Show the lines that come nearest to those wanted."""
    size = len(wanted)
    cheap = len(present) * size > _MOST_PAIRS
    starts = range(max(1, len(present) - size + 1))
    best = max(starts, key=lambda at: sum(_likeness(present[at : at + size], wanted, cheap=cheap)))
    shown = "\n".join(present[best : best + size])
    return (
        f"The nearest lines are {best + 1} to {min(best + size, len(present))}, which read exactly:\n{shown}\n"
        "Copy the lines to change from there, indentation included."
    )


def _likeness(present: Sequence[str], wanted: Sequence[str], *, cheap: bool) -> Iterator[float]:
    for here, there in zip(present, wanted, strict=False):
        if here.strip() == there.strip():
            yield 1.0 if here.strip() else 0.1
        else:
            yield 0.0 if cheap else SequenceMatcher(None, here.strip(), there.strip()).quick_ratio() / 2


def _checked(edited: str, *, source: str, entry_point: str) -> Edited | EditProblem:
    after, before = parse(edited), parse(source)
    if isinstance(after, Broken):
        told = f"With your blocks the module does not parse: {after.problem} on line {after.line}."
        return EditProblem("syntax", f"{told} Its source is still as it was; give all blocks again.")
    if definition(after, entry_point) is None and not isinstance(before, Broken) and definition(before, entry_point):
        told = f"With your blocks the module no longer defines `{entry_point}` at its top level. Keep its name."
        return EditProblem("missing-function", told)
    if edited.split() == source.split() and edited.strip() == source.strip():
        return EditProblem("unchanged", "Your blocks replace lines by themselves. Change what is wrong.")
    return Edited(edited)
