"""Marks around what others wrote: fenced blocks that nothing inside them can end.

A fence is longer than any run of backticks in its block, so a post, a docstring or a description stays in its place
whatever it says. Promises: every text is kept as it is, but for what no file can hold and for what is cut on request.
Does not promise: that a model obeys. The prompts tell it what a mark means; the rule layer does not trust it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from .models.wire import storable

Tag = Literal["text", "python"]
End = Literal["first", "last"]

_BACKTICKS = re.compile("`+")
_SHORTEST = 3
# Less than this of a text says nothing.
_LEAST_BYTES = 160
_ROOM_FOR_NOTE = 64


def marked(text: str, tag: Tag = "text") -> str:
    """Return a text inside a fence that it cannot close."""
    kept = storable(text)
    longest = max(map(len, _BACKTICKS.findall(kept)), default=0)
    fence = "`" * max(_SHORTEST, longest + 1)
    return f"{fence}{tag}\n{kept}{'' if kept.endswith(chr(10)) else chr(10)}{fence}"


@dataclass(frozen=True, slots=True)
class Section:
    """What others wrote for one place of a prompt, and how it may shrink where room is short.

    Sections of low `rank` shrink first: items go one by one from the end that `drops` names, until `least` are left.
    After all have, the rest is replaced by `shorter` where there is one, then cut. With `labels`, which are our own
    words, one for each item, every item gets a mark of its own.
    """

    items: tuple[str, ...]
    rank: int = 0
    tag: Tag = "text"
    drops: End = "last"
    least: int = 0
    labels: tuple[str, ...] = ()
    shorter: str = ""
    dropped: int = 0
    cut: bool = False

    @property
    def text(self) -> str:
        """The marked items and a line on what was left out; the empty text where nothing is shown or was."""
        notes = [f"({self.dropped} more left out for want of room)"] if self.dropped else []
        notes += ["(cut short for want of room)"] if self.cut else []
        return "\n".join([*self._blocks(), *notes])

    def _blocks(self) -> list[str]:
        if self.labels:
            return [f"{label}\n{marked(item, self.tag)}" for label, item in zip(self.labels, self.items, strict=True)]
        return [marked("\n".join(self.items), self.tag)] if self.items else []

    def shrunk(self, excess: int) -> tuple[Section, int]:
        """Return the section without as many items as make up for `excess` bytes, and what excess is left."""
        many = 0
        gained = -_ROOM_FOR_NOTE
        order = self.items if self.drops == "first" else self.items[::-1]
        while gained < excess and many < len(self.items) - self.least:
            gained += _bytes(order[many]) + 1
            many += 1
        if not many:
            return self, excess
        keep = slice(many, None) if self.drops == "first" else slice(None, len(self.items) - many)
        smaller = replace(self, items=self.items[keep], labels=self.labels[keep], dropped=self.dropped + many)
        return smaller, excess - gained

    def clipped(self, excess: int) -> tuple[Section, int]:
        """Return the section with its items cut by `excess` bytes in all, as far as that goes, and what is left."""
        if self.shorter and _bytes(self.shorter) + _ROOM_FOR_NOTE < sum(map(_bytes, self.items)):
            gained = sum(map(_bytes, self.items)) - _bytes(self.shorter) - _ROOM_FOR_NOTE
            other = replace(self, items=(self.shorter,), labels=self.labels[:1], shorter="", cut=True)
            return (other, excess - gained) if gained >= excess else other.clipped(excess - gained)
        share = -(-(excess + _ROOM_FOR_NOTE) // max(1, len(self.items)))
        items = tuple(_head(item, max(_LEAST_BYTES, _bytes(item) - share)) for item in self.items)
        gained = sum(map(_bytes, self.items)) - sum(map(_bytes, items)) - _ROOM_FOR_NOTE
        return (replace(self, items=items, cut=True), excess - gained) if gained > 0 else (self, excess)


def _head(text: str, size: int) -> str:
    """Return the first bytes of a text, up to the end of a line where one is near."""
    data = text.encode(errors="replace")
    if len(data) <= size:
        return text
    head = data[:size].decode(errors="ignore")
    line = head.rfind("\n")
    return head[:line] if line > len(head) // 2 else head


def _bytes(text: str) -> int:
    return len(text.encode(errors="replace"))
