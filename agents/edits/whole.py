"""The whole function in a fenced block: the form that models get right most often.

Promises: only the entry point is replaced; what stands around it in the source stays byte for byte. New imports and new
helpers from the block are added; the source's own helpers are kept as they are, and the answer names those that the
block has otherwise. Does not promise: that a helper which must change can be changed in this form.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass

from .edited import Edited, EditProblem
from .fences import Block, bare, blocks
from .merge import merge
from .python import Broken, defined, definition, parse

MOST_CHARACTERS = 400_000

# "# ... the rest stays", which is no code.
_ELISION = re.compile(
    r"^[ \t]*#[ \t]*(\.\.\.|…).*$|^[ \t]*#.*\b(rest|remainder)\b.*\b(unchanged|same|as before)\b", re.M
)
_MOST_SHOWN = 80


@dataclass(frozen=True, slots=True)
class _Read:
    """A block that parses."""

    code: str
    tree: ast.Module


def whole(source: str, entry_point: str, text: str) -> Edited | EditProblem:
    """Return the source with the entry point as the text's last block that changes it has it.

    A text without fences counts as one block if all of it is Python. Where the source does not define the entry point,
    or does not parse, the block's is added to it, or stands in its place.
    """
    if len(text) > MOST_CHARACTERS:
        told = f"Your reply has {len(text)} characters; at most {MOST_CHARACTERS} are read. Give the function alone."
        return EditProblem("too-long", told)
    found = blocks(text) or [bare(text)]
    if problem := _unclosed(found, entry_point):
        return problem
    sound = [_Read(block.code, block.tree) for block in found if not isinstance(block.tree, Broken)]
    written = [read for read in sound if definition(read.tree, entry_point)]
    if not written:
        return _nothing(found, entry_point, sound=sound, fenced=bool(blocks(text)))
    old = parse(source)
    changed = [read for read in written if _changes(old, read, entry_point)]
    if not changed:
        return EditProblem(
            "unchanged", f"`{entry_point}` in your reply is the function as it stands. Change what is wrong in it."
        )
    return _merged(source, changed[-1], entry_point)


def _merged(source: str, read: _Read, entry_point: str) -> Edited | EditProblem:
    if problem := _elided(read, entry_point, source=source):
        return problem
    edited = merge(source, read.code, read.tree, entry_point)
    after = parse(edited.source)
    if isinstance(after, Broken) or definition(after, entry_point) is None:
        why = after.problem if isinstance(after, Broken) else f"it does not define `{entry_point}`"
        return EditProblem("syntax", f"Put into the module, your `{entry_point}` does not parse: {why}. Give it anew.")
    return edited


def _changes(old: ast.Module | Broken, read: _Read, entry_point: str) -> bool:
    before = None if isinstance(old, Broken) else definition(old, entry_point)
    after = definition(read.tree, entry_point)
    return before is None or after is None or _differ(before, after)


def _differ(one: object, other: object) -> bool:
    """Whether two trees say different things; unlike `ast.dump` it ends at the first difference."""
    if type(one) is not type(other):
        return True
    if isinstance(one, ast.AST):
        return any(_differ(getattr(one, name, None), getattr(other, name, None)) for name in one._fields)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) != len(other) or any(map(_differ, one, other))
    # 0.0 and -0.0 are equal, and so are NaNs to nobody; their texts tell them apart.
    return one != other or repr(one) != repr(other)


def _unclosed(found: Sequence[Block], entry_point: str) -> EditProblem | None:
    if found[-1].closed or not _mentions(found[-1].code, entry_point):
        return None
    return EditProblem(
        "unclosed",
        f"Your block with `{entry_point}` is never closed, so it may be cut off. Give the whole function again and end"
        " the block with ``` on a line of its own.",
    )


def _nothing(found: Sequence[Block], entry_point: str, *, sound: Sequence[_Read], fenced: bool) -> EditProblem:
    """Say why no block holds the entry point."""
    wanted = f"Give the whole function `{entry_point}` in one block that begins with ```python and ends with ```."
    broken = [
        block for block in found if isinstance(block.tree, Broken) and (fenced or _mentions(block.code, entry_point))
    ]
    if worst := next((block for block in broken if _mentions(block.code, entry_point)), None):
        return EditProblem("syntax", f"{_syntax(worst)} {wanted}")
    others = [name for read in sound for name in defined(read.tree)]
    if not fenced and not others:
        return EditProblem("no-block", f"Your reply holds no code block. {wanted}")
    if others:
        where = (
            "inside a class or another function" if _nested(sound, entry_point) else f"nowhere, only {_list(others)}"
        )
        told = f"Your code defines `{entry_point}` {where}; it must stand at the top level of the block. {wanted}"
        return EditProblem("missing-function", told)
    if broken:
        return EditProblem("syntax", f"{_syntax(broken[0])} {wanted}")
    return EditProblem("missing-function", f"Your code defines no function. {wanted}")


def _elided(read: _Read, entry_point: str, *, source: str) -> EditProblem | None:
    node = definition(read.tree, entry_point)
    text = ast.get_source_segment(read.code, node) or "" if node else ""
    empty = node is not None and all(_says_nothing(each) for each in node.body)
    found = _ELISION.search(text)
    if not empty and (found is None or found.group().strip() in source):
        return None
    what = "has no body" if found is None else f"leaves something out (`{found.group().strip()[:_MOST_SHOWN]}`)"
    return EditProblem("elided", f"Your `{entry_point}` {what}. Write every line of it; nothing is filled in for you.")


def _says_nothing(statement: ast.stmt) -> bool:
    literal = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return literal or isinstance(statement, ast.Pass)


def _nested(sound: Sequence[_Read], entry_point: str) -> bool:
    nodes = (node for read in sound for node in ast.walk(read.tree))
    return any(isinstance(node, ast.FunctionDef) and node.name == entry_point for node in nodes)


def _mentions(code: str, entry_point: str) -> bool:
    return re.search(rf"\b(def|class)\s+{re.escape(entry_point)}\b", code) is not None


def _syntax(block: Block) -> str:
    assert isinstance(block.tree, Broken)  # the caller chose it so
    lines = block.code.split("\n")
    at = block.tree.line
    shown = f": `{lines[at - 1].strip()[:_MOST_SHOWN]}`" if 0 < at <= len(lines) else ""
    return f"Your code is no valid Python: {block.tree.problem} on line {at} of the block{shown}."


def _list(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in dict.fromkeys(names))
