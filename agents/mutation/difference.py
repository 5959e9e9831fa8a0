"""From two texts of one tool to an edit: whatever wrote the second one, only what it changed is written anew.

Promises: the edit's result says the same program as the second text; formatting and comments of the first stay wherever
the two say the same. Does not promise: the smallest edit; statements between two changes of a block's length count as
changed.
"""

from __future__ import annotations

import ast
from bisect import bisect_right

from .code import Code, parsed, read
from .edit import Edit, summary
from .splice import Splice, splices
from .tree import Census, Node, twin


def difference(source: str, changed: str, *, family: str, score: float = 0.0) -> Edit | None:
    """Return the edit that makes `changed` of `source`, None where they say the same or one cannot be read.

    Args: score: how promising the edit is to count.
    """
    old, new = read(source), parsed(changed)
    if old is None or new is None:
        return None
    tree = _merged(old.tree, new.tree)
    if tree is old.tree:
        return None
    whole = _edit(old, (Splice(0, old.raw, new.raw),), family, score)
    try:
        edit = _edit(old, splices(old, tree), family, score)
    except (ValueError, RecursionError):
        # There are f-strings that Python reads and cannot write.
        return whole
    again, census = parsed(edit.apply(source)), Census(new.tree)
    return edit if again is not None and census.number(again.tree) == census.number(new.tree) else whole


def _edit(code: Code, changes: tuple[Splice, ...], family: str, score: float) -> Edit:
    line = bisect_right(code.starts, changes[0].start)
    note = summary(line, changes)
    return Edit(family=family, kind="rewrite", line=line, score=score, note=note, splices=changes)


def _merged(old: Node, new: Node) -> Node:
    """Return the new tree made of the old one's parts wherever they say the same: the old one itself if all do."""
    if isinstance(old, ast.JoinedStr) or type(old) is not type(new):
        return old if ast.dump(old) == ast.dump(new) else new
    changes: dict[str, object] = {}
    for field in old._fields:
        mine, theirs = getattr(old, field, None), getattr(new, field, None)
        value = _merged_value(mine, theirs)
        if value is not mine:
            changes[field] = value
    return twin(old, **changes) if changes else old


def _merged_value(mine: object, theirs: object) -> object:
    if isinstance(mine, list) and isinstance(theirs, list):
        items = _aligned(mine, theirs)
        same = len(items) == len(mine) and all(a is b for a, b in zip(items, mine, strict=True))
        return mine if same else items
    if isinstance(mine, ast.AST) and isinstance(theirs, ast.AST):
        return _merged(mine, theirs)
    return mine if type(mine) is type(theirs) and mine == theirs else theirs


def _aligned(mine: list[object], theirs: list[object]) -> list[object]:
    """Return their items, those replaced that say the same as one of mine, counted from either end."""
    if len(mine) == len(theirs):
        return [_merged_value(a, b) for a, b in zip(mine, theirs, strict=True)]
    head, tail, most = 0, 0, min(len(mine), len(theirs))
    while head < most and _merged_value(mine[head], theirs[head]) is mine[head]:
        head += 1
    while tail < most - head and _merged_value(mine[-1 - tail], theirs[-1 - tail]) is mine[-1 - tail]:
        tail += 1
    return [*mine[:head], *theirs[head : len(theirs) - tail], *mine[len(mine) - tail :]]
