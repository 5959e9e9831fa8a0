"""Changing a syntax tree without changing it: the way from the root to the edited node is copied, the rest is shared.

Promises: the original tree is left as it was; equal trees get equal numbers from one `Census`.
Does not promise: places for new nodes. Only the splicer asks for places, and only of original nodes.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TypeVar

from .code import Code

Node = TypeVar("Node", bound=ast.AST)

_IGNORED = frozenset({"ctx", "type_comment", "kind"})


def twin(node: Node, **changes: object) -> Node:
    """Return a shallow copy that keeps the original's place, with some fields changed."""
    copy = type(node).__new__(type(node))
    copy.__dict__.update(node.__dict__)
    copy.__dict__.update(changes)
    return copy


def graft(code: Code, old: ast.AST, new: ast.AST) -> ast.Module:
    """Return the code's tree with `new` where `old` stood."""
    while (slot := code.slots.get(id(old))) is not None:
        parent, field, index = slot
        if index is None:
            grown = twin(parent, **{field: new})
        else:
            items = list(getattr(parent, field))
            items[index] = new
            grown = twin(parent, **{field: items})
        old, new = parent, grown
    assert isinstance(new, ast.Module)  # every way up ends there
    return new


def exchanged(root: Node, changes: dict[int, ast.AST]) -> Node:
    """Return `root` with every node whose id is a key replaced; untouched branches are shared."""
    fields: dict[str, object] = {}
    for field in root._fields:
        value = getattr(root, field, None)
        if isinstance(value, list):
            items = [_exchanged_item(item, changes) for item in value]
            if any(a is not b for a, b in zip(items, value, strict=True)):
                fields[field] = items
        elif isinstance(value, ast.AST):
            item = _exchanged_item(value, changes)
            if item is not value:
                fields[field] = item
    return twin(root, **fields) if fields else root


def _exchanged_item(item: object, changes: dict[int, ast.AST]) -> object:
    if not isinstance(item, ast.AST):
        return item
    return changes[id(item)] if id(item) in changes else exchanged(item, changes)


def with_block(owner: Node, field: str, statements: Sequence[ast.stmt]) -> Node:
    """Return a copy of a compound statement with another block; an empty body becomes `pass`."""
    block = list(statements)
    if not block and field == "body" and not isinstance(owner, ast.Module):
        block = [ast.Pass()]
    return twin(owner, **{field: block})


class Census:
    """Numbers for trees: two trees get the same number exactly when they say the same.

    Places, parentheses and load/store marks do not count. The nodes given as `settled` are remembered, so that
    a grafted tree costs only its new nodes.
    """

    def __init__(self, settled: ast.AST) -> None:
        self._numbers: dict[tuple[object, ...], int] = {}
        self._settled: dict[int, int] = {}
        self._keep = settled
        self._settle(settled)

    def fork(self) -> Census:
        """Return a census that knows the same trees and goes its own way from here."""
        other = Census.__new__(Census)
        other._numbers, other._settled, other._keep = dict(self._numbers), self._settled, self._keep
        return other

    def number(self, node: ast.AST) -> int:
        """Return the tree's number; the same for the same tree, in the order of first asking."""
        known = self._settled.get(id(node))
        return known if known is not None else self._count(node)

    def _settle(self, node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            self._settle(child)
        self._settled[id(node)] = self._count(node)

    def _count(self, node: ast.AST) -> int:
        form: list[object] = [type(node)]
        for field in node._fields:
            if field in _IGNORED:
                continue
            value = getattr(node, field, None)
            if isinstance(value, ast.AST):
                form.append(self.number(value))
            elif isinstance(value, list):
                form.append(tuple(self.number(item) if isinstance(item, ast.AST) else repr(item) for item in value))
            else:
                form.append((type(value), repr(value)))
        return self._numbers.setdefault(tuple(form), len(self._numbers))
