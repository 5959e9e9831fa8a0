"""The fenced blocks in a model's text.

A fence inside a docstring looks like the block's end, so of all lines that could close a block the first is taken after
which its content parses as Python. Promises: an answer for every text, in bounded time.
Does not promise: to tell languages apart; the tag after a fence is not believed.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .python import Broken, parse

_FENCE = re.compile(r"([ \t]*)(`{3,}|~{3,})[ \t]*([^`\n]*)$")
_THOUGHTS = re.compile(r"\A.*</think(?:ing)?>", re.DOTALL)
_MOST_BLOCKS = 40
_MOST_ENDS = 12


@dataclass(frozen=True, slots=True)
class Block:
    """The content of one block, its tree or why it has none, and whether a fence closed it."""

    code: str
    tree: ast.Module | Broken
    closed: bool = True


@dataclass(frozen=True, slots=True)
class _Fence:
    line: int
    indent: str
    mark: str
    tag: str

    def is_closed_by(self, other: _Fence) -> bool:
        return not other.tag and other.mark[0] == self.mark[0] and len(other.mark) >= len(self.mark)


def blocks(text: str) -> list[Block]:
    """Return the blocks of a text in order; the last may be unclosed. What a model thought aloud is passed over."""
    lines = _THOUGHTS.sub("", text).replace("\r\n", "\n").split("\n")
    fences = [_Fence(number, *found.groups()) for number, line in enumerate(lines) if (found := _FENCE.match(line))]
    return list(_read(lines, fences))


def bare(text: str) -> Block:
    """Return a text without any fence as if it were one block."""
    return _block(_THOUGHTS.sub("", text).replace("\r\n", "\n").split("\n"), indent="")


def _read(lines: Sequence[str], fences: Sequence[_Fence]) -> Iterator[Block]:
    at = 0
    for _ in range(_MOST_BLOCKS):
        if at >= len(fences):
            return
        opening = fences[at]
        ends = [number for number in range(at + 1, len(fences)) if opening.is_closed_by(fences[number])]
        if not ends:
            inner = _block(lines[opening.line + 1 :], indent=opening.indent)
            yield Block(inner.code, inner.tree, closed=False)
            return
        tried = ((end, _block(lines[opening.line + 1 : fences[end].line], indent=opening.indent)) for end in ends)
        end, block = _first_sound(tried)
        yield block
        at = end + 1


def _first_sound(tried: Iterator[tuple[int, Block]]) -> tuple[int, Block]:
    """Return the first block that parses, else the shortest."""
    shortest = end, block = next(tried)
    for _ in range(_MOST_ENDS):
        if not isinstance(block.tree, Broken):
            return end, block
        if (following := next(tried, None)) is None:
            break
        end, block = following
    return shortest


def _block(lines: Sequence[str], *, indent: str) -> Block:
    code = "\n".join(line.removeprefix(indent) for line in lines)
    tree = parse(code)
    if isinstance(tree, Broken) and "indent" in tree.problem:
        moved = textwrap.dedent(code)
        again = parse(moved)
        if not isinstance(again, Broken):
            return Block(moved, again)
    return Block(code, tree)
