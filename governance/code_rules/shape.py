"""Rules on the shape of a rewrite: that it can be read by machine and by eye, and that it stays in proportion.

Promises: each names what is out of shape; none of the code is run.
Does not promise: that well-shaped code is any good.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from ..reading import Reading
from ..rewrite import Rewrite
from ..verdict import Evidence, Objection
from .uses import objection


@dataclass(frozen=True, slots=True)
class Parses:
    """A rewrite must be Python that can be read and that defines the task's entry point."""

    most_characters: int = 40_000
    most_depth: int = 150

    def judge(self, rewrite: Rewrite) -> Objection | None:
        """Object to a text too long or too deeply nested, and to a missing entry point."""
        new, entry = rewrite.new, rewrite.task.entry_point
        if new.characters > self.most_characters:
            evidence: Evidence = {"characters": new.characters, "most": self.most_characters}
            return Objection(evidence, f"a source of at most {self.most_characters} characters")
        if new.depth > self.most_depth:
            evidence = {"depth": new.depth, "most": self.most_depth}
            return Objection(evidence, f"code nested at most {self.most_depth} levels deep")
        if entry and entry not in new.bound:
            return Objection({"missing": entry}, f"a source that defines `{entry}` at module level")
        return None


@dataclass(frozen=True, slots=True)
class PlainText:
    """A rewrite must read as it runs: no look-alike letters, no marks that reorder or hide text, no hiding codecs."""

    def judge(self, rewrite: Rewrite) -> Objection | None:
        """Object to control characters, names that only look like others, and text decoded by an unusual codec."""
        known = frozenset() if rewrite.source.isascii() else frozenset(_hiding(rewrite.parent_source, rewrite.old))
        found = {what: line for what, line in _hiding(rewrite.source, rewrite.new) if (what, line) not in known}
        found |= {what: line for what, line in rewrite.new.hidden.items() if what not in rewrite.old.hidden}
        return objection(found, "names in the letters they seem to have, text as it is meant, in UTF-8")


@dataclass(frozen=True, slots=True)
class SizeGrowth:
    """A rewrite may not grow out of proportion to its parent, nor to the number of its visible cases.

    At most `factor` times the parent's syntax tree nodes plus `extra`, and at most `base` plus `per_case` for each
    visible case more than the parent.
    """

    factor: float = 2.0
    extra: int = 150
    base: int = 300
    per_case: int = 50

    def judge(self, rewrite: Rewrite) -> Objection | None:
        """Object to more nodes than that; a parent that says nothing sets no limit."""
        cases = len(rewrite.task.ring("visible"))
        most = int(rewrite.old.size * self.factor + self.extra)
        # A task without cases says nothing of how much code they are worth.
        most = min(most, rewrite.old.size + self.base + self.per_case * cases) if cases else most
        if not rewrite.parent_source.strip() or rewrite.new.size <= most:
            return None
        evidence: Evidence = {"nodes": rewrite.new.size, "parent_nodes": rewrite.old.size, "most": most}
        return Objection(evidence, f"a rewrite of at most {most} syntax tree nodes")


# Marks that reorder what is shown, and controls that overwrite it or end a line for some readers only.
_CONTROLS = re.compile("[\\x00-\\x08\\x0b\\x0e-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]")
_COOKIE = re.compile(r"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_WORD = re.compile(r"[^\W\d]\w*")
_PLAIN = frozenset({"ascii", "iso-8859-1", "latin-1", "latin1", "us-ascii", "utf-8", "utf8", "utf-8-sig"})
# Letters that look like a Latin one in every common typeface.
_LOOK_ALIKES = dict(
    zip(
        "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u04bb\u0501\u051b\u051d\u0410\u0412\u0415\u041a\u041c\u041d\u041e"
        "\u0420\u0421\u0422\u0425\u0406\u0408\u0405\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03bf"
        "\u03f2\u03f3\u0131\u0578\u0585\u057d",
        "aeopcyxijshdqwABEKMHOPCTXIJSABEZHIKMNOPTYXocjinou",
        strict=True,
    )
)


def _hiding(source: str, reading: Reading) -> Iterator[tuple[str, int]]:
    """Yield what hides something in a text, with its line."""
    for found in _CONTROLS.finditer(source):
        yield f"control character U+{ord(found[0]):04X}", source.count("\n", 0, found.start()) + 1
    for line, text in enumerate(source.split("\n", 2)[:2], 1):
        if (cookie := _COOKIE.match(text)) and cookie[1].lower() not in _PLAIN:
            yield f"source in {cookie[1]}", line
    if not source.isascii():
        yield from _disguised(source, reading)


def _disguised(source: str, reading: Reading) -> Iterator[tuple[str, int]]:
    """Yield the names that are written in other letters than the parser takes them for, or than they look like."""
    named = reading.names.keys() | reading.attributes.keys() | reading.bound.keys() | reading.written
    for found in _WORD.finditer(source):
        word = found[0]
        if word.isascii():
            continue
        folded = unicodedata.normalize("NFKC", word)
        alike = "".join(_LOOK_ALIKES.get(letter, letter) for letter in folded)
        if folded in named and (folded != word or (alike != folded and alike.isascii())):
            yield f"{word!a} for {alike!a}", source.count("\n", 0, found.start()) + 1
